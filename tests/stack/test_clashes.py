"""Names that are given twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_support import COMPONENT, Resolved, component

ALERT = "group: g, for: 1m, severity: info, summary: s, description: d"
ALERTS = f"""\
Slow: {{signal: depth, above: 1, {ALERT}}}
Deep: {{signal: depth, above: 2, {ALERT}, when: options.deep}}
"""
SIGNALS = "depth: {help: h, type: gauge, unit: count, series: [{name: depth}]}\n"
OWN = f"server: a, signal: depth, above: 5, {ALERT}"
SERVER = "modelServers: [{name: a, type: shop}]\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    component(tmp_path, COMPONENT + "options: {deep: {help: h, default: false}}\n", signals=SIGNALS, alerts=ALERTS)
    return tmp_path


@pytest.mark.parametrize(
    ("more", "twice"),
    [
        ("", None),
        ("alerts: {Slow: {name: Quick}}\n", None),
        (f"alerts: {{Slow: {{{OWN}}}}}\n", "Slow"),
        ("alerts: {Slow: {name: Deep}}\n", None),
        (f"alerts: {{Slow: {{name: Mine}}, Mine: {{{OWN}}}}}\n", "Mine"),
        (f"alerts: {{Slow: {{name: Mine, enabled: false}}, Mine: {{{OWN}}}}}\n", None),
        (f"alerts: {{Deep: {{{OWN}}}}}\n", None),
    ],
)
def test_two_alerts_of_one_server(shop: Path, more: str, twice: str | None) -> None:
    found = Resolved(shop, SERVER + more).findings
    assert [each.message for each in found] == ([f"a has two alerts called '{twice}'"] if twice else [])


def test_an_alert_that_options_bring_counts(shop: Path) -> None:
    text = "modelServers: [{name: a, type: shop, options: {deep: true}}]\n"
    assert [each.id for each in Resolved(shop, text + f"alerts: {{Deep: {{{OWN}}}}}\n").findings] == [
        "profile/same-alert"
    ]
    assert [each.id for each in Resolved(shop, text + "alerts: {Slow: {name: Deep}}\n").findings] == [
        "profile/same-alert"
    ]


def test_servers_of_their_own_may_have_alerts_of_one_name(shop: Path) -> None:
    text = "modelServers: [{name: a, type: shop}, {name: b, type: shop}]\n"
    assert Resolved(shop, text).findings == []


def test_a_clash_that_another_mistake_may_have_made_is_not_told(shop: Path) -> None:
    clash = f"Mine: {{{OWN}}}"
    for mistake in ("alerts: {Slow: {name: Mine, enabled: maybe}, " + clash + "}\n",):
        assert [each.id for each in Resolved(shop, SERVER + mistake).findings] == ["profile/value"]
    unsure = SERVER.replace("shop}", "shop, options: {depe: true}}")
    found = Resolved(shop, unsure + f"alerts: {{Slow: {{name: Mine}}, {clash}}}\n").findings
    assert [each.id for each in found] == ["profile/unknown-option"]


ARGO = "repoURL: 'https://github.com/acme/x.git'"
TWO = "environments: {dev: {cluster: {name: d}}, prod: {cluster: {name: p}}}\n"


def test_another_argo_cd_may_have_the_same_names(shop: Path) -> None:
    text = SERVER + f"argocd: {{{ARGO}, suffix: ''}}\n" + TWO.replace("name: p}}", "name: p}, argocd: {namespace: b}}")
    assert Resolved(shop, text).findings == []
