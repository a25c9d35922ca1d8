"""Divisions that give NaN while nothing happens, where NaN does harm: it fires, or silences all others."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.values import is_filter
from obsgen.repository import Repository
from obsgen.repository.queries.asked import bare, with_parents
from obsgen.repository.queries.meanings import Meaning

ID = "empty/division"
LEVEL = 4
SEVERITY = Severity.WARNING

_MIXES = frozenset(("avg", "sum", "stddev", "stdvar"))
_FLOWS = frozenset(("rate", "irate", "increase"))
_TINY = 1e-3
"""A number that changes no share that anybody would notice."""


def check(repository: Repository) -> Iterator[Finding]:
    """A warning: a division of rates without traffic is 0/0. With `>` and `<` that is no alert, and right so."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            if node.kind == "binary" and node.name == "/":
                yield from _biased(meaning, node)
                if _may_be_nothing(node.children[1]) and not _guarded(above):
                    yield from _harmed(meaning, node, above)


def _harmed(meaning: Meaning, node: Node, above: tuple[Node, ...]) -> Iterator[Finding]:
    """What is wrong with NaN where it goes: up to the first aggregation or comparison."""
    for each in reversed(above):
        if each.kind == "aggregate" and each.name in _MIXES:
            message = f"one series without traffic is 0/0, and makes the {each.name} of all of them NaN"
            yield Finding(ID, SEVERITY, message, meaning.place(node), "keep those with traffic: … / (… > 0)")
            return
        if each.kind == "binary" and each.name == "!=" and is_filter(each):
            message = "without traffic this is 0/0, and NaN != anything is true: it fires"
            yield Finding(ID, SEVERITY, message, meaning.place(node), "keep those with traffic: … / (… > 0)")
            return
        if each.kind in ("aggregate", "binary", "call"):
            return


def _biased(meaning: Meaning, node: Node) -> Iterator[Finding]:
    """A number that is added to the denominator so that it never is 0."""
    below = bare(node.children[1])
    numbers = [meaning.of(each).value or 0 for each in below.children] if below.name == "+" else []
    if below.kind == "binary" and any(each > _TINY for each in numbers) and _may_be_nothing(below):
        message = "the number added to the denominator makes every share too small, most of all with little traffic"
        yield Finding(ID, SEVERITY, message, meaning.place(below), "leave it out, and ask for traffic: … / (… > 0)")


def _may_be_nothing(node: Node) -> bool:
    """Whether a denominator is a flow that nothing keeps from being 0."""
    inside = list(node.walk())
    kept = any(is_filter(each) or each.name in ("clamp_min", "or") for each in inside)
    return not kept and any(each.kind == "call" and each.name in _FLOWS for each in inside)


def _guarded(above: tuple[Node, ...]) -> bool:
    return any(each.kind == "binary" and each.name in ("and", "unless") for each in above)
