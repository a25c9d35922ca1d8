"""What is said to be sure about labels and values, held against what the real Prometheus engine answers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import settings
from promql_random import expression

from obsgen.promql import parse
from obsgen.promql.labels import labels_of
from obsgen.promql.values import filters, is_filter, range_of, verdict
from obsgen.tools import Tool, run

SERIES = {
    'up{job="a", instance="1"}': "1+0x30",
    'up{job="a", instance="2"}': "0+0x30",
    'up{job="b", instance="3", pod="p"}': "1+0x30",
    'errors_total{job="a", instance="1", code="500"}': "0+3x30",
    'errors_total{job="a", instance="2", code="404"}': "5+1x30",
    'requests_total{job="a", instance="1"}': "0+10x30",
    'requests_total{job="a", instance="2"}': "0+20x30",
    'info{job="a", version="1.2", node="n"}': "1+0x30",
    'queue{job="a", instance="1"}': "-5+1x30",
    'latency_bucket{job="a", instance="1", le="0.1"}': "0+5x30",
    'latency_bucket{job="a", instance="1", le="1"}': "0+8x30",
    'latency_bucket{job="a", instance="1", le="+Inf"}': "0+9x30",
}
_TEXT = """
up
up == 1
up > bool 0
sum(up)
sum by (job) (up)
sum without (instance) (up)
count by (job, pod) (up == 1)
count(up) by (job) > 1
topk(1, requests_total)
topk by (job) (1, requests_total)
count_values("value", up)
count_values by (job) ("value", up)
group by (job) (up)
quantile by (job) (0.5, requests_total)
stddev by (job) (requests_total)
rate(errors_total[5m])
increase(errors_total[5m]) > 0
sum by (code) (rate(errors_total[5m]))
rate(errors_total[5m]) / rate(requests_total[5m])
rate(errors_total[5m]) / on (instance) rate(requests_total[5m])
rate(errors_total[5m]) / ignoring (code) rate(requests_total[5m])
errors_total / ignoring (code) group_left requests_total
requests_total * on (job) group_left (version, node) info
info * on (job) group_right (version) requests_total
sum by (job) (up) * on (job) group_left (version) info
up and on (job) info
up unless on (job) info
up or sum(requests_total)
sum by (job) (up) or sum by (instance) (up)
(up == 5) or vector(0)
histogram_quantile(0.9, rate(latency_bucket[5m]))
histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))
sum by (le) (rate(latency_bucket[5m]))
histogram_fraction(0, 1, rate(latency_bucket[5m]))
absent(gone{job="a", x=~"y", z!="w"})
absent(sum(gone))
absent_over_time(gone{job="a"}[5m])
absent(gone) or up
label_replace(up, "host", "h$1", "instance", "(.*)")
label_replace(sum(up), "host", "x", "", "")
label_join(up, "both", "-", "job", "instance")
label_replace(up, "pod", "", "job", ".*")
max_over_time(sum by (job) (up)[5m:1m])
avg_over_time(up[5m])
count_over_time(up[5m])
present_over_time(up[5m])
changes(queue[5m])
deriv(queue[5m])
abs(queue)
-abs(queue)
clamp_min(queue, 3)
clamp_max(queue, 3)
clamp(queue, -1, 1)
sqrt(requests_total)
exp(queue)
scalar(sum(up))
vector(1)
time()
time() - up
1 - sum by (job) (up)
sum(up) / 2
requests_total * 2 + 1
requests_total - errors_total
requests_total - ignoring (code) errors_total
sum(up) * 100 / count(up)
up{pod=""}
sum by (job, pod) (up{pod=""})
up{pod=""} or up{pod="p"}
sort_desc(up)
round(queue / 3)
timestamp(up)
minute()
up offset 1m
up @ end()
sgn(queue)
min by (job) (up) == max by (job) (up)
count(up) == 0
up > 1
rate(errors_total[5m]) < 0
group(up) != 1
abs(queue) >= 0
count(requests_total) > 0
rate(errors_total[5m]) >= 0
"""
EXPRESSIONS = _TEXT.strip().split("\n")
ANSWER = re.compile(r'expr: ("(?:[^"\\]|\\.)*"), time: .*\n *exp: .*\n *got: (.*)')
SAMPLE = re.compile(r"\{([^{}]*)\} ([-+.\w]+)")
LABEL = re.compile(r'([\w.]+)="')


class Sample(NamedTuple):
    """One series of an answer: the names of its labels, and its value."""

    labels: frozenset[str]
    value: float


def answers(texts: Sequence[str], tool: Tool, folder: Path) -> dict[str, list[Sample]]:
    """What Prometheus answers to each expression that it can: a test that expects something else prints it."""
    wrong = [{"labels": "never", "value": 12345}]
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in SERIES.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": "20m", "exp_samples": wrong} for expr in texts],
    }
    (folder / "test.json").write_text(json.dumps({"rule_files": [], "evaluation_interval": "1m", "tests": [test]}))
    told = run(tool, ["test", "rules", "test.json"], cwd=folder)
    return {json.loads(expr): _samples(got) for expr, got in ANSWER.findall(told.stdout + told.stderr)}


def _samples(text: str) -> list[Sample]:
    found = SAMPLE.findall(text)
    return [Sample(frozenset(LABEL.findall(labels)) - {"__name__"}, float(value)) for labels, value in found]


@pytest.mark.tools
def test_nothing_said_to_be_sure_is_contradicted_by_prometheus(
    tmp_path: Path, real_tool: Callable[[str], Tool]
) -> None:
    answered = answers(EXPRESSIONS, real_tool("promtool"), tmp_path)
    assert set(answered) == set(EXPRESSIONS)
    for text, samples in answered.items():
        assert_not_contradicted(text, samples)
        if not filters(parse(text).root) and "/ rate" not in text and "- errors" not in text:
            assert samples, f"{text} is said to answer whenever its series exist"


def assert_not_contradicted(text: str, samples: list[Sample]) -> None:
    """An AssertionError if an answer has a label, a value or a number of samples that is said to be impossible."""
    root = parse(text).root
    low, high = range_of(root)
    for sample in samples:
        assert not [label for label in sample.labels if labels_of(root).lacks(label)], text
        assert math.isnan(sample.value) or low <= sample.value <= high, text
    if is_filter(root) and verdict(root) is False:
        assert not samples, f"{text} is said to be never true"


@pytest.mark.tools
def test_nothing_said_of_random_expressions_is_contradicted(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    texts = dict.fromkeys(expression(Random(seed)) for seed in range(50 * settings().max_examples))
    answered = answers(list(texts), real_tool("promtool"), tmp_path)
    assert len(answered) > len(texts) / 2
    for text, samples in answered.items():
        assert_not_contradicted(text, samples)


@pytest.mark.tools
def test_labels_that_are_said_to_be_kept_are_kept(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    """Not only safe but sharp: where the labels are known at all, most of the claims are exact."""
    known = {text: labels_of(parse(text).root).only for text in EXPRESSIONS}
    answered = answers(EXPRESSIONS, real_tool("promtool"), tmp_path)
    exact = [
        only == frozenset().union(*(sample.labels for sample in answered[text]))
        for text, only in known.items()
        if only is not None and answered[text]
    ]
    assert sum(exact) / len(exact) > 0.85
