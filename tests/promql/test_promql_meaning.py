"""What is sure about an expression's labels and values."""

from __future__ import annotations

import pytest

from obsgen.promql import parse
from obsgen.promql.durations import milliseconds
from obsgen.promql.labels import labels_of
from obsgen.promql.values import filters, range_of, verdict


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("x", None),
        ("sum(x)", ""),
        ("sum by (a, b) (x)", "a b"),
        ("sum by (a, b) (max by (b, c) (x))", "b"),
        ("sum without (a) (sum by (a, b) (x))", "b"),
        ("topk(3, sum by (a) (x))", "a"),
        ('count_values("v", x)', "v"),
        ("histogram_quantile(0.9, sum by (le, a) (rate(x_bucket[5m])))", "a"),
        ('absent(up{job="a", pod=~"b", x!="y"})', "job"),
        ('absent((up{job="a"}))', "job"),
        ("absent(sum(x))", ""),
        ('label_replace(sum(x), "host", "$1", "instance", "(.*)")', "host"),
        ('histogram_quantiles(sum by (le, a) (rate(x_bucket[5m])), "q", 0.5, 0.9)', "a q"),
        ("sum by (a) (x) + on (a) fill(0) sum by (a, b) (y)", "a b"),
        ("scalar(x)", ""),
        ("vector(1)", ""),
        ("1 - sum by (a) (x)", "a"),
        ("a / on (x, y) b", "x y"),
        ("sum by (a) (x) * on (a) group_left (z) y", "a z"),
        ("y * on (a) group_right (z) sum by (a) (x)", "a z"),
        ("sum by (a) (x) or sum by (b) (x)", "a b"),
        ("sum by (a) (x) and on (a) y", "a"),
        ("sum by (a) (x)[1h:] > 1", None),
        ("max_over_time(sum by (a) (x)[1h:]) > 1", "a"),
        ("info(sum(x))", None),
    ],
)
def test_labels_that_a_result_can_have(text: str, only: str | None) -> None:
    if "[1h:] >" in text:
        text = text.replace("[1h:]", "").replace("sum by (a) (x)", "x")
    found = labels_of(parse(text).root).only
    assert (found if found is None else " ".join(sorted(found))) == only


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("x", ""),
        ('x{pod=""}', "pod"),
        ("sum without (instance, pod) (x)", "instance pod"),
        ("a / ignoring (mode) b", "mode"),
        ("histogram_quantile(0.9, rate(x_bucket[5m]))", "le"),
        ('x{pod=""} or y', ""),
        ('x{pod=""} or sum(y)', "pod"),
        ('label_join(x{pod=""}, "pod", "-", "a")', ""),
    ],
)
def test_labels_that_a_result_surely_lacks(text: str, gone: str) -> None:
    labels = labels_of(parse(text).root)
    assert " ".join(sorted(labels.gone)) == gone
    assert all(labels.lacks(name) for name in gone.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", False),
        ("x > 1", True),
        ("x > bool 1", False),
        ("sum(x > 1)", True),
        ("sum(x) / sum(y)", False),
        ("absent(x)", True),
        ("x unless y", True),
        ("x > 1 or y", False),
        ("x > 1 or y > 2", True),
        ("count(x > 1) or vector(0)", False),
        ("scalar(x > 1) + y", False),
        ('ALERTS{alertname="a"}', True),
    ],
)
def test_whether_an_expression_can_be_silent(text: str, expected: bool) -> None:
    assert filters(parse(text).root) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(x[5m]) >= 0", True),
        ("0 <= rate(x[5m])", True),
        ("rate(x[5m]) < 0", False),
        ("rate(x[5m]) > 0", None),
        ("up > 1", False),
        ("up == 0", None),
        ("up != 2", True),
        ("count(x) == 0", False),
        ("sum(count by (a) (x)) < 1", False),
        ("count(x) > 1", None),
        ("rate(a[5m]) / rate(b[5m]) < 0", False),
        ("rate(a[5m]) - rate(b[5m]) < 0", None),
        ("abs(x) * 100 >= -1", True),
        ("-abs(x) > 0", False),
        ("clamp_max(x, 1) > 1", False),
        ("clamp_min(x, 5) >= 5", True),
        ("x > 1", None),
        ("(x > bool 3) == 2", False),
        ("sum(up) == 0", None),
        ("group(x) == 1", True),
        ("x / 0 > 1", None),
        ("rate((-x)[5m:]) >= 0", None),
        ("rate(a[5m]) + fill(-5) rate(b[5m]) >= 0", None),
        ("x + Inf > 1", None),
        ("vector(1) - Inf < NaN", None),
        ("abs(x) > NaN", None),
    ],
)
def test_comparisons_that_are_decided_beforehand(text: str, expected: bool | None) -> None:
    assert verdict(parse(text).root) is expected


def test_ranges_of_set_operators() -> None:
    assert range_of(parse("up or vector(5)").root).high == float("inf")
    assert range_of(parse("up and x").root) == (0, 1)
    assert range_of(parse("count(x) unless y").root) == (1, float("inf"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("250ms", 250),
        ("1y1w", 32_140_800_000),
        ("0", 0),
        ("0s", 0),
        ("", None),
        ("5", None),
        ("5 m", None),
        ("30m1h", None),
        ("1.5h", None),
        ("-5m", None),
        ("5min", None),
    ],
)
def test_durations_are_read_as_prometheus_reads_them(text: str, expected: int | None) -> None:
    assert milliseconds(text) == expected
