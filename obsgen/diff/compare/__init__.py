"""What may differ between two trees: a module for each kind of thing, each with `compare(pair)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from obsgen.diff.model import Change
from obsgen.diff.pairs import Pair

Compare = Callable[[Pair], Iterator[Change]]


@cache
def comparers() -> tuple[Compare, ...]:
    """The modules' functions, in the order of their names."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return tuple(import_module(f"{__package__}.{name}").compare for name in names)
