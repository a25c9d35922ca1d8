"""Manifests with a whole path, copied so that tests may break them, and traced in this process."""

from __future__ import annotations

import shutil
from pathlib import Path

from obsgen.trace import Hop, Trace, Tracing, trace
from obsgen.trace.tracing import Tracer

WHOLE = Path(__file__).with_name("whole")
PROFILES = Path(__file__).parents[2] / "profiles"


def copied(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The manifests in a folder called `shop`, with some texts in some files replaced by others."""
    shop = folder / "shop"
    shutil.copytree(WHOLE, shop)
    for file, old, new in changes:
        path = shop / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return shop


def only(name: str, folder: Path) -> Trace:
    """The one path of a name."""
    (found,) = trace(name, [folder]).traces
    return found


def kinds(path: Trace) -> list[str]:
    """The kinds of a path's hops, each once."""
    return list(dict.fromkeys(hop.kind for hop in path.hops))


def hop(path: Trace, kind: str) -> Hop:
    """The first hop of a kind."""
    return next(each for each in path.hops if each.kind == kind)


__all__ = ["PROFILES", "WHOLE", "Tracer", "Tracing", "copied", "hop", "kinds", "only"]
