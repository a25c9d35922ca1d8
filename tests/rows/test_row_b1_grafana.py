"""Rows B1 and B6, Grafana's part: provider and ConfigMap in the chart's values, no password, a datasource a cluster."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.source import load_text

CLUSTERS = ("prometheus-lke", "prometheus-aws", "prometheus-gke")
PROFILE: dict[str, Any] = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "rag",
    "prometheus": {"mode": "values"},
    "grafana": {
        "delivery": "values",
        "folder": "RAG Benchmarking",
        "boardsConfigMap": "rag-grafana-dashboards",
        "datasources": [{"name": name, "url": f"http://{name}.monitoring:9090"} for name in CLUSTERS],
    },
    "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}],
}


@cache
def tree() -> StackTree:
    return pipeline.render(parse_profile(json.dumps(PROFILE), "profile.yaml"))


def chart() -> Any:
    (document,) = load_text(tree().files["values/prod.yaml"].decode(), "prod.yaml")
    return document.value["grafana"]


def test_a_provider_reads_the_config_map_that_is_rendered() -> None:
    (file,) = chart()["dashboardProviders"].values()
    (provider,) = file["providers"]
    ((mounted, name),) = chart()["dashboardsConfigMaps"].items()
    assert name == "rag-grafana-dashboards"
    assert provider["folder"] == "RAG Benchmarking"
    assert provider["options"]["path"] == f"/var/lib/grafana/dashboards/{mounted}"
    assert [each.object["metadata"]["name"] for each in tree().base.board_maps] == [name]


def test_there_is_no_password_in_it() -> None:
    assert "adminPassword" not in chart()
    assert chart()["admin"]["existingSecret"] == "grafana-admin"
    assert "grafana-admin" in {each.name for each in tree().base.stack.secrets}


def test_the_charts_own_datasources_are_no_second_default() -> None:
    assert chart()["sidecar"]["datasources"]["defaultDatasourceEnabled"] is False
    assert sum(each["isDefault"] for each in chart()["additionalDataSources"]) == 1


def test_every_cluster_is_a_datasource_and_boards_let_choose() -> None:
    found = {each["name"]: each for each in chart()["additionalDataSources"]}
    assert set(CLUSTERS) <= set(found)
    assert {found[name]["type"] for name in CLUSTERS} == {"prometheus"}
    assert len({each["uid"] for each in found.values()}) == len(found)
    for board in tree().boards:
        (variable,) = (each for each in board.json["templating"]["list"] if each["type"] == "datasource")
        assert variable["query"] == "prometheus"
        panels = [panel for panel in board.json["panels"] if panel["type"] not in ("row", "text")]
        assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}
