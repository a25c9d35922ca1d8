"""Which series stand behind a signal: by version, options and label rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stack_support import COMPONENT, component

from obsgen.components.catalogue import ComponentFolder
from obsgen.components.versions import within
from obsgen.stack.model import ResolvedSignal
from obsgen.stack.signals import resolve_signals

KNOWN = ("1.0", "1.5", "2.0", "3.0")
SIGNALS = """\
queue:
  help: h
  type: gauge
  unit: requests
  labels: {model: model_name, pod: pod}
  series:
    - {name: queue_new, since: "2.0"}
    - {name: queue_old, until: "2.0", scale: 0.5, labels: {model: m}}
errors:
  help: h
  type: counter
  unit: errors
  series:
    - {name: events, since: "2.0", alone: true, match: {kind: error}}
    - {name: failures}
modes:
  help: h
  type: gauge
  unit: bool
  series:
    - {name: fast, when: options.fast}
    - {name: slow, when: not options.fast, matchNot: {x: [a, b]}, startsAt: first}
late:
  help: h
  type: histogram
  unit: seconds
  aggregate: min
  scope: workload
  series: [{name: late_seconds, since: "3.0", buckets: [1, 2], type: counter}]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ComponentFolder:
    head = COMPONENT + f"versions: {{known: {list(KNOWN)}, source: s}}\noptions: {{fast: {{help: h, default: true}}}}\n"
    return component(tmp_path_factory.mktemp("signals"), head, signals=SIGNALS)


def resolved(
    shop: ComponentFolder, versions: Sequence[str], fast: bool = True, exported: frozenset[str] = frozenset()
) -> dict[str, ResolvedSignal]:
    return resolve_signals(shop, versions, {"options": {"fast": fast}, "logs": None}, exported)


def series(shop: ComponentFolder, signal: str, *versions: str) -> list[str]:
    return [each.name for each in resolved(shop, versions)[signal].series]


@pytest.mark.parametrize(
    ("versions", "names"),
    [
        (["1.0"], ["queue_old"]),
        (["2.0"], ["queue_new"]),
        (["3.0"], ["queue_new"]),
        (["1.0", "1.5"], ["queue_old"]),
        (["1.5", "2.0"], ["queue_old", "queue_new"]),
        (["2.0", "1.5"], ["queue_new", "queue_old"]),
        ([""], ["queue_new"]),
    ],
)
def test_each_version_has_the_first_series_that_fits(
    shop: ComponentFolder, versions: list[str], names: list[str]
) -> None:
    assert series(shop, "queue", *versions) == names


@pytest.mark.parametrize(
    ("versions", "names"),
    [(["2.0"], ["events"]), (["2.0", "3.0"], ["events"]), (["1.5", "2.0"], ["failures"]), (["1.0"], ["failures"])],
)
def test_a_series_that_stands_alone_is_taken_where_it_fits_every_version(
    shop: ComponentFolder, versions: list[str], names: list[str]
) -> None:
    assert series(shop, "errors", *versions) == names


def test_options_choose_the_series(shop: ComponentFolder) -> None:
    (fast,) = resolved(shop, ["2.0"])["modes"].series
    (slow,) = resolved(shop, ["2.0"], fast=False)["modes"].series
    assert (fast.name, fast.match_not, fast.starts_at) == ("fast", (), "zero")
    assert (slow.name, slow.match_not, slow.starts_at) == ("slow", (("x", ("a", "b")),), "first")


def test_a_signal_that_no_version_exposes_is_not_there(shop: ComponentFolder) -> None:
    assert "late" not in resolved(shop, ["1.0", "2.0"])
    (late,) = resolved(shop, ["3.0"])["late"].series
    assert (late.buckets, late.type) == ((1, 2), "counter")


def test_labels_are_those_that_prometheus_stores(shop: ComponentFolder) -> None:
    (old,) = resolved(shop, ["1.0"], exported=frozenset({"m", "pod"}))["queue"].series
    assert old.labels == (("model", "exported_m"),)
    assert old.scale == 0.5
    queue = resolved(shop, ["1.0", "2.0"], exported=frozenset({"pod"}))["queue"]
    assert queue.labels == {"model": "model_name", "pod": "exported_pod"}
    assert queue.series[0].label("pod") is None


def test_what_is_counted_is_summed_and_the_rest_is_at_its_worst(shop: ComponentFolder) -> None:
    found = resolved(shop, ["3.0"])
    assert {name: each.aggregate for name, each in found.items()} == {
        "queue": "sum",
        "errors": "sum",
        "modes": "max",
        "late": "min",
    }
    assert found["late"].scope == "workload"


def test_without_versions_every_series_is_there(shop: ComponentFolder) -> None:
    found = resolved(shop, ())
    assert {name: [each.name for each in signal.series] for name, signal in found.items()} == {
        "queue": ["queue_new", "queue_old"],
        "errors": ["events", "failures"],
        "modes": ["fast", "slow"],
        "late": ["late_seconds"],
    }


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4), st.booleans())
def test_no_series_of_another_version_is_taken(shop: ComponentFolder, versions: list[str], fast: bool) -> None:
    for name, signal in resolved(shop, versions, fast).items():
        rows = {row.name: row for row in shop.signals[name].series}
        for stored in signal.series:
            row = rows[stored.name]
            assert any(within(version, row.since, row.until) for version in versions)
        assert len({stored.name for stored in signal.series}) == len(signal.series)


def test_rows_of_one_meaning_are_one_series(tmp_path: Path) -> None:
    rows = '[{name: x, since: "2.0"}, {name: x, until: "2.0"}]'
    text = f"up: {{help: h, type: gauge, unit: bool, series: {rows}}}\n"
    folder = component(tmp_path, signals=text)
    assert len(resolve_signals(folder, ["1.0", "2.0"], {"logs": None}, frozenset())["up"].series) == 1
    assert len(resolve_signals(folder, (), {"logs": None}, frozenset())["up"].series) == 1
