"""What the real tools are: a folder under `modules/` each, with a Go module and a few facts in `tool.toml`.

The pinned version stands in `go.mod` alone, its checksums in `go.sum`; to raise it, run in that folder
`go get -tool <package>@<version>` and `go mod tidy`, and carry over `exclude` and `replace` lines of upstream's
go.mod, which Go reads in the main module only.

A module per tool and not one for all, because a shared one settles on the newest dependency that any of them
asks for and so builds tools that nobody released. Measured at these versions, sharing changes 3 of the 9
modules linked into kubeconform, 12 of kustomize's 34, 37 of amtool's 111 and 8 of promtool's 133; apart, each
has exactly the versions of its upstream.

Where upstream has no command for what is asked, the folder holds a small one of ours beside its go.mod, and
`wraps` in tool.toml names the module that it asks; to raise that: `go get <module>@<version>`, `go mod tidy`.
"""

from __future__ import annotations

import hashlib
import platform
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from obsgen.tools.errors import ToolError

MODULES = Path(__file__).parent / "modules"
Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Spec:
    """One tool as pinned: what to build, and which binaries of other origin are good enough."""

    name: str
    purpose: str
    folder: Path
    """Holds go.mod and go.sum."""
    package: str
    """Import path of the command; `.` for one of ours in the folder itself."""
    version: str
    """As upstream releases it, without `v`."""
    go: Version
    """The oldest Go that can build it."""
    minimum: str
    """The oldest release that is used from PATH."""
    ask: tuple[str, ...]
    """Arguments that make it print its version."""
    tags: tuple[str, ...]
    stamp: str
    """Go variable that the linker fills with the version, as upstream's releases do; empty where Go does it."""
    seconds: int
    """CPU time of a build from nothing, for telling the user."""

    @property
    def flags(self) -> tuple[str, ...]:
        """What `go build` is told besides where to write; part of the identity of a built tool."""
        stamp = f" -X {self.stamp}={self.version}" if self.stamp else ""
        return ("-trimpath", "-buildvcs=false", f"-tags={','.join(self.tags)}", f"-ldflags=-s -w{stamp}")

    @property
    def key(self) -> str:
        """`<version>-<hash>` over all that decides the binary's bytes but the Go release."""
        host = f"{sys.platform} {platform.machine()}"
        digest = hashlib.sha256("\0".join((host, self.package, *self.flags)).encode())
        for path in (self.folder / "go.mod", self.folder / "go.sum", *sorted(self.folder.glob("*.go"))):
            digest.update(path.read_bytes())
        return f"{self.version}-{digest.hexdigest()[:8]}"


@cache
def all_specs() -> Mapping[str, Spec]:
    """Every tool by name, in alphabetical order."""
    return {path.parent.name: _read(path) for path in sorted(MODULES.glob("*/tool.toml"))}


def spec(name: str) -> Spec:
    """The tool of that name; ToolError for any other name."""
    try:
        return all_specs()[name]
    except KeyError:
        raise ToolError(f"no tool named '{name}'", f"known: {', '.join(all_specs())}") from None


def parse_version(text: str) -> Version | None:
    """The version in a tool's answer: `v0.8.0`, `promtool, version 3.15.0 (…)`, `go1.26.8`; None where it tells none.

    Only how it begins counts: further on, a Prometheus tool names the Go release that built it.
    """
    match = re.match(r"\s*(?:\w+, version |go|v)?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def known_version(text: str) -> Version:
    """The version in a text of ours, which always has one."""
    version = parse_version(text)
    if version is None:
        raise ValueError(text)
    return version


def _read(path: Path) -> Spec:
    facts: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    module = (path.parent / "go.mod").read_text(encoding="utf-8")
    wraps: str | None = facts.get("wraps")
    return Spec(
        name=path.parent.name,
        purpose=facts["purpose"],
        folder=path.parent,
        package="." if wraps else _line("tool", module),
        version=_release(wraps or _line("tool", module), module),
        go=known_version(_line("go", module)),
        minimum=facts["minimum"],
        ask=tuple(facts["ask"]),
        tags=tuple(facts.get("tags", ())),
        stamp=facts.get("stamp", ""),
        seconds=facts["seconds"],
    )


def _line(word: str, module: str) -> str:
    match = re.search(rf"^{word} (\S+)$", module, re.MULTILINE)
    if match is None:
        raise ValueError(f"go.mod without a line '{word} …'")
    return match[1]


def _release(package: str, module: str) -> str:
    """The required version of the module that holds the package; Prometheus' v0.315.0 is its release 3.15.0."""
    pinned: list[tuple[str, str]] = re.findall(r"^(?:require |\t)(\S+) v([0-9]\S*)", module, re.MULTILINE)
    _, version = max((len(path), version) for path, version in pinned if f"{package}/".startswith(f"{path}/"))
    if package.startswith("github.com/prometheus/prometheus/"):
        _, minor, patch = version.split(".")
        return f"{int(minor) // 100}.{int(minor) % 100}.{patch}"
    return version
