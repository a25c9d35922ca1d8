"""Which rules of both sides belong together, however many there are and wherever they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_written import Data, alert, record, rule_object, tree

from obsgen.diff.model import Key, Spot
from obsgen.diff.queries.expressions import differences
from obsgen.diff.queries.limits import limit_texts
from obsgen.diff.queries.rules import Held, matched, paired
from obsgen.promql import parse
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule
from obsgen.source import load_text

KEY = Key("monitoring.coreos.com", "PrometheusRule", "ml", "rules")


def held(*rules: Data, for_loki: bool = False) -> list[Held]:
    """Rules as if they stood in an object."""
    document = load_text("{}", "rules.yaml")[0]
    group = Located({"name": "ml"}, document)
    return [Held(Spot(KEY), Rule(Located(each, document)), group, for_loki) for each in rules]


def names(found: Any) -> list[tuple[str | None, str | None]]:
    return [(one.old and one.old.title, one.new and one.new.title) for one in found]


RULES = st.lists(
    st.builds(
        alert,
        st.sampled_from("ABC"),
        st.sampled_from(["x > 1", "x > 2", "y > 1", "vector(1)"]),
        st.sampled_from(["critical", "warning"]),
    )
    | st.builds(record, st.sampled_from(["m:a", "m:b"]), st.sampled_from(["sum(x)", "sum(y)"])),
    max_size=6,
)


@given(RULES, RULES)
def test_every_rule_that_differs_is_told_once(old: list[Data], new: list[Data]) -> None:
    before, after = held(*old), held(*new)
    found = matched(before, after)
    for side, rules in ((0, before), (1, after)):
        there = [each[side] for each in found if each[side]]
        equal = len(rules) - len(there)
        assert len({id(each) for each in there}) == len(there)
        assert equal == sum(1 for one in _shared(old, new))
    assert all(each.old is None or each.new is None or each.old.rule.value != each.new.rule.value for each in found)
    assert all(each.old.rule.is_alert == each.new.rule.is_alert for each in found if each.old and each.new)


def _shared(old: list[Data], new: list[Data]) -> list[Data]:
    left, found = list(new), []
    for each in old:
        if each in left:
            left.remove(each)
            found.append(each)
    return found


@given(RULES, RULES)
def test_pairs_have_all_that_is_there_on_both_sides(old: list[Data], new: list[Data]) -> None:
    before, after = held(*old), held(*new)
    found = paired(before, after)
    alone = [each for each in matched(before, after) if each.old is None or each.new is None]
    assert len(found) * 2 + len(alone) == len(before) + len(after)


@given(st.permutations([alert("A", "x > 1"), alert("B", "y > 1"), record("m:a", "sum(x)")]))
def test_the_order_of_rules_is_nothing(rules: list[Data]) -> None:
    assert matched(held(alert("A", "x > 1"), alert("B", "y > 1"), record("m:a", "sum(x)")), held(*rules)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ([alert("A", "x > 1")], [alert("B", "x  >  1")], [("A", "B")]),
        ([alert("A", "x > 1")], [alert("B", "x > 2")], [("A", "B")]),
        ([alert("A", "x > 1")], [alert("B", "x > 2"), alert("C", "x > 3")], [("A", None), (None, "B"), (None, "C")]),
        ([alert("A", "x > 1")], [alert("B", "y > 1")], [("A", None), (None, "B")]),
        ([alert("A", "vector(1)")], [alert("B", "vector(1)")], [("A", None), (None, "B")]),
        ([record("m:a", "sum(x)")], [record("m:b", "sum(x)")], [("m:a", "m:b")]),
        ([record("m:a", "x > 1")], [record("m:b", "x > 2")], [("m:a", None), (None, "m:b")]),
        ([record("A", "x > 1")], [alert("A", "x > 1")], [("A", None), (None, "A")]),
        ([{"alert": None, "expr": "x"}], [], [("an alert without a name", None)]),
        ([], [{"expr": "x"}], [(None, "a rule without a name")]),
    ],
)
def test_who_is_taken_for_whom(old: list[Data], new: list[Data], told: list[Any]) -> None:
    assert names(matched(held(*old), held(*new))) == told


def test_the_server_decides_among_alerts_of_one_name() -> None:
    def of(service: str, severity: str, limit: int) -> Data:
        return alert("Slow", f"x > {limit}", severity, {"service": service})

    old = held(of("chat", "warning", 1), of("code", "warning", 1))
    new = held(of("code", "critical", 2), of("chat", "critical", 3))
    found = matched(old, new)
    assert [(one.old and one.old.labels["service"], one.new and one.new.labels["service"]) for one in found] == [
        ("chat", "chat"),
        ("code", "code"),
    ]


def test_rules_for_loki_are_read_as_such() -> None:
    text = 'sum(rate({app="a"} |= "b" [5m])) > 1'
    [logs], [plain] = held(alert("A", text), for_loki=True), held(alert("A", text))
    assert logs.log_query is not None
    assert logs.query is None
    assert plain.query is None
    assert plain.log_query is None
    assert (logs.asks, plain.asks) == ((), ())


def test_an_expression_that_nobody_has_read_has_the_unit_of_the_other_side(tmp_path: Path) -> None:
    new = alert("Hot", 'DCGM_FI_DEV_GPU_TEMP{namespace="new"} > 85')
    old = alert("Hot", 'DCGM_FI_DEV_GPU_TEMP{namespace="new"} > 80')
    found = tree(tmp_path / "read", {"r.yaml": rule_object(new)})
    [difference] = differences(parse(old["expr"]).root, parse(new["expr"]).root)
    rules = tuple(each.rule for each in held(old, new))
    assert limit_texts((found, found), (rules[0], rules[1]), difference) == ("80 °C", "85 °C")
    other = tree(tmp_path / "known", {"r.yaml": rule_object({**old, "expr": old["expr"].replace("_TEMP", "_UNKNOWN")})})
    assert limit_texts((other, found), (rules[0], rules[1]), difference) == ("80 °C", "85 °C")
