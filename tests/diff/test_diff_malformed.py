"""Rules and configurations that are not as they should be: a difference is told, and nothing breaks."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rules_written import Data, alert, changes, manifest, record, rule_object

CONFIG: Data = {
    "global": {"resolve_timeout": "5m"},
    "route": {
        "receiver": "chat",
        "group_by": ["alertname"],
        "repeat_interval": "4h",
        "routes": [{"receiver": "pager", "matchers": ['severity="critical"'], "mute_time_intervals": ["nights"]}],
    },
    "receivers": [
        {"name": "chat", "slack_configs": [{"channel": "#ml"}]},
        {"name": "pager", "pagerduty_configs": [{"routing_key_file": "/key"}]},
    ],
    "time_intervals": [
        {"name": "nights", "time_intervals": [{"times": [{"start_time": "00:00", "end_time": "06:00"}]}]}
    ],
    "inhibit_rules": [{"source_matchers": ["a=b"], "target_matchers": ["c=d"], "equal": ["team"]}],
}
SPEC: Data = {
    "route": {"receiver": "chat", "groupBy": ["a"], "matchers": [{"name": "a", "value": "b", "matchType": "="}]},
    "receivers": [{"name": "chat", "slackConfigs": [{"channel": "#ml"}]}],
    "inhibitRules": [{"sourceMatch": [{"name": "a", "value": "b"}], "targetMatch": [], "equal": ["c"]}],
}
FILES: Data = {
    "rules.yaml": rule_object(
        alert("Slow", "latency > 8 and up == 1", annotations={"summary": "slow"}),
        record("obsgen:alert_threshold", "vector(8)", labels={"alert": "Slow"}),
        record("ml:up", "max(up)"),
        interval="1m",
    ),
    "alertmanager.yml": CONFIG,
    "config.yaml": manifest("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "ml", spec=SPEC),
    "main.yaml": manifest("monitoring.coreos.com/v1", "Alertmanager", "main", spec={"configSecret": "keys"}),
    "keys.yaml": manifest("v1", "Secret", "keys", data={"alertmanager.yaml": "cm91dGU6IHt9"}, stringData={"a": "b"}),
    "server.yaml": manifest("monitoring.coreos.com/v1", "Prometheus", "main", spec={"externalLabels": {"a": "b"}}),
}
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", 0, -1.5, True, [], {}, [1], ["x"], {"x": 1}, [[]], [{}], "{{ $labels.x }}", "((", "5m"]
)


def _routes(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [
        *([route] if len(route) > 1 else []),
        *(each for key, part in items for each in _routes(part, (*route, key))),
    ]


ROUTES = [each for each in _routes(FILES) if each[1] not in ("apiVersion", "kind")]


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(ROUTES), JUNK), min_size=1, max_size=3), st.booleans())
def test_nothing_breaks(edits: list[tuple[tuple[Any, ...], Any]], swapped: bool) -> None:
    new = deepcopy(FILES)
    for route, junk in edits:
        _put(new, route, junk)
    sides = (new, FILES) if swapped else (FILES, new)
    with TemporaryDirectory() as folder:
        found = changes(Path(folder).resolve(), *sides)
    assert all(each.id.startswith("change/") and each.subject and "\n" not in each.what for each in found)


def _put(value: Any, route: tuple[Any, ...], junk: Any) -> None:
    """Junk in place of a part, if another edit has not taken what it is in."""
    for step in route[:-1]:
        value = value[step] if isinstance(value, dict | list) and _has(value, step) else None
    if isinstance(value, dict | list) and _has(value, route[-1]):
        value[route[-1]] = junk


def _has(value: Any, step: Any) -> bool:
    return step in value if isinstance(value, dict) else isinstance(step, int) and step < len(value)
