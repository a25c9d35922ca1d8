"""`obsgen explain`: what a check, alert, signal, threshold or component means, from what is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from obsgen.components.catalogue import Catalogue, ComponentFolder, catalogue
from obsgen.components.models import Alert, Series, Signal
from obsgen.explain import ids, page
from obsgen.findings import InputError, Place, error
from obsgen.validation import nearest

Explained = Iterator[str]


def explain(what: str, templates: Sequence[Path] = ()) -> str:
    """Everything that is known under this name; InputError with the nearest names if nothing is."""
    checked = page(what)
    if checked:
        return checked.rstrip()
    known = catalogue(templates)
    found = [text for explainer in _EXPLAINERS for text in explainer(what, known)]
    if found:
        return "\n\n".join(found)
    names = sorted({*ids(), *known.names, *(name for folder in known.all() for name in _names(folder))})
    hint = nearest(what, names) or "names: a check such as yaml/syntax, an alert, a signal, a threshold, a component"
    raise InputError([error("explain/unknown", f"nothing is called '{what}'", Place("explain"), hint)])


def _names(folder: ComponentFolder) -> Iterator[str]:
    yield from folder.alerts
    yield from folder.signals
    yield from folder.component.thresholds


def _component(what: str, known: Catalogue) -> Explained:
    if what not in known.names:
        return
    folder = known.get(what)
    component = folder.component
    lines = [f"{what}: {component.title} ({component.role})", component.description]
    if component.versions:
        lines.append(f"versions: {', '.join(component.versions.known)}\n  read from {component.versions.source}")
    if component.covers:
        lines.append(f"covers: {', '.join(component.covers)}")
    lines += _listed(
        "options", [f"{name} = {option.default}: {option.help}" for name, option in component.options.items()]
    )
    lines += _listed(
        "thresholds", [f"{n} = {limit.default}: {limit.help}" for n, limit in component.thresholds.items()]
    )
    lines += _listed("alerts", [f"{name} ({alert.severity}): {alert.summary}" for name, alert in folder.alerts.items()])
    lines += _listed("signals", [f"{name} ({s.type}, {s.unit}): {s.help}" for name, s in folder.signals.items()])
    lines += _listed("dashboards", [board.title for board in folder.dashboards.values()])
    yield "\n".join(lines)


def _listed(title: str, items: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"  {item}" for item in items)] if items else []


def _alert(what: str, known: Catalogue) -> Explained:
    for folder in known.all():
        alert = folder.alerts.get(what)
        if alert:
            yield "\n".join([*_alert_lines(what, alert, folder), "", _runbook(what, folder)]).rstrip()


def _alert_lines(name: str, alert: Alert, folder: ComponentFolder) -> Iterator[str]:
    yield f"{name}: an alert of {folder.name}, {alert.severity}"
    yield alert.summary
    sentence = alert.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    for key in ("summary", "description", "severity", "group", "for"):
        sentence.pop(key, None)
    yield "says: " + ", ".join(f"{key}: {value}" for key, value in sentence.items())
    yield f"for: {alert.for_}, group: {alert.group}"
    limit = folder.component.thresholds.get(alert.above or alert.below or "")
    if limit:
        yield f"threshold: {alert.above or alert.below} = {limit.default} ({limit.help})"


def _runbook(name: str, folder: ComponentFolder) -> str:
    file = f"runbooks/{name}.md"
    return folder.text(file) if file in folder.files else ""


def _signal(what: str, known: Catalogue) -> Explained:
    for folder in known.all():
        signal = folder.signals.get(what)
        if signal:
            yield "\n".join(_signal_lines(what, signal, folder))


def _signal_lines(name: str, signal: Signal, folder: ComponentFolder) -> Iterator[str]:
    yield f"{name}: a signal of {folder.name}, {signal.type} in {signal.unit}"
    yield signal.help
    if signal.labels:
        yield "labels: " + ", ".join(
            ours if ours == real else f"{ours} ({real})" for ours, real in signal.labels.items()
        )
    yield from (f"  {_series(row)}" for row in signal.series)


def _series(row: Series) -> str:
    match = ", ".join(f"{label}={value}" for label, value in row.match.items())
    parts = [row.name + (f"{{{match}}}" if match else "")]
    parts += [f"since {row.since}"] if row.since else []
    parts += [f"before {row.until}"] if row.until else []
    parts += [f"when {row.when}"] if row.when else []
    parts += [f"buckets {row.buckets[0]:g} to {row.buckets[-1]:g}"] if row.buckets else []
    return ", ".join(parts)


def _threshold(what: str, known: Catalogue) -> Explained:
    for folder in known.all():
        limit = folder.component.thresholds.get(what)
        if limit:
            users = [name for name, alert in folder.alerts.items() if what in (alert.above, alert.below)]
            lines = [f"{what}: a threshold of {folder.name} in {limit.unit}, {limit.default} by default", limit.help]
            yield "\n".join([*lines, f"used by: {', '.join(users)}"] if users else lines)


_EXPLAINERS: tuple[Callable[[str, Catalogue], Explained], ...] = (_component, _alert, _signal, _threshold)
