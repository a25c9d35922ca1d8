"""What a profile chooses of a component: versions, options, thresholds; each mistake at its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from obsgen.components.catalogue import HEAD, ComponentFolder
from obsgen.components.versions import VersionError, choose
from obsgen.hints import nearest
from obsgen.profile.models import AlertChange, ObjectiveChoice
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import ResolvedSignal
from obsgen.units import UNITS, Unit, number_text, parse, text


def versions(folder: ComponentFolder, wanted: tuple[str, ...], route: Route, ledger: Ledger) -> tuple[str, ...]:
    """The versions that run; a component without versions has the one version ''."""
    known = folder.component.versions
    if known is None:
        if wanted != ("latest",):
            message = f"{folder.name} has no versions"
            ledger.error("profile/unknown-version", message, (*route, "version"), "remove the key")
        return ("",)
    chosen = []
    for version in wanted:
        version = folder.component.default_version if version == "latest" else version
        try:
            chosen.append(choose(version, known.known))
        except VersionError as problem:
            ledger.error("profile/unknown-version", f"{folder.name}: {problem}", (*route, "version"), problem.hint)
    # What the tree deploys itself runs at the version that the tree says.
    if wanted == ("latest",) and chosen and folder.component.role != "platform":
        ledger.assume(f"{folder.component.title} runs version {chosen[0]}, the newest known (version)")
    return tuple(dict.fromkeys(chosen)) or (known.known[-1],)


def options(folder: ComponentFolder, wanted: Mapping[str, object], route: Route, ledger: Ledger) -> dict[str, object]:
    """The component's options, defaults filled in."""
    known = folder.component.options
    chosen = {name: option.default for name, option in known.items()}
    for name, value in wanted.items():
        place = (*route, "options", name)
        if name not in known:
            _unknown("profile/unknown-option", folder, place, known, ledger)
        elif (values := known[name].values) is not None and value not in values:
            listing = ", ".join(str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in values)
            ledger.error("profile/unknown-option", f"{name} cannot be '{value}'", place, f"known: {listing}")
        else:
            chosen[name] = value
    return chosen


def conflicts(folder: ComponentFolder, context: Mapping[str, Any], route: Route, ledger: Ledger) -> None:
    """Notes options that contradict each other."""
    for index, conflict in enumerate(folder.component.conflicts):
        if folder.origin(HEAD, "conflicts", index, "when").holds(conflict.when, context):
            place = tuple(conflict.key.split(".")) if conflict.key else (*route, "options", conflict.option or "")
            ledger.error("profile/options", conflict.message, place, conflict.hint)


def thresholds(folder: ComponentFolder, wanted: Mapping[str, str], route: Route, ledger: Ledger) -> dict[str, float]:
    """The component's thresholds in their units, defaults filled in."""
    known = folder.component.thresholds
    chosen = {name: parse(limit.default, UNITS[limit.unit]) for name, limit in known.items()}
    for name, written in wanted.items():
        place = (*route, "thresholds", name)
        if name not in known:
            _unknown("profile/unknown-threshold", folder, place, known, ledger)
            continue
        limit = ledger.quantity(written, known[name].unit, place, f"threshold {name}: ", chosen[name])
        chosen[name] = chosen[name] if limit is None else limit
    return chosen


def _unknown(check: str, folder: ComponentFolder, place: Route, known: Collection[str], ledger: Ledger) -> None:
    """Notes that a component has nothing of the name at the end of the route."""
    name, what = str(place[-1]), check.rpartition("-")[2]
    hint = nearest(name, sorted(known)) if known else "remove the key"
    ledger.error(check, f"{folder.name} has no {what} '{name}'", place, hint, key=True)


def alert_changes(folder: ComponentFolder, changes: Mapping[str, AlertChange], route: Route, ledger: Ledger) -> None:
    """Notes changes of alerts that the component does not have."""
    for name in changes:
        if name not in folder.alerts:
            _unknown("profile/unknown-alert", folder, (*route, "alerts", name), folder.alerts, ledger)


def objectives(
    folder: ComponentFolder,
    wanted: Mapping[str, ObjectiveChoice],
    context: Mapping[str, Any],
    route: Route,
    ledger: Ledger,
) -> dict[str, ObjectiveChoice]:
    """The objectives that the profile wants, without those that the component does not have, or not here."""
    for name in wanted.keys() - folder.objectives.keys():
        _unknown("profile/unknown-objective", folder, (*route, "objectives", name), folder.objectives, ledger)
    known_here = [name for name in wanted if name in folder.objectives and _applies(folder, name, context)]
    for name in sorted(wanted.keys() & folder.objectives.keys() - set(known_here)):
        needs = folder.objectives[name].when
        ledger.assume(f"objective {name} of {context['name']} is left out: it needs {needs} (objectives.{name})")
    return {name: wanted[name] for name in known_here}


def _applies(folder: ComponentFolder, objective: str, context: Mapping[str, Any]) -> bool:
    condition = folder.objectives[objective].when
    return folder.origin("slos.yaml", objective, "when").holds(condition, context)


def thresholds_in_buckets(
    folder: ComponentFolder,
    signals: Mapping[str, ResolvedSignal],
    chosen: Mapping[str, float],
    written: Mapping[str, str],
    route: Route,
    ledger: Ledger,
) -> None:
    """Notes limits on quantiles outside the histogram's buckets: such an alert can never fire, or is a guess."""
    for limit, signal in _quantile_limits(folder, signals):
        for series in signal.series:
            if limit not in written or not series.buckets:
                continue
            low, high = series.buckets[0] * series.scale, series.buckets[-1] * series.scale
            if not low <= chosen[limit] < high:
                unit = UNITS[signal.unit]
                outside = f"{text(low, unit)} to {text(high, unit)}"
                message = f"{limit} {written[limit]} lies outside the buckets of {series.name} ({outside})"
                told = (
                    "this alert could never fire"
                    if chosen[limit] >= high
                    else "quantiles below the first bucket are guesses"
                )
                ledger.error(
                    "signal/bucket",
                    message,
                    (*route, "thresholds", limit),
                    f"{told}; {meant(chosen[limit], low, high, unit)}",
                )


def _quantile_limits(
    folder: ComponentFolder, signals: Mapping[str, ResolvedSignal]
) -> Iterator[tuple[str, ResolvedSignal]]:
    for alert in folder.alerts.values():
        limit, signal = alert.above or alert.below or "", alert.signal or ""
        if alert.quantile and signal in signals and limit in folder.component.thresholds:
            yield limit, signals[signal]
    for objective in folder.objectives.values():
        events = objective.events
        timed, within = (events.signal, events.within) if events else (None, None)
        if timed in signals and within in folder.component.thresholds:
            yield str(within), signals[str(timed)]


def meant(value: float, low: float, high: float, unit: Unit) -> str:
    """A guess at what was meant by a limit outside of a histogram's buckets; times are often a thousand times off."""
    if unit.name == "seconds" and low <= value / 1000 < high:
        return f"did you mean {number_text(value / 1000)}s or {number_text(value)}ms?"
    if unit.name == "seconds" and low <= value * 1000 < high:
        return f"did you mean {number_text(value * 1000)}s?"
    return f"write something from {text(low, unit)} to below {text(high, unit)}"
