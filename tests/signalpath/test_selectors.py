"""Selectors: what is not there, what is empty, and what outside of the files decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.signalpath.selectors import (
    NAMESPACE_NAME,
    Answer,
    both,
    covers,
    either,
    requirements,
    selects,
    takes_namespace,
    unmet,
)

KEYS, VALUES = st.sampled_from("abc"), st.sampled_from("xyz")
LABELS = st.dictionaries(KEYS, VALUES)
EXPRESSIONS = st.lists(
    st.fixed_dictionaries(
        {
            "key": KEYS,
            "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]),
            "values": st.lists(VALUES, min_size=1),
        }
    ),
    max_size=3,
)
SELECTORS = st.fixed_dictionaries({}, optional={"matchLabels": LABELS, "matchExpressions": EXPRESSIONS})


def expression(operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": "a", "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "labels", "answer"),
    [
        (None, {"a": "x"}, False),
        ({}, {}, True),
        ({"matchLabels": {}}, {}, True),
        ({"matchLabels": {"a": "x"}}, {"a": "x", "b": "y"}, True),
        ({"matchLabels": {"a": "x"}}, {}, False),
        ({"matchLabels": {"a": 1}}, {"a": "1"}, True),
        (expression("In", "x", "y"), {"a": "y"}, True),
        (expression("In", "x"), {}, False),
        (expression("NotIn", "x"), {}, True),
        (expression("NotIn", "x"), {"a": "x"}, False),
        (expression("Exists"), {"a": ""}, True),
        (expression("Exists"), {}, False),
        (expression("DoesNotExist"), {}, True),
        (expression("DoesNotExist"), {"a": "x"}, False),
    ],
)
def test_what_a_selector_takes(selector: Any, labels: dict[str, str], answer: bool) -> None:
    assert selects(selector, labels) is answer


@given(SELECTORS, LABELS)
def test_something_is_taken_exactly_if_no_condition_is_unmet(selector: dict[str, Any], labels: dict[str, str]) -> None:
    assert selects(selector, labels) is (unmet(selector, labels) == [])


@given(SELECTORS, LABELS, KEYS, VALUES)
def test_a_further_condition_never_takes_more(
    selector: dict[str, Any], labels: dict[str, str], key: str, value: str
) -> None:
    narrower = {**selector, "matchLabels": {**selector.get("matchLabels", {}), key: value}}
    before = {**selector, "matchLabels": {k: v for k, v in selector.get("matchLabels", {}).items() if k != key}}
    assert selects(before, labels) or not selects(narrower, labels)


def test_conditions_are_told_in_words_and_places() -> None:
    selector = {"matchLabels": {"team": "ml"}, **expression("NotIn", "x", "y")}
    assert [(str(one), one.route) for one in requirements(selector)] == [
        ("team=ml", ("matchLabels", "team")),
        ("a not in (x, y)", ("matchExpressions", 0)),
    ]
    operators = [expression("In", "x", "y"), expression("Exists"), expression("DoesNotExist")]
    assert [str(one) for each in operators for one in requirements(each)] == ["a in (x, y)", "a label a", "no label a"]


ML = {"matchLabels": {NAMESPACE_NAME: "ml"}}
GOLD = {"matchLabels": {"tier": "gold"}}


@pytest.mark.parametrize(
    ("selector", "namespace", "labels", "answer"),
    [
        (None, "monitoring", None, True),
        (None, "ml", None, False),
        (None, "", None, None),
        ({}, "ml", None, True),
        ({}, "", None, True),
        (ML, "ml", None, True),
        (ML, "ml", {}, True),
        (ML, "monitoring", None, False),
        (ML, "", None, None),
        (GOLD, "monitoring", None, None),
        (GOLD, "monitoring", {}, False),
        (GOLD, "monitoring", {"tier": "gold"}, True),
        ({"matchLabels": {NAMESPACE_NAME: "ml", "tier": "gold"}}, "ml", None, None),
        ({"matchLabels": {NAMESPACE_NAME: "ml", "tier": "gold"}}, "x", None, False),
    ],
)
def test_namespaces_that_a_prometheus_looks_into(
    selector: Any, namespace: str, labels: dict[str, str] | None, answer: Answer
) -> None:
    assert takes_namespace(selector, "monitoring", namespace, labels) is answer


@pytest.mark.parametrize(
    ("selector", "namespace", "answer"),
    [
        (None, "monitoring", True),
        ({}, "ml", False),
        ({"matchNames": []}, "monitoring", True),
        ({"matchNames": ["ml", "edge"]}, "edge", True),
        ({"matchNames": ["ml"]}, "monitoring", False),
        ({"matchNames": ["ml"], "any": True}, "monitoring", True),
        ({"any": False}, "ml", False),
        (None, "", None),
    ],
)
def test_namespaces_that_a_monitor_looks_into(selector: Any, namespace: str, answer: Answer) -> None:
    assert covers(selector, "monitoring", namespace) is answer


@pytest.mark.parametrize(
    ("answers", "all_of", "one_of"),
    [
        ([True, True], True, True),
        ([True, None], None, True),
        ([True, None, False], False, True),
        ([None, False], False, None),
        ([False], False, False),
        ([], True, False),
    ],
)
def test_what_is_not_known_decides_nothing_alone(answers: list[Answer], all_of: Answer, one_of: Answer) -> None:
    assert (both(*answers), either(answers)) == (all_of, one_of)
