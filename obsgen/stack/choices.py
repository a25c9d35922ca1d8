"""What a profile chooses of a component: versions, options, thresholds; each mistake at its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from obsgen.components.catalogue import HEAD, Catalogue, ComponentFolder
from obsgen.components.versions import VersionError, choose
from obsgen.hints import nearest
from obsgen.profile.models import AlertChange, ObjectiveChoice, Price
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance, ResolvedSignal
from obsgen.units import UNITS, Unit, UnitError, number_text, parse, text


def versions(folder: ComponentFolder, wanted: tuple[str, ...], route: Route, ledger: Ledger) -> tuple[str, ...]:
    """The versions that run; a component without versions has the one version ''."""
    known = folder.component.versions
    if known is None:
        if wanted != ("latest",):
            ledger.error(
                "profile/unknown-version", f"{folder.name} has no versions", (*route, "version"), "remove the key"
            )
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
            ledger.error(
                "profile/unknown-option",
                f"{folder.name} has no option '{name}'",
                place,
                nearest(name, sorted(known)),
                key=True,
            )
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
            message = f"{folder.name} has no threshold '{name}'"
            ledger.error("profile/unknown-threshold", message, place, nearest(name, sorted(known)), key=True)
            continue
        try:
            chosen[name] = parse(written, UNITS[known[name].unit], chosen[name])
        except UnitError as problem:
            ledger.error("profile/unit", f"threshold {name}: {problem}", place, problem.hint)
    return chosen


def prices(table: Mapping[str, Mapping[str, Price]], catalogue: Catalogue, ledger: Ledger) -> list[dict[str, Any]]:
    """The price table in dollars a token: provider, model, input, output. Notes providers that no component knows."""
    known = sorted({provider for name in catalogue.names for provider in catalogue.head(name).covers}) if table else []
    for provider in sorted(table.keys() - set(known)):
        message = f"no component reads the usage of a provider '{provider}'"
        ledger.error("profile/unknown-provider", message, ("prices", provider), nearest(provider, known), key=True)
    return [
        {
            "provider": provider,
            "model": model,
            "input": _price(price.input, ("prices", provider, model, "input"), ledger),
            "output": _price(price.output, ("prices", provider, model, "output"), ledger),
        }
        for provider, models in sorted(table.items())
        for model, price in sorted(models.items())
    ]


def _price(written: str, route: Route, ledger: Ledger) -> float:
    try:
        return parse(written, UNITS["usd/token"])
    except UnitError as problem:
        ledger.error("profile/unit", f"price: {problem}", route, problem.hint)
        return 0.0


def unused_prices(table: Collection[str], instances: Sequence[Instance], ledger: Ledger) -> None:
    """Tells of providers whose prices, given in the profile, nothing takes."""
    for provider in sorted(table):
        sources = [each for each in instances if provider in each.covers]
        if not any(_takes_prices(each) for each in sources):
            names = ", ".join(each.name for each in sources)
            reason = f"{names} counts its cost itself" if names else "no provider covers it"
            ledger.assume(f"prices of {provider} are not used: {reason} (prices)")


def _takes_prices(instance: Instance) -> bool:
    condition = instance.folder.component.uses_prices
    return condition is not None and instance.folder.origin(HEAD, "usesPrices").holds(condition, instance.context)


def alert_changes(folder: ComponentFolder, changes: Mapping[str, AlertChange], route: Route, ledger: Ledger) -> None:
    """Notes changes of alerts that the component does not have."""
    for name in changes:
        if name not in folder.alerts:
            hint = nearest(name, sorted(folder.alerts))
            ledger.error(
                "profile/unknown-alert",
                f"{folder.name} has no alert '{name}'",
                (*route, "alerts", name),
                hint,
                key=True,
            )


def objectives(
    folder: ComponentFolder,
    wanted: Mapping[str, ObjectiveChoice],
    context: Mapping[str, Any],
    route: Route,
    ledger: Ledger,
) -> dict[str, ObjectiveChoice]:
    """The objectives that the profile wants, without those that the component does not have, or not here."""
    for name in wanted.keys() - folder.objectives.keys():
        message, known = f"{folder.name} has no objective '{name}'", sorted(folder.objectives)
        hint = nearest(name, known) if known else "remove the key"
        ledger.error("profile/unknown-objective", message, (*route, "objectives", name), hint, key=True)
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
