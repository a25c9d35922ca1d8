"""AlertmanagerConfig objects together, as the operator puts them: whose alerts each of them gets."""

from __future__ import annotations

from typing import Any

import pytest

from obsgen.signalpath.resources import combined, native_matcher, told

ML: dict[str, Any] = {
    "route": {
        "receiver": "chat",
        "matchers": [{"name": "team", "value": "ml|web", "regex": True}],
        "routes": [{"receiver": "pager", "matchers": [{"name": "severity", "matchType": "=", "value": "critical"}]}],
    },
    "receivers": [{"name": "chat"}, {"name": "pager"}],
}
WEB: dict[str, Any] = {"route": {"receiver": "mail"}, "receivers": [{"name": "mail"}]}


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({"namespace": "ml", "team": "ml"}, ["chat"]),
        ({"namespace": "ml", "team": "ml", "severity": "critical"}, ["pager"]),
        ({"namespace": "ml", "team": "ops"}, []),
        ({"namespace": "web", "team": "ml"}, ["mail"]),
        ({"team": "ml"}, []),
    ],
)
def test_each_object_gets_the_alerts_of_its_own_namespace(labels: dict[str, str], receivers: list[str]) -> None:
    assert told(combined([("ml", ML), ("web", WEB)]), labels) == receivers


def test_where_namespaces_do_not_count_every_object_is_asked() -> None:
    both = combined([("ml", ML), ("web", WEB)], own_namespace=False)
    assert told(both, {"team": "ml"}) == ["chat", "mail"]


def test_objects_without_a_route_tell_nobody() -> None:
    assert told(combined([("ml", {"receivers": [{"name": "chat"}]})]), {"namespace": "ml"}) == []
    assert told(combined([]), {}) == []


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        ({"name": "a", "value": "x"}, 'a="x"'),
        ({"name": "a", "value": 'q"\\', "matchType": "!~"}, 'a!~"q\\"\\\\"'),
        ({"name": "a"}, 'a=""'),
    ],
)
def test_matchers_as_text(matcher: dict[str, Any], text: str) -> None:
    assert native_matcher(matcher) == text
