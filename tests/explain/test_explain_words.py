"""Sentences in English, and the signals that they speak of."""

from __future__ import annotations

from typing import Any

import pytest

from obsgen.components.boards import Panel
from obsgen.components.references import signals_of
from obsgen.components.rules import Alert
from obsgen.explain.words import alert_words

KINDS = {"requests": "counter", "failures": "counter", "waiting": "gauge", "latency": "histogram"}
TEXTS = {"group": "g", "for": "5m", "severity": "info", "summary": "s", "description": "d"}


def alert(**said: Any) -> Alert:
    return Alert.model_validate(TEXTS | said)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"signal": "waiting", "above": 10}, "waiting above 10"),
        ({"signal": "waiting", "agg": "sum", "below": 1}, "sum of waiting below 1"),
        ({"signal": "waiting", "over": {"avg": "10m"}, "above": 10}, "average of waiting over 10m above 10"),
        ({"signal": "requests", "below": "1req/s"}, "rate of requests over 5m below 1req/s"),
        ({"signal": "failures", "over": {"increase": "5m"}, "above": 0}, "increase of failures over 5m above 0"),
        ({"signal": "latency", "quantile": 0.95, "above": "8s"}, "p95 of latency over 5m above 8s"),
        ({"signal": "latency", "quantile": 0.999, "rate": "1m", "above": "8s"}, "p99.9 of latency over 1m above 8s"),
        ({"signal": "latency", "mean": True, "above": "8s"}, "mean of latency over 5m above 8s"),
        ({"signal": "latency", "rate": True, "below": 1}, "rate of latency over 5m below 1"),
        (
            {"ratio": {"of": ["failures", "rejected"], "to": "requests"}, "above": "5%"},
            "share of failures + rejected in requests over 5m above 5%",
        ),
        ({"mean": {"sum": "wait", "count": "requests"}, "above": "1s"}, "wait for each of requests over 5m above 1s"),
        ({"expr": "x > y", "unit": "count"}, "an expression"),
        ({"signal": "up", "from": "kubernetes", "absent": True}, "up (kubernetes) absent"),
        (
            {"signal": "waiting", "match": {"reason": ["full", "slow"]}, "above": 1},
            "waiting with reason full or slow above 1",
        ),
    ],
)
def test_a_condition_in_words(said: dict[str, Any], words: str) -> None:
    assert alert_words(alert(**said), KINDS) == f"{words}; for 5m"


def test_an_alert_in_words_names_all_of_its_parts() -> None:
    said = alert(
        when="options.deep",
        by=["model", "pod"],
        any=[
            {"signal": "waiting", "above": 1, "while": {"signal": "requests", "above": "1req/s"}},
            {"signal": "up", "from": "kubernetes", "absent": True, "when": "options.awake"},
        ],
    )
    assert alert_words(said, KINDS) == (
        "waiting above 1, while rate of requests over 5m above 1req/s, or up (kubernetes) absent (where options.awake);"
        " for 5m; by model, pod; where options.deep"
    )


def test_all_signals_of_a_sentence_are_found() -> None:
    said = alert(
        any=[
            {"ratio": {"of": "failures", "to": "requests"}, "above": 1, "unless": {"signal": "waiting"}},
            {"mean": {"sum": "wait", "count": "requests"}, "above": 1},
            {"signal": "up", "from": "kubernetes", "absent": True},
            {"expr": "<< series('a') >> > << series('b', 'kubernetes') >>", "unit": "count"},
        ],
    )
    own = {"failures", "requests", "waiting", "wait", "a"}
    assert set(signals_of(said)) == {(None, name) for name in own} | {("kubernetes", "up"), ("kubernetes", "b")}


def test_a_panel_speaks_of_the_signals_of_its_queries() -> None:
    panel = Panel.model_validate({"title": "t", "description": "d", "queries": [{"signal": "waiting"}]})
    assert list(signals_of(panel)) == [(None, "waiting")]
