"""The node of a target as a label, where the exporter's page has none and no relabelling writes it."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.promql import Node
from obsgen.repository import Repository
from obsgen.repository.queries.asked import grouped_by, joined_on, wanted, with_parents
from obsgen.repository.queries.fates import sources
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.meanings import Meaning
from obsgen.signalpath.monitors import Endpoint

ID = "label/not-attached"
LEVEL = 5
SEVERITY = Severity.ERROR

_NODE = "node"
_MAP = "labelmap"


def check(repository: Repository) -> Iterator[Finding]:
    """An error where every endpoint that the series comes from is among the files."""
    for meaning in repository.meanings:
        known = {id(each.node): each for each in meaning.lookups if _is_attached(repository, each)}
        for node, above in with_parents(meaning.root) if known else ():
            lookup = known.get(id(node))
            if lookup and _asks(node, above):
                yield from _judged(repository, meaning, lookup)


def _is_attached(repository: Repository, lookup: Lookup) -> bool:
    """Whether the node is a label that scraping adds to a series, and not one of the page."""
    rows = lookup.verdict.rows
    scrapes = [repository.inventory.exporter(row.component).component.scrape for row in rows if row.component]
    return bool(scrapes) and len(scrapes) == len(rows) and all(each and each.attach_node for each in scrapes)


def _asks(node: Node, above: tuple[Node, ...]) -> bool:
    """Whether a selector, or what is done with its series, needs the label."""
    groups = any(_NODE in grouped_by(each) or _NODE in (joined_on(each) or ()) for each in above)
    return groups or _NODE in wanted(node)


def _judged(repository: Repository, meaning: Meaning, lookup: Lookup) -> Iterator[Finding]:
    endpoints = [endpoint for _, endpoint in sources(repository, lookup)]
    if endpoints and not any(map(_writes, endpoints)):
        message = f"{lookup.name} has no label {_NODE}: its page has none, and nothing that scrapes it writes one"
        hint = "relabel __meta_kubernetes_pod_node_name to node at the endpoint, or ask for instance"
        notes = tuple(Note("scraped here", each) for each in dict.fromkeys(one.place for one in endpoints))
        yield Finding(ID, SEVERITY, message, meaning.place(lookup.node), hint, notes)


def _writes(endpoint: Endpoint) -> bool:
    steps = [each.step for each in (*endpoint.relabelings, *endpoint.metric_relabelings)]
    listed = endpoint.monitor.spec.at("podTargetLabels").items() if endpoint.monitor else []
    written = any(step.target == _NODE or step.action == _MAP for step in steps)
    return written or any(each.value == _NODE for each in listed)
