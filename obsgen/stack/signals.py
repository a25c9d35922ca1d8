"""Which series stand behind a component's signals at the versions, options and label rules of one instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from obsgen.components.catalogue import ComponentFolder
from obsgen.components.origin import Origin
from obsgen.components.signals import Series, Signal
from obsgen.components.versions import within
from obsgen.stack.logs import in_loki
from obsgen.stack.model import ResolvedSignal, Stored

_SUMMED_UNITS = frozenset(("requests", "tokens", "bytes", "replicas", "pods", "errors", "events", "count", "cores"))


def resolve_signals(
    folder: ComponentFolder,
    versions: Sequence[str],
    context: Mapping[str, Any],
    exported: frozenset[str],
) -> dict[str, ResolvedSignal]:
    """The signals that are exposed; `exported` holds the page's labels that Prometheus stores as `exported_…`.

    Without versions nothing is known of them or the options: then every signal is there with every series it may have.
    """
    resolved = {}
    for name, signal in folder.signals.items():
        series = _series(folder, name, versions, context, exported)
        if series:
            aggregate = signal.aggregate or ("sum" if signal.unit in _SUMMED_UNITS else "max")
            resolved[name] = ResolvedSignal(
                name, signal.help, signal.type, signal.unit, aggregate, signal.scope, tuple(series)
            )
    return resolved


def _series(
    folder: ComponentFolder, name: str, versions: Sequence[str], context: Mapping[str, Any], exported: frozenset[str]
) -> list[Stored]:
    """For each version the first row that fits it, each series once."""
    signal = folder.signals[name]
    if not versions:
        rows = [(row, _origin(folder, name, index)) for index, row in enumerate(signal.series)]
        return list(dict.fromkeys(_stored(signal, row, exported, origin, context) for row, origin in rows))
    chosen: list[Stored] = []
    for version in versions:
        here = {**context, "version": version}
        for index, row in enumerate(signal.series):
            meant = versions if row.alone else (version,)
            fits = all(not each or within(each, row.since, row.until) for each in meant)
            origin, there = _origin(folder, name, index), not row.log or context.get("logs")
            if fits and there and origin.at("when").holds(row.when, here):
                stored = _stored(signal, row, exported, origin, here)
                chosen += [stored] if stored not in chosen else []
                break
    return chosen


def _origin(folder: ComponentFolder, name: str, index: int) -> Origin:
    return folder.origin("signals.yaml", name, "series", index)


def _stored(
    signal: Signal, row: Series, exported: frozenset[str], origin: Origin, context: Mapping[str, Any]
) -> Stored:
    labels = signal.labels if row.labels is None else row.labels
    kept = {real: f"exported_{real}" for real in exported}
    stored = Stored(
        name=row.name,
        type=row.type or signal.type,
        match=tuple(
            sorted(
                (kept.get(real, real), _texts(values, origin.at("match", real), context))
                for real, values in row.match.items()
            )
        ),
        scale=row.scale,
        labels=tuple((ours, kept.get(real, real)) for ours, real in labels.items()),
        buckets=row.buckets or (),
        starts_at=row.starts_at,
        match_not=tuple(sorted((kept.get(real, real), values) for real, values in row.match_not.items())),
        alone=row.alone,
    )
    return in_loki(stored, row.log, origin.at("log"), context) if row.log else stored


def _texts(values: Sequence[str], origin: Origin, context: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a label must have; they may speak of the stack."""
    return tuple(str(origin.at(index).text(value, context)) for index, value in enumerate(values))
