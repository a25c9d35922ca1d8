"""Names that nothing in the stack has, and names that only a mistake keeps from being known."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_support import COMPONENT, Resolved, component

ALERT = "group: g, for: 1m, severity: info, summary: s, description: d"
SIGNALS = "depth: {help: h, type: gauge, unit: count, series: [{name: depth}]}\n"
BOARD = "title: t\ndescription: d\nrows: [{title: r, panels: [{title: p, description: d, signal: depth}]}]\n"
SERVERS = "modelServers: [{name: a, type: shop}, {name: b, type: stall}]\n"
OWN = f"signal: depth, above: 5, {ALERT}"


@pytest.fixture
def market(tmp_path: Path) -> Path:
    for name, alert in (("shop", "ShopSlow"), ("stall", "StallSlow")):
        component(tmp_path, name=name, signals=SIGNALS, alerts=f"{alert}: {{signal: depth, above: 1, {ALERT}}}\n")
        (tmp_path / name / "dashboards").mkdir()
        (tmp_path / name / "dashboards" / f"{name}.yaml").write_text(BOARD)
    component(tmp_path, COMPONENT.replace("modelServer", "gpuExporter"), name="gauge", signals=SIGNALS)
    return tmp_path


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("alerts: {ShopSlow: {for: 5m}, StallSlow: {for: 5m}}\n", None),
        ("alerts: {ShopSlwo: {for: 5m}}\n", "no alert 'ShopSlwo' in this stack"),
        (f"alerts: {{Mine: {{server: b, {OWN}}}}}\n", None),
        (f"alerts: {{Mine: {{server: c, {OWN}}}}}\n", "no server 'c'"),
        ("dashboards: {stall: {title: x}}\n", None),
        ("dashboards: {gauge: {title: x}}\n", "no dashboard 'gauge' in this stack"),
        ("environments: {dev: {alerts: {ShopSlwo: {for: 5m}}}}\n", "no alert 'ShopSlwo' in this stack"),
    ],
)
def test_names_that_are_not_there(market: Path, more: str, message: str | None) -> None:
    assert Resolved(market, SERVERS + more).messages == ({message} if message else set())


@pytest.mark.parametrize(
    "more",
    [
        "alerts: {StallSlow: {for: 5m}}\n",
        f"alerts: {{Mine: {{server: b, {OWN}}}}}\n",
        "dashboards: {stall: {title: x}}\n",
    ],
)
def test_what_an_environment_leaves_out_is_known_all_the_same(market: Path, more: str) -> None:
    found = Resolved(market, SERVERS + more + "environments: {dev: {modelServers: {b: null}}, prod: {}}\n")
    assert found.findings == []
    assert [each.name for each in found.stacks["dev"].instances] == ["a"]
    assert not any(each.own_alerts for each in found.stacks["dev"].instances)


@pytest.mark.parametrize("wrong", ["{name: b, type: stal}", "{name: b}", "{name: B, type: stall}", "5"])
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("alerts: {StallSlow: {for: 5m}}\n", None),
        (f"alerts: {{Mine: {{server: b, {OWN}}}}}\n", None),
        (f"alerts: {{Mine: {{server: a, from: stall, {OWN}}}}}\n", None),
        ("dashboards: {stall: {title: x}}\n", None),
        ("alerts: {StallSlwo: {for: 5m}}\n", "no alert 'StallSlwo' in this stack"),
        ("dashboards: {stal: {title: x}}\n", "no dashboard 'stal' in this stack"),
        ("environments: {dev: {modelServers: {b: {namespace: x}}}, prod: {}}\n", None),
    ],
)
def test_a_server_that_is_at_fault_keeps_others_from_being_told(
    market: Path, wrong: str, more: str, message: str | None
) -> None:
    found = Resolved(market, SERVERS.replace("{name: b, type: stall}", wrong) + more)
    assert not found.base.complete
    assert len(found.findings) == (2 if message else 1)
    assert message is None or message in found.messages


def test_a_server_of_an_unknown_component_still_has_its_name(market: Path) -> None:
    found = Resolved(market, SERVERS.replace("stall", "stal") + f"alerts: {{Mine: {{server: c, {OWN}}}}}\n")
    assert found.messages == {"no modelServer type 'stal'", "no server 'c'"}


def test_an_exporter_that_is_at_fault_is_none(market: Path) -> None:
    has = Resolved(market, SERVERS + "gpuExporter: {type: gaugge}\n").base.context["has"]
    assert (has["modelServer"], has["gpuExporter"], has["provider"]) == (True, False, False)
    assert Resolved(market, "gpuExporter: {type: gauge}\n").base.context["has"]["gpuExporter"]
