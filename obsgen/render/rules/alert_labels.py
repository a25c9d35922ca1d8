"""The labels that an alert has when it reaches Alertmanager: those of its rule, and those known of its series."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from obsgen.conventions import SERVICE_LABEL
from obsgen.profile.alerting import Alertmanager
from obsgen.promql.parse import PromqlError
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.signalpath.labels import label_values
from obsgen.stack.model import Instance, Stack
from obsgen.stack.surroundings import external_labels


def rule_labels(stack: Stack, alert: RenderedAlert) -> dict[str, str]:
    """The labels that the rule itself sets, by name.

    An AlertmanagerConfig that gets the alerts of its namespace alone would never see one without namespace: such an
    alert is given that of its server.
    """
    team = {"team": alert.instance.team} if alert.instance.team else {}
    labels = {"severity": alert.severity, SERVICE_LABEL: alert.instance.name, **team, **alert.labels}
    if alert.language == "logql":
        labels["namespace"] = alert.instance.namespace  # streams may call theirs otherwise
    elif by_namespace(stack) and _series_namespace(alert) == "":
        labels["namespace"] = home(stack, alert.instance)
    return dict(sorted(labels.items()))


def known_labels(stack: Stack, alert: RenderedAlert) -> dict[str, str]:
    """The labels that an alert has of its own, as far as they are sure before anything runs: name, rule's, namespace.

    What only series know, such as a model or a pod, is not among them; a namespace that is needed to find a route is
    taken to be that of the alert's server, which `strays` tells.
    """
    namespace = alert_namespace(stack, alert)
    if namespace is None and by_namespace(stack):
        namespace = home(stack, alert.instance)
    sure = {"namespace": namespace} if namespace else {}
    return {"alertname": alert.name, **rule_labels(stack, alert), **sure}


def outside_labels(stack: Stack, asked: Collection[str]) -> dict[str, str]:
    """Of the labels asked for, those that Prometheus adds to every alert, as far as their values are known.

    Of a Prometheus that the tree does not bring, the cluster's name and its region, which the README says to set.
    """
    settings, cluster = stack.settings, stack.settings.cluster
    known = {"cluster", "region"} & set(asked)
    if settings.prometheus.is_configured:
        wanted = {"provider", "environment", *settings.prometheus.external_labels} & set(asked)
        every = external_labels(settings, stack.environment) if wanted or known else {}
        return {name: value for name, value in every.items() if name in asked}
    # One by one: what is the same on all clusters that agree in a field is worked out once for them.
    named = None if "cluster" not in known or cluster.is_argocds else cluster.name
    found = {"cluster": named, "region": cluster.region if "region" in known else None}
    return {name: value for name, value in found.items() if value}


def told_apart_by(alerts: Iterable[RenderedAlert]) -> list[str]:
    """The labels beside its server that tell an alert of two severities from others of its name."""
    severities: dict[tuple[str, str], set[str]] = {}
    every = list(alerts)
    for alert in every:
        severities.setdefault((alert.name, alert.instance.name), set()).add(alert.severity)
    twice = [alert for alert in every if len(severities[alert.name, alert.instance.name]) > 1]
    own = {label for alert in twice for label in alert.labels}
    return sorted((own | {stored for alert in twice for stored in _stored(alert)}) - {SERVICE_LABEL})


def _stored(alert: RenderedAlert) -> Iterator[str]:
    """The labels by which an alert is split, as its server's series have them."""
    for signal in alert.instance.signals.values():
        yield from (stored for ours in alert.by if (stored := signal.labels.get(ours)))


def home(stack: Stack, instance: Instance) -> str:
    """The namespace of an instance: its target's, else that of monitoring."""
    return instance.target.namespace if instance.target else stack.namespaces["monitoring"]


def alert_namespace(stack: Stack, alert: RenderedAlert) -> str | None:
    """The alert's label `namespace`; empty if it has none, None if only its series know."""
    if stack.settings.prometheus.mode == "openshift" and alert.language == "promql":
        return home(stack, alert.instance)  # user-workload monitoring sets it to the rule's own namespace
    return rule_labels(stack, alert).get("namespace") or _series_namespace(alert)


def _series_namespace(alert: RenderedAlert) -> str | None:
    try:
        values = label_values(alert.expr, "namespace")
    except PromqlError:
        return None
    if values is not None:
        return next(iter(values)) if len(values) == 1 else None
    own = alert.instance
    recorded = label_values(alert.expr, SERVICE_LABEL) == frozenset((own.name,))
    return own.target.namespace if own.target and recorded else None


def by_namespace(stack: Stack) -> bool:
    """Whether alerts are routed by AlertmanagerConfig objects that see the alerts of their own namespace alone."""
    found = stack.settings.alertmanager
    return found is not None and sees_own_namespace(found) and stack.settings.prometheus.mode != "openshift"


def sees_own_namespace(alertmanager: Alertmanager) -> bool:
    """Whether each AlertmanagerConfig is given the alerts of its own namespace alone."""
    return alertmanager.delivery == "config" and alertmanager.matcher_strategy == "onNamespace"


def strays(stack: Stack, alerts: Iterable[RenderedAlert]) -> Iterator[str]:
    """Alerts whose namespace only series know, where AlertmanagerConfig objects see their own namespace alone."""
    unknown = dict.fromkeys(alert.name for alert in alerts if alert_namespace(stack, alert) is None)
    if by_namespace(stack) and unknown:
        places = ", ".join(stack.context["alertmanager"]["namespaces"])
        yield (
            f"the series of {', '.join(unknown)} have a label namespace that is one of {places}: an AlertmanagerConfig "
            "gets the alerts of its own namespace alone (alertmanager.matcherStrategy)"
        )
