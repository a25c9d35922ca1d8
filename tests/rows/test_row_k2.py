"""Row K2: one Prometheus datasource, the default, at the operator's own Service or wherever the profile says."""

from __future__ import annotations

import pytest
from log_rows import objects
from row_support import changed
from tree_rows import Written

from obsgen.pipeline import StackTree
from obsgen.source import load_text

PROMETHEUS = "prometheus: {mode: existing, selectorLabels: {}"
ELSEWHERE = (PROMETHEUS, PROMETHEUS + ", url: 'https://metrics.example.org:9443'")
LOGS = ("grafana: {", "logs: {url: 'http://loki.logs.svc:3100'}\ngrafana: {")


def datasources(made: StackTree | Written) -> list[dict[str, object]]:
    """What Grafana's provisioning file says."""
    maps = made.of_kind("ConfigMap").values() if isinstance(made, Written) else objects(made, "ConfigMap")
    (text,) = (each["data"]["datasources.yaml"] for each in maps if "datasources.yaml" in each["data"])
    found: list[dict[str, object]] = load_text(text, "datasources.yaml")[0].value["datasources"]
    return found


def test_the_datasource_is_that_of_the_row(kserve: Written) -> None:
    (found,) = datasources(kserve)
    assert (found["type"], found["url"]) == ("prometheus", "http://prometheus-operated.monitoring.svc:9090")
    assert found["isDefault"] is True


def test_it_is_told_as_an_assumption_with_its_key(kserve: Written) -> None:
    assumed = kserve.section("What was assumed")
    assert "http://prometheus-operated.monitoring.svc:9090 (prometheus.url)" in assumed


def test_the_profile_may_name_another() -> None:
    (found,) = datasources(changed("openshift-kserve", ELSEWHERE))
    assert found["url"] == "https://metrics.example.org:9443"


@pytest.mark.parametrize("changes", [(), (LOGS,), (ELSEWHERE, LOGS)], ids=["one", "loki-too", "elsewhere"])
def test_there_is_exactly_one_default(changes: tuple[tuple[str, str], ...]) -> None:
    found = datasources(changed("openshift-kserve", *changes))
    assert [each["type"] for each in found if each["isDefault"]] == ["prometheus"]
    assert len(found) == 1 + (LOGS in changes)


def test_boards_ask_it_by_default(kserve: Written) -> None:
    for name in ("local-models", "ai-providers"):
        variable = kserve.board(name)["templating"]["list"][0]
        assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
