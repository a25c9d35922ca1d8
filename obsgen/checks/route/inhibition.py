"""Inhibition rules that can never silence anything, or that silence far more than anybody means."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.destinations import Alerting, Destination
from obsgen.repository.alerting.inhibitions import Inhibition, inhibitions
from obsgen.signalpath.delivery import Possible, may_match
from obsgen.signalpath.routing import Matcher, RoutingError, agrees

ID = "route/inhibition"
LEVEL = 5
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the rule, and at a side that no alert of the files matches."""
    for configuration in repository.alertmanagers:
        for rule in inhibitions(configuration):
            yield from _by_itself(rule)
    for destination in repository.alerting.destinations:
        yield from _among_alerts(destination, repository.alerting)


def _by_itself(rule: Inhibition) -> Iterator[Finding]:
    place = rule.located.place((), key=True)
    apart = next((label for label in rule.equal if _differ(rule, label)), None)
    if apart:
        message = (
            f"this rule never silences anything: both sides must have the same {apart}, and ask for different ones"
        )
        yield Finding(ID, SEVERITY, message, rule.located.place(("equal",), key=True), f"take {apart} out of equal")
    elif rule.target and _implies(rule.target, rule.source):
        message = "this rule never silences anything: what its target matches its source matches too"
        hint = "Alertmanager never lets such an alert be silenced by another one: narrow the source or the target"
        yield Finding(ID, SEVERITY, message, place, hint)
    elif not rule.equal and not any(each[0] == "alertname" for each in (*rule.source, *rule.target)):
        message = "without `equal` one source silences all targets, of every cluster and namespace"
        yield Finding(ID, SEVERITY, message, place, "add equal: [cluster, namespace], or what the two have in common")


def _differ(rule: Inhibition, label: str) -> bool:
    """Whether no value of a label fits both sides."""
    fixed = {value for name, operator, value in (*rule.source, *rule.target) if name == label and operator == "="}
    others = [each for each in (*rule.source, *rule.target) if each[0] == label]
    return len(fixed) > 1 or any(not _agrees(each, {label: value}) for value in fixed for each in others)


def _implies(given: tuple[Matcher, ...], wanted: tuple[Matcher, ...]) -> bool:
    """Whether all that meets the given matchers meets the wanted ones."""
    exact = {label: value for label, operator, value in given if operator == "="}
    return all(each in given or (each[0] in exact and _agrees(each, exact)) for each in wanted)


def _agrees(matcher: Matcher, labels: dict[str, str]) -> bool:
    try:
        return agrees(matcher, labels)
    except RoutingError:
        return True


def _among_alerts(destination: Destination, alerting: Alerting) -> Iterator[Finding]:
    labels = alerting.labels(destination) if alerting.of(destination) else []
    for part in destination.parts if labels else ():
        for rule in inhibitions(part):
            for side, matchers in (("source", rule.source), ("target", rule.target)):
                if not _met(matchers, labels):
                    key = next(each for each in rule.located.value if str(each).startswith(side))
                    message = f"no alert in the files matches the {side} of this rule"
                    hint = "correct the matchers, or remove the rule"
                    yield Finding(ID, SEVERITY, message, rule.located.place((key,), key=True), hint)


def _met(matchers: tuple[Matcher, ...], labels: list[Possible]) -> bool:
    return not matchers or any(may_match(matchers, each) is not False for each in labels)
