"""Where the real tools are on this machine: in the cache that obsgen builds into, or on PATH."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from obsgen.tools.call import Tool, run
from obsgen.tools.errors import ToolError
from obsgen.tools.specs import Spec, Version, all_specs, known_version, parse_version, spec


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """One line of the catalogue: what is wanted, what is there, and why something there is not used."""

    name: str
    version: str
    """The pinned release, which an installation builds."""
    purpose: str
    found: Tool | None
    note: str = ""


def find(name: str) -> Tool | None:
    """The tool to use: the pinned one if it was built, else a fit one on PATH; None if there is neither.

    Starts a process only to ask a binary on PATH for its version, once. Raises ToolError for an unknown name.
    """
    wanted = spec(name)
    return built(wanted) or _on_path(wanted)


def catalogue() -> list[ToolStatus]:
    """Every tool, found or not, by name."""
    return [_status(wanted) for wanted in all_specs().values()]


def cache_folder() -> Path:
    """$OBSGEN_CACHE, else obsgen's folder in $XDG_CACHE_HOME (if absolute, as its standard asks) or ~/.cache."""
    if own := os.environ.get("OBSGEN_CACHE"):
        return Path(own).absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "obsgen"


def home_of(wanted: Spec) -> Path:
    """The folder that a built tool lives in; it appears at once, whole, or not at all."""
    return cache_folder() / "tools" / wanted.name / wanted.key


def built(wanted: Spec) -> Tool | None:
    """The pinned tool from the cache."""
    path = home_of(wanted) / wanted.name
    return Tool(wanted.name, wanted.version, path, "cache") if os.access(path, os.X_OK) else None


def reported(path: Path, ask: tuple[str, ...]) -> Version | None:
    """What a binary says its version is; None if it says none, fails or hangs."""
    try:
        answer = run(Tool(path.name, "?", path, "path"), ask, timeout=10)
    except ToolError:
        return None
    return parse_version(answer.stdout or answer.stderr) if answer.returncode == 0 else None


@cache
def _asked(path: Path, _changed: int, ask: tuple[str, ...]) -> Version | None:
    return reported(path, ask)


def _on_path(wanted: Spec) -> Tool | None:
    path, version = _candidate(wanted)
    if path is None or version is None or version < known_version(wanted.minimum):
        return None
    return Tool(wanted.name, _text(version), path, "path")


def _candidate(wanted: Spec) -> tuple[Path | None, Version | None]:
    where = shutil.which(wanted.name)
    if where is None:
        return None, None
    path = Path(where).absolute()
    return path, _asked(path, path.stat().st_mtime_ns, wanted.ask)


def _status(wanted: Spec) -> ToolStatus:
    found = find(wanted.name)
    return ToolStatus(wanted.name, wanted.version, wanted.purpose, found, "" if found else _why_not(wanted))


def _why_not(wanted: Spec) -> str:
    path, version = _candidate(wanted)
    if path is None:
        return ""
    if version is None:
        return f"{path} does not say which version it is"
    return f"{path} is {_text(version)}, older than {wanted.minimum}"


def _text(version: Version) -> str:
    return ".".join(map(str, version))
