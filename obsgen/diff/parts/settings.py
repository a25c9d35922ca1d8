"""Settings of servers, wherever they stand: fields of objects, values of charts, flags of containers, files inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from obsgen import units
from obsgen.diff.parts.leaves import MISSING, Leaf
from obsgen.diff.parts.things import Thing, plain
from obsgen.promql.durations import milliseconds
from obsgen.source import Route

_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_NO_SETTINGS = frozenset(("PrometheusRule", "AlertmanagerConfig", "Secret", "AlertingRule", "RecordingRule"))
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, eq=False)
class Setting:
    """A setting on both sides, None where it is not set. `path` are the keys that lead to it, the flag's name last."""

    thing: Thing
    route: Route
    path: tuple[str, ...]
    old: Any
    new: Any

    @property
    def name(self) -> str:
        """How it is called: the last of its keys."""
        return self.path[-1] if self.path else ""

    @property
    def words(self) -> frozenset[str]:
        """The words of its name, in lower case: `retention` and `size` of `retentionSize`."""
        return frozenset(each.lower() for each in _WORDS.findall(self.name))

    def below(self, *names: str) -> bool:
        """Whether it stands below one of some keys."""
        return not set(names).isdisjoint(self.path)

    @property
    def amounts(self) -> tuple[float, float] | None:
        """Both values as numbers that can be compared; None if they are of no unit that both have."""
        return next((found for read in (_count, _time, _size) if (found := _both(read, self.old, self.new))), None)


def settings(thing: Thing) -> Iterator[Setting]:
    """The settings that differ; a whole mapping that is new, or gone, is one."""
    if thing.kind in _NO_SETTINGS:
        return
    for leaf in thing.leaves:
        path = tuple(each for each in leaf.route if isinstance(each, str))
        flag = _flag(leaf)
        if flag:
            yield Setting(thing, leaf.route, (*path, flag[0]), *flag[1:])
        else:
            yield Setting(thing, leaf.route, path, plain(leaf.old), plain(leaf.new))


def _flag(leaf: Leaf) -> tuple[str, str | None, str | None] | None:
    """The name and the values of a flag that differs."""
    old, new = (_FLAG.fullmatch(each) if isinstance(each, str) else None for each in (leaf.old, leaf.new))
    found = old or new
    if found is None or (old and new and old[1] != new[1]) or None in (old or leaf.old, new or leaf.new):
        return None
    if (old is None and leaf.old is not MISSING) or (new is None and leaf.new is not MISSING):
        return None
    return found[1], old and old[2], new and new[2]


def _both(read: Any, old: Any, new: Any) -> tuple[float, float] | None:
    one, other = read(old), read(new)
    return None if one is None or other is None else (one, other)


def _count(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _time(value: Any) -> float | None:
    found = milliseconds(str(value)) if isinstance(value, str | int) else None
    return None if found is None else float(found)


def _size(value: Any) -> float | None:
    """Bytes, or cores, of a Kubernetes quantity; Prometheus also writes GB and GiB."""
    text = str(value).strip().removesuffix("B")
    if re.fullmatch(r"\d+m", text):
        return int(text[:-1]) / 1000
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        return units.parse(text, units.UNITS["bytes"])
    except units.UnitError:
        return None
