"""Labels by which alerts are grouped or held equal, and which none of them has."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.alerting.destinations import Destination
from obsgen.repository.alerting.inhibitions import Inhibition, inhibitions
from obsgen.repository.objects import Located
from obsgen.signalpath.delivery import Branch, Possible, may_match

ID = "route/label"
LEVEL = 5
SEVERITY = Severity.WARNING

_ABSENT = frozenset(("",))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the label. Labels that some alert might have are not told of."""
    alerting = repository.alerting
    for destination in alerting.destinations:
        labels = alerting.labels(destination)
        if alerting.of(destination):
            ends = _ends(destination, labels)
            for branch in destination.branches:
                yield from _grouped(branch, [found for each in branch.all for found in ends.get(id(each), ())])
            for part in destination.parts:
                yield from _equal(part, labels)


def _ends(destination: Destination, labels: list[Possible]) -> dict[int, list[Possible]]:
    """The alerts that may end in a route, by its identity; a route has the grouping of what ends below it, too."""
    found: dict[int, list[Possible]] = {}
    for each in labels:
        for branch in destination.routes(each):
            found.setdefault(id(branch), []).append(each)
    return found


def _grouped(branch: Branch, labels: list[Possible]) -> Iterator[Finding]:
    configuration, route = branch.source
    for label in route.at(configuration.keys.group_by).items():
        if isinstance(label.value, str) and label.value != "..." and labels and _is_nowhere(label.value, labels):
            message = f"alerts are grouped by {label.value}, which no alert here has"
            yield Finding(ID, SEVERITY, message, label.place(), "correct its name, or remove it")


def _equal(configuration: Configuration, labels: list[Possible]) -> Iterator[Finding]:
    for rule in inhibitions(configuration):
        concerned = _concerned(rule, labels)
        for label in rule.located.at("equal").items():
            if concerned and isinstance(label.value, str) and _is_nowhere(label.value, concerned):
                yield _silences_all(label)


def _concerned(rule: Inhibition, labels: list[Possible]) -> list[Possible]:
    sides = (rule.source, rule.target)
    return [each for each in labels if any(may_match(side, each) is not False for side in sides)]


def _silences_all(label: Located) -> Finding:
    message = f"no alert here has {label.value}: where both lack it the two count as equal, whatever they are about"
    return Finding(ID, SEVERITY, message, label.place(), "name a label that they have, or remove it")


def _is_nowhere(label: str, labels: list[Possible]) -> bool:
    return all(each(label) == _ABSENT for each in labels)
