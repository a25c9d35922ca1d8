"""When an alert fires, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.components.catalogue import catalogue
from obsgen.facts import Facts
from obsgen.knowledge.inventory import Inventory
from obsgen.promql import PromqlError, parse
from obsgen.repository.objects import Located
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.lookups import look_up
from obsgen.repository.queries.rules import Rule
from obsgen.source import load_text
from obsgen.trace.words import fires, shortened

INVENTORY = Inventory(catalogue(()))


def said(expr: str, **fields: object) -> str:
    """When a rule with an expression fires."""
    (document,) = load_text("{}", "rules.yaml")
    rule = Rule(Located({"alert": "A", "expr": expr, **fields}, document))
    try:
        expression = Expression("alert", rule.located.at("expr"), 0, parse(expr), rule=rule)
    except PromqlError as refusal:
        return fires(rule, Expression("alert", rule.located.at("expr"), 0, None, refusal, rule), [])
    return fires(rule, expression, look_up([expression], lambda _: (Facts(),), INVENTORY, frozenset()))


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("shop_queue > 5", "shop_queue > 5"),
        ('shop_queue{job="a", state="open", namespace="b"} > 5', "shop_queue (state=open) > 5"),
        ('shop_queue{state=~"open|late"} > 5', "shop_queue > 5"),
        ("sum(shop_queue) > 5", "shop_queue > 5"),
        ("avg by (namespace, model) (shop_queue) > 5", "mean shop_queue > 5, per model"),
        ("max without (pod) (shop_queue) > 5", "highest shop_queue > 5"),
        ("count(shop_queue) < 2", "number of shop_queue < 2"),
        ("absent(shop_queue)", "no shop_queue"),
        ("rate(shop_errors_total[5m]) > 0.1", "shop_errors_total per second > 0.1"),
        ("increase(shop_errors_total[1h]) > 3", "increase of shop_errors_total in 1h > 3"),
        ("changes(shop_up[90s]) > 2", "changes of shop_up in 90s > 2"),
        ("avg_over_time(shop_queue[1d]) > 1e3", "mean shop_queue over 1d > 1000"),
        ("clamp_min(shop_queue, 0) > 5", "shop_queue > 5"),
        ("-shop_queue < -5", "-shop_queue < -5"),
        ("shop_queue > bool shop_limit", "shop_queue > shop_limit"),
        ("time() - shop_last > 60", "time() - shop_last > 60"),
        ("shop_a / (shop_b + shop_c) > 0.9", "shop_a / (shop_b + shop_c) > 90 %"),
        ("shop_seconds_sum / shop_seconds_count > 0.5", "shop_seconds_sum / shop_seconds_count > 0.5"),
        ("shop_a > 1 and shop_b < 2 unless shop_c == 3", "shop_a > 1 and shop_b < 2 unless shop_c == 3"),
        (
            "histogram_quantile(0.95, sum by (le) (rate(shop_seconds_bucket[5m]))) > 2",
            "p95 shop_seconds_bucket > 2",
        ),
        (
            "histogram_quantile(0.95, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))) > 8",
            "p95 e2e latency > 8 s",
        ),
        ("vllm:kv_cache_usage_perc > 0.9", "kv cache usage > 90 %"),
        ("DCGM_FI_DEV_GPU_TEMP > 80", "gpu temperature > 80 °C"),
    ],
)
def test_an_expression_is_told_as_a_sentence(expr: str, words: str) -> None:
    assert said(expr) == f"fires when {words}"


def test_how_long_it_waits_stands_before_what_it_tells_apart() -> None:
    told = said("sum by (model) (shop_queue) > 5", **{"for": "10m"})
    assert told == "fires when shop_queue > 5 for 10m, per model"


def test_an_alert_that_does_not_wait_says_nothing_of_it() -> None:
    assert said("shop_queue > 5", **{"for": "0s"}) == "fires when shop_queue > 5"


def test_an_alert_that_asks_for_nothing_always_fires() -> None:
    assert said("vector(1)", **{"for": "1m"}) == "always fires"


LONG = " or ".join(f"a_series_with_a_long_name_{number} > {number}" for number in range(9))


def test_what_is_long_is_told_by_the_summary() -> None:
    assert said(LONG, annotations={"summary": "many things are high"}) == "fires when many things are high"


def test_a_summary_with_placeholders_tells_nothing() -> None:
    told = said(LONG, annotations={"summary": "{{ $labels.pod }} is high"})
    assert told.startswith("fires when a_series_with_a_long_name_0 > 0 or")
    assert told.endswith("…")


@pytest.mark.parametrize("annotations", [None, [], "text", {"summary": 5}])
def test_annotations_of_another_form_do_no_harm(annotations: object) -> None:
    assert said(LONG, annotations=annotations).startswith("fires when ")


def test_what_cannot_be_read_is_told_as_it_is_written() -> None:
    assert said("shop_queue >\n  > 5") == "fires when shop_queue > > 5"


@given(st.text(max_size=400))
def test_any_text_is_told_in_one_line(text: str) -> None:
    assert len(shortened(text)) <= 150
    assert "\n" not in shortened(text)


PAIRS = st.sampled_from(["+", "/", ">", "== bool", "*"])
AROUND = st.sampled_from(["sum", "max by (b)", "avg without (c)", "abs", "absent", "sort"])
EXPRESSIONS = st.recursive(
    st.sampled_from(['a{b="c"}', "vllm:num_requests_waiting", "1", "time()", "up"]),
    lambda below: st.one_of(
        st.tuples(below, PAIRS, below).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(AROUND, below).map(lambda t: f"{t[0]} ({t[1]})"),
        below.map(lambda one: f"-({one})"),
        below.map(lambda one: f"rate(({one})[5m:1m])"),
        below.map(lambda one: f"histogram_quantile(0.9, {one})"),
        below.map(lambda one: f'label_replace({one}, "a", "$1", "b", "(.*)")'),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_any_expression_has_words(expr: str) -> None:
    told = said(expr)
    assert told.startswith("fires when ") or told == "always fires"
    assert told.isprintable()
