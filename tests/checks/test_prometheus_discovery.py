"""Prometheus' own configuration may find targets and Alertmanagers by any service discovery that Prometheus has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.findings import Finding, Severity
from obsgen.tools import Tool

HEAD = "scrape_configs:\n  - job_name: own\n    static_configs: [{targets: [one:9090]}]\n"
BUILT = "  - job_name: found\n    dns_sd_configs: [{names: [one.example.org], type: A, port: 9090}]\n"
CLOUD = "  - job_name: cloud\n    azure_sd_configs: [{subscription_id: one, authentication_method: ManagedIdentity}]\n"
TWICE = CLOUD + "    ec2_sd_configs: [{region: eu-central-1}]\n"


@pytest.fixture
def told(real_tool: Callable[[str], Tool], tmp_path: Path) -> Callable[[str], list[Finding]]:
    real_tool("promtool")

    def findings(more: str) -> list[Finding]:
        (tmp_path / "prometheus.yml").write_text(HEAD + more, encoding="utf-8")
        return [each for each in validate([tmp_path], "auto").findings if each.id == "tool/promtool"]

    return findings


def places(found: list[Finding]) -> list[tuple[Severity, int, int]]:
    return [(each.severity, each.place.line, each.place.column) for each in found]


def test_discovery_by_dns_is_read(told: Callable[[str], list[Finding]]) -> None:
    assert told(BUILT) == []
    alerting = "alerting: {alertmanagers: [{dns_sd_configs: [{names: [_web._tcp.a.b.svc], type: SRV}]}]}\n"
    assert told(alerting) == []


def test_what_a_build_leaves_out_is_a_note_and_no_error(told: Callable[[str], list[Finding]]) -> None:
    assert places(told(CLOUD)) == [(Severity.INFO, 5, 5)]
    assert places(told(TWICE)) == [(Severity.INFO, 5, 5), (Severity.INFO, 6, 5)]


def test_the_rest_of_such_a_configuration_is_judged(told: Callable[[str], list[Finding]]) -> None:
    wrong = told(CLOUD + "  - job_name: slow\n    scrape_intervall: 30s\n")
    assert places(wrong) == [(Severity.INFO, 5, 5), (Severity.ERROR, 7, 5)]


def test_discovery_that_nobody_has_is_an_error(told: Callable[[str], list[Finding]]) -> None:
    assert places(told(CLOUD.replace("azure", "azzure"))) == [(Severity.ERROR, 5, 5)]
