"""Which line of a profile decides a part of a tree: its version, its limit, its alert, its server, its section."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from obsgen.causes.standing import Standing
from obsgen.causes.view import Limit, Told, View, is_own, limits
from obsgen.conventions import SERVICE_LABEL, THRESHOLD_SERIES
from obsgen.findings import Place
from obsgen.source import Route
from obsgen.stack.model import Instance
from obsgen.tree.paths import OWN

VERSIONED = frozenset(f"signal/{each}" for each in ("deprecated", "no-such-value", "not-yet", "removed"))
"""Findings about series, or values of labels, that another version of the exporter has."""
_OPTIONAL = "signal/not-exposed"
_OF_QUANTILES = "histogram/threshold"
_ABOUT_LIMITS = frozenset((_OF_QUANTILES, "unit/share"))
_ABOUT_KEYS: dict[str, Route] = {"path/no-port": ("port",), "path/no-target": ("selector",)}
_ABOUT_SELECTION = frozenset(("path/not-selected", "path/rules-not-selected"))
_SCRAPES = frozenset(("PodMonitor", "ScrapeConfig", "ServiceMonitor"))
_ASKED: dict[str, tuple[str, ...]] = {
    "selector": ("selector",),
    "namespaceSelector": ("namespace",),
    "port": ("port", "portNumber"),
    "portNumber": ("portNumber", "port"),
    "path": ("path",),
    "metrics_path": ("path",),
    "interval": ("interval",),
    "scrape_interval": ("interval",),
    "honorLabels": ("honorLabels",),
    "honor_labels": ("honorLabels",),
}
"""Keys of a monitor, or of a scrape job, and the server's keys that decide them."""
_CHANGED = {"alert": "name", "for": "for", "annotations": "summary"}
"""Keys of a rule, and those of the profile's entry for the alert that decide them."""
_SYNCED = ("repoURL", "targetRevision", "path")
_OBJECTIVE = "objective"


def deciding(view: View, standing: Standing, check: str, exposing: Collection[str]) -> Place | None:
    """The line that decides what stands there, or what a check finds; `exposing` are the series' components."""
    if standing.parts[0] == OWN:
        return _allowed(view, standing)
    if check in VERSIONED and (standing.rule or standing.is_board):
        own = own_query(view, standing)
        return own or version_line(view, standing, exposing) or _of_part(view, standing, check)
    return _of_part(view, standing, check)


def version_line(view: View, standing: Standing, components: Collection[str]) -> Place | None:
    """The line with the version of the components, or of the one that the expression there is of."""
    mine, owner = view.of_components(components), _owner(view, standing)
    chosen = owner if owner in mine else mine[0] if len(mine) == 1 else None
    if chosen is None:
        return None
    route = (*view.route(chosen), "version")
    return (view.written(*route) if view.is_same_everywhere(chosen, "version") else None) or view.entry(chosen)


def own_query(view: View, standing: Standing) -> Place | None:
    """The query of the profile's own alert, where it names the series itself."""
    told = _told(view, standing)
    return view.written("alerts", told.key, "expr") if told and is_own(told) else None


def _of_part(view: View, standing: Standing, check: str) -> Place | None:
    if standing.rule:
        return _of_rule(view, standing, check)
    if standing.is_board:
        return _of_board(view, standing)
    if standing.kind:
        return _of_object(view, standing, check)
    return _of_file(view, standing)


def _of_rule(view: View, standing: Standing, check: str) -> Place | None:
    if check in _ABOUT_SELECTION:
        return _selection(view)
    told, owner = _told(view, standing), _owner(view, standing)
    if told is None:
        return view.entry(owner) if owner else None
    places = _of_alert(view, told, standing, check)
    return next((place for place in places if place), None)


def _of_alert(view: View, told: Told, standing: Standing, check: str) -> Iterator[Place | None]:
    """The lines that may decide a part of an alert, the nearest first."""
    server = view.route(told.instance)
    found = limits(told)
    if _is_limit(standing):
        yield _limit(view, told, found[:1])
    if check in _ABOUT_LIMITS:
        yield _limit(view, told, [limit for limit in found if limit.is_quantile or check != _OF_QUANTILES])
    if check == _OPTIONAL:
        yield view.written(*server, "options", key=True)
    entries: list[Route] = [(*server, "alerts", told.key), ("alerts", told.key)]
    yield from (view.written(*entry, *_key(standing)) for entry in entries if _key(standing))
    if check.startswith("route/"):
        yield view.section("alertmanager")
    for name in told.instance.objectives:
        if told.sentence is told.instance.folder.objectives[name]:
            yield view.written(*server, "objectives", name, key=True)
    yield from (view.written(*entry, key=True) for entry in entries)
    yield view.entry(told.instance)


def _limit(view: View, told: Told, found: Sequence[Limit]) -> Place | None:
    """Where a limit of an alert was written, if it can only be one: a threshold of its server, or its own."""
    names = {limit.text for limit in found if limit.text in told.instance.thresholds}
    if len(names) == 1:
        return view.written(*view.route(told.instance), "thresholds", *names)
    if names or not is_own(told) or len(found) != 1:
        return None
    return view.written("alerts", told.key, found[0].key)


def _is_limit(standing: Standing) -> bool:
    """Whether it is the recorded constant of a limit."""
    return bool(standing.rule and standing.rule.name == THRESHOLD_SERIES)


def _key(standing: Standing) -> Route:
    """The key of an alert's entry that decides the part of the rule."""
    if standing.field == "labels":
        return ("severity",) if standing.words[:1] == ["severity"] else ("labels",)
    return (_CHANGED[standing.field],) if standing.field in _CHANGED else ()


def _told(view: View, standing: Standing) -> Told | None:
    """The alert that a rule is, or whose limit it records."""
    rule = standing.rule
    if rule is None:
        return None
    server = _label(standing, SERVICE_LABEL)
    if _is_limit(standing):
        return view.told(_label(standing, "alert") or "", server)
    return view.told(rule.name, server) if rule.is_alert else None


def _label(standing: Standing, name: str) -> str | None:
    labels = standing.rule.value.get("labels") if standing.rule else None
    value = labels.get(name) if isinstance(labels, dict) else None
    return str(value) if value is not None else None


def _owner(view: View, standing: Standing) -> Instance | None:
    """The server that a rule, an object or a board is of."""
    rule = standing.rule
    if rule is None:
        return view.owner(standing.component, standing.name)
    told = _told(view, standing)
    if told:
        return told.instance
    named = _label(standing, SERVICE_LABEL)
    if named:
        return view.named(named)
    return None if rule.is_alert else view.recording(rule.name, view.server_of_object(standing.name))


def _of_board(view: View, standing: Standing) -> Place | None:
    """A board's own entry; else the one server that it is about; else how boards are brought."""
    names = [
        standing.name,
        *(name for name, one in view.stack.settings.dashboards.items() if one.name == standing.name),
    ]
    entry = next((place for name in names if (place := view.written("dashboards", name, key=True))), None)
    owner = view.owner(standing.component, standing.name)
    return entry or (view.entry(owner) if owner else None) or view.section("grafana")


def _of_object(view: View, standing: Standing, check: str) -> Place | None:
    is_label = standing.route[:2] == ("metadata", "labels") and standing.words[0] in view.stack.selector_labels
    if is_label or check in _ABOUT_SELECTION:
        return _selection(view)
    if standing.component == "argocd":
        return _synced(view, standing)
    receiver = _receiver(view, standing)
    if receiver:
        return receiver
    owner = view.owner(standing.component, standing.name)
    if owner is None and standing.kind == "PrometheusRule":
        owner = view.named(view.server_of_object(standing.name) or "")
    if owner is None:
        return view.section(standing.component) if standing.component else None
    return _of_server(view, standing, owner, check)


def _of_server(view: View, standing: Standing, owner: Instance, check: str) -> Place | None:
    """The key of a server that decides the part of its monitor, or of its job; else the server."""
    keys = _ABOUT_KEYS.get(check, ())
    if standing.kind in _SCRAPES or standing.job:
        keys = keys or next((_ASKED[word] for word in standing.words if word in _ASKED), ())
    server = view.route(owner)
    inner = [(*server, key, *standing.words[:1]) for key in keys if standing.words[:1] != [key]]
    return view.first((*inner, *((*server, key) for key in keys))) or view.entry(owner)


def _selection(view: View) -> Place | None:
    """The labels that Prometheus selects by."""
    return view.written("prometheus", "selectorLabels") or view.section("prometheus")


def _synced(view: View, standing: Standing) -> Place | None:
    """What Argo CD is told: the repository, or the whole section."""
    said = (view.written("argocd", word) for word in standing.words if word in _SYNCED)
    return next((place for place in said if place), None) or view.section("argocd")


def _receiver(view: View, standing: Standing) -> Place | None:
    """The receiver of the profile that an Alertmanager's is."""
    name = standing.receiver
    return view.written("alertmanager", "receivers", name, key=True) if name else None


def _of_file(view: View, standing: Standing) -> Place | None:
    """Values of a chart, and files that Prometheus or Alertmanager read: by job, else by section."""
    job = view.named(standing.job) if standing.job else None
    if job:
        return _of_server(view, standing, job, "")
    receiver = _receiver(view, standing)
    if receiver:
        return receiver
    if standing.parts[0] == "tests":
        return view.section("alertmanager")
    word = standing.route[0] if standing.parts[0] == "values" and standing.route else standing.parts[0]
    return view.section(str(word)) if word != "base" else None


def _allowed(view: View, standing: Standing) -> Place | None:
    """An entry of `validation.allow`, which a tree carries among its facts."""
    route = standing.route
    entry = route[route.index("allow") :] if "allow" in route else ()
    return view.written("validation", *entry) if len(entry) > 1 else None
