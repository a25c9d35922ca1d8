"""What an expression says of a label's value: nothing that the real engine would contradict."""

from __future__ import annotations

import pytest

from obsgen.signalpath.labels import label_values


@pytest.mark.parametrize(
    ("expr", "values"),
    [
        ('up{namespace="a"}', {"a"}),
        ('up{namespace=~"a|b"}', None),
        ("up", None),
        ('up{namespace=""}', {""}),
        ('sum(up{namespace="a"})', {""}),
        ('sum by (namespace) (up{namespace="a"}) > 3', {"a"}),
        ('3 < sum by (namespace) (up{namespace="a"})', {"a"}),
        ('sum without (namespace) (up{namespace="a"})', {""}),
        ('up{namespace="a"} or up{namespace="b"}', {"a", "b"}),
        ('up{namespace="a"} or up', None),
        ('up{namespace="a"} unless on () down{namespace="b"}', {"a"}),
        ('a{namespace="a"} / on (namespace) group_right () b{namespace="b"}', {"b"}),
        ('a{namespace="a"} * on (pod) group_left () b{namespace="b"}', {"a"}),
        ('a{namespace="a"} / on (pod) b{namespace="b"}', {""}),
        ('absent(up{job="x",namespace="a"})', {"a"}),
        ('absent(up{job="x"})', {""}),
        ('rate(x_total{namespace="a"}[5m])', {"a"}),
        ('max_over_time(up{namespace="a"}[5m:1m])', {"a"}),
        ('histogram_quantile(0.9, sum by (le, namespace) (rate(x_bucket{namespace="a"}[5m])))', {"a"}),
        ('label_replace(vector(1), "namespace", "m", "", "")', {"m"}),
        ('label_replace(up{namespace="a"}, "namespace", "$1", "pod", "(.*)-.*")', None),
        ('label_replace(up{namespace="a"}, "zone", "z", "", "")', {"a"}),
        ("vector(1)", {""}),
        ("1 - -2", {""}),
        ("time()", {""}),
    ],
)
def test_values(expr: str, values: set[str] | None) -> None:
    assert label_values(expr, "namespace") == values
