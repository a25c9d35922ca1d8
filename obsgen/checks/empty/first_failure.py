"""Arithmetic with a series that does not exist before the first failure: until then there is no result at all."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.promql import Node
from obsgen.promql.labels import is_vector
from obsgen.repository import Repository
from obsgen.repository.queries.asked import selectors, with_parents
from obsgen.repository.queries.meanings import Meaning

ID = "empty/first-failure"
LEVEL = 4
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the operator: once the first failure has come, all is well."""
    for meaning in repository.meanings:
        for node, above in with_parents(meaning.root):
            if node.kind == "binary" and node.name in ("+", "-") and not _stands_in(above):
                late = [each for child in node.children for each in _late(meaning, child)]
                if late and _loses(meaning, node, late) and not _below_itself(node, above, late[0]):
                    name = late[0].name
                    message = f"{name} does not exist before its first event: until then '{node.name}' has no result"
                    hint = "give it a 0: (… or 0 * …) with the labels of the other side, or `or vector(0)`"
                    yield Finding(ID, SEVERITY, message, meaning.place(node), hint)


def _late(meaning: Meaning, node: Node) -> list[Node]:
    """The selectors of a side whose series begin with the first event, if nothing stands in for them."""
    if any(each.name in ("or", "absent") for each in node.walk()):
        return []
    found = ((each, meaning.carried.rows(each)) for each in selectors(node))
    return [each for each, rows in found if rows and all(row.starts_at == "first" for row in rows)]


def _loses(meaning: Meaning, node: Node, late: list[Node]) -> bool:
    """Whether something of worth is lost: another series, or a number such as the 1 of `1 - x`."""
    late_ids = set(map(id, late))
    others = [each for each in selectors(node) if id(each) not in late_ids]
    numbers = any(not is_vector(child) for child in node.children)
    return bool(others) and (numbers or any(not _late(meaning, child) for child in node.children))


def _below_itself(node: Node, above: tuple[Node, ...], late: Node) -> bool:
    """Whether it is the denominator of its own share, which then has no numerator either."""
    below: Node = node
    for each in reversed(above):
        if each.kind == "binary" and each.name == "/" and each.children[1] is below:
            return any(one.name == late.name for one in selectors(each.children[0]))
        below = each
    return False


def _stands_in(above: tuple[Node, ...]) -> bool:
    return any(each.kind == "binary" and each.name == "or" for each in above)
