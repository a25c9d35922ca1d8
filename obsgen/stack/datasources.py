"""What Grafana asks: datasources that components bring and those of the profile; one of them is the default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from obsgen.components.catalogue import HEAD
from obsgen.components.datasources import Datasource as Template
from obsgen.components.origin import Origin
from obsgen.components.structure import render_value
from obsgen.profile.grafana import Datasource as Own
from obsgen.profile.models import Settings
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance

_OWN: Route = ("grafana", "datasources")

JSON_DATA: Mapping[str, Mapping[str, Any]] = {
    "prometheus": {"httpMethod": "POST"},
    "alertmanager": {"implementation": "prometheus"},
}
"""What Grafana must know of a type where nothing more is said: a query may be too long for a URL, and there are
Alertmanagers with other addresses."""


@dataclass(frozen=True)
class _Brought:
    """A datasource of a component: what its template became so far, and where that stands."""

    template: Template
    origin: Origin
    context: Mapping[str, Any]
    found: dict[str, Any]


def with_datasources(instances: Sequence[Instance], settings: Settings, ledger: Ledger) -> list[Instance]:
    """The instances, whose texts may speak of all datasources of their stack, each a mapping with `json_data`, and of
    whether any is asked with the token of Grafana's own account.
    """
    own = [_of_profile(each) for each in settings.grafana.datasources]
    brought = list(_brought(instances))
    _check(own, brought, settings, ledger)
    found = [*own, *(each.found for each in brought)]
    _choose_default(own, brought, settings, ledger)
    names = {"datasource": _uid_of(found), "series": _series_of(instances)}
    for each in brought:
        data = render_value(each.template.json_data, each.origin.at("jsonData"), {**each.context, **names})
        each.found["json_data"] = {key: value for key, value in data.items() if value != []}
    if settings.grafana.delivery == "sidecar" and settings.grafana.datasource_label:
        _assume(brought, ledger)
    here = sorted((each for each in found if not each["assumed"]), key=lambda each: (not each["default"], each["name"]))
    named = {"datasources": here, "datasources_ask_as_account": any(each["account"] for each in here)}
    return [replace(each, context={**each.context, **named}) for each in instances]


def _of_profile(own: Own) -> dict[str, Any]:
    return {
        **own.model_dump(),
        "uid": own.uid or re.sub("[^a-z0-9]+", "-", own.name.lower()).strip("-")[:40] or "datasource",
        "account": False,
        "assumed": False,
        "json_data": dict(JSON_DATA.get(own.type, {})),
    }


def _brought(instances: Iterable[Instance]) -> Iterator[_Brought]:
    """Those of components, once each."""
    folders = {each.folder.name: each for each in reversed(list(instances))}
    for instance in sorted(folders.values(), key=lambda each: each.folder.name):
        for index, template in enumerate(instance.folder.component.datasources):
            origin = instance.folder.origin(HEAD, "datasources", index)
            if origin.at("when").holds(template.when, instance.context):
                yield _Brought(template, origin, instance.context, _head(template, origin, instance.context))


def _head(template: Template, origin: Origin, context: Mapping[str, Any]) -> dict[str, Any]:
    """All but what speaks of other datasources."""

    def holds(key: str, condition: str | None) -> bool:
        return condition is not None and origin.at(key).holds(condition, context)

    return {
        **origin.texts({key: getattr(template, key) for key in ("name", "uid", "type", "url")}, context),
        **{key: holds(key, getattr(template, key)) for key in ("default", "account", "assumed")},
        "tenant": origin.at("tenant").evaluate(template.tenant, context) if template.tenant else None,
        "token": None,
        "login": None,
    }


def _check(own: Sequence[Mapping[str, Any]], brought: Sequence[_Brought], settings: Settings, ledger: Ledger) -> None:
    """Notes names and uids that are given twice, and what no delivery could bring."""
    for key in ("name", "uid"):
        taken = _taken(brought, key)
        for index, each in enumerate(own):
            if each[key] in taken:
                message = f"the {key} '{each[key]}' is that of datasource {taken[each[key]]}"
                written = key if getattr(settings.grafana.datasources[index], key) else "name"
                ledger.error("profile/datasource", message, (*_OWN, index, written), f"give it another {key}")
            taken[each[key]] = each["name"]
    if settings.grafana.delivery == "sidecar":
        _check_sidecar(settings, ledger)


def _taken(brought: Iterable[_Brought], key: str) -> dict[str, str]:
    """The names of components' datasources by what must be theirs alone."""
    taken: dict[str, str] = {}
    for each in brought:
        value = each.found[key]
        if value in taken:
            message = f"the {key} '{value}' is that of another component's datasource"
            each.origin.at(key).refuse("component/datasource", message, f"give it another {key}")
        taken[value] = each.found["name"]
    return taken


def _check_sidecar(settings: Settings, ledger: Ledger) -> None:
    """An existing Grafana reads ConfigMaps of a label, and none of the Secrets that the profile names."""
    grafana = settings.grafana
    if grafana.datasources and not grafana.datasource_label:
        hint = 'write `datasourceLabel: {grafana_datasource: "1"}`, or choose another delivery'
        message = "an existing Grafana gets datasources only if its sidecar can find them"
        ledger.error("profile/datasource", message, _OWN, hint, key=True)
    for index, each in enumerate(grafana.datasources):
        key = "token" if each.token else "login"
        if each.token or each.login:
            message = "nothing mounts this Secret into an existing Grafana"
            ledger.error("profile/datasource", message, (*_OWN, index, key), "choose another delivery", key=True)


def _choose_default(
    own: Sequence[dict[str, Any]], brought: Sequence[_Brought], settings: Settings, ledger: Ledger
) -> None:
    """Leaves exactly one default: the profile's own goes first; an existing Grafana keeps the one that it has."""
    chosen = [index for index, each in enumerate(own) if each["default"]]
    for index in chosen[1:]:
        message = f"'{own[index]['name']}' and '{own[chosen[0]]['name']}' cannot both be the default"
        ledger.error("profile/datasource", message, (*_OWN, index, "default"), "leave one")
    if chosen or settings.grafana.delivery == "sidecar":
        for each in brought:
            each.found["default"] = False
        return
    defaults = [each for each in brought if each.found["default"]]
    for each in defaults[1:]:
        message = f"{each.found['name']} and {defaults[0].found['name']} cannot both be the default"
        each.origin.at("default").refuse("component/datasource", message, "say in `default:` when it is")
    if brought and not defaults:
        hint = "write `default: true` at one of grafana.datasources"
        ledger.error("profile/datasource", "no datasource is the default", ("grafana",), hint, key=True)


def _assume(brought: Iterable[_Brought], ledger: Ledger) -> None:
    for each in brought:
        if each.found["assumed"]:
            ledger.assume(
                f"Grafana has datasource {each.found['name']} with uid {each.found['uid']} (grafana.delivery)"
            )


def _uid_of(found: Sequence[Mapping[str, Any]]) -> Any:
    """The function `datasource('loki')`: the uid of the first of a type, the default before others; None without."""
    ranked = sorted(found, key=lambda each: not each["default"])
    uids = {each["type"]: each["uid"] for each in reversed(ranked)}
    return uids.get


def _series_of(instances: Iterable[Instance]) -> Any:
    """The function `series('signal', 'component')`: the metric behind a signal; None where it has none here."""
    signals = {each.folder.name: each.signals for each in reversed(list(instances))}

    def series(signal: str, component: str) -> str | None:
        found = signals.get(component, {}).get(signal)
        return found.series[0].name if found and found.series else None

    return series
