"""Routes that no alert of the files takes: their matchers ask for labels that none can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsgen.findings import Finding, Severity
from obsgen.hints import nearest
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.alerting.destinations import Alerting, Destination
from obsgen.repository.objects import Located
from obsgen.signalpath.delivery import Branch, Possible, may_match
from obsgen.signalpath.routing import Matcher, RoutingError, parsed

ID = "route/unused"
LEVEL = 5
SEVERITY = Severity.ERROR

_NAMESPACE = "namespace"


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the matcher that no alert meets; an error at an object that gets other namespaces' alerts alone."""
    alerting = repository.alerting
    for destination in alerting.destinations:
        if alerting.of(destination):
            yield from _of(destination, alerting)


def _of(destination: Destination, alerting: Alerting) -> Iterator[Finding]:
    labels = alerting.labels(destination)
    tops = destination.root.below if destination.root else destination.tops
    own = [each.labels for each in alerting.of(destination)]
    for top in tops:
        enforced = _enforced(top, own)
        if enforced:
            yield _other_namespace(top.source.configuration, enforced, own, destination)
        else:
            yield from _below(top, labels)


def _below(branch: Branch, labels: Sequence[Possible]) -> Iterator[Finding]:
    taken = [each for each in labels if may_match(branch.matchers, each) is not False]
    if taken:
        for below in branch.below:
            yield from _below(below, taken)
    elif branch.source is not None:
        yield _unused(branch, labels)


def _unused(branch: Branch, labels: Sequence[Possible]) -> Finding:
    configuration, route = branch.source
    place, matcher = route.place((), key=True), None
    for located, each in _written(configuration, route):
        if not _met(each, labels):
            place, matcher = located.place(), each
            break
    said = f"{matcher[0]}{matcher[1]}{matcher[2]!r}" if matcher else "all of its matchers together"
    message = f"no alert takes this route: none in the files has {said}"
    hint = _hint(matcher, labels) if matcher else "see `obsgen explain route/unused`"
    return Finding(ID, Severity.WARNING, message, place, hint)


def _enforced(branch: Branch, labels: Sequence[Possible]) -> str:
    """The namespace that the operator makes a condition of an object's route, if no alert of the files is of it."""
    owner = branch.source.configuration.owner
    if (
        branch.source.configuration.is_native
        or owner is None
        or branch.matchers[:1] != ((_NAMESPACE, "=", owner.namespace),)
    ):
        return ""
    return "" if _met(branch.matchers[0], labels) else owner.namespace


def _other_namespace(configuration: Configuration, own: str, labels: Sequence[Possible], to: Destination) -> Finding:
    owner = configuration.owner
    place = owner.located.place(("metadata", "namespace")) if owner else configuration.located.place()
    message = f"{owner} gets alerts with namespace={own} alone, and none has it: here they carry {_seen(labels)}"
    hint = f"write alertmanagerConfigMatcherStrategy: {{type: None}} in {to.name}, or move the object"
    return Finding(ID, SEVERITY, message, place, hint)


def _seen(labels: Sequence[Possible]) -> str:
    values = {value for each in labels for value in each(_NAMESPACE) or () if value}
    return f"namespace={', '.join(sorted(values))}" if values else "no namespace"


def _written(configuration: Configuration, route: Located) -> Iterator[tuple[Located, Matcher]]:
    """The matchers of a route with their places."""
    for located in configuration.matchers(route):
        try:
            yield from ((located, each) for each in parsed(configuration.text(located)))
        except RoutingError:
            continue
    for key, operator in (("match", "="), ("match_re", "=~")) if configuration.is_native else ():
        pairs = route.value.get(key)
        for label, value in pairs.items() if isinstance(pairs, dict) else ():
            yield route.at(key, label), (str(label), operator, str(value))


def _met(matcher: Matcher, labels: Sequence[Possible]) -> bool:
    return any(may_match((matcher,), each) is not False for each in labels)


def _hint(matcher: Matcher, labels: Sequence[Possible]) -> str:
    label, _, value = matcher
    found = [each(label) for each in labels]
    values = sorted({one for each in found if each for one in each if one})
    if not values:
        return f"no alert has a label {label}: set it in the rules, or remove the route"
    return nearest(value, values) or f"here it is one of {', '.join(values[:8])}"
