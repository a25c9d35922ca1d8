"""Which labels results carry: those of a page that is known, and those of a page of which some series are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.components.catalogue import Catalogue
from obsgen.knowledge.carried import TARGET, Added, Carried
from obsgen.knowledge.inventory import Inventory
from obsgen.promql import parse
from obsgen.promql.labels import Labels, labels_of

HEAD = """\
title: Mill
role: exporter
description: A mill.
page: {prefixes: ["mill_"]}
scrape: {selector: {app: mill}, port: http}
"""
SIGNALS = """\
turns: {help: turns, type: counter, unit: count, labels: [wheel], series: [{name: mill_turns_total}]}
stops:
  help: stops by cause
  type: counter
  unit: count
  labels: [wheel, cause]
  series: [{name: mill_stops_total}]
wind: {help: wind, type: gauge, unit: count, labels: {side: windSide}, series: [{name: mill_wind}]}
"""


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    root = tmp_path_factory.mktemp("components")
    (root / "mill").mkdir()
    (root / "mill/component.yaml").write_text(HEAD)
    (root / "mill/signals.yaml").write_text(SIGNALS)
    return Inventory(Catalogue((root, Path(__file__).with_name("components"))))


def carried(inventory: Inventory, added: Added | None = None, recorded: Labels | None = None) -> Carried:
    return Carried(inventory, lambda node: inventory.find(node.name), added or Added(), lambda _: recorded or Labels())


@pytest.mark.parametrize(
    ("text", "label", "lacks"),
    [
        ("oven:loaves_total", "result", False),
        ("oven:loaves_total", "shelf", True),
        ("oven:loaves_total", "team", True),
        ("oven:loaves_total", "pod", False),
        ("oven:loaves_total", "exported_result", False),
        ('oven:loaves_total{result=""}', "result", True),
        ("rate(ray_oven_loaves_total[5m])", "shelf", True),
        ("oven:bake_milliseconds_bucket", "le", False),
        ("mill_turns_total", "cause", True),
        ("mill_turns_total", "team", False),
        ("mill_turns_total", "windSide", True),
        ("oven:heat_celsius or mill_turns_total", "cause", True),
        ("oven:heat_celsius or mill_turns_total", "team", False),
        ("nobody_knows", "cause", False),
        ("sum by (cause) (mill_turns_total)", "cause", True),
        ("sum by (cause) (mill_stops_total)", "cause", False),
        ('label_replace(mill_turns_total, "cause", "x", "wheel", "(.*)")', "cause", False),
    ],
)
def test_what_a_result_can_have(mill: Inventory, text: str, label: str, lacks: bool) -> None:
    assert carried(mill).may(parse(text).root).lacks(label) == lacks


def test_labels_that_scraping_adds_may_be_there(mill: Inventory) -> None:
    root = parse("oven:loaves_total + on (team) mill_turns_total").root
    assert carried(mill, Added(frozenset({"team", "cause"}))).never(root.children[1]) == {"windSide"}
    assert not carried(mill, Added(frozenset({"team"}))).may(root).lacks("team")
    assert not carried(mill, Added(anything=True)).may(root.children[0]).lacks("shelf")


@pytest.mark.parametrize(
    ("text", "surely"),
    [
        ("mill_stops_total", {"wheel", "cause"}),
        ("rate(mill_stops_total[5m]) * 2", {"wheel", "cause"}),
        ("sum by (cause, pod) (mill_stops_total)", {"cause"}),
        ("sum without (cause) (mill_stops_total)", {"wheel"}),
        ("sum(mill_stops_total)", set()),
        ("topk(3, mill_stops_total)", {"wheel", "cause"}),
        ("mill_stops_total / on (wheel) mill_turns_total", {"wheel"}),
        ("mill_stops_total or mill_turns_total", {"wheel"}),
        ("histogram_quantile(0.9, oven:bake_milliseconds_bucket)", {"shelf"}),
        ("absent(mill_stops_total)", set()),
        ("vector(1)", set()),
        ("nobody_knows", set()),
    ],
)
def test_what_a_result_surely_has(mill: Inventory, text: str, surely: set[str]) -> None:
    assert carried(mill).surely(parse(text).root) == surely


def test_what_is_lost_is_what_no_operator_has_dropped(mill: Inventory) -> None:
    known = carried(mill)
    assert known.lost(parse("rate(mill_turns_total[5m])").root, "cause")
    assert not known.lost(parse("sum(mill_stops_total)").root, "cause")
    assert not known.lost(parse("sum(mill_turns_total)").root, "cause")


def test_recorded_series_have_the_labels_that_they_are_recorded_with(mill: Inventory) -> None:
    known = carried(mill, recorded=Labels(frozenset({"wheel"})))
    assert known.lost(parse("mill:turns:rate5m").root, "cause")
    assert not known.may(parse("mill:turns:rate5m").root).lacks("wheel")
    assert known.may(parse('mill:turns:rate5m{wheel=""}').root).lacks("wheel")


NAMES = ("oven:loaves_total", "oven:heat_celsius", "mill_turns_total", "mill_stops_total", "nobody_knows")
LABELS = ("shelf", "result", "wheel", "cause", "windSide", "pod", "team", "job")
VECTORS = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.builds("sum by ({0}) ({1})".format, st.sampled_from(LABELS), inner),
        st.builds("max without ({0}) ({1})".format, st.sampled_from(LABELS), inner),
        st.builds("({0} / on ({1}) {2})".format, inner, st.sampled_from(LABELS), inner),
        st.builds("({0} and {1})".format, inner, inner),
        st.builds("({0} or {1})".format, inner, inner),
        st.builds("abs({0})".format, inner),
    ),
    max_leaves=4,
)


@given(VECTORS, st.sampled_from((*LABELS, *sorted(TARGET))))
def test_knowledge_only_takes_away(mill: Inventory, text: str, label: str) -> None:
    root = parse(text).root
    known = carried(mill)
    if labels_of(root).lacks(label):
        assert known.may(root).lacks(label)
    if label in known.surely(root):
        assert not known.may(root).lacks(label)
