"""How two PromQL expressions differ, by syntax tree: spaces, parentheses and the order of matchers mean nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import promql_parser as pq

from obsgen.diff.queries.nodes import bare, constant, grouping, matching, moved, number, one_line, subquery
from obsgen.diff.queries.nodes import duration as duration
from obsgen.promql import Node
from obsgen.promql.values import COMPARISONS

_FILTERS = ("and", "unless")
_SETS = frozenset((*_FILTERS, "or"))
_ABSENCE = frozenset(("absent", "absent_over_time", "scalar"))
_QUANTILES = frozenset(("histogram_quantile", "quantile", "quantile_over_time"))
_RISING = frozenset((*_QUANTILES, "avg", "avg_over_time", "max", "max_over_time", "min", "min_over_time", "sum"))
"""What grows with each of the values that it is worked out of."""
_TURNED = frozenset((("<", ">"), (">", "<"), ("=", "!"), ("!", "=")))
"""The first characters of comparisons of which one holds where the other does not."""
_LOWER_FAILS = {">": True, ">=": True, "<": False, "<=": False}
"""Whether fewer series pass a comparison whose left side is lower."""


class Part(Enum):
    """Which part of an expression differs."""

    LIMIT = "limit"
    """A number that something is compared with."""
    VALUE = "value"
    """The one number that something must be, or must not be."""
    TURNED = "turned"
    """A comparison that holds where it did not: `<` for `>`, `!=` for `==`."""
    QUANTILE = "quantile"
    """The share of observations below what a quantile is worked out to be."""
    NUMBER = "number"
    SERIES = "series"
    MATCHER = "matcher"
    WINDOW = "window"
    GROUPING = "grouping"
    """The labels of an aggregation, or those that a join is on."""
    OPERATION = "operation"
    GUARD = "guard"
    """A condition that holds series back, by `and` or `unless`."""
    BRANCH = "branch"
    """One of several conditions that are joined by `or`."""
    SHAPE = "shape"
    """Anything that leaves no part to compare."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that differs: as it was and as it is. `looser` says whether fewer series pass; None if nobody knows.

    `before` and `node` are what it is of, on each side: of a limit the comparison, of a guard or branch itself.
    """

    part: Part
    old: str
    new: str
    looser: bool | None = None
    before: Node | None = None
    node: Node | None = None
    in_guard: bool = False


def differences(old: Node, new: Node) -> list[Difference]:
    """The parts in which two expressions differ, in the order of the new one's text; none if they mean the same.

    Where parts that differ together make another expression, that is the only one.
    """
    return settled(list(dict.fromkeys(_differences(old, new, _Above()))), (one_line(old), one_line(new)))


def settled(found: list[Difference], texts: tuple[str, str]) -> list[Difference]:
    """Differences as they are told: one where they make another expression, of which `texts` are both sides."""
    kinds = {each.part for each in found}
    if _is_another(found, kinds):
        return [Difference(Part.SHAPE, *texts)]
    return _joined(found) if kinds == {Part.SERIES} else found


_APART = frozenset(
    (Part.LIMIT, Part.VALUE, Part.TURNED, Part.QUANTILE, Part.WINDOW, Part.MATCHER, Part.GUARD, Part.BRANCH)
)
"""Parts that each say something of their own, whichever of them differ together."""


def _is_another(found: Sequence[Difference], kinds: set[Part]) -> bool:
    if Part.SHAPE in kinds or (Part.OPERATION in kinds and len(found) > 1):
        return True
    if kinds <= _APART or len(kinds) < 2:
        return False
    return not kinds <= {Part.WINDOW, Part.MATCHER, Part.GROUPING}


def _joined(found: Iterable[Difference]) -> list[Difference]:
    """Several series as one difference."""
    old, new = (
        ", ".join(dict.fromkeys(names)) for names in zip(*((each.old, each.new) for each in found), strict=True)
    )
    return [Difference(Part.SERIES, old, new)]


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above two nodes: the comparisons that they are a side of, and what fewer series do here.

    They are fewer in the end, more where it is `inverted`, and nobody knows unless it is `known`. `is_condition` says
    that all above joins conditions, or compares. `lower` says whether fewer pass in the end if the value here is lower,
    None if nobody knows; `is_quantile`, that it says which quantile is worked out.
    """

    comparisons: tuple[Node, Node] | None = None
    is_left: bool = False
    inverted: bool = False
    known: bool = True
    is_condition: bool = True
    in_guard: bool = False
    lower: bool | None = None
    is_quantile: bool = False

    def looser(self, fewer: bool | None) -> bool | None:
        """Whether fewer series pass in the end, if fewer do here."""
        return fewer ^ self.inverted if self.known and fewer is not None else None


def _differences(old: Node, new: Node, above: _Above) -> Iterator[Difference]:
    old, new = bare(old), bare(new)
    if above.is_condition and above.comparisons is None:
        names = {each.name for each in (old, new) if each.kind == "binary"}
        if "or" in names:
            yield from _branches(_chain(old, ("or",)), _chain(new, ("or",)), above)
            return
        if names.intersection(_FILTERS):
            yield from _guards(_chain(old, _FILTERS), _chain(new, _FILTERS), above)
            return
    yield from _of_nodes(old, new, above)


@dataclass(frozen=True, slots=True)
class _Chain:
    """Conditions joined by operators of one precedence, the first apart."""

    first: Node
    operators: tuple[Node, ...]


def _chain(node: Node, names: Sequence[str]) -> _Chain:
    found = list[Node]()
    while node.kind == "binary" and node.name in names:
        found.append(node)
        node = bare(node.children[0])
    return _Chain(node, tuple(reversed(found)))


def _is_same(old: Node, new: Node) -> bool:
    """Whether two links of a chain are the same: the operator, what it joins by, and its right side."""
    if old.name != new.name or grouping(old.raw) != grouping(new.raw):
        return False
    return next(_differences(old.children[1], new.children[1], _Above()), None) is None


def _apart(old: Sequence[Node], new: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """The links that the other side does not have."""
    gone = [each for each in old if not any(_is_same(each, other) for other in new)]
    return gone, [each for each in new if not any(_is_same(other, each) for other in old)]


def _guards(old: _Chain, new: _Chain, above: _Above) -> Iterator[Difference]:
    yield from _differences(old.first, new.first, above)
    gone, come = _apart(old.operators, new.operators)
    if len(gone) == len(come):
        for before, after in zip(gone, come, strict=True):
            yield from _links(before, after, replace(above, in_guard=True))
    elif gone and come:
        yield Difference(Part.SHAPE, "", "")
    else:
        yield from (_extra(Part.GUARD, each, None, above.looser(False)) for each in gone)
        yield from (_extra(Part.GUARD, None, each, above.looser(True)) for each in come)


def _branches(old: _Chain, new: _Chain, above: _Above) -> Iterator[Difference]:
    if len(old.operators) == len(new.operators):
        yield from _differences(old.first, new.first, above)
        for before, after in zip(old.operators, new.operators, strict=True):
            yield from _links(before, after, above)
        return
    first = next(_differences(old.first, new.first, _Above()), None)
    gone, come = _apart(old.operators, new.operators)
    if first or (gone and come):
        yield Difference(Part.SHAPE, "", "")
        return
    yield from (_extra(Part.BRANCH, each, None, above.looser(True)) for each in gone)
    yield from (_extra(Part.BRANCH, None, each, above.looser(False)) for each in come)


def _extra(part: Part, old: Node | None, new: Node | None, looser: bool | None) -> Difference:
    texts = [one_line(each.children[1]) if each else "" for each in (old, new)]
    return Difference(part, texts[0], texts[1], looser, old, new)


def _links(old: Node, new: Node, above: _Above) -> Iterator[Difference]:
    """Two links of chains that belong together."""
    if old.name != new.name:
        yield Difference(Part.SHAPE, "", "")
        return
    yield from _told(Part.GROUPING, grouping(old.raw), grouping(new.raw))
    yield from _differences(old.children[1], new.children[1], _below(old, new, 1, above))


def _of_nodes(old: Node, new: Node, above: _Above) -> Iterator[Difference]:
    before, after = (constant(each) if above.comparisons else None for each in (old, new))
    if above.comparisons and before is not None and after is not None:
        yield from _limits(before, after, above)
        return
    if _sort(old) != _sort(new) or len(old.children) != len(new.children):
        yield Difference(Part.SHAPE, "", "")
        return
    yield from _own(old, new, above)
    for index, pair in enumerate(zip(old.children, new.children, strict=True)):
        yield from _differences(*pair, _below(old, new, index, above))


def _sort(node: Node) -> tuple[str, str]:
    """What two nodes must share to be compared part by part; of an operator: whether it compares, or itself."""
    is_operator = node.kind == "binary" and node.name not in COMPARISONS
    return node.kind, node.name if is_operator else str(node.name in COMPARISONS)


def _below(old: Node, new: Node, index: int, above: _Above) -> _Above:
    quantile = index == 0 and old.name == new.name and new.name in _QUANTILES
    found = _conditions(old, new, index, above)
    return replace(found, lower=_lower(old, new, index, above), is_quantile=quantile)


def _lower(old: Node, new: Node, index: int, above: _Above) -> bool | None:
    """Whether fewer series pass in the end if a child of two nodes is lower."""
    if old.name != new.name:
        return None
    if new.kind == "binary" and new.name in COMPARISONS:
        fewer = _LOWER_FAILS.get(new.name)
        return above.looser(fewer if fewer is None else fewer ^ (index == 1)) if _is_filter(old, new) else None
    return above.lower if new.kind in ("aggregate", "call", "paren") and new.name in _RISING else None


def _conditions(old: Node, new: Node, index: int, above: _Above) -> _Above:
    if new.kind == "binary" and new.name in COMPARISONS:
        return replace(above, comparisons=(old, new), is_left=index == 0, known=above.known and _is_filter(old, new))
    if new.kind == "binary" and new.name in _SETS:
        turned = new.name == "unless" and index == 1
        return replace(above, comparisons=None, inverted=above.inverted ^ turned)
    if above.is_condition and above.comparisons is None and new.kind in ("aggregate", "call"):
        # The alert fires if anything is left: whatever is made of it in the end.
        return above if new.name not in _ABSENCE else replace(above, known=False, is_condition=False)
    lost = new.kind == "aggregate" or new.name in _ABSENCE
    return replace(above, comparisons=None, known=above.known and not lost, is_condition=False)


def _is_filter(*comparisons: Node) -> bool:
    modifiers = [each.raw.modifier for each in comparisons if isinstance(each.raw, pq.BinaryExpr)]
    return not any(each and each.return_bool for each in modifiers)


def _own(old: Node, new: Node, above: _Above) -> Iterator[Difference]:
    """The differences of two nodes of one kind, their children left out."""
    match old.raw, new.raw:
        case pq.NumberLiteral() as before, pq.NumberLiteral() as after:
            yield from _numbers(before.val, after.val, above)
        case pq.StringLiteral() as before, pq.StringLiteral() as after:
            yield from _told(Part.OPERATION, repr(before.val), repr(after.val))
        case pq.VectorSelector() as before, pq.VectorSelector() as after:
            yield from _told(Part.SERIES, old.name, new.name)
            yield from _matchers(matching(before), matching(after), above)
            yield from _told(Part.WINDOW, moved(before), moved(after))
        case pq.MatrixSelector() as before, pq.MatrixSelector() as after:
            yield from _told(Part.WINDOW, duration(before.range), duration(after.range))
        case pq.SubqueryExpr() as before, pq.SubqueryExpr() as after:
            yield from _told(Part.WINDOW, subquery(before), subquery(after))
        case pq.BinaryExpr(), pq.BinaryExpr() if old.name != new.name or _is_filter(old) != _is_filter(new):
            yield _operator(old, new, above)
            yield from _told(Part.GROUPING, grouping(old.raw), grouping(new.raw))
        case _:
            yield from _told(Part.OPERATION, old.name, new.name)
            yield from _told(Part.GROUPING, grouping(old.raw), grouping(new.raw))


def _numbers(old: float, new: float, above: _Above) -> Iterator[Difference]:
    if not above.is_quantile:
        yield from _told(Part.NUMBER, number(old), number(new))
    elif number(old) != number(new):
        looser = None if above.lower is None else above.lower ^ (new > old)
        yield Difference(Part.QUANTILE, number(old), number(new), looser)


def _operator(old: Node, new: Node, above: _Above) -> Difference:
    """Another comparison: with `>=` for `>` more series pass, with `<` for it the others."""
    texts = [each.name + ("" if _is_filter(each) else " bool") for each in (old, new)]
    if not _is_filter(old, new):
        return Difference(Part.OPERATION, texts[0], texts[1])
    decides = above.is_condition and above.comparisons is None and not above.in_guard
    if decides and (old.name[0], new.name[0]) in _TURNED:
        return Difference(Part.TURNED, texts[0], texts[1])
    fewer = old.name.endswith("=") if old.name.rstrip("=") == new.name.rstrip("=") else None
    return Difference(Part.OPERATION, texts[0], texts[1], above.looser(fewer))


def _told(part: Part, old: str, new: str) -> Iterator[Difference]:
    if old != new:
        yield Difference(part, old, new)


def _limits(old: float, new: float, above: _Above) -> Iterator[Difference]:
    if number(old) == number(new) or above.comparisons is None:
        return
    before, after = above.comparisons
    if before.name == after.name and after.name in ("==", "!=") and _is_filter(before, after):
        yield Difference(Part.VALUE, number(old), number(new), None, before, after, above.in_guard)
        return
    rises = {">": new > old, ">=": new > old, "<": new < old, "<=": new < old}.get(after.name)
    fewer = None if rises is None or before.name != after.name else rises ^ above.is_left
    yield Difference(Part.LIMIT, number(old), number(new), above.looser(fewer), before, after, above.in_guard)


def _matchers(old: Sequence[str], new: Sequence[str], above: _Above) -> Iterator[Difference]:
    gone, come = (", ".join(each for each in one if each not in other) for one, other in ((old, new), (new, old)))
    if gone or come:
        fewer = None if gone and come else bool(come)
        yield Difference(Part.MATCHER, gone, come, above.looser(fewer))
