"""What recording rules say beyond a sentence: integrals, a second signal, other servers, other names of labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.components.catalogue import catalogue
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.promql.build import Expr, scaled
from obsgen.render.rules.recordings import RenderedRecording, recordings
from obsgen.stack.resolve import resolve_profile
from obsgen.units import INTEGRALS, UNITS

COMPONENT = "title: Made up\nrole: exporter\ndescription: A meter.\nscrape: {selector: {app: meter}, port: http}\n"
SIGNALS = """
load: {help: h, type: gauge, unit: count, labels: {place: site, unit_name: unit_name}, series: [{name: load}]}
rent: {help: h, type: gauge, unit: usd/hour, aggregate: sum, labels: {place: site}, series: [{name: rent, scale: 24}]}
odd_rent: {help: h, type: gauge, unit: usd/hour, labels: {place: place}, series: [{name: odd_rent}]}
owner: {help: h, type: gauge, unit: bool, labels: {place: site, team: team}, series: [{name: owner}]}
visits: {help: h, type: counter, unit: events, labels: {place: site}, series: [{name: visits_total}]}
warmth: {help: h, type: gauge, unit: celsius, series: [{name: warmth}]}
"""


def recorded(folder: Path, rule: str, more: str = "") -> list[RenderedRecording]:
    """The recordings of one rule, for two servers of the component."""
    (folder / "meter").mkdir(parents=True)
    (folder / "meter" / "component.yaml").write_text(COMPONENT)
    (folder / "meter" / "signals.yaml").write_text(SIGNALS)
    (folder / "meter" / "recording.yaml").write_text(f"- {{record: made, group: g, {rule}}}\n")
    profile = (
        "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\nexporters:\n"
        f"  - {{name: one, type: meter}}\n  - {{name: two, type: meter, namespace: b}}\n{more}"
    )
    return recordings(resolve_profile(parse_profile(profile), catalogue([folder]))[0])


def said(folder: Path, rule: str, more: str = "") -> str:
    return " ".join(recorded(folder, rule, more)[0].expr.split())


def refused(folder: Path, rule: str) -> str:
    with pytest.raises(InputError) as problem:
        recorded(folder, rule)
    return problem.value.findings[0].message


OWN = 'job="one",namespace="monitoring"'


def test_an_integral_is_a_sum_of_steps_in_its_own_unit(tmp_path: Path) -> None:
    assert said(tmp_path / "a", "signal: load, over: {integral: 1d}") == (
        f"sum by (cluster, namespace) (sum_over_time(load{{{OWN}}}[1d:5m])) / 12"
    )
    assert said(tmp_path / "b", "signal: rent, over: {integral: 1d}, by: [place]") == (
        f"sum by (cluster, namespace, site) (sum_over_time(rent{{{OWN}}}[1d:5m])) * 2"
    )


@pytest.mark.parametrize("signal", ["visits", "warmth"])
def test_not_everything_adds_up_over_time(tmp_path: Path, signal: str) -> None:
    assert "has no integral" in refused(tmp_path, f"signal: {signal}, over: {{integral: 1d}}")


def test_units_of_integrals_are_units() -> None:
    assert {unit for unit, _ in INTEGRALS.values()} | INTEGRALS.keys() <= UNITS.keys()


def test_a_product_is_matched_on_common_labels_and_brings_the_others(tmp_path: Path) -> None:
    assert said(tmp_path, "signal: load, by: [place], product: {signal: owner, by: [place, team]}") == (
        f"sum by (cluster, namespace, site) (load{{{OWN}}}) * on (cluster, site) group_left (team) "
        f"max by (cluster, site, team) (owner{{{OWN}}})"
    )


def test_what_is_left_is_never_below_nothing_and_all_where_there_is_no_other(tmp_path: Path) -> None:
    whole = f"sum by (cluster, namespace, site) (load{{{OWN}}})"
    assert said(tmp_path, "signal: load, by: [place], less: {signal: owner, by: [place], agg: sum}") == (
        f"clamp_min({whole} - on (cluster, site) group_left () sum by (cluster, site) (owner{{{OWN}}}), 0) or {whole}"
    )


def test_what_is_left_is_multiplied_as_a_whole(tmp_path: Path) -> None:
    expr = said(
        tmp_path, "signal: load, by: [place], less: {signal: owner, by: [place]}, product: {signal: rent, by: [place]}"
    )
    assert expr.startswith("(clamp_min(")
    assert expr.endswith(f"* on (cluster, site) group_left () (sum by (cluster, site) (rent{{{OWN}}}) * 24)")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("signal: load, product: {signal: rent, by: [place]}", "not matched by 'place'"),
        ("signal: load, by: [place], product: {signal: odd_rent, by: [place]}", "not matched by 'place'"),
        ("signal: load, by: [place], product: {signal: rent, by: [team]}", "rent has no label 'team'"),
        ("signal: load, by: [place], less: {signal: missing, by: [place]}", "no signal 'missing'"),
        ("constant: much", "'much' is no number"),
        ("signal: load, server: three", "no server 'three'"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, rule: str, told: str) -> None:
    assert told in refused(tmp_path, rule)


@pytest.mark.parametrize("rule", ["constant: 1, signal: load", "group: h"])
def test_a_rule_has_one_subject(tmp_path: Path, rule: str) -> None:
    assert "exactly one" in refused(tmp_path, rule.replace("group: h", "when: 'true'"))


def test_labels_have_other_names_and_one_that_is_missing_is_the_servers(tmp_path: Path) -> None:
    first, second = recorded(tmp_path, "signal: load, by: [place], rename: {place: where, model: model}")
    assert first.expr.startswith("label_replace(sum by (cluster, namespace, site) (load{")
    assert first.expr.endswith(', "where", "$1", "site", "(.*)")')
    assert (dict(first.labels), dict(second.labels)) == ({"model": "one"}, {"model": "two"})


def test_a_rule_may_speak_of_another_server(tmp_path: Path) -> None:
    rules = recorded(tmp_path, """forEach: {each: "['one', 'two']"}, server: << each >>, signal: load""")
    assert ['job="two",namespace="b"' in each.expr for each in rules] == [False, True, False, True]


def test_a_constant_is_written_as_a_number(tmp_path: Path) -> None:
    assert [each.expr for each in recorded(tmp_path, "constant: << 2.0 >>")] == ["vector(2)"] * 2


def test_an_expression_may_ask_for_the_stored_name_of_a_label(tmp_path: Path) -> None:
    assert said(
        tmp_path / "a", "expr: \"sum by (<< stored('load', 'place') >>) (<< series('load') >>)\", unit: count"
    ) == (f"sum by (site) (load{{{OWN}}})")
    assert "has no label" in refused(tmp_path / "b", "expr: \"sum by (<< stored('load', 'x') >>) (up)\", unit: count")


def test_factors_of_integrals_are_round() -> None:
    """300 of 3600 seconds are a twelfth, not 0.0833."""
    assert scaled(Expr("x"), 300 / 3600).text == "x / 12"
