"""What a central Prometheus reads of others: recorded series, alerts, the series behind signals; not every sample."""

from __future__ import annotations

from collections.abc import Iterable

from obsgen.conventions import THRESHOLD_SERIES
from obsgen.promql.build import one_of, selector
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.render.rules.recordings import RenderedRecording
from obsgen.render.targets.monitors import stored_names
from obsgen.stack.model import Instance, Stack


def federated(
    stack: Stack, alerts: Iterable[RenderedAlert], recordings: Iterable[RenderedRecording]
) -> dict[str, list[str]]:
    """Values of `match[]`: of what is `recorded`, with the constants of limits and alerts, and of `signals`."""
    recorded = sorted({THRESHOLD_SERIES, *(each.record for each in recordings)})
    named = sorted({each.name for each in alerts if each.language == "promql"})
    firing = [selector("ALERTS", [one_of("alertname", named)]).text] if named else []
    return {
        "recorded": [selector("", [one_of("__name__", recorded)]).text, *firing],
        "signals": [_of(each) for each in stack.instances if each.target and each.signals],
    }


def _of(instance: Instance) -> str:
    """The series of one server: those behind its signals, and whether its targets are up."""
    return selector("", [one_of("__name__", sorted({"up", *stored_names(instance)})), ("job", "=", instance.name)]).text
