"""The rules of objectives that the profile wants: recorded series, and an alert for each severity of burning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from obsgen.components.objectives import Objective
from obsgen.components.origin import Origin
from obsgen.findings import Faults
from obsgen.render.queries.phrases import SentenceError
from obsgen.render.queries.proofread import proofread_query
from obsgen.render.queries.scopes import RuleScope, UnknownSignalError
from obsgen.render.queries.windows import in_words
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.render.rules.objectives import (
    SEVERITIES,
    Burn,
    Chosen,
    OutsideBucketsError,
    burning,
    factor,
    labels_of,
    recorded,
)
from obsgen.render.rules.recordings import RenderedRecording
from obsgen.stack.model import Instance, Stack
from obsgen.units import UNITS, UnitError, duration, number_text, parse

Wanted = tuple[Instance, Chosen, Origin]
"""An objective of a server, and where its component says it."""


def objective_recordings(stack: Stack) -> list[RenderedRecording]:
    """The recorded series of all objectives; InputError with the faults of all."""
    with Faults() as faults:
        return [
            one for some in faults.each(_wanted(stack), lambda each: list(_recordings(stack, *each))) for one in some
        ]


def burn_alerts(stack: Stack) -> list[RenderedAlert]:
    """Two alerts for each objective: one that calls somebody, one for the week."""
    return [_alert(each, severity) for each in _wanted(stack) for severity in SEVERITIES]


def _wanted(stack: Stack) -> Iterator[Wanted]:
    for instance in stack.instances:
        for name, choice in sorted(instance.objectives.items()):
            objective, origin = instance.folder.objectives[name], instance.folder.origin("slos.yaml", name)
            target = parse(choice.target or objective.target, UNITS["ratio"])
            limit = _limit(instance, objective, origin)
            period = choice.window or objective.window
            yield instance, Chosen(name, instance.name, stack.name, objective, target, limit, period), origin


def _limit(instance: Instance, objective: Objective, origin: Origin) -> float | None:
    """The limit of a good event or minute: a threshold by its name, or a quantity in the signal's unit."""
    written, signal, unit = _written(objective)
    if written is None:
        return None
    if written in instance.thresholds:
        return instance.thresholds[written]
    known = instance.signals.get(signal or "")
    try:
        return parse(written, UNITS[unit or (known.unit if known else "count")])
    except UnitError as problem:
        origin.refuse("profile/unit", str(problem), problem.hint)


def _written(objective: Objective) -> tuple[str | None, str | None, str | None]:
    """A limit as it is written, its signal, and the unit where the sentence says one."""
    if objective.events:
        return objective.events.within, objective.events.signal, None
    minutes = objective.minutes
    return (minutes.above or minutes.below, minutes.signal, minutes.unit) if minutes else (None, None, None)


def _recordings(stack: Stack, instance: Instance, chosen: Chosen, origin: Origin) -> Iterator[RenderedRecording]:
    try:
        for record, expr, labels in recorded(chosen, RuleScope(stack, instance, metrics_only=True)):
            proofread_query(expr.text, origin)
            yield RenderedRecording(instance, chosen.objective.group, record, expr.text, labels)
    except UnknownSignalError as problem:
        _refuse(origin, "signal/unknown", problem, problem.hint)
    except OutsideBucketsError as problem:
        # A limit of the profile is told there.
        if _written(chosen.objective)[0] not in instance.thresholds:
            _refuse(origin, "signal/sentence", problem)
    except SentenceError as problem:
        _refuse(origin, "signal/sentence", problem)


def _refuse(origin: Origin, check: str, problem: Exception, hint: str = "") -> NoReturn:
    origin.refuse(check, str(problem), hint, key=True)


def _alert(wanted: Wanted, severity: str) -> RenderedAlert:
    instance, chosen, _ = wanted
    waited, pairs = SEVERITIES[severity]
    objective = chosen.objective
    speed = "fast" if severity == "critical" else "steadily"
    summary = f"{objective.title}: the error budget burns {speed}"
    return RenderedAlert(
        key=objective.alert,
        name=objective.alert,
        instance=instance,
        group=objective.group,
        expr=burning(chosen, pairs).text,
        for_=waited,
        severity=severity,
        limit=None,
        figure=f"{_percent(chosen.target)} over {chosen.period} at risk",
        summary=summary,
        meaning=summary,
        description=_description(chosen, pairs),
        labels=labels_of(chosen),
        by=objective.by,
    )


def _description(chosen: Chosen, pairs: Sequence[Burn]) -> str:
    """What is bad, what may be, and how long the budget lasts at most: at the slowest pace at which the alert fires."""
    hours = max(1, round(duration(chosen.period) / min(factor(pair, chosen.period) for pair in pairs) / 3600))
    what = "events" if chosen.objective.events else "minutes"
    return (
        f"{{{{ $value | humanizePercentage }}}} of {what} are bad, {_percent(1 - chosen.target)} may be. "
        f"At this pace the budget of {in_words(chosen.period)} is used up in {in_words(f'{hours}h')} or sooner."
    )


def _percent(share: float) -> str:
    return f"{number_text(round(share * 100, 6))} %"
