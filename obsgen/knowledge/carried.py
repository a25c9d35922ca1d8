"""Which labels the series of an expression carry, by what is known of their exporters' pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import promql_parser as pq

from obsgen.knowledge.inventory import Inventory, Known
from obsgen.promql import Node
from obsgen.promql.labels import Labels, asked_of, input_of, is_vector, labels_of

TARGET = frozenset(
    [
        "__name__",
        "cluster",
        "container",
        "endpoint",
        "instance",
        "job",
        "metrics_path",
        "namespace",
        "pod",
        "prometheus",
        "prometheus_replica",
        "prometheus_shard",
        "replica",
        "scheme",
        "service",
    ]
)
"""Labels that Prometheus, and what installs it, give to every target."""

_OWN = frozenset(("le", "quantile"))
"""Labels of histograms and summaries: who lacks them is told where a quantile is taken."""

Rows = Callable[[Node], Sequence[Known]]


@dataclass(frozen=True, slots=True)
class Added:
    """Labels that scraping adds to those of a page; `anything` where all that a pod carries may become one."""

    names: frozenset[str] = frozenset()
    anything: bool = False

    def may(self, label: str) -> bool:
        """Whether some target can have a label."""
        return self.anything or label in TARGET or label in self.names or label.startswith("exported_")


def _unknown(_: str) -> Labels:
    return Labels()


@dataclass(frozen=True)
class Carried:
    """The labels of an expression's parts: those that may be there, and those that surely are."""

    inventory: Inventory
    rows: Rows
    added: Added
    recorded: Callable[[str], Labels] = _unknown
    """The labels of a series that rules record."""
    found: dict[int, Labels] = field(default_factory=dict, repr=False)
    """What has been worked out, by the identity of a selector."""
    missing: dict[tuple[int, ...], frozenset[str]] = field(default_factory=dict, repr=False)
    """The labels that rows of the inventory never have, by the rows' identities; many expressions share it."""

    def may(self, node: Node) -> Labels:
        """The labels that the results of a node can have."""
        return labels_of(node, self._of_series)

    def lost(self, node: Node, label: str) -> bool:
        """Whether a result lacks a label that no operator has dropped: its series never had it."""
        suspect = any(self._of_series(each).lacks(label) for each in node.walk() if each.kind == "selector")
        return suspect and self.may(node).lacks(label) and not labels_of(node).lacks(label)

    def never(self, selector: Node) -> frozenset[str]:
        """Labels that a selector's series never have, though others of the same pages do, or whose names are unlike any
        that somebody makes up for targets."""
        rows = self.rows(selector)
        if not rows or not all(row.component for row in rows):
            return frozenset()
        key = tuple(map(id, rows))
        if key not in self.missing:
            self.missing[key] = self._missing(rows)
        return self.missing[key]

    def _missing(self, rows: Sequence[Known]) -> frozenset[str]:
        near = (self.inventory.labels(row.component) for row in rows)
        own = frozenset(label for row in rows for label in self._on_page(row))
        otherwise = frozenset(label.lower() for label in own)  # the same label in other letters is another label
        suspects = frozenset().union(self.inventory.odd_labels, otherwise, *near) - own
        return frozenset(label for label in suspects - _OWN if not self.added.may(label))

    def surely(self, node: Node) -> frozenset[str]:
        """The labels of the page that all results of a node have; those of targets are left out."""
        if node.kind == "selector":
            rows = self.rows(node)
            found = [
                _always([row for row in rows if row.component == each]) for each in {row.component for row in rows}
            ]
            return frozenset.intersection(*found) - TARGET if found else frozenset()
        if isinstance(node.raw, pq.AggregateExpr):
            return self._grouped(node, node.raw)
        if isinstance(node.raw, pq.BinaryExpr):
            return self._joined(node)
        series = input_of(node) if node.kind == "call" else node.children[0] if node.children else None
        if series is None or node.name in ("absent", "absent_over_time", "scalar", "vector"):
            return frozenset()
        return self.surely(series) - {"le"}

    def _of_series(self, node: Node) -> Labels:
        if id(node) not in self.found:
            self.found[id(node)] = self._known(node)
        return self.found[id(node)]

    def _known(self, node: Node) -> Labels:
        asked, rows = asked_of(node), self.rows(node)
        if not rows:
            return self.recorded(node.name).minus(asked.gone)
        if rows and self._all_is_known(rows) and not self.added.anything:
            on_pages = frozenset(label for row in rows for label in self._on_page(row))
            exported = frozenset(f"exported_{label}" for label in on_pages)
            return Labels((on_pages | exported | TARGET | self.added.names) - asked.gone)
        return Labels(gone=asked.gone | self.never(node))

    def _on_page(self, row: Known) -> frozenset[str]:
        """The labels that a row can have where it is exposed."""
        return row.labels | self.inventory.exporter(row.component).component.page.any_labels

    def _all_is_known(self, rows: Iterable[Known]) -> bool:
        return all(row.component and self.inventory.exporter(row.component).component.page.complete for row in rows)

    def _grouped(self, node: Node, raw: pq.AggregateExpr) -> frozenset[str]:
        found = self.surely(node.children[-1])
        if node.name in ("topk", "bottomk", "limitk", "limit_ratio"):
            return found
        if raw.modifier is None:
            return frozenset()
        named = frozenset(raw.modifier.labels)
        return found & named if raw.modifier.type == pq.AggModifierType.By else found - named

    def _joined(self, node: Node) -> frozenset[str]:
        sides = [child for child in node.children if is_vector(child)]
        if len(sides) == 2 and node.name == "or":
            return self.surely(sides[0]) & self.surely(sides[1])
        found = self.surely(sides[0]) if sides else frozenset()
        return frozenset(label for label in found if not self.may(node).lacks(label))


def _always(rows: Sequence[Known]) -> frozenset[str]:
    """The labels that an exporter's series have at all versions; several signals may each know some of them."""
    common = frozenset(label for row in rows if row.since is row.until is None for label in row.labels)
    return frozenset.intersection(*(row.labels | common for row in rows))
