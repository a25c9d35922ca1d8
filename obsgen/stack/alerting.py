"""Who is told: the names that receivers, routes, teams and times go by, and the namespaces that alerts come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from obsgen.hints import nearest
from obsgen.profile.alerting import Alertmanager
from obsgen.profile.models import Settings
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance
from obsgen.stack.servers import listed

_HERE: Route = ("alertmanager",)


def check_alerting(settings: Settings, ledger: Ledger) -> None:
    """Notes every name of a receiver, team or time interval that nothing has."""
    _check_teams(settings, ledger)
    alertmanager = settings.alertmanager
    if alertmanager is None:
        return
    if alertmanager.delivery == "values" and settings.prometheus.mode != "values":
        message = "Alertmanager's values stand among those that prometheus.mode values writes, and that is not chosen"
        hint = "write `prometheus: {mode: values}`, or another delivery"
        ledger.error("profile/delivery", message, (*_HERE, "delivery"), hint)
    if alertmanager.delivery == "managed" and settings.prometheus.mode == "openshift":
        _refuse_unseen(ledger)
    if alertmanager.delivery == "config" and "resolve_timeout" in alertmanager.model_fields_set:
        told = f"resolves alerts {alertmanager.resolve_timeout} after the last news of them"
        ledger.assume(f"the Alertmanager that runs {told}: objects cannot say it (alertmanager.resolveTimeout)")
    if not ledger.lost((*_HERE, "receivers")):
        for name, route in _receivers(settings, alertmanager):
            _known("profile/unknown-receiver", name, alertmanager.receivers, route, ledger)
    if not ledger.lost((*_HERE, "timeIntervals")):
        _check_times(alertmanager, ledger)


def _refuse_unseen(ledger: Ledger) -> None:
    """Notes an Alertmanager object that would never run.

    Source: openshift/cluster-monitoring-operator, assets/prometheus-operator-user-workload/deployment.yaml
    (--alertmanager-instance-namespaces=openshift-user-workload-monitoring).
    """
    message = "the operator of user-workload monitoring runs no Alertmanager of other namespaces: nobody would be told"
    hint = "write `delivery: config`, for the Alertmanager that user-workload-monitoring-config enables"
    here = (*_HERE, "delivery")
    if not ledger.lost(here, ("prometheus", "mode")):
        ledger.error("profile/delivery", message, here, hint)


def _check_teams(settings: Settings, ledger: Ledger) -> None:
    told = any(team.receiver for team in settings.teams.values())
    if told and settings.alertmanager is None and not ledger.lost(_HERE):
        hint = "write `alertmanager:` with the receivers, or remove `teams:`"
        message = "teams have receivers, and there is no Alertmanager whose they are"
        ledger.error("profile/no-alertmanager", message, ("teams",), hint, key=True)
    for _, route, server in listed(settings):
        if server.team is not None and not ledger.lost(("teams",)):
            _known("profile/unknown-team", server.team, settings.teams, (*route, "team"), ledger)


def _receivers(settings: Settings, alertmanager: Alertmanager) -> Iterator[tuple[str, Route]]:
    """Every name of a receiver, and where it is written."""
    if alertmanager.receiver:
        yield alertmanager.receiver, (*_HERE, "receiver")
    for severity, name in alertmanager.severities.items():
        yield name, (*_HERE, "severities", severity)
    for index, route in enumerate(alertmanager.routes):
        yield route.receiver, (*_HERE, "routes", index, "receiver")
    if alertmanager.heartbeat:
        yield alertmanager.heartbeat.receiver, (*_HERE, "heartbeat", "receiver")
    for team, told in settings.teams.items():
        if told.receiver:
            yield told.receiver, ("teams", team, "receiver")
        yield from ((name, ("teams", team, "severities", severity)) for severity, name in told.severities.items())


def _check_times(alertmanager: Alertmanager, ledger: Ledger) -> None:
    intervals = alertmanager.time_intervals
    for index, route in enumerate(alertmanager.routes):
        for key, names in (("mute", route.mute), ("only", route.only)):
            for place, name in enumerate(names):
                _known("profile/unknown-time-interval", name, intervals, (*_HERE, "routes", index, key, place), ledger)
    for name, interval in intervals.items() if alertmanager.delivery == "config" else ():
        if interval.location not in ("UTC", "Etc/UTC"):
            message = "AlertmanagerConfig objects have no place for a time zone: their times are UTC"
            hint = "write the times in UTC and remove location, or choose another delivery"
            ledger.error("profile/time-zone", message, (*_HERE, "timeIntervals", name, "location"), hint)


def _known(check: str, name: str, known: Collection[str], route: Route, ledger: Ledger) -> None:
    if name not in known:
        what = check.partition("unknown-")[2].replace("-", " ")
        hint = nearest(name, sorted(known)) if known else f"there is no {what} at all"
        ledger.error(check, f"no {what} '{name}'", route, hint)


def alerting_context(settings: Settings, namespaces: Mapping[str, str], servers: Iterable[Instance]) -> dict[str, Any]:
    """The section `alertmanager` for templates, with what follows from it: where it runs, its keys, its namespaces."""
    alertmanager = settings.alertmanager
    if alertmanager is None:
        return {"alertmanager": None}
    own = alertmanager.namespace or namespaces["monitoring"]
    places = [own]
    if alertmanager.delivery == "config" and alertmanager.matcher_strategy == "onNamespace":
        places = sorted({namespaces["monitoring"], *(each.target.namespace for each in servers if each.target)})
    keys = [{"namespace": place, **key.model_dump()} for place in places for key in alertmanager.keys]
    mounted = sorted({key.secret for key in alertmanager.keys})
    added = {"namespace": own, "namespaces": places, "secret_keys": keys, "secrets": mounted}
    return {"alertmanager": alertmanager.model_dump() | added}
