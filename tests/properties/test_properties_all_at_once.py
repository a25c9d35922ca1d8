"""Mistakes of every stage in one profile: one run tells all of them, and nothing that only follows from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from engine_support import as_yaml, findings
from hypothesis import given
from hypothesis import strategies as st

from obsgen.source import load_text

Data = dict[str, Any]
Route = tuple[str | int, ...]


class Fault(NamedTuple):
    """A mistake: how it is made, the finding's id, and where that must stand (`key`: at the mapping's key)."""

    make: Callable[[Data], object]
    check: str
    route: Route
    key: bool = False


def profile() -> Data:
    return {
        "apiVersion": "obsgen.dev/v1alpha1",
        "kind": "Profile",
        "stack": "demo",
        "modelServers": [
            {"name": "a", "type": "alpha", "thresholds": {"memoryUsage": "80%"}},
            {"name": "b", "type": "alpha", "version": "2.0", "selector": {"app": "b"}},
            {"name": "c", "type": "alpha", "options": {"mode": "plain"}},
            {"name": "d", "type": "beta"},
            {"name": "e", "type": "gamma", "runtime": {"type": "alpha", "version": "2.0"}},
        ],
        "gpuExporter": {"type": "probe"},
        "providers": [{"name": "m", "type": "meter", "covers": ["acme"]}],
        "prices": {"acme": {"x": {"input": "1USD/Mtok", "output": "2USD/Mtok"}}},
        "alerts": {
            "Fine": own("e", signal="waiting", above=3),
            "Heat": own("b", **{"from": "probe"}, signal="temperature", above="90C"),
            "AlphaQueued": {"for": "3m"},
            "ProbeHot": {"severity": "info"},
        },
        "dashboards": {"alpha": {"title": "Mine"}},
        "argocd": {"repoURL": "https://github.com/acme/x.git"},
        "environments": {"dev": {"cluster": {"name": "one"}}, "prod": {"cluster": {"name": "two"}}},
    }


def own(server: str, **sentence: Any) -> Data:
    fixed = {"group": "g", "for": "5m", "severity": "warning", "summary": "s", "description": "d"}
    return {"server": server, **sentence, **fixed}


def put(*way: str | int, value: Any) -> Callable[[Data], object]:
    """Writes a value at a route; mappings on the way are made."""

    def make(data: Data) -> None:
        holder: Any = data
        for step in way[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        holder[way[-1]] = value

    return make


def drop(*way: str | int) -> Callable[[Data], object]:
    def make(data: Data) -> None:
        holder: Any = data
        for step in way[:-1]:
            holder = holder[step]
        del holder[way[-1]]

    return make


def append(key: str, item: Data) -> Callable[[Data], object]:
    return lambda data: data[key].append(item)


def alert(name: str, **sentence: Any) -> Callable[[Data], object]:
    return put("alerts", name, value=own(**sentence))


SLACK = {"slack": {"channel": "#a", "url": {"secret": "keys", "key": "url"}}}
A, B, C, D, E = (("modelServers", index) for index in range(5))
FAULTS = {
    # the profile's form
    "a duration": Fault(put(*A, "interval", value="5 minutes"), "profile/duration", (*A, "interval")),
    "a name of the stack": Fault(put("stack", value="Demo X"), "profile/name", ("stack",)),
    "no name of the stack": Fault(drop("stack"), "profile/missing-key", ()),
    "a choice": Fault(put("grafana", "delivery", value="magic"), "profile/value", ("grafana", "delivery")),
    "an unknown key": Fault(put("bogus", value=1), "profile/unknown-key", ("bogus",), key=True),
    "an unknown key of a server": Fault(put(*B, "prot", value="x"), "profile/unknown-key", (*B, "prot"), key=True),
    "a server without a type": Fault(drop(*D, "type"), "profile/missing-key", D, key=True),
    "a runtime without a type": Fault(drop(*E, "runtime", "type"), "profile/missing-key", (*E, "runtime"), key=True),
    "a server that is none": Fault(put(*D, value=5), "profile/value", D),
    "an exporter that is none": Fault(put("gpuExporter", value=[]), "profile/value", ("gpuExporter",)),
    "a provider's list": Fault(
        put("providers", 0, "covers", value=["x y"]), "profile/name", ("providers", 0, "covers", 0)
    ),
    "a selector": Fault(put(*B, "selector", value={}), "profile/empty", (*B, "selector")),
    "an alert that always fires": Fault(
        alert("Always", server="a", signal="waiting"), "component/sentence", ("alerts", "Always"), key=True
    ),
    "a namespace": Fault(put("namespaces", "models", value="M L"), "profile/name", ("namespaces", "models")),
    # environments
    "a cluster's name": Fault(
        put("environments", "dev", "cluster", "name", value="x y"),
        "profile/name",
        ("environments", "dev", "cluster", "name"),
    ),
    "a server that is not there": Fault(
        put("environments", "dev", "modelServers", "bb", value={"port": "x"}),
        "profile/environment",
        ("environments", "dev", "modelServers", "bb"),
        key=True,
    ),
    "a list in place of changes": Fault(
        put("environments", "prod", "providers", value=[{"name": "m", "type": "meter", "covers": ["acme"]}]),
        "profile/environment",
        ("environments", "prod", "providers"),
        key=True,
    ),
    "a removal of nothing": Fault(
        put("environments", "prod", "modelServers", "zz", value=None),
        "profile/environment",
        ("environments", "prod", "modelServers", "zz"),
        key=True,
    ),
    "a version in an environment": Fault(
        put("environments", "prod", "modelServers", "c", value={"version": "77"}),
        "profile/unknown-version",
        ("environments", "prod", "modelServers", "c", "version"),
    ),
    # what the profile means
    "a component": Fault(put(*C, "type", value="alhpa"), "profile/unknown-component", (*C, "type")),
    "an exporter's component": Fault(
        put("gpuExporter", "type", value="prob"), "profile/unknown-component", ("gpuExporter", "type")
    ),
    "a version": Fault(put(*B, "version", value="77"), "profile/unknown-version", (*B, "version")),
    "a runtime's version": Fault(
        put(*E, "runtime", "version", value="77"), "profile/unknown-version", (*E, "runtime", "version")
    ),
    "a name twice": Fault(
        append("modelServers", {"name": "m", "type": "beta"}), "profile/duplicate-name", ("providers", 0, "name")
    ),
    "a name of the platform": Fault(
        append("modelServers", {"name": "plat", "type": "alpha"}), "profile/duplicate-name", ("modelServers", 5, "name")
    ),
    "a provider twice": Fault(
        append("providers", {"name": "m", "type": "meter", "covers": ["acme"]}),
        "profile/duplicate-name",
        ("providers", 1, "name"),
    ),
    "an option": Fault(
        put(*A, "options", value={"mod": "x"}), "profile/unknown-option", (*A, "options", "mod"), key=True
    ),
    "a threshold": Fault(
        put(*E, "thresholds", value={"x": 1}), "profile/unknown-threshold", (*E, "thresholds", "x"), key=True
    ),
    "a unit": Fault(put(*B, "thresholds", value={"speed": "3s"}), "profile/unit", (*B, "thresholds", "speed")),
    "an alert": Fault(
        put("alerts", "AlphaQeued", value={"for": "5m"}), "profile/unknown-alert", ("alerts", "AlphaQeued"), key=True
    ),
    "an alert's server": Fault(
        alert("Lost", server="bb", signal="waiting", above=3), "profile/unknown-server", ("alerts", "Lost", "server")
    ),
    "a dashboard": Fault(
        put("dashboards", "alhpa", value={"title": "x"}), "profile/unknown-dashboard", ("dashboards", "alhpa"), key=True
    ),
    "a provider": Fault(
        put("prices", "acne", value={"x": {"input": "1USD/Mtok", "output": "1USD/Mtok"}}),
        "profile/unknown-provider",
        ("prices", "acne"),
        key=True,
    ),
    "an application": Fault(
        put(
            "argocd",
            "applications",
            value=[
                {"name": "x", "part": "rules"},
                {"name": "x", "part": "monitors"},
                {"name": "y", "part": "dashboards"},
                {"name": "z", "part": "platform"},
            ],
        ),
        "profile/same-application",
        ("argocd",),
        key=True,
    ),
    "an application's component": Fault(
        lambda data: data["argocd"].update(
            applicationPer="component", applications=[{"name": "x", "component": "alhpa"}]
        ),
        "profile/unknown-component",
        ("argocd", "applications", 0, "component"),
    ),
    # what is rendered from it
    "a signal": Fault(
        alert("Unheard", server="b", signal="wating", above=3), "signal/unknown", ("alerts", "Unheard", "signal")
    ),
    "a signal of a runtime": Fault(
        alert("Inner", server="e", signal="wating", above=3), "signal/unknown", ("alerts", "Inner", "signal")
    ),
    "a limit's unit": Fault(
        alert("Slow", server="a", signal="waiting", above="3s"), "profile/unit", ("alerts", "Slow", "above")
    ),
    "a receiver": Fault(
        put("alertmanager", value={"receivers": {"chat": SLACK}, "severities": {"critical": "pager"}}),
        "profile/unknown-receiver",
        ("alertmanager", "severities", "critical"),
    ),
    "a label": Fault(
        alert("Split", server="b", signal="waiting", above=3, by=["modle"]), "signal/label", ("alerts", "Split", "by")
    ),
    "a query": Fault(
        alert("Query", server="a", expr="sum(x", unit="count"), "promql/syntax", ("alerts", "Query", "expr")
    ),
}
# Where two of these meet, one of them makes the other hard to speak of, or the same value would be wrong twice.
TOGETHER_NEVER = (
    {"a name twice", "a name of the platform"},
    {"a name twice", "a provider twice"},
    {"a name twice", "a provider's list"},
    {"a provider twice", "a provider's list"},
    {"a name of the stack", "no name of the stack"},
    {"a server without a type", "a server that is none"},
    {"an exporter that is none", "an exporter's component"},
    {"a runtime without a type", "a runtime's version"},
    {"a runtime without a type", "a signal of a runtime"},
    {"a component", "a version in an environment"},
    {"a server without a type", "an alert's server"},
    {"a server that is none", "an alert's server"},
    {"an exporter that is none", "an alert's server"},
    {"a provider's list", "an alert's server"},
    {"a server that is none", "a server that is not there"},
    {"a server that is none", "a removal of nothing"},
    {"an application", "an application's component"},
)


Told = list[tuple[str, int, int]]
"""Ids, lines and columns."""


def told(data: Data) -> Told:
    return sorted((each.id, each.place.line, each.place.column) for each in findings(as_yaml(data)))


def wanted(data: Data, faults: list[Fault]) -> Told:
    (document,) = load_text(as_yaml(data), "profile.yaml")
    places = [(each.check, document.place(each.route, key=each.key)) for each in faults]
    return sorted((check, place.line, place.column) for check, place in places)


def broken(names: list[str]) -> tuple[Data, list[Fault]]:
    data, faults = profile(), [FAULTS[name] for name in names]
    for fault in faults:
        fault.make(data)
    return data, faults


def test_the_profile_itself_is_faultless() -> None:
    assert told(profile()) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_is_told_and_nothing_that_follows_from_it(name: str) -> None:
    data, faults = broken([name])
    assert told(data) == wanted(data, faults)


@given(st.sets(st.sampled_from(sorted(FAULTS)), min_size=2, max_size=8))
def test_all_mistakes_are_told_in_one_run_and_nothing_else(names: set[str]) -> None:
    chosen = sorted(names)
    for pair in TOGETHER_NEVER:
        if pair <= set(chosen):
            chosen.remove(max(pair))
    data, faults = broken(chosen)
    assert told(data) == wanted(data, faults)
