"""Every alert with the labels that it has when it leaves Prometheus, as far as the files tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from obsgen import logql, promql
from obsgen.conventions import PLACE_LABELS
from obsgen.facts import tree_facts
from obsgen.logql.tree import LogQuery
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.expressions import is_logql
from obsgen.repository.queries.rules import Rule, RuleSet, rules_of_object
from obsgen.repository.scopes import Scope, Scopes
from obsgen.repository.scraping.prometheusconfigs import PrometheusConfig
from obsgen.signalpath.delivery import Possible
from obsgen.signalpath.labels import Values, values_of
from obsgen.signalpath.loglabels import log_values

OPERATOR = "monitoring.coreos.com"
_ABSENT = frozenset(("",))
_RELABELLED = ("additionalAlertRelabelConfigs", "additionalAlertManagerConfigs")


@dataclass(frozen=True, eq=False)
class Alert:
    """An alert: its rule, the labels of its expression's result if that could be read, and the scope of its object.

    `added` are the labels that the server adds where the alert has none of that name; None if nobody knows.
    """

    rule: Rule
    result: Possible | None
    added: Mapping[str, Values] | None
    scope: Scope | None = None
    tree: Path | None = None
    _known: dict[str, Values] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.rule.name

    def labels(self, label: str) -> Values:
        """The values that a label can have, an empty text where it may be absent; None if nothing tells."""
        if label not in self._known:
            self._known[label] = self._values(label)
        return self._known[label]

    def written(self, label: str) -> Located | None:
        """Where the rule sets a label."""
        found = self.rule.located.at("labels", label)
        return found if isinstance(found.value, str) else None

    def _values(self, label: str) -> Values:
        if label == "alertname":
            return frozenset((self.name,))
        written = self.written(label)
        if written is not None:
            return None if "{{" in written.value else frozenset((written.value,))
        values = self.result(label) if self.result else None
        if values is None or "" not in values:
            return values
        added = None if self.added is None else self.added.get(label, _ABSENT)
        return None if added is None else (values - _ABSENT) | added


@dataclass(frozen=True)
class Queries:
    """What the expressions of rules were read as, by their texts; those that could not be read are left out."""

    promql: Mapping[str, promql.Query]
    logql: Mapping[str, logql.Query]

    def result(self, rule: Rule, *, of_loki: bool) -> Possible | None:
        """The labels of what a rule's expression gives."""
        if of_loki:
            found = self.logql.get(rule.expr)
            return partial(log_values, found.root) if found and not isinstance(found.root, LogQuery) else None
        query = self.promql.get(rule.expr)
        return partial(values_of, query.root) if query else None


def alerts(
    scopes: Scopes, sets: Iterable[RuleSet], queries: Queries, configs: Iterable[PrometheusConfig]
) -> list[Alert]:
    """The alerts of objects, scope by scope, and those of other files, each once."""
    found = [alert for scope in scopes.all for alert in _of_scope(scope, scopes, queries)]
    added = _of_configs(configs)
    return [*found, *(alert for set_ in sets if not set_.is_object for alert in _of_file(set_, queries, added))]


def _of_scope(scope: Scope, scopes: Scopes, queries: Queries) -> Iterator[Alert]:
    servers = scopes.near(scope, OPERATOR, "Prometheus")
    others = scopes.near(scope, OPERATOR, "ThanosRuler")
    for object_ in scope.objects:
        set_ = rules_of_object(object_)
        of_loki = set_ is not None and is_logql(set_)
        unknown = others or set_ is None or of_loki  # what Loki's ruler adds is not among the files
        added = None if unknown else _of_servers(servers, object_.namespace) or _of_facts(scope)
        for rule in _alerting(set_):
            yield Alert(rule, queries.result(rule, of_loki=of_loki), added, scope, scope.tree)


def _of_file(set_: RuleSet, queries: Queries, added: Mapping[str, Values] | None) -> Iterator[Alert]:
    tree = tree_facts(Path(set_.located.file))
    of_loki = is_logql(set_)
    for rule in _alerting(set_):
        result = queries.result(rule, of_loki=of_loki)
        yield Alert(rule, result, None if of_loki else added, None, tree[0] if tree else None)


def _alerting(set_: RuleSet | None) -> list[Rule]:
    return [rule for rule in set_.rules if rule.is_alert and rule.name] if set_ else []


def _of_servers(servers: list[KubeObject], namespace: str) -> Mapping[str, Values] | None:
    """What the servers of the files add to alerts of a namespace; None if there are none, or they change alerts."""
    specs = [one.located.at("spec").value for one in servers]
    if not specs or any(not isinstance(spec, dict) or any(map(spec.get, _RELABELLED)) for spec in specs):
        return None
    if any(_relabels(one) for one in servers) or any(spec.get("enforcedNamespaceLabel") for spec in specs):
        return None
    return _united([_external(one) for one in servers])


def _of_facts(scope: Scope) -> Mapping[str, Values] | None:
    """What the Prometheus of a rendered tree adds, where it is not among the files: labels of places, any values."""
    if scope.tree is None or scope.facts.prometheus is None or scope.of(OPERATOR, "Prometheus"):
        return None
    return dict.fromkeys((*PLACE_LABELS, "prometheus", *scope.facts.prometheus.external_labels))


def _relabels(server: KubeObject) -> bool:
    listed = server.located.at("spec", "alerting", "alertmanagers").items()
    return any(each.at("alertRelabelings").value for each in listed)


def _external(server: KubeObject) -> dict[str, str]:
    spec = server.located.at("spec")
    written = spec.at("externalLabels").value
    own = spec.at("prometheusExternalLabelName").value
    name = "prometheus" if own is None else str(own)
    added = {name: f"{server.namespace}/{server.name}"} if name else {}
    return {**added, **(_texts(written))}


def _of_configs(configs: Iterable[PrometheusConfig]) -> Mapping[str, Values] | None:
    """What the servers of configuration files add; None if there are none, or they change alerts."""
    files = [each.located for each in configs if not each.is_list]
    if not files or any(each.at("alerting", "alert_relabel_configs").value for each in files):
        return None
    return _united([_texts(each.at("global", "external_labels").value) for each in files])


def _texts(value: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}


def _united(each: list[dict[str, str]]) -> dict[str, Values]:
    names = {name for one in each for name in one}
    return {name: frozenset(one.get(name, "") for one in each) for name in names}
