"""What stands in the way of a path, told so that a person can clear it away."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Finding, Place, error

_TOLD = {
    "link": ("tree/link", "is a symbolic link; obsgen follows none", "put a real file or folder in its place"),
    "folder": ("tree/kind", "is a folder where a file belongs", "move it away"),
    "file": ("tree/kind", "is a file where a folder belongs", "move it away"),
    "special": ("tree/kind", "is not a regular file", "move it away"),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`at` is the path in the way; `kind` one of link, folder, file, special, refused (by the system)."""

    at: str
    kind: str
    finding: Finding


def obstacle(anchor: int, base: Path, path: str, exc: OSError, *, leaf: bool = True, writing: bool = False) -> Obstacle:
    """Why `path` below the descriptor `anchor` (to people: `base`) gave `exc`.

    It is the first component of the wrong kind, else what the system said; `leaf`: the last component should be a file.
    """
    at, parts = "", path.split("/")
    for count in range(1, len(parts) + 1):
        below = "/".join(parts[:count])
        try:
            mode = os.stat(below, dir_fd=anchor, follow_symlinks=False).st_mode
        except OSError:
            break
        at = below
        kind = _wrong_kind(mode, file=leaf and count == len(parts))
        if kind:
            check, message, hint = _TOLD[kind]
            return Obstacle(at, kind, error(check, f"{at} {message}", Place(str(base / at)), hint))
    return Obstacle(at, "refused", refused(base / at, exc, writing=writing))


def refused(path: Path, exc: OSError, *, writing: bool = False, hint: str = "") -> Finding:
    """The finding for what the system would not do with a path, in its own words."""
    check, verb = ("tree/unwritable", "written") if writing else ("tree/unreadable", "read")
    return error(check, f"cannot be {verb}: {exc.strerror}", Place(str(path)), hint)


def _wrong_kind(mode: int, *, file: bool) -> str:
    if stat.S_ISLNK(mode):
        return "link"
    if not file:
        return "" if stat.S_ISDIR(mode) else "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "" if stat.S_ISREG(mode) else "special"
