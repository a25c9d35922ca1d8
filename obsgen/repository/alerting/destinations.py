"""Every Alertmanager of the files with the routes that it will have, and the alerts that may come to it.

Source of how the operator joins objects: prometheus-operator 0.93.0, pkg/alertmanager (operator.go, amcfg.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from obsgen.facts import tree_facts
from obsgen.repository.alerting.alertmanagers import RESOURCE, Configuration, in_objects, routes_below
from obsgen.repository.alerting.alerts import OPERATOR, Alert
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.scopes import Scope, Scopes
from obsgen.signalpath.delivery import Branch, Possible, may_match, possible_routes
from obsgen.signalpath.labels import Values
from obsgen.signalpath.resources import NOBODY
from obsgen.signalpath.routing import Matcher, RoutingError, parsed
from obsgen.signalpath.selectors import Answer, both, selects, takes_namespace

_UNREADABLE: Matcher = ("", "=~", "(")
"""Stands for a matcher that nobody can judge."""
_OPEN, _OWN_EXEMPT = "None", "OnNamespaceExceptForAlertmanagerNamespace"


class Spot(NamedTuple):
    """Where a route was read."""

    configuration: Configuration
    located: Located


@dataclass(frozen=True, eq=False)
class Destination:
    """An Alertmanager: what it is called, its configurations, and its routes.

    `root` is None where the outermost route is not among the files; `tops` are then the routes that will stand below.
    """

    name: str
    parts: tuple[Configuration, ...]
    root: Branch | None
    tops: tuple[Branch, ...] = ()
    scope: Scope | None = None
    tree: Path | None = None
    owner: KubeObject | None = None
    """The Alertmanager object, if it is one."""

    @cached_property
    def branches(self) -> list[Branch]:
        """All routes that stand in the files."""
        roots = (self.root,) if self.root else self.tops
        return [each for root in roots for each in root.all if each.source is not None]

    def routes(self, labels: Possible) -> list[Branch]:
        """The routes that may take an alert with these labels."""
        if self.root:
            return possible_routes(self.root, labels)
        taken = (each for each in self.tops if may_match(each.matchers, labels) is not False)
        return [found for each in taken for found in possible_routes(each, labels)]


_HEARTBEATS = frozenset(["Watchdog", "InfoInhibitor", "DeadMansSwitch"])
_SEVERITIES = frozenset(["critical", "warning", "info", "none"])


def _well_known(label: str) -> Values:
    """Alerts of rules that come with most installations of Prometheus and have routes of their own."""
    known: dict[str, Values] = {"alertname": _HEARTBEATS, "severity": _SEVERITIES, "namespace": None}
    return known.get(label, frozenset(("",)))


def _of_chart(label: str) -> Values:
    """The alerts that the chart kube-prometheus-stack brings."""
    return _SEVERITIES if label == "severity" else None


@dataclass(frozen=True, eq=False)
class Alerting:
    """All alerts and all Alertmanagers of a repository."""

    alerts: list[Alert]
    destinations: list[Destination]
    has_chart: bool = False
    """Whether a chart brings rules of its own."""

    def of(self, destination: Destination) -> list[Alert]:
        """The alerts that may come to an Alertmanager: its environment's in a rendered tree, elsewhere all."""
        same = [each for each in self.alerts if each.tree == destination.tree]
        if destination.tree is None or destination.scope is None:
            return same
        return [each for each in same if each.scope in (destination.scope, None)]

    def labels(self, destination: Destination) -> list[Possible]:
        """The labels of the alerts that may come to an Alertmanager, and of those that come from elsewhere."""
        found: list[Possible] = [each.labels for each in self.of(destination)]
        if self.has_chart:
            return [*found, _well_known, _of_chart]
        return found if destination.tree else [*found, _well_known]

    def to(self, alert: Alert) -> list[Destination]:
        """The Alertmanagers that may get an alert: those beside it, those of its sort, or all if there are none.

        Of its sort are objects for alerts of objects, and files for alerts of files.
        """
        same = [each for each in self.destinations if each.tree == alert.tree]
        beside = [each for each in same if each.scope is not None and each.scope is alert.scope]
        return beside or [each for each in same if (each.scope is None) == (alert.scope is None)] or same


def destinations(scopes: Scopes, written: Iterable[Configuration]) -> list[Destination]:
    """The Alertmanagers of objects, and the configurations that belong to none of them."""
    found = [each for scope in scopes.all for each in _in_scope(scope, scopes)]
    used = {(part.located.file, str(part.owner)) for one in found for part in one.parts}
    others = (one for one in written if not one.broken and (one.located.file, str(one.owner)) not in used)
    return [*found, *_alone(list(others), scopes)]


def _in_scope(scope: Scope, scopes: Scopes) -> Iterator[Destination]:
    for object_ in scope.of(OPERATOR, "Alertmanager"):
        if isinstance(object_.value.get("spec"), dict):
            yield _of_object(object_, scope, scopes)


def _of_object(object_: KubeObject, scope: Scope, scopes: Scopes) -> Destination:
    base = _base(object_, scope, scopes)
    chosen = list(selected(object_, scope, scopes))
    tops = tuple(top for config, sure in chosen for top in _tops(config, object_, sure=sure))
    root = None
    if base and base.root:
        own = as_branch(base, base.root)
        root = replace(own, below=(*tops, *own.below))
    parts = (*([base] if base else []), *(config for config, _ in chosen))
    return Destination(str(object_), parts, root, tops, scope, scope.tree, object_)


def _base(object_: KubeObject, scope: Scope, scopes: Scopes) -> Configuration | None:
    """The configuration that an Alertmanager names, if it is among the files."""
    spec = object_.located.at("spec")
    name = spec.at("alertmanagerConfiguration", "name").value
    kind = RESOURCE if name else ("", "Secret")
    wanted = str(name or spec.at("configSecret").value or f"alertmanager-{object_.name}")
    for found in scopes.anywhere(scope, *kind):
        if found.name == wanted and found.namespace in ("", object_.namespace):
            return next((each for each in in_objects([found]) if not each.broken and _is_main(each)), None)
    return None


def _is_main(configuration: Configuration) -> bool:
    """Whether it is what the operator reads: of a Secret the key alertmanager.yaml."""
    where = configuration.located.where
    outer = getattr(where, "outer", None)
    return not configuration.is_native or (isinstance(outer, Located) and outer.route[-1] == "alertmanager.yaml")


def selected(object_: KubeObject, scope: Scope, scopes: Scopes) -> Iterator[tuple[Configuration, bool]]:
    """The AlertmanagerConfig objects that an Alertmanager selects, and whether that is sure."""
    for found in scopes.anywhere(scope, *RESOURCE):
        answer = selects_config(object_, found, scopes.anywhere(scope, "", "Namespace"))
        if answer is not False:
            yield from ((each, answer is True) for each in in_objects([found]))


def selects_config(object_: KubeObject, found: KubeObject, namespaces: list[KubeObject]) -> Answer:
    """Whether an Alertmanager selects an AlertmanagerConfig; None if the files do not tell."""
    spec = object_.located.at("spec")
    labels = labels_of(found)
    here = next((labels_of(each) for each in namespaces if each.name == found.namespace), None)
    looked = spec.at("alertmanagerConfigNamespaceSelector").value
    return both(
        selects(spec.at("alertmanagerConfigSelector").value, labels),
        takes_namespace(looked, object_.namespace, found.namespace, here),
    )


def labels_of(object_: KubeObject) -> dict[str, str]:
    """An object's labels."""
    found = object_.metadata.get("labels")
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _tops(config: Configuration, object_: KubeObject, *, sure: bool) -> Iterator[Branch]:
    """The route of an AlertmanagerConfig as it stands below the outermost one."""
    if config.root is None or config.owner is None:
        return
    strategy = object_.located.at("spec", "alertmanagerConfigMatcherStrategy", "type").value
    free = strategy == _OPEN or (strategy == _OWN_EXEMPT and config.owner.namespace == object_.namespace)
    own: tuple[Matcher, ...] = () if free else (("namespace", "=", config.owner.namespace),)
    if not config.owner.namespace and not free:
        own = (_UNREADABLE,)
    top = as_branch(config, config.root)
    yield replace(top, matchers=(*own, *(() if sure else (_UNREADABLE,)), *top.matchers), goes_on=True)


def _alone(others: list[Configuration], scopes: Scopes) -> Iterator[Destination]:
    """Configurations without an Alertmanager among the files; of objects only the routes below are known."""
    objects = [one for one in others if not one.is_native]
    for one in others:
        root = as_branch(one, one.root) if one.root else None
        scope = next((each for each in scopes.all if one.owner in each.objects), None)
        tree = tree_facts(Path(one.located.file))
        home = tree[0] if tree else None
        if root and one.is_native:
            in_values = one.owner is None and one.located.route
            known = root if not (in_values and objects) else None
            yield Destination(one.located.file, (one,), known, root.below, scope, home)
        elif root:
            yield Destination(str(one.owner), (one,), None, (replace(root, goes_on=True),), scope, home)


def as_branch(configuration: Configuration, route: Located, above: str = "") -> Branch:
    """A route and those below it; `above` is the receiver that it inherits if it names none."""
    receiver = str(route.value.get("receiver") or above)
    below = tuple(as_branch(configuration, each, receiver) for each in routes_below(route))
    goes_on = bool(route.value.get("continue"))
    return Branch(receiver, _matchers(configuration, route), goes_on, below, Spot(configuration, route))


def _matchers(configuration: Configuration, route: Located) -> tuple[Matcher, ...]:
    found = [each for located in configuration.matchers(route) for each in _parsed(configuration.text(located))]
    for key, operator in (("match", "="), ("match_re", "=~")) if configuration.is_native else ():
        pairs = route.value.get(key)
        found += [(str(k), operator, str(v)) for k, v in pairs.items()] if isinstance(pairs, dict) else []
    return tuple(found)


def _parsed(text: str) -> list[Matcher]:
    try:
        return parsed(text)
    except RoutingError:
        return [_UNREADABLE]


def receiver_of(branch: Branch) -> Located | None:
    """The receiver of a route as it is written; None if it is not there, which is told elsewhere."""
    if branch.source is None:
        return None
    listed = branch.source.configuration.located.at("receivers").items()
    return next((each for each in listed if each.at("name").value == branch.receiver), None)


def tells_somebody(receiver: Located) -> bool:
    """Whether a receiver has an integration."""
    found = receiver.value if isinstance(receiver.value, dict) else {}
    return any(value for key, value in found.items() if key.lower().endswith("configs"))


def is_meant_silent(receiver: Located) -> bool:
    """Whether a receiver's name says that it is there to tell nobody."""
    name = str(receiver.at("name").value).lower().replace("-", "").replace("_", "")
    return name in _SILENT


_SILENT = frozenset(
    (
        NOBODY,
        *[
            "none",
            "nobody",
            "blackhole",
            "devnull",
            "drop",
            "discard",
            "ignore",
            "ignored",
            "noop",
            "silent",
            "silence",
        ],
    )
)
