"""Which entries of a component its sentences refer to, and what is told when a user's file removes one of those."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from obsgen.components.boards import Panel
from obsgen.components.rules import Alert, Recording
from obsgen.components.sentences import Alternative, Condition, Measure
from obsgen.findings import Finding, error
from obsgen.source import Route

if TYPE_CHECKING:
    from obsgen.components.catalogue import ComponentFolder
    from obsgen.components.objectives import Objective

_SERIES = re.compile(r"series\(\s*'(\w+)'(?:\s*,\s*'([\w-]+)')?\s*\)")
_QUERY = re.compile(r"query\(\s*'(\w+)'\s*(?:\)|,\s*by\s*=)")


def signals_of(said: Measure) -> Iterator[tuple[str | None, str]]:
    """The signals that a sentence speaks of in all its parts: owner (None for the speaker itself) and name."""
    for part in parts(said):
        ratio = (*part.ratio.of, *part.ratio.to) if part.ratio else ()
        mean = (part.mean.sum, part.mean.count) if part.mean else ()
        yield from ((part.from_, name) for name in (part.signal, *ratio, *mean) if name)
        others = (part.less, part.product) if isinstance(part, Recording) else ()
        yield from ((other.from_, other.signal) for other in others if other)
        yield from ((owner or None, name) for name, owner in _SERIES.findall(part.expr or ""))


def parts(said: Measure) -> Iterator[Measure]:
    """A sentence and all the sentences inside it."""
    inside: list[Measure | None] = []
    if isinstance(said, Alert):
        inside += said.any_
    if isinstance(said, (Alert, Alternative)):
        inside += [said.while_, said.unless_]
    if isinstance(said, Panel):
        inside += said.queries
    yield said
    yield from chain.from_iterable(parts(part) for part in inside if part)


def lost_references(folder: ComponentFolder) -> Iterator[Finding]:
    """Entries that a user's file removes although the component still speaks of them, told at the file that does."""
    documents = folder.documents.items()
    removed = {(file, *route): place for file, each in documents for route, place in each.removed.items()}
    users: dict[Route, dict[str, None]] = {}
    for user, entry in _references(folder) if removed else ():
        users.setdefault(entry, {})[user] = None
    for entry, place in removed.items():
        if entry in users:
            message = f"'{entry[-1]}' is removed here, but still needed by {', '.join(users[entry])}"
            hint = "change or remove that as well; a profile turns an alert off by `enabled: false` and keeps the rest"
            yield error("component/still-used", message, place, hint)


def _references(folder: ComponentFolder) -> Iterator[tuple[str, Route]]:
    """Who speaks of which entry: its file, and its keys there."""
    for user, said in _sentences(folder):
        yield from ((user, entry) for entry in _named(said))
    for name, objective in folder.objectives.items():
        yield from ((f"objective {name}", entry) for entry in _promised(objective))
    for file in (each for each in folder.files if each.startswith("runbooks/")):
        yield from ((file, ("signals.yaml", name)) for name in _QUERY.findall(folder.text(file)))


def _sentences(folder: ComponentFolder) -> Iterator[tuple[str, Measure]]:
    yield from ((f"alert {name}", alert) for name, alert in folder.alerts.items())
    yield from ((f"recording rule {rule.record}", rule) for rule in folder.recordings)
    for name, board in folder.dashboards.items():
        yield from ((f"dashboards/{name}.yaml", panel) for row in board.rows for panel in row.panels)


def _promised(objective: Objective) -> Iterator[Route]:
    """The component's own entries that an objective speaks of."""
    if objective.minutes:
        yield from _named(objective.minutes)
    events = objective.events
    if events:
        signals = (events.signal, *(events.bad or ()), *(events.of or ()))
        yield from (("signals.yaml", name) for name in signals if name)
        yield from (("component.yaml", "thresholds", limit) for limit in (events.within,) if limit)


def _named(said: Measure) -> Iterator[Route]:
    """The component's own entries that a sentence speaks of."""
    yield from (("signals.yaml", name) for owner, name in signals_of(said) if owner is None)
    limits = (limit for each in parts(said) if isinstance(each, Condition) for limit in (each.above, each.below))
    yield from (("component.yaml", "thresholds", limit) for limit in limits if limit)
    if isinstance(said, Panel) and said.threshold:
        yield "alerts.yaml", said.threshold
