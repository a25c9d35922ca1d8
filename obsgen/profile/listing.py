"""Which files are profiles, where folders are named, or nothing is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from obsgen.findings import ObsgenError

FOLDER = Path("profiles")
"""Where profiles are looked for."""
ENDINGS = (".yaml", ".yml")
_KIND = re.compile(r"""^kind:\s*["']?Profile\b""", re.MULTILINE)


def listed(paths: Sequence[Path]) -> list[Path]:
    """The files that are named, and the profiles in named folders; those in `profiles/` where nothing is named."""
    if not paths and not FOLDER.is_dir():
        raise ObsgenError("there is no folder profiles/. Name a profile, or write one: obsgen init")
    found = []
    for path in paths or [FOLDER]:
        inside = _inside(path) if path.is_dir() else [path]
        if not inside:
            raise ObsgenError(f"there are no profiles in {path}/")
        found += inside
    return found


def says_profile(text: str) -> bool:
    """Whether a file says that it is a profile."""
    return bool(_KIND.search(text))


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that say they are profiles, and those that cannot be read: of these a render will tell."""
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    return [path for path in files if _says_so(path)]


def _says_so(path: Path) -> bool:
    try:
        return says_profile(path.read_bytes().decode("utf-8", "replace"))
    except OSError:
        return True
