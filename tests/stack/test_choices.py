"""What a profile may choose of a component, and what is told of a wrong choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_support import COMPONENT, Resolved, component, ledger, told

from obsgen.components.catalogue import ComponentFolder
from obsgen.profile.models import AlertChange
from obsgen.stack import choices

SHOP = COMPONENT + (
    'versions: {known: ["1.0.0", "1.10.0", "1.10.1", "2.0.0"], source: s}\n'
    "options:\n"
    "  mode: {help: h, default: plain, values: [plain, fancy]}\n"
    "  strict: {help: h, default: false, values: [true, false]}\n"
    "  free: {help: h}\n"
    "conflicts:\n"
    "  - {when: options.mode == 'fancy' and options.strict, option: strict, message: fancy is lax, hint: drop strict}\n"
    "thresholds:\n"
    "  slow: {unit: seconds, default: 2s, help: h}\n"
    "  full: {unit: ratio, default: 90%, help: h}\n"
)
SIGNALS = """\
time:
  {help: h, type: histogram, unit: seconds, series: [{name: time_ms, scale: 0.001, buckets: [100, 1000, 60000]}]}
fill: {help: h, type: gauge, unit: ratio, series: [{name: fill}]}
"""
ALERTS = """\
Slow: {group: g, signal: time, quantile: 0.9, above: slow, for: 1m, severity: info, summary: s, description: d}
Full: {group: g, signal: fill, above: full, for: 1m, severity: info, summary: s, description: d}
"""


@pytest.fixture
def shop(tmp_path: Path) -> ComponentFolder:
    return component(tmp_path, SHOP, signals=SIGNALS, alerts=ALERTS)


@pytest.mark.parametrize(
    ("wanted", "chosen", "assumed"),
    [
        (("latest",), ("2.0.0",), ["Shop runs version 2.0.0, the newest known (version)"]),
        (("1.10",), ("1.10.1",), []),
        (("1.10.0", "2.0.0"), ("1.10.0", "2.0.0"), []),
        (("1.10", "1.10.1"), ("1.10.1",), []),
        (("1.5.0",), ("1.5.0",), []),
        (("latest", "1.0.0"), ("2.0.0", "1.0.0"), []),
    ],
)
def test_versions_that_are_known(
    shop: ComponentFolder, wanted: tuple[str, ...], chosen: tuple[str, ...], assumed: list[str]
) -> None:
    book = ledger()
    assert choices.versions(shop, wanted, (), book) == chosen
    assert (book.findings, book.assumptions) == ([], assumed)


@pytest.mark.parametrize("wanted", [("77",), ("0.1",), ("1.0.0", "77")])
def test_a_version_that_is_not_known_is_told_and_another_takes_its_place(
    shop: ComponentFolder, wanted: tuple[str, ...]
) -> None:
    book = ledger("x: {version: 77}\n")
    chosen = choices.versions(shop, wanted, ("x",), book)
    assert chosen in (("2.0.0",), ("1.0.0",))
    ((check, message, hint),) = told(book)
    assert check == "profile/unknown-version"
    assert message.startswith("shop: version ")
    assert "known: " in hint
    assert (book.findings[0].place.line, book.findings[0].place.column) == (1, 14)


def test_a_component_without_versions_has_one(tmp_path: Path) -> None:
    plain, book = component(tmp_path), ledger()
    assert choices.versions(plain, ("latest",), (), book) == ("",)
    assert told(book) == []
    assert choices.versions(plain, ("1.0",), (), book) == ("",)
    assert told(book) == [("profile/unknown-version", "shop has no versions", "remove the key")]


def test_what_the_tree_deploys_runs_at_the_trees_version(tmp_path: Path) -> None:
    own, book = component(tmp_path, SHOP.replace("modelServer", "platform")), ledger()
    assert choices.versions(own, ("latest",), (), book) == ("2.0.0",)
    assert book.assumptions == []


@pytest.mark.parametrize(
    ("wanted", "differs", "problem"),
    [
        ({}, {}, None),
        ({"mode": "fancy", "free": [1]}, {"mode": "fancy", "free": [1]}, None),
        ({"strict": True}, {"strict": True}, None),
        ({"mdoe": "fancy"}, {}, ("shop has no option 'mdoe'", "did you mean 'mode'?")),
        ({"mode": "odd"}, {}, ("mode cannot be 'odd'", "known: plain, fancy")),
        ({"strict": "maybe"}, {}, ("strict cannot be 'maybe'", "known: true, false")),
    ],
)
def test_options(
    shop: ComponentFolder, wanted: dict[str, object], differs: dict[str, object], problem: tuple[str, str] | None
) -> None:
    book = ledger()
    chosen = choices.options(shop, wanted, (), book)
    assert chosen == {"mode": "plain", "strict": False, "free": None} | differs
    assert [each[0] for each in told(book)] == (["profile/unknown-option"] if problem else [])
    if problem:
        assert told(book)[0][1] == problem[0]
        assert problem[1] in told(book)[0][2]


@pytest.mark.parametrize(("mode", "strict", "conflicts"), [("fancy", True, 1), ("fancy", False, 0), ("plain", True, 0)])
def test_options_that_contradict_each_other(shop: ComponentFolder, mode: str, strict: bool, conflicts: int) -> None:
    book = ledger()
    choices.conflicts(shop, {"options": {"mode": mode, "strict": strict}}, (), book)
    assert told(book) == [("profile/options", "fancy is lax", "drop strict")] * conflicts


def test_thresholds_in_their_units(shop: ComponentFolder) -> None:
    book = ledger()
    assert choices.thresholds(shop, {}, (), book) == {"slow": 2, "full": 0.9}
    assert choices.thresholds(shop, {"slow": "250ms"}, (), book) == {"slow": 0.25, "full": 0.9}
    assert told(book) == []
    assert choices.thresholds(shop, {"slow": "5%", "fill": "1"}, (), book) == {"slow": 2, "full": 0.9}
    assert [each[0] for each in told(book)] == ["profile/unit", "profile/unknown-threshold"]
    assert "did you mean 'full'?" in told(book)[1][2]


def test_changes_of_alerts_that_are_not_there(shop: ComponentFolder) -> None:
    book = ledger()
    choices.alert_changes(shop, {"Slow": AlertChange(), "Solw": AlertChange()}, (), book)
    ((check, message, hint),) = told(book)
    assert (check, message) == ("profile/unknown-alert", "shop has no alert 'Solw'")
    assert "did you mean 'Slow'?" in hint


@pytest.mark.parametrize(
    ("limit", "hint"),
    [
        ("2s", None),
        ("100ms", None),
        ("59s", None),
        ("60s", "this alert could never fire"),
        ("8000s", "this alert could never fire; did you mean 8s or 8000ms?"),
        ("90ms", "quantiles below the first bucket are guesses"),
        ("2ms", "did you mean 2s?"),
    ],
)
def test_a_limit_on_a_quantile_lies_within_the_buckets(tmp_path: Path, limit: str, hint: str | None) -> None:
    component(tmp_path, SHOP, signals=SIGNALS, alerts=ALERTS)
    found = Resolved(tmp_path, f"modelServers: [{{name: a, type: shop, thresholds: {{slow: {limit}}}}}]\n").findings
    assert [each.id for each in found] == (["signal/bucket"] if hint else [])
    if hint:
        assert "time_ms" in found[0].message
        assert hint in found[0].hint


def test_a_limit_on_a_gauge_and_a_default_know_no_buckets(tmp_path: Path) -> None:
    component(tmp_path, SHOP.replace("default: 2s", "default: 1h"), signals=SIGNALS, alerts=ALERTS)
    text = "modelServers: [{name: a, type: shop, thresholds: {full: 1%}}]\n"
    assert Resolved(tmp_path, text).findings == []


def test_what_a_component_has_none_of_is_to_be_removed(tmp_path: Path) -> None:
    component(tmp_path)
    server = "{name: a, type: shop, options: {x: 1}, thresholds: {y: 8s}, alerts: {Z: {for: 5m}}, objectives: {w: {}}}"
    found = Resolved(tmp_path, f"modelServers: [{server}]\n").findings
    assert {each.message: each.hint for each in found} == {
        f"shop has no {what}": "remove the key"
        for what in ("option 'x'", "threshold 'y'", "alert 'Z'", "objective 'w'")
    }
