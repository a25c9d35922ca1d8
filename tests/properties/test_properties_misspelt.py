"""Keys with a slip of the pen: what is wrong behind them is told in the same run, and nothing that only follows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_properties_all_at_once import A, B, C, Data, E, Fault, Route, alert, broken, profile, told, wanted

MISSPELT: dict[Route, str] = {
    (*A, "type"): "typ",
    (*A, "thresholds"): "treshold",
    (*B, "version"): "verison",
    (*B, "selector"): "selectorLabel",
    (*C, "options"): "option",
    (*E, "runtime"): "runtme",
    (*E, "runtime", "version"): "versoin",
    ("gpuExporter", "type"): "typee",
    ("providers", 0, "covers"): "cover",
    ("argocd", "repoURL"): "repoUrl",
    ("environments", "dev", "cluster"): "clutser",
    ("modelServers",): "modelServer",
}
"""Keys with a slip, by where they belong; what stands behind them is judged as if it stood there."""


def misspell(data: Data, routes: list[Route]) -> list[tuple[Route, Route]]:
    """Misspells keys as far as they are there, and says which routes lead where now: the longest first."""
    moved = []
    for route in sorted(routes, key=len, reverse=True):
        holder: Any = data
        for step in route[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else holder[step]
        if isinstance(holder, dict) and route[-1] in holder:
            holder[MISSPELT[route]] = holder.pop(route[-1])
            moved.append((route, (*route[:-1], MISSPELT[route])))
    return moved


def written(route: Route, moved: list[tuple[Route, Route]]) -> Route:
    for old, new in moved:
        if route[: len(old)] == old:
            route = (*new, *route[len(old) :])
    return route


def judged_behind(names: set[str], misspelt: set[Route]) -> None:
    data, faults = broken(sorted(names))
    moved = misspell(data, sorted(misspelt, key=str))
    slips = [Fault(dict, "profile/unknown-key", written(old, moved), key=True) for old, _ in moved]
    led = [fault._replace(route=written(fault.route, moved)) for fault in faults]
    assert told(data) == wanted(data, [*led, *slips])


@pytest.mark.parametrize("route", MISSPELT)
def test_a_misspelt_key_is_told_and_nothing_that_follows_from_it(route: Route) -> None:
    judged_behind(set(), {route})


BEHIND = {
    "a unit": (*B, "thresholds"),
    "a version": (*B, "version"),
    "a runtime's version": (*E, "runtime"),
    "an option": (*A, "type"),
    "a threshold": (*E, "runtime"),
    "an exporter's component": ("gpuExporter", "type"),
    "a cluster's name": ("environments", "dev", "cluster"),
    "a provider's list": ("providers", 0, "covers"),
    "a component": ("modelServers",),
}


@pytest.mark.parametrize("name", BEHIND)
def test_what_is_wrong_behind_a_misspelt_key_is_told_with_it(name: str) -> None:
    judged_behind({name}, {BEHIND[name]} & MISSPELT.keys())


SEMANTIC = (
    "a unit",
    "a version",
    "an option",
    "a threshold",
    "an alert",
    "a label",
    "a receiver",
    "a signal",
    "a dashboard",
)


@given(st.sets(st.sampled_from(SEMANTIC), max_size=5), st.sets(st.sampled_from(list(MISSPELT)), min_size=1, max_size=4))
def test_misspelt_keys_hide_nothing(names: set[str], misspelt: set[Route]) -> None:
    judged_behind(names, misspelt)


def test_all_that_is_wrong_with_an_alert_is_told_at_once() -> None:
    data = profile()
    alert("Wrong", server="bb", signal="wating", by=["modle"], above="3s")(data)
    data["modelServers"].append({"name": "bbb", "type": "alpha", "selector": {"app": "bbb"}})
    here = ("alerts", "Wrong")
    ids = ("profile/unknown-server", "signal/unknown", "signal/label", "profile/unit")
    routes = [(*here, key) for key in ("server", "signal", "by", "above")]
    faults = [Fault(dict, check, route) for check, route in zip(ids, routes, strict=True)]
    assert told(data) == wanted(data, faults)
