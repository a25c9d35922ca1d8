"""A machine for one test: an empty cache, and a PATH with nothing on it but what the test puts there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Writes what the linker would: a program that tells the version it was stamped with. Notes each build, and
# waits after half of the output while the file `slow` is there.
_FAKE_GO = """#!/bin/sh
[ "$1" = env ] && { echo {version}; exit 0; }
echo "$PWD $*" >> {home}/builds
env > {home}/env
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"
chmod +x "$2"
[ -e {home}/slow ] && sleep 60
[ -e {home}/fails ] && { cat {home}/fails >&2; exit 1; }
echo 'echo v{builds_version}' >> "$2"
"""


def quiet(_: str) -> None:
    """Progress that nobody reads."""


@dataclass(frozen=True)
class Machine:
    """Folders of a pretended machine."""

    home: Path

    @property
    def bin(self) -> Path:
        return self.home / "bin"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def builds(self) -> list[str]:
        """Folder and arguments of every `go build` so far."""
        log = self.home / "builds"
        return log.read_text().splitlines() if log.exists() else []

    def program(self, name: str, text: str, folder: Path | None = None) -> Path:
        path = (folder or self.bin) / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def tool(self, name: str, answer: str) -> Path:
        """A binary on PATH that answers every call with that text, and counts the calls."""
        return self.program(name, f"#!/bin/sh\necho x >> {self.home}/{name}.calls\necho '{answer}'\n")

    def calls(self, name: str) -> int:
        return len((self.home / f"{name}.calls").read_text().splitlines())

    def go(self, version: str = "go1.26.8", builds_version: str = "0.8.0", folder: Path | None = None) -> Path:
        """A Go whose builds report that version (by default the pinned kubeconform's)."""
        text = _FAKE_GO.replace("{home}", str(self.home)).replace("{version}", version)
        return self.program("go", text.replace("{builds_version}", builds_version), folder)

    def leftovers(self) -> list[str]:
        return sorted(str(path.relative_to(self.cache)) for path in self.cache.rglob(".unfinished-*"))
