"""How two LogQL expressions differ, by syntax tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

from obsgen.diff.queries.expressions import Difference, Part, settled
from obsgen.diff.queries.nodes import duration, number
from obsgen.logql.tree import Binary, Grouping, LogRange, Matcher, Matching, Node, Number, Selector
from obsgen.promql.values import COMPARISONS

_PLACES = frozenset(("start", "end"))


def log_differences(old: Node, new: Node, texts: tuple[str, str]) -> list[Difference]:
    """The parts in which two expressions differ; `texts` are theirs."""
    return settled(list(dict.fromkeys(_differences(old, new))), texts)


def _differences(old: Any, new: Any) -> Iterator[Difference]:
    match old, new:
        case Binary(right=Number(value=before, is_vector=False)), Binary(
            right=Number(value=after, is_vector=False)
        ) if _both_compare(old, new):
            part = Part.VALUE if new.operator in ("==", "!=") and not new.returns_bool else Part.LIMIT
            yield from _told(part, number(before), number(after), _is_looser(new, before, after))
            yield from _fields(old, new, leaving=("right",))
        case LogRange(), LogRange():
            yield from _told(Part.WINDOW, _window(old), _window(new))
            yield from _fields(old, new, leaving=("window", "offset"))
        case Selector(), Selector():
            yield from _matchers(old.matchers, new.matchers)
        case ((Grouping() | Matching()), (Grouping() | Matching())) if type(old) is type(new):
            yield from _told(Part.GROUPING, _labels(old), _labels(new))
        case Node(), Node() if type(old) is type(new):
            yield from _fields(old, new)
        case tuple(), tuple() if len(old) == len(new):
            for before, after in zip(old, new, strict=True):
                yield from _differences(before, after)
        case _ if old != new:
            yield Difference(Part.SHAPE, "", "")


def _fields(old: Node, new: Node, leaving: tuple[str, ...] = ()) -> Iterator[Difference]:
    for field in fields(old):
        if field.name not in _PLACES and field.name not in leaving:
            yield from _differences(getattr(old, field.name), getattr(new, field.name))


def _both_compare(old: Binary, new: Binary) -> bool:
    plain = (old.operator, old.returns_bool) == (new.operator, new.returns_bool)
    return plain and new.operator in COMPARISONS


def _is_looser(node: Binary, old: float, new: float) -> bool | None:
    """Whether fewer series pass; None where the operator does not tell."""
    rises = {">": new > old, ">=": new > old, "<": new < old, "<=": new < old}
    return None if node.returns_bool else rises.get(node.operator)


def _told(part: Part, old: str, new: str, looser: bool | None = None) -> Iterator[Difference]:
    if old != new:
        yield Difference(part, old, new, looser)


def _window(node: LogRange) -> str:
    back = f" offset {_span(node.offset)}" if node.offset else ""
    return _span(node.window) + back


def _span(length: float) -> str:
    return duration(timedelta(milliseconds=length))


def _matchers(old: tuple[Matcher, ...], new: tuple[Matcher, ...]) -> Iterator[Difference]:
    before, after = (sorted(f'{each.name}{each.operator}"{each.value}"' for each in side) for side in (old, new))
    gone, come = (", ".join(each for each in one if each not in two) for one, two in ((before, after), (after, before)))
    yield from _told(Part.MATCHER, gone, come)


def _labels(node: Grouping | Matching) -> str:
    listed = f"({', '.join(sorted(node.labels))})"
    if isinstance(node, Grouping):
        return f"{'without' if node.without else 'by'} {listed}"
    sides = f" group_{node.group} ({', '.join(sorted(node.include))})" if node.group else ""
    return f"{'on' if node.on else 'ignoring'} {listed}{sides}"
