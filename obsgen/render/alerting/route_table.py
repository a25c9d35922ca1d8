"""Who is told of which alert: a case for each, walked through the routes; a table for people, a file for checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obsgen.profile.alerting import Alertmanager
from obsgen.render.alerting.alertmanager import configuration, resource
from obsgen.render.rules.alert_labels import known_labels, outside_labels, sees_own_namespace
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.render.rules.markdown import by_environment
from obsgen.signalpath.reach import hidden
from obsgen.signalpath.resources import combined, told
from obsgen.signalpath.routing import demands, routes
from obsgen.stack.model import Stack
from obsgen.tree.serialise import yaml_bytes

_NO_CASE = "no such alert, or no Alertmanager"


@dataclass(frozen=True)
class RouteCase:
    """An alert, its labels as far as they are known, and the receivers that it reaches.

    `by_default` says that no route but the outermost took it.
    """

    alert: RenderedAlert
    labels: Mapping[str, str]
    receivers: tuple[str, ...]
    by_default: bool


def route_cases(stack: Stack, alerts: Iterable[RenderedAlert]) -> list[RouteCase]:
    """A case for each alert, by name and server; none where the profile has no Alertmanager."""
    alertmanager = stack.settings.alertmanager
    if alertmanager is None:
        return []
    walked = _walked(stack, alertmanager)
    top = walked["route"]
    outermost = [top, *top.get("routes", ())] if alertmanager.delivery == "config" else [top]
    outside = outside_labels(stack, _asked(top))
    ordered = sorted(alerts, key=lambda alert: (alert.name, alert.instance.name, alert.severity))
    return [_case(alert, _with(known_labels(stack, alert), outside), walked, outermost) for alert in ordered]


def _with(labels: Mapping[str, str], outside: Mapping[str, str]) -> dict[str, str]:
    """An alert's labels with those that Prometheus adds: it changes none that is there."""
    return {**labels, **{name: value for name, value in outside.items() if name not in labels}}


def _case(
    alert: RenderedAlert, labels: Mapping[str, str], walked: Mapping[str, Any], outermost: Sequence[Mapping[str, Any]]
) -> RouteCase:
    taken = routes(walked, labels)
    by_default = all(any(each.items() <= route.items() for each in outermost) for route in taken)
    return RouteCase(alert, labels, tuple(told(walked, labels)), by_default)


def _asked(route: Mapping[str, Any]) -> set[str]:
    """The labels that a route, or one below it, asks for."""
    below = (_asked(each) for each in route.get("routes", ()))
    return {label for label, _, _ in demands(route)}.union(*below)


def _walked(stack: Stack, alertmanager: Alertmanager) -> Mapping[str, Any]:
    """The configuration whose routes decide."""
    if alertmanager.delivery != "config":
        return configuration(alertmanager, stack.settings.teams)
    spec = resource(alertmanager, stack.settings.teams)
    places = stack.context["alertmanager"]["namespaces"]
    return combined([(place, spec) for place in places], own_namespace=sees_own_namespace(alertmanager))


@dataclass(frozen=True)
class Table:
    """The cases of an environment, or of clusters on which the same people are told: all that their file says.

    Light, so that it gets from one process to another.
    """

    stack: str
    place: str
    command: str
    document: Mapping[str, Any]

    def text(self, clusters: Sequence[str] = ()) -> bytes:
        """The file, which names the clusters that it is true of."""
        others = f", and on {', '.join(clusters[1:4])}" if clusters[1:] else ""
        more = f" and {len(clusters) - 4} more" if clusters[4:] else ""
        where = f"on {self.place}{others}{more}" if clusters else f"in {self.place}"
        return yaml_bytes(self.document, "\n".join(_head(self.stack, where, self.command)))


def table(stack: Stack, cases: Iterable[RouteCase], cluster: str | None = None) -> Table | None:
    """What tests/routes-<env>.yaml says or, for a cluster, the file for those like it; None without an Alertmanager."""
    alertmanager = stack.settings.alertmanager
    if alertmanager is None:
        return None
    place = "/".join((str(stack.environment), *([cluster] if cluster else ())))
    path = f"values/{stack.environment}.yaml" if alertmanager.delivery == "values" else f"overlays/{place}"
    outside = outside_labels(stack, ("cluster", "region"))
    document = {
        "configuration": f"{'../' * (place.count('/') + 1)}{path}",
        **({"ownNamespace": sees_own_namespace(alertmanager)} if alertmanager.delivery == "config" else {}),
        "cases": [{"labels": _with(case.labels, outside), "receivers": list(case.receivers)} for case in cases],
    }
    return Table(stack.name, place, _configuration_command(alertmanager, path), document)


def _head(stack: str, where: str, command: str) -> Iterator[str]:
    yield f"Generated by obsgen from the profile of stack {stack}."
    yield f"Who is told of which alert {where}."
    yield "Labels that only series know, such as a pod or a model, are left out. `obsgen validate` walks the routes for"
    yield "each case, and has amtool walk them too. By hand, in the folder of the tree:"
    yield f"  {command} > /tmp/alertmanager.yaml"
    yield "  amtool config routes test --config.file=/tmp/alertmanager.yaml alertname=NAME severity=critical"


def _configuration_command(alertmanager: Alertmanager, path: str) -> str:
    """A command that prints the configuration, which values at the path hold, or a kustomization there builds."""
    match alertmanager.delivery:
        case "values":
            return f"yq .alertmanager.config {path}"
        case "config":
            generated = "get secret alertmanager-NAME-generated -o jsonpath='{.data.alertmanager\\.yaml\\.gz}'"
            return f"kubectl -n NAMESPACE {generated} | base64 -d | gunzip"
    only = 'select(.kind == "Secret") | .stringData."alertmanager.yaml"'
    return f"kustomize build {path} | yq '{only}'"


def unreached(stack: Stack) -> Iterator[str]:
    """Routes of the profile that no alert can reach, as one before them takes everything that they would."""
    alertmanager = stack.settings.alertmanager
    below = configuration(alertmanager, stack.settings.teams)["route"].get("routes", []) if alertmanager else []
    for index, before in hidden(below):
        later, earlier = (
            f"{each['receiver']} ({', '.join(each['matchers'])})" for each in (below[index], below[before])
        )
        yield f"no alert gets to {later}: the route to {earlier} takes all that it would (alertmanager.routes)"


def routes_section(cases: Mapping[str, Iterable[RouteCase]]) -> Iterator[str]:
    """The README's table of receivers, by environment; nothing where no environment has an Alertmanager."""
    told_of: dict[tuple[str, str, str], dict[str, str]] = {}
    for environment, some in cases.items():
        for case in some:
            key = (case.alert.name, case.alert.instance.name, case.alert.severity)
            told_of.setdefault(key, {})[environment] = _receivers(case)
    if not told_of:
        return
    yield "## Who is told"
    yield ""
    yield "By labels that are known beforehand; `tests/` holds the cases, and `obsgen validate` tries them on amtool."
    yield ""
    yield "| alert | server | severity | receivers |"
    yield "|---|---|---|---|"
    for (name, server, severity), receivers in told_of.items():
        yield f"| {name} | {server} | {severity} | {by_environment(receivers, cases, _NO_CASE)} |"


def _receivers(case: RouteCase) -> str:
    """The receivers in Markdown; that nobody is told, or that no route is meant for the alert, stands out."""
    names = ", ".join(f"`{name}`" for name in case.receivers)
    return f"{names} (by default)" if names and case.by_default else names or "**nobody**"
