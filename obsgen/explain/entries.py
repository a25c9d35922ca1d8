"""What is known of a component, alert, signal or threshold, as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from obsgen.components.catalogue import Catalogue, ComponentFolder
from obsgen.components.objectives import Objective
from obsgen.components.references import parts, signals_of
from obsgen.components.rules import Alert
from obsgen.components.sentences import Condition, Measure
from obsgen.components.signals import LabelValue, Series, Signal
from obsgen.explain.example import Example, example, example_with, in_profile
from obsgen.explain.layout import flow, pairs, paragraph, section, table
from obsgen.explain.words import alert_words
from obsgen.render.queries.scopes import RuleScope
from obsgen.render.queries.sentences import phrase
from obsgen.render.rules.runbooks import runbook_body
from obsgen.stack import demands
from obsgen.stack.model import Instance

Explained = Iterator[str]

_ROLES = {
    "modelServer": "a model server",
    "gpuExporter": "an exporter of GPU metrics",
    "exporter": "an exporter",
    "application": "an application",
    "provider": "a source of usage and cost",
    "platform": "a part of the platform",
}


_MOST = 30
"""Signals of a component that are told one by one, even those that nothing speaks of."""


def component_text(what: str, known: Catalogue) -> Explained:
    """A component: what it covers, what can be set, what it alerts on and measures."""
    if what in known.names:
        folder = known.get(what)
        title = f"{what}: {component_title(folder)}"
        yield "\n".join([title, "", *paragraph(folder.component.description), *_component(folder, known)])


def component_title(folder: ComponentFolder) -> str:
    """What a component is, in a few words."""
    return f"{folder.component.title}, {_ROLES[folder.component.role]}"


def described(kind: str, folder: ComponentFolder) -> dict[str, str]:
    """The alerts, objectives, thresholds or signals of a component by name, with what each of them means."""
    match kind:
        case "alerts":
            return {name: _summary(name, alert, None) for name, alert in folder.alerts.items()}
        case "thresholds":
            return {name: limit.help for name, limit in folder.component.thresholds.items()}
        case "objectives":
            return {name: each.title for name, each in folder.objectives.items()}
    return {name: signal.help for name, signal in folder.signals.items()}


def _component(folder: ComponentFolder, known: Catalogue) -> Iterator[str]:
    component, shown = folder.component, example(folder, known, {})
    yield from section("in a profile", [(_use(folder),)])
    if component.versions:
        source = f"read from {component.versions.source}"
        yield from section("versions", [(", ".join(component.versions.known),), (source,)])
    yield from section("covers", [(", ".join(component.covers),)] if component.covers else [])
    yield from section("options", [(n, _default(o.default, o.values), o.help) for n, o in component.options.items()])
    yield from section("thresholds", [(n, limit.default, limit.help) for n, limit in component.thresholds.items()])
    yield from section("alerts", [(n, a.severity, _summary(n, a, shown)) for n, a in folder.alerts.items()])
    yield from section("objectives", [(n, each.target, each.title) for n, each in folder.objectives.items()])
    listed = _listed(folder, known)
    yield from section("signals", [row for name in listed for row in _sources(name, folder.signals[name])])
    yield from section("more signals, explained by their names", _others(folder, listed))
    yield from section("recorded", [(name,) for name in dict.fromkeys(each.record for each in folder.recordings)])
    yield from section("boards", [(board.title, board.description) for board in folder.dashboards.values()])
    own = [each for each in shown.stack.instances if each.folder.name == folder.name] if shown else []
    secrets = demands.merged(secret for each in own for secret in demands.secrets(each))
    rows = [(f"{each.namespace}/{each.name}", ", ".join(each.keys), each.used_by) for each in secrets]
    yield from section("secrets that must exist", rows)


def _use(folder: ComponentFolder) -> str:
    component = folder.component
    if component.role != "platform":
        return pairs(in_profile(folder, {}))
    return f"there where {component.activate}" if component.activate else "always there, without being listed"


def _default(default: Any, values: Sequence[Any] | None) -> str:
    others = [flow(value) for value in values or () if value != default]
    return f"{flow(default)} (or {', '.join(others)})" if others else flow(default)


def _summary(name: str, alert: Alert, shown: Example | None) -> str:
    """The alert's summary with its default limit; where the example has no such alert, with the limit's name."""
    rendered = shown.alerts.get(name) if shown else None
    if rendered:
        return rendered.summary
    return re.sub(r"<<\s*(.*?)\s*>>", r"\1", alert.summary.replace("<< limit >>", alert.above or alert.below or "…"))


def _listed(folder: ComponentFolder, known: Catalogue) -> list[str]:
    """The signals that are told with their series: all, or of many those that something speaks of."""
    spoken = _spoken_of(folder, known) if len(folder.signals) > _MOST else folder.signals
    return [name for name in folder.signals if name in spoken]


def _others(folder: ComponentFolder, listed: Sequence[str]) -> list[tuple[str, str]]:
    """The names of all other signals, by type."""
    found: dict[str, list[str]] = {}
    for name in folder.signals.keys() - set(listed):
        found.setdefault(folder.signals[name].type, []).append(name)
    return [(kind, ", ".join(sorted(names))) for kind, names in sorted(found.items())]


def _sources(name: str, signal: Signal) -> Iterator[tuple[str, str, str]]:
    """The series behind a signal, with the versions and options at which each is the one; a row each."""
    declared = ["a metric that the profile declares"] if not signal.series else []
    shown = dict.fromkeys([*(", ".join([row.told, *_when(row)]) for row in signal.series), *declared])
    for index, series in enumerate(shown):
        yield ("", "", series) if index else (name, f"{signal.type}, {signal.unit}", series)


def _when(row: Series) -> Iterator[str]:
    yield from _while(row.since, row.until)
    if row.when:
        yield f"where {row.when}"


def _while(since: str | None, until: str | None) -> Iterator[str]:
    yield from ([f"since {since}"] if since else [])
    yield from ([f"before {until}"] if until else [])


def provider_text(what: str, known: Catalogue) -> Explained:
    """A provider of hosted models: the components that read its usage, and how a profile says so."""
    sources = [folder for folder in known.all() if what in folder.component.covers]
    if sources:
        rows = [(folder.name, folder.component.title, folder.component.description) for folder in sources]
        uses = [(pairs(in_profile(folder, {"covers": [what]})),) for folder in sources]
        title = f"{what}: a provider of hosted models, read by {' or '.join(folder.name for folder in sources)}"
        yield "\n".join([title, *section("sources", rows), *section("in a profile, one of", uses)])


def alert_text(what: str, known: Catalogue) -> Explained:
    """An alert: its sentence, limit, query and runbook, in every component that has it."""
    for folder in known.all():
        if what in folder.alerts:
            yield "\n".join(_alert(what, folder, known)).rstrip()


def _alert(name: str, folder: ComponentFolder, known: Catalogue) -> Iterator[str]:
    alert, shown = folder.alerts[name], example_with(name, folder, known)
    limits = dict(_limits(alert, folder))
    rows = [("fires when", alert_words(alert, {signal: each.type for signal, each in folder.signals.items()}))]
    rows += [(limit, f"{default} by default: {said}") for limit, (default, said) in limits.items()]
    if shown and shown.options:
        rows.append(("needs", pairs(in_profile(folder, {"options": shown.options}))))
    rows.append(("change it", pairs({"alerts": {name: {"for": alert.for_, "severity": alert.severity}}})))
    if limits:
        defaults = {limit: default for limit, (default, _) in limits.items()}
        rows.append(("", pairs(in_profile(folder, {"thresholds": defaults}))))
    yield f"{name}: {alert.severity}, an alert of {folder.name} in group {alert.group}"
    yield from ["", *paragraph(_summary(name, alert, shown)), "", *table(rows)]
    if shown:
        rendered = shown.alerts[name]
        yield from [*_query(rendered.query, rendered.instance, shown.options), "", runbook_body(shown.stack, rendered)]
    elif f"runbooks/{name}.md" in folder.files:
        yield from ["", folder.text(f"runbooks/{name}.md")]


def _limits(alert: Alert, folder: ComponentFolder) -> Iterator[tuple[str, tuple[str, str]]]:
    """The thresholds that an alert compares with: default and meaning."""
    for each in parts(alert):
        name = (each.above or each.below or "") if isinstance(each, Condition) else ""
        limit = folder.component.thresholds.get(name)
        if limit:
            yield name, (limit.default, limit.help)


def _query(query: str, instance: Instance, options: Mapping[str, Any]) -> Iterator[str]:
    """An expression, and for what it was rendered."""
    versions = [f"version {version}" for version in instance.versions if version]
    yield from ["", f"query in an example stack ({', '.join([*versions, pairs(options) or 'defaults'])})"]
    yield from (f"  {line}" for line in query.rstrip().split("\n"))


def signal_text(what: str, known: Catalogue) -> Explained:
    """A signal, by its name, by that of a real series, or by one that people mistake for it."""
    names = {what, re.sub(r"_(bucket|sum|count)$", "", what)}
    for folder in known.all():
        for name, signal in folder.signals.items():
            if what == name or names & {*signal.mistaken, *(row.name for row in signal.series if row.name)}:
                yield "\n".join(_signal(name, signal, folder, known))


def _signal(name: str, signal: Signal, folder: ComponentFolder, known: Catalogue) -> Iterator[str]:
    yield f"{name}: a signal of {folder.name}, {signal.type} in {signal.unit}"
    yield from ["", *paragraph(signal.help)]
    rows = [("labels", _labels(signal.labels))] if signal.labels else []
    rows += [("", f"{label} is {_values(values)}") for label, values in signal.values.items()]
    rows += [("not called", ", ".join(signal.mistaken))] if signal.mistaken else []
    rows += [("beware", f"it {each.text}: {each.hint}") for each in signal.cautions]
    rows += [("beware", f"0 means {signal.zero}")] if signal.zero else []
    rows += [("beware", f"without {signal.totals} a series is the sum of others")] if signal.totals else []
    rows += _users(name, folder, known)
    yield from ["", *table(rows)] if rows else []
    yield from section("series, the first that fits", [(row.told, ", ".join(_row(row))) for row in signal.series])
    shown = example(folder, known, {})
    instance = next((each for each in shown.stack.instances if each.folder is folder), None) if shown else None
    if shown and instance and name in instance.signals:
        said = {"signal": name} | ({"quantile": 0.95} if signal.type == "histogram" else {})
        asked = phrase(Measure.model_validate(said), RuleScope(shown.stack, instance))
        yield from _query(asked.query, instance, {})


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(ours if ours == real else f"{ours} ({real})" for ours, real in labels.items())


def _values(values: Iterable[LabelValue]) -> str:
    """All that a label can be, and at which versions."""
    return " or ".join(" ".join([each.value, *_while(each.since, each.until)]) for each in values)


def _row(row: Series) -> Iterator[str]:
    """All that distinguishes one series from the others of its signal."""
    yield from _when(row)
    if row.deprecated:
        yield f"deprecated since {row.deprecated}"
    yield from (f"with {label}={' or '.join(values) or 'nothing'}" for label, values in row.match.items())
    yield from (f"without {label}={' or '.join(values) or 'nothing'}" for label, values in row.match_not.items())
    if row.type:
        yield f"a {row.type}"
    if row.scale != 1:
        yield f"times {row.scale:g}"
    if row.labels is not None:
        yield f"with labels {_labels(row.labels)}"
    if row.buckets:
        yield f"buckets {row.buckets[0]:g} to {row.buckets[-1]:g}"
    if row.starts_at == "first":
        yield "not there before its first event"


def _users(name: str, owner: ComponentFolder, known: Catalogue) -> Iterator[tuple[str, str]]:
    """Alerts, panels and recorded series that speak of a signal."""
    found: dict[str, dict[str, None]] = {}
    for folder in known.all():
        asked = {(owner.name, name), (owner.component.role, name)} | ({(None, name)} if folder is owner else set())
        for kind, title, said in _sentences(folder):
            if asked & set(signals_of(said)):
                found.setdefault(kind, {})[title] = None
    yield from ((kind, ", ".join(titles)) for kind, titles in found.items())


def _spoken_of(owner: ComponentFolder, known: Catalogue) -> set[str]:
    """The signals of a component that alerts, panels, recorded series and objectives speak of."""
    whole = {owner.name, owner.component.role}
    asked = ((folder, pair) for folder in known.all() for *_, said in _sentences(folder) for pair in signals_of(said))
    found = {name for folder, (who, name) in asked if (who in whole if who else folder is owner)}
    return found.union(*map(_judged, owner.objectives.values()))


def _judged(objective: Objective) -> set[str]:
    """The signals that an objective judges by."""
    events, minutes = objective.events, objective.minutes
    named = (events.signal, *(events.bad or ()), *(events.of or ())) if events else ()
    return {name for name in (*named, *(each for _, each in (signals_of(minutes) if minutes else ()))) if name}


def _sentences(folder: ComponentFolder) -> Iterator[tuple[str, str, Measure]]:
    """Everything in a component that speaks of signals."""
    yield from (("alerts", name, alert) for name, alert in folder.alerts.items())
    yield from (("recorded", recording.record, recording) for recording in folder.recordings)
    for board in folder.dashboards.values():
        for row in board.rows:
            yield from (("panels", f"{panel.title} ({board.title})", panel) for panel in row.panels)


def threshold_text(what: str, known: Catalogue) -> Explained:
    """A threshold: its unit, default, meaning and alerts, in every component that has it."""
    for folder in known.all():
        if what in folder.component.thresholds:
            yield "\n".join(_threshold(what, folder, known))


def _threshold(name: str, folder: ComponentFolder, known: Catalogue) -> Iterator[str]:
    limit, shown = folder.component.thresholds[name], example(folder, known, {})
    yield f"{name}: a threshold of {folder.name} in {limit.unit}, {limit.default} by default"
    yield from ["", *paragraph(limit.help)]
    users = [(key, alert) for key, alert in folder.alerts.items() if name in dict(_limits(alert, folder))]
    yield from section("alerts", [(key, alert.severity, _summary(key, alert, shown)) for key, alert in users])
    aims = [(key, each.target, each.title) for key, each in folder.objectives.items() if name in _aims(each)]
    yield from section("objectives", aims)
    yield from section("in a profile", [(pairs(in_profile(folder, {"thresholds": {name: limit.default}})),)])


def _aims(objective: Objective) -> set[str | None]:
    """The thresholds that divide good from bad."""
    events, minutes = objective.events, objective.minutes
    return {events.within if events else None, *((minutes.above, minutes.below) if minutes else ())}


def objective_text(what: str, known: Catalogue) -> Explained:
    """An objective, by its name or by that of its alert: what is good, the target, how to choose it."""
    for folder in known.all():
        for name, each in folder.objectives.items():
            if what in (name, each.alert):
                yield "\n".join(_objective(name, each, folder))


def _objective(name: str, objective: Objective, folder: ComponentFolder) -> Iterator[str]:
    limits = folder.component.thresholds
    rows = [("target", f"{objective.target} over {objective.window}")]
    rows += [
        (aim, f"{limits[aim].default} by default: {limits[aim].help}") for aim in _aims(objective) if aim in limits
    ]
    rows.append(("alert", f"{objective.alert}, when the budget of what may be bad is used up too fast"))
    chosen = in_profile(folder, {"objectives": {name: {"target": objective.target, "window": objective.window}}})
    yield f"{name}: an objective of {folder.name}, {objective.title}"
    yield from ["", *paragraph(objective.description), "", *table(rows), *section("in a profile", [(pairs(chosen),)])]


EXPLAINERS = (component_text, provider_text, alert_text, objective_text, signal_text, threshold_text)
"""What may be known under a name, in the order in which it is told."""
