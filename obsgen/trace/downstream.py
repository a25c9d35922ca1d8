"""From the rule to the person: who loads it, which route takes its alert, who is told, and what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsgen.checks.wording import listed
from obsgen.findings import Finding, Place
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.destinations import Destination, is_meant_silent, receiver_of, tells_somebody
from obsgen.repository.alerting.timeintervals import silencing
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.providers import providers
from obsgen.repository.queries.rules import Rule, RuleSet
from obsgen.signalpath.delivery import Branch, may_match
from obsgen.signalpath.prometheuses import RULES
from obsgen.signalpath.routing import Matcher
from obsgen.trace.defects import but, ids
from obsgen.trace.ground import Ground
from obsgen.trace.model import Hop, State
from obsgen.trace.upstream import by

_OF_OTHERS = but("signal/", "route/", "path/", "rules/duplicate", "runbook/")
"""What is wrong with a rule itself, and not with what it stands on or where it leads."""
_OF_LOADING = ids("path/rules-not-selected", "path/unmanaged")
_OF_ROUTES = ids("route/", "alertmanager/", "secret/")
_OF_FORM = ids("alertmanager/structure")
_MOUNTED = re.compile(r"/etc/alertmanager/secrets/([^/\s]+)/([^/\s]+)")
"""Where the operator mounts the Secrets that an Alertmanager lists."""


def rule_hop(ground: Ground, rule: Rule) -> Hop:
    """The group of a rule, and who loads it."""
    home = ground.homes.get(id(rule.value))
    own = ground.defects.at(rule.located, _OF_OTHERS)
    if home is None:
        return Hop("rule", f"{rule.name}", rule.located.place(), State.ASSUMED, own)
    set_, object_ = home
    text, known, lost = _loading(ground, set_, object_)
    group = next((each for each in set_.groups if _holds(each, rule)), None)
    name = f"group {group.at('name').value}, " if group else ""
    return Hop("rule", f"{name}{text}", place_of(rule), known, tuple(dict.fromkeys((*own, *lost))))


def place_of(rule: Rule) -> Place:
    """Where the name of a rule stands."""
    return rule.located.place(("alert" if rule.is_alert else "record",))


def _holds(group: Located, rule: Rule) -> bool:
    rules = group.value.get("rules")
    return isinstance(rules, list) and any(each is rule.value for each in rules)


def _loading(ground: Ground, set_: RuleSet, object_: KubeObject | None) -> tuple[str, State, tuple[Finding, ...]]:
    """Who loads some rules, how sure that is, and what is wrong with it."""
    config = ground.loads(set_.located.file) if object_ is None else None
    if config:
        return f"loaded by {config.located.file}", State.FACT, ()
    if object_ is None:
        return "in a rule file; who loads it is not among these files", State.ASSUMED, ()
    if not set_.is_object or object_.kind != "PrometheusRule":
        return f"in {object_}; who loads it is not among these files", State.ASSUMED, ()
    found = ground.graph.loads(object_)
    lost = ground.defects.at(object_.located.at("metadata"), _OF_LOADING)
    for each in found:
        lost += ground.defects.at(each.prometheus.object.located, _OF_LOADING) if each.prometheus.object else ()
    taking = [each for each in found if each.answer]
    if taking:
        one = taking[0].prometheus
        return f"loaded by {one.name}, ruleSelector {by(one, RULES)}", State.FACT, lost
    if found and all(each.answer is False for each in found):
        one = found[0].prometheus
        return f"not loaded by {one}, which selects {by(one, RULES)}", State.FACT, lost
    return f"a Prometheus that loads {object_}, not among these files", State.ASSUMED, lost


def delivery(ground: Ground, alert: Alert) -> Iterator[Hop]:
    """The routes that take an alert, and the receivers that they lead to."""
    found = ground.repository.alerting.to(alert)
    lost = ground.defects.at(alert.rule.located, ids("route/"))
    if not found:
        text = "an Alertmanager that tells somebody, not among these files"
        yield Hop("route", text, None, State.ASSUMED, lost)
    taken = [(each, branch) for each in found for branch in each.routes(alert.labels)]
    for destination in found:
        if not any(one is destination for one, _ in taken):
            text = f"no route of {destination.name} takes it; the outermost one is not among these files"
            yield Hop("route", text, None, State.ASSUMED, lost)
    for destination, branch in taken:
        yield route_hop(ground, destination, branch, alert, lost)
    for _, branch in taken:
        yield from receivers(ground, branch)


def route_hop(
    ground: Ground,
    destination: Destination,
    branch: Branch,
    alert: Alert | None = None,
    more: tuple[Finding, ...] = (),
) -> Hop:
    """A route: the matchers on the way to it, and what its alerts are grouped by."""
    chain = way(destination, branch)
    conditions = [matcher for each in chain for matcher in each.matchers if matcher[0]]
    sure = alert is None or all(may_match(each.matchers, alert.labels) for each in chain)
    asks = ", ".join(map(_said, conditions)) or "whatever no other route takes"
    grouped = _grouped(chain)
    text = f"{asks}, in {destination.name}" + (f"; grouped by {', '.join(grouped)}" if grouped else "")
    if branch.source is None:
        return Hop("route", text, None, State.ASSUMED, more)
    located: Located = branch.source.located
    own = ground.defects.at(_without_below(located), ids("route/unused", "route/not-selected", "alertmanager/"))
    silent = silencing(branch)
    own += ground.defects.at(silent.located, ids("route/muted")) if silent else ()
    place = located.place((), key=True)
    known = State.FACT if sure else State.ASSUMED
    return Hop(
        "route",
        text if sure else f"{text}; whether all of this holds depends on labels that only series tell",
        place,
        known,
        tuple(dict.fromkeys((*more, *own))),
    )


def _without_below(route: Located) -> Located:
    """A route without those below it: its matchers, or itself if it has none."""
    matchers = route.at("matchers")
    return matchers if matchers.value else route.at("receiver")


def way(destination: Destination, branch: Branch) -> tuple[Branch, ...]:
    """The routes from the outermost one to one below it."""
    roots = (destination.root,) if destination.root else destination.tops
    return next((found for root in roots if (found := _below(root, branch))), (branch,))


def _below(root: Branch, wanted: Branch) -> tuple[Branch, ...]:
    if root is wanted:
        return (root,)
    return next(((root, *found) for each in root.below if (found := _below(each, wanted))), ())


def _said(matcher: Matcher) -> str:
    return f"{matcher[0]}{matcher[1]}{matcher[2]}"


def _grouped(chain: Sequence[Branch]) -> list[str]:
    """The labels of the innermost route that says by what it groups."""
    for each in reversed(chain):
        if each.source is not None:
            value = each.source.located.value.get(each.source.configuration.keys.group_by)
            if isinstance(value, list):
                return list(map(str, value))
    return []


def receivers(ground: Ground, branch: Branch) -> Iterator[Hop]:
    """The receiver of a route with what it tells, and the Secrets that it needs."""
    located = receiver_of(branch)
    if located is None:
        lost = ground.defects.at(branch.source.located.at("receiver"), _OF_FORM) if branch.source else ()
        text = f"{branch.receiver or 'a receiver'}, not among these files"
        yield Hop("receiver", text, None, State.ASSUMED, lost)
        return
    secrets = list(_references(located))
    lost = ground.defects.at(located, _OF_ROUTES)
    inside = tuple(each for _, _, at in secrets for each in ground.defects.at(at, _OF_ROUTES))
    own = tuple(each for each in lost if each not in inside)
    yield Hop("receiver", f"{branch.receiver}: {tells(located)}", located.place(("name",)), State.FACT, own)
    owner = branch.source.configuration.owner if branch.source else None
    for name, key, at in secrets:
        yield _secret(ground, name, key, at, owner)


def tells(receiver: Located) -> str:
    """What a receiver tells, in words."""
    if not tells_somebody(receiver):
        return "tells nobody, as its name says" if is_meant_silent(receiver) else "tells nobody: it has no integration"
    return listed(sorted(_integrations(receiver.value)))


def _integrations(value: Mapping[str, Any]) -> list[str]:
    found = (key for key, each in value.items() if each and str(key).lower().endswith("configs"))
    return [re.sub(r"_?configs$", "", str(key), flags=re.IGNORECASE) for key in found]


def _references(located: Located) -> Iterator[tuple[str, str, Located]]:
    """The Secrets that a receiver names, by name and key, or by the file that they are mounted as."""
    value = located.value
    if isinstance(value, dict):
        name, key = value.get("name"), value.get("key")
        if isinstance(name, str) and isinstance(key, str):
            yield name, key, located
        for each in value:
            yield from _references(located.at(each))
    elif isinstance(value, list):
        for each in located.items():
            yield from _references(each)
    elif isinstance(value, str) and (match := _MOUNTED.search(value)):
        yield match[1], match[2], located


def _secret(ground: Ground, name: str, key: str, at: Located, owner: KubeObject | None) -> Hop:
    namespace = owner.namespace if owner else ""
    full = f"{namespace}/{name}" if namespace else name
    there = _is_there(ground, name, namespace)
    text = f"Secret {full}, key {key}" + ("" if there else ", not among these files")
    found = ground.defects.at(at, _OF_ROUTES)
    return Hop("secret", text, at.place(), State.FACT if there else State.ASSUMED, found)


def _is_there(ground: Ground, name: str, namespace: str) -> bool:
    """Whether a Secret is among the files, made by something of them, or told by facts."""
    made = {(each.name, each.namespace) for object_ in ground.graph.objects for each in providers(object_)}
    told = {(each.partition("/")[2], each.partition("/")[0]) for each in ground.facts.secrets}
    return any(name == each and namespace in ("", home) for each, home in made | told)
