"""Scenarios of alerts as a Prometheus sees them that scrapes every two minutes: every fourth sample.

The series of a scenario are written down each 30 s (see component_cases). Of those, a scrape every two minutes sees a
part; an alert that fires must fire on that part too, though it may be later: its window is wider, and a change is seen
at the next scrape only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from component_cases import STEP, Scenario, by_variant, expanded, label_lists, own_alerts, rules_with_tests
from component_variants import rendering
from histogram_series import with_counts

from obsgen.render.rules.alerts import RenderedAlert
from obsgen.units import duration, prometheus_duration

INTERVAL = 120
EVERY = INTERVAL // STEP
LATER = 10 * 60
"""Seconds that an alert may be late: a window that is three minutes wider, two scrapes, and what its `for` adds."""

_ITEM = re.compile(r"(?P<start>-?[\d.e]+|_|stale|NaN)(?:(?P<step>[+-][\d.]+))?(?:x(?P<times>\d+))?\Z")


def samples(written: str) -> list[str]:
    """The single samples of promtool's notation: `0+2x2 _ 7x1` is 0 2 4 _ 7 7."""
    return [sample for item in written.split() for sample in _samples(item)]


def _samples(item: str) -> Iterator[str]:
    match = _ITEM.match(item)
    assert match, item
    start, step, times = match["start"], float(match["step"] or 0), int(match["times"] or 0)
    if start in ("_", "stale", "NaN"):
        yield from [start] * max(times, 1)
        return
    yield from (f"{float(start) + step * number:.12g}" for number in range(times + 1))


def thinned(written: str) -> str:
    """What is seen of a series at every fourth time; a series that ended in between is seen to have ended."""
    found = samples(written)
    return " ".join(_seen(found[max(at - EVERY + 1, 0) : at + 1]) for at in range(0, len(found) + EVERY - 1, EVERY))


def _seen(since_last: list[str]) -> str:
    last = since_last[-1] if since_last else "_"
    return "stale" if last == "_" and "stale" in since_last else last


def files(component: str) -> dict[str, Any]:
    """The rule and test files for promtool, by name: one pair for each variant in use."""
    result: dict[str, Any] = {}
    for number, found in enumerate(by_variant(component)):
        rendered = rendering(found[0].variant, {"prometheus": {"scrapeInterval": f"{INTERVAL}s"}})
        alerts = {each.key: each for each in own_alerts(rendered, component)}
        tests = [_test(each, alerts[each.alert]) for each in found]
        result |= rules_with_tests(number, rendered, alerts.values(), tests)
    return result


def _test(scenario: Scenario, alert: RenderedAlert) -> dict[str, Any]:
    """A scenario in which the alert fires at some time, or never: as it does with more scrapes, if it says nothing."""
    fires = scenario.data.get("sparse", "fires" if "fires" in scenario.data else "silent") == "fires"
    labels = label_lists(scenario.component, alert)
    series = with_counts(scenario.data.get("series", {}))
    times = [scenario.data["fires"]] if "fires" in scenario.data else scenario.silences
    until = max(map(duration, times)) + LATER * fires
    fired = f'max_over_time(ALERTS{{alertname="{alert.name}",alertstate="firing"}}[{until}s:{STEP}s])'
    return {
        "name": f"{scenario.alert}: {scenario.data['name']} ({scenario.variant})",
        "interval": f"{INTERVAL}s",
        "input_series": [
            {"series": expanded(name, labels), "values": thinned(value)} for name, value in series.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"count({fired}) > bool 0 or vector(0)",
                "eval_time": prometheus_duration(until),
                "exp_samples": [{"labels": "{}", "value": int(fires)}],
            }
        ],
    }
