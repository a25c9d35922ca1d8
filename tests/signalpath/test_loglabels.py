"""Which values a label can have after a LogQL expression."""

from __future__ import annotations

import pytest

from obsgen.logql import parse
from obsgen.logql.tree import LogQuery
from obsgen.signalpath.labels import Values
from obsgen.signalpath.loglabels import log_values

A, B = 'sum by (team, zone) (rate({app="a", team="ml"}[5m]))', 'sum by (zone) (rate({app="b", zone="eu"}[5m]))'


def values(expression: str, label: str) -> Values:
    root = parse(expression).root
    assert not isinstance(root, LogQuery)
    return log_values(root, label)


OPEN = None


@pytest.mark.parametrize(
    ("expression", "label", "found"),
    [
        # Streams and what their lines go through
        ('rate({app="a"}[5m])', "app", {"a"}),
        ('rate({app=~"a|b"}[5m])', "app", OPEN),
        ('rate({app="a"}[5m])', "team", OPEN),
        ('rate({app="a"} | json | team="ml" [5m])', "team", {"ml"}),
        ('rate({app="a"} | json | team="ml" or team="web" [5m])', "team", {"ml", "web"}),
        ('rate({app="a"} | json | team="ml" or zone="eu" [5m])', "team", OPEN),
        ('rate({app="a"} | json | zone="eu" and team="ml" [5m])', "team", {"ml"}),
        ('rate({app="a"} | json | team!="ml" [5m])', "team", OPEN),
        ('rate({app="a"} | json [5m])', "app", {"a"}),
        ('rate({app="a"} | drop app [5m])', "app", {""}),
        ('rate({app="a"} | drop team [5m])', "app", {"a"}),
        ('rate({app="a"} | drop app="a" [5m])', "app", OPEN),
        ('rate({app="a"} | drop app | json [5m])', "app", OPEN),
        ('rate({app="a", team="ml"} | keep app [5m])', "app", {"a"}),
        ('rate({app="a", team="ml"} | keep app [5m])', "team", {""}),
        ('rate({app="a"} | label_format app="web" [5m])', "app", {"web"}),
        ('rate({app="a"} | label_format app="{{.team}}" [5m])', "app", OPEN),
        ('rate({app="a"} | label_format name=app [5m])', "app", {""}),
        ('rate({app="a"} | label_format app=name [5m])', "app", OPEN),
        ('rate({app="a"} | line_format "x" [5m])', "app", {"a"}),
        ('sum_over_time({app="a"} | json | unwrap took | team="ml" [5m])', "team", {"ml"}),
        ('sum_over_time({app="a"} | json | unwrap took [5m])', "took", OPEN),
        ('absent_over_time({app="a"}[5m])', "app", {"a"}),
        ('absent_over_time({app="a"}[5m])', "team", {""}),
        ('absent_over_time({app="a", app=~"a|b"}[5m])', "app", {""}),
        # Aggregations
        ('sum(rate({app="a"}[5m]))', "app", {""}),
        ('sum by (app) (rate({app="a"}[5m]))', "app", {"a"}),
        ('sum by (team) (rate({app="a"}[5m]))', "app", {""}),
        ('sum without (app) (rate({app="a"}[5m]))', "app", {""}),
        ('sum without (team) (rate({app="a"}[5m]))', "app", {"a"}),
        ('topk(3, rate({app="a"}[5m]))', "app", {"a"}),
        ('topk by (team) (3, rate({app="a"}[5m]))', "app", {"a"}),
        ('avg_over_time({app="a"} | json | unwrap took [5m]) by (team)', "app", {""}),
        ('avg_over_time({app="a"} | json | unwrap took [5m]) by (app)', "app", {"a"}),
        ('avg_over_time({app="a"} | json | unwrap took [5m]) without (app)', "app", {""}),
        # Operators
        (f"{A} > 5", "team", {"ml"}),
        (f"5 < {A}", "team", {"ml"}),
        (f"{A} * (2 + 3)", "team", {"ml"}),
        ("vector(1) > 0", "team", {""}),
        (f"{A} or {B}", "team", {"ml", ""}),
        (f"{A} or {B}", "zone", OPEN),
        (f"{A} and {B}", "zone", OPEN),
        (f"{A} / on (zone) {B}", "team", {""}),
        (f"{B} / on (zone) {A}", "zone", {"eu"}),
        (f"{A} / ignoring (team) {B}", "team", {""}),
        (f"{A} / {B}", "team", {"ml"}),
        (f"{A} / on (zone) group_left {B}", "team", {"ml"}),
        (f"{A} / on (zone) group_left (zone) {B}", "zone", {"eu"}),
        (f"{B} / on (zone) group_right {A}", "team", {"ml"}),
        # What is set
        (f'label_replace({A}, "team", "web", "", "")', "team", {"web"}),
        (f'label_replace({A}, "team", "web", "zone", "eu")', "team", OPEN),
        (f'label_replace({A}, "tier", "web", "", "")', "team", {"ml"}),
    ],
)
def test_values(expression: str, label: str, found: set[str] | None) -> None:
    assert values(expression, label) == found
