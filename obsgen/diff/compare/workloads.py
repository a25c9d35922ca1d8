"""What runs: replicas, images, memory and processors, what servers add to series, select, and send elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from obsgen.diff.compare.storage import subject
from obsgen.diff.model import Change, Key, Risk
from obsgen.diff.overall.pruning import is_deleted
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.settings import Setting, settings
from obsgen.diff.parts.shown import shown
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.parts.volumes import keeps_volumes
from obsgen.signalpath.selectors import requirements
from obsgen.source import Route

_TELLS = {
    "Alertmanager": "no more notifications",
    "Prometheus": "no more scraping, no more alerts",
    "PrometheusAgent": "no more scraping",
    "ThanosRuler": "no more alerts",
}
"""Kinds without which nobody is told of anything, and what ends with one."""
_PARTS = frozenset(("alertmanager", "prometheus", "thanosRuler"))
"""The same in values of a chart."""
_WORKLOADS = frozenset(("DaemonSet", "Deployment", "Grafana", "LokiStack", "StatefulSet", "TempoStack", *_TELLS))
_COUNTS = frozenset(("replicas", "replicaCount", "shards"))
_SELECTOR = re.compile(r"(\w+?)(Namespace)?Selector")
_SELECTED = {
    "alertmanagerConfig": "AlertmanagerConfigs",
    "podMonitor": "PodMonitors",
    "probe": "Probes",
    "rule": "rules",
    "scrapeConfig": "ScrapeConfigs",
    "serviceMonitor": "ServiceMonitors",
}
_IMAGE = re.compile(r"(?P<name>.+?)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>\S+))?")
_BOUNDS = (("limits",), ("requests",))
_EXTERNAL = ("externalLabels", "external_labels")
_WRITES = ("remoteWrite", "remote_write")


def compare(pair: Pair) -> Iterator[Change]:
    """What runs otherwise than before."""
    for thing in things(pair):
        found = list(settings(thing))
        yield from _gone(thing)
        yield from _versions(thing, found)
        yield from _resources(thing, [each for each in found if each.below("resources")])
        yield from _selections(thing, found)
        for setting in found:
            yield from _setting(setting)


def _gone(thing: Thing) -> Iterator[Change]:
    if thing.kind in _WORKLOADS and thing.new is None and isinstance(thing.owner, Key):
        object_ = thing.pair.old.objects[thing.owner]
        keeps = keeps_volumes(object_) and is_deleted(object_, thing.pair.new)
        risk = Risk.DESTROYS if keeps else Risk.STOPS_PAGING if thing.kind in _TELLS else Risk.LOSES_DATA
        what = ": ".join(filter(None, ("gone, data too" if keeps else "gone", _TELLS.get(thing.kind))))
        yield thing.change("change/workload-gone", "-", what, risk)


def _setting(setting: Setting) -> Iterator[Change]:
    if setting.name in _COUNTS and (amounts := setting.amounts):
        yield _replicas(setting, *amounts)
    elif setting.below(*_EXTERNAL):
        yield from _external(setting)
    elif setting.below(*_WRITES):
        yield from _writes(setting)
    elif setting.name in ("scrapeInterval", "evaluationInterval") and setting.old and setting.new:
        word = "scrapes" if setting.name == "scrapeInterval" else "evaluates rules"
        what = f"{word} every {setting.new} instead of {setting.old}"
        yield _change(setting, "change/workload-interval", "~", what, Risk.REVIEW)


def _replicas(setting: Setting, old: float, new: float) -> Change:
    what = f"{setting.name} {setting.old} → {setting.new}"
    tells = setting.thing.kind in _TELLS or bool(_PARTS & set(setting.path))
    if new > old:
        return _change(setting, "change/workload-replicas", "▲", f"more {what}", Risk.SAFE)
    stops = tells and (new == 0 or new == 1 < old)
    risk = Risk.STOPS_PAGING if stops else Risk.LOSES_DATA if new == 0 else Risk.REVIEW
    return _change(setting, "change/workload-fewer", "▼", f"fewer {what}", risk)


def _external(setting: Setting) -> Iterator[Change]:
    for name, old, new in _labels(setting):
        what = f"external label {name} {_or(old)} → {_or(new)}: silences, routes and queries by it no longer match"
        if old is None:
            yield _change(setting, "change/workload-labels", "+", f"external label {name}={new}", Risk.REVIEW)
        elif new is None:
            yield _change(setting, "change/workload-labels", "-", f"no external label {name} any more", Risk.REVIEW)
        else:
            yield _change(setting, "change/workload-labels", "~", what, Risk.REVIEW)


def _labels(setting: Setting) -> Iterator[tuple[str, object, object]]:
    """A label with both values; of a whole mapping each."""
    if isinstance(setting.old or setting.new, dict):
        old, new = setting.old or {}, setting.new or {}
        yield from ((each, old.get(each), new.get(each)) for each in {**old, **new})
    else:
        yield setting.name, setting.old, setting.new


def _writes(setting: Setting) -> Iterator[Change]:
    for old, new in zip(_list(setting.old), _list(setting.new), strict=False):
        if isinstance(old, dict) and isinstance(new, dict):
            return
    for sign, id_, word, risk, side in (
        ("-", "change/workload-no-write", "no longer sends series to", Risk.LOSES_DATA, setting.old),
        ("+", "change/workload-write", "sends series to", Risk.REVIEW, setting.new),
    ):
        for each in _list(side):
            if isinstance(each, dict) and each.get("url"):
                url = shown(setting.thing.kind, ("url",), each["url"]) or "another address"
                yield _change(setting, id_, sign, f"{word} {url}", risk)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _selections(thing: Thing, found: Iterable[Setting]) -> Iterator[Change]:
    """The selectors of a server that differ, each once."""
    seen = set[Route]()
    for setting in found:
        at = next((index for index, step in enumerate(setting.route) if _selects(step)), None)
        if at is not None and setting.route[: at + 1] not in seen:
            route = setting.route[: at + 1]
            seen.add(route)
            yield _selection(thing, setting, route)


def _selects(step: object) -> bool:
    found = _SELECTOR.fullmatch(step) if isinstance(step, str) else None
    return bool(found and found[1] in _SELECTED)


def _selection(thing: Thing, setting: Setting, route: Route) -> Change:
    match = _SELECTOR.fullmatch(str(route[-1]))
    name, place = (_SELECTED[match[1]], " in namespaces" if match[2] else "") if match else ("", "")
    old, new = (_asked(each) for each in thing.values(*route))
    what = f"selects {name}{place} with {new} instead of {old}"
    return thing.change("change/workload-selects", "~", what, Risk.REVIEW, route, subject=subject(setting))


def _asked(selector: object) -> str:
    if selector is None:
        return "no selector"
    return ", ".join(map(str, requirements(selector))) or "any labels"


def _versions(thing: Thing, found: list[Setting]) -> Iterator[Change]:
    """New images, and all that follows them: the version beside it, and the label that names it."""
    bumps = [each for each in found if each.name == "image" and _texts(each)]
    told = {_tag(str(each.old)): _tag(str(each.new)) for each in bumps}
    for each in bumps:
        routes = [one.route for one in found if _follows(one, told)]
        yield _bump(thing, each, routes)
    for each in found:
        if each.name in ("version", "tag") and _texts(each) and not _follows(each, told):
            what = f"{each.name} {each.old} → {each.new}"
            named = subject(each)
            id_ = "change/workload-version"
            yield thing.change(id_, "~", what, Risk.REVIEW, each.route, subject=named)


def _texts(setting: Setting) -> bool:
    return isinstance(setting.old, str) and isinstance(setting.new, str)


def _follows(setting: Setting, told: dict[str, str]) -> bool:
    """Whether a version only says what an image's tag does."""
    if setting.name not in ("version", "app.kubernetes.io/version", "helm.sh/chart"):
        return False
    return told.get(str(setting.old).lstrip("v")) == str(setting.new).lstrip("v")


def _tag(image: str) -> str:
    match = _IMAGE.fullmatch(image)
    return (match["tag"] or "").lstrip("v") if match else ""


def _bump(thing: Thing, image: Setting, more: list[Route]) -> Change:
    old, new = (_IMAGE.fullmatch(str(each)) for each in (image.old, image.new))
    name, what = "", f"{image.old} → {image.new}"
    if old and new and old["name"] == new["name"]:
        name, what = old["name"], f"{_version(old)} → {_version(new)}"
    subject_ = f"image {name.rpartition('/')[2]}" if name else str(thing.owner)
    details = (str(thing.owner),) if not name else ()
    id_ = "change/image-version" if name else "change/image-other"
    return thing.change(id_, "~", what, Risk.REVIEW, image.route, *more, subject=subject_, details=details)


def _version(match: re.Match[str]) -> str:
    return match["tag"] if match["tag"] else (match["digest"] or "latest")[:19]


def _resources(thing: Thing, found: list[Setting]) -> Iterator[Change]:
    """Memory and processors, all of a workload in one line."""
    told = [(each, _resource(each)) for each in found if each.path[-2:-1] in _BOUNDS and each.name != "storage"]
    for lower, sign, id_, risk in (
        (True, "▼", "change/workload-less", Risk.REVIEW),
        (False, "▲", "change/workload-more", Risk.SAFE),
    ):
        mine = [each for each in told if each[1][0] is lower]
        if mine:
            what = ", ".join(dict.fromkeys(text for _, (_, text) in mine))
            yield thing.change(id_, sign, what, risk, *(each.route for each, _ in mine), subject=subject(mine[0][0]))


def _resource(setting: Setting) -> tuple[bool, str]:
    """Whether there is less of it, or no more than somebody knows, and what to say."""
    amounts = setting.amounts
    lower = setting.old is None if setting.path[-2] == "limits" else setting.new is None
    kind = "limit" if setting.path[-2] == "limits" else "request"
    text = f"{setting.name} {kind} {_none(setting.old)} → {_none(setting.new)}"
    return (amounts[1] < amounts[0] if amounts else lower), text


def _change(setting: Setting, id_: str, sign: str, what: str, risk: Risk) -> Change:
    return setting.thing.change(id_, sign, what, risk, setting.route, subject=subject(setting))


def _or(value: object) -> str:
    return "nothing" if value is None else str(value)


def _none(value: object) -> str:
    return "none" if value is None else str(value)
