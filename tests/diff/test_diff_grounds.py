"""What decides who is told of a unit's alerts, and that it is worked out once for all clusters that share it."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rules_written import Data, alert, manifest, rule_object, tree

from obsgen.diff.memory import Memory
from obsgen.diff.model import Unit
from obsgen.diff.queries.rules import of_object
from obsgen.diff.routing import deliveries
from obsgen.diff.routing.deliveries import Led, delivery, ends_of, integrations, may_wake
from obsgen.diff.routing.grounds import Ground, ground
from obsgen.diff.trees import State, Tree

RULES = rule_object(alert("Lost", "max(up) == 0", "critical"), alert("Slow", "max(latency) > 8"))
CONFIG: Data = {
    "route": {"receiver": "chat", "routes": [{"receiver": "pager", "matchers": ['severity="critical"']}]},
    "receivers": [
        {"name": "chat", "slack_configs": [{"channel": "#ml"}]},
        {"name": "pager", "pagerduty_configs": [{"routing_key_file": "/key"}]},
    ],
}


def server(**labels: str) -> Data:
    return manifest("monitoring.coreos.com/v1", "Prometheus", "main", spec={"externalLabels": labels})


def fleet(folder: Path, config: Data = CONFIG, count: int = 3, **more: Any) -> Tree:
    """Overlays of clusters that share rules and a configuration; each Prometheus has labels of its own."""
    files: Data = {
        "base/rules.yaml": RULES,
        "base/keys.yaml": _secret(config),
        "base/main.yaml": manifest("monitoring.coreos.com/v1", "Alertmanager", "main", spec={}),
        "base/kustomization.yaml": {"resources": ["rules.yaml", "keys.yaml", "main.yaml"]},
    }
    for number in range(count):
        files[f"c{number}/server.yaml"] = server(cluster=f"c{number}", **more)
        files[f"c{number}/kustomization.yaml"] = {"resources": ["../base", "server.yaml"]}
    return tree(folder, files)


def _secret(config: Data) -> Data:
    return manifest("v1", "Secret", "alertmanager-main", stringData={"alertmanager.yaml": json.dumps(config)})


def clusters(found: Tree) -> list[State]:
    return [state for unit, state in found.states.items() if unit.stack.startswith("c")]


def told(state: State) -> dict[str, list[str]]:
    return {each.held.name: [end.receiver for end in each.ends or ()] for each in delivery(state).led}


def test_alerts_are_led_by_their_labels(tmp_path: Path) -> None:
    for state in clusters(fleet(tmp_path)):
        assert told(state) == {"Lost": ["pager"], "Slow": ["chat"]}


def test_clusters_that_differ_in_labels_that_no_route_asks_for_are_led_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    led: list[Ground] = []
    plain = deliveries._led

    def noted(found: Ground) -> Iterator[Led]:
        led.append(found)
        return plain(found)

    monkeypatch.setattr(deliveries, "_led", noted)
    found = clusters(fleet(tmp_path, count=5))
    assert len({ground(each).key for each in found}) == 1
    assert all(told(each) == told(found[0]) for each in found)
    assert len(led) == 1


def test_clusters_whose_labels_a_route_asks_for_are_led_each(tmp_path: Path) -> None:
    asks = {**CONFIG, "route": {"receiver": "chat", "routes": [{"receiver": "pager", "matchers": ['cluster="c1"']}]}}
    found = clusters(fleet(tmp_path, asks))
    assert len({ground(each).key for each in found}) == 3
    assert [told(each)["Slow"] for each in found] == [["chat"], ["pager"], ["chat"]]


@pytest.mark.parametrize("change", [{"alerting": {"alertmanagers": []}}, {"enforcedNamespaceLabel": "ns"}])
def test_what_a_server_does_to_alerts_counts(change: Data, tmp_path: Path) -> None:
    files = {"r.yaml": RULES, "alertmanager.yml": CONFIG}
    keys = set()
    for number, more in enumerate(({}, change)):
        spec = {"externalLabels": {"a": str(number)}, **more}
        own = manifest("monitoring.coreos.com/v1", "Prometheus", "main", spec=spec)
        [state] = tree(tmp_path / str(number), {**files, "p.yaml": own}).states.values()
        keys.add(ground(state).key)
    assert len(keys) == 2


def test_a_folder_without_an_alertmanager_takes_that_of_another_one(tmp_path: Path) -> None:
    found = tree(tmp_path, {"a/r.yaml": RULES, "b/r.yaml": RULES, "c/alertmanager.yml": CONFIG})
    assert told(found.states[Unit("a")]) == told(found.states[Unit("b")]) == {"Lost": ["pager"], "Slow": ["chat"]}
    assert told(found.states[Unit("c")]) == {}


def test_a_folder_with_one_of_its_own_takes_no_other(tmp_path: Path) -> None:
    other = {**CONFIG, "route": {"receiver": "chat"}}
    files = {"a/r.yaml": RULES, "a/alertmanager.yml": CONFIG, "b/r.yaml": RULES, "b/alertmanager.yml": other}
    found = tree(tmp_path, files)
    assert told(found.states[Unit("a")])["Lost"] == ["pager"]
    assert told(found.states[Unit("b")])["Lost"] == ["chat"]


def test_nobody_knows_who_is_told_where_there_is_no_alertmanager(tmp_path: Path) -> None:
    [state] = tree(tmp_path, {"r.yaml": RULES}).states.values()
    assert [each.ends for each in delivery(state).led] == [None, None]
    for key, object_ in state.objects.items():
        assert [ends_of(state, each) for each in of_object(key, object_)] == [None, None]


def test_intervals_and_labels_come_from_the_routes_above(tmp_path: Path) -> None:
    below = {"receiver": "pager", "matchers": ['severity="critical"'], "group_wait": "1m", "repeat_interval": "240m"}
    config = {**CONFIG, "route": {"receiver": "chat", "group_by": ["b", "a"], "group_wait": "10s", "routes": [below]}}
    [state] = tree(tmp_path, {"r.yaml": RULES, "alertmanager.yml": config}).states.values()
    ends = {each.held.name: each.ends for each in delivery(state).led}
    lost, slow = (ends[name] for name in ("Lost", "Slow"))
    assert lost is not None
    assert slow is not None
    assert lost[0].grouped == slow[0].grouped == ("a", "b")
    assert lost[0].times == (("group_wait", "1m"), ("group_interval", "5m"), ("repeat_interval", "4h"))
    assert slow[0].times == (("group_wait", "10s"), ("group_interval", "5m"), ("repeat_interval", "4h"))
    assert (lost[0].pages, slow[0].pages) == (True, False)


@pytest.mark.parametrize(
    ("receiver", "kinds", "wakes"),
    [
        ({"name": "a", "slack_configs": [{}]}, ("slack",), False),
        ({"name": "a", "slackConfigs": [{}], "pagerdutyConfigs": [{}]}, ("pagerduty", "slack"), True),
        ({"name": "a", "webhook_configs": [{}]}, ("webhook",), True),
        ({"name": "a", "opsgenie_configs": []}, (), False),
        ({"name": "a", "msteamsv2_configs": [{}]}, ("msteamsv2",), False),
    ],
)
def test_what_a_receiver_tells_by_in_both_spellings(receiver: Data, kinds: tuple[str, ...], wakes: bool) -> None:
    assert integrations(receiver) == kinds
    assert may_wake(kinds) is wakes


def test_memory_keeps_the_values_that_it_knows_by_identity(tmp_path: Path) -> None:
    found, memory = tree(tmp_path, {}), Memory[int]()
    for number in range(1000):
        assert memory.of(found, [number], lambda each=number: each) == number  # type: ignore[misc]
    shared = ["x"]
    assert memory.of(found, shared, lambda: 1) == memory.of(found, shared, lambda: 2) == 1
    assert memory.of(tree(tmp_path / "other", {}), shared, lambda: 3) == 3


def test_memory_ends_with_its_tree(tmp_path: Path) -> None:
    class Value(list[int]):
        """One that says when it is gone."""

        def __del__(self) -> None:
            gone.append(1)

    gone: list[int] = []
    memory, found = Memory[int](), tree(tmp_path, {})
    memory.of(found, Value(), lambda: 1)
    assert not gone
    del found
    gc.collect()
    assert gone
