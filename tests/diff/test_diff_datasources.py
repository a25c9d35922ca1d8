"""What Grafana asks elsewhere than before, and which boards then have no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from boards_support import board, changes, config_map, panel
from written import ids, lines

PROMETHEUS = {"name": "Prometheus", "uid": "prom", "type": "prometheus", "url": "http://prometheus:9090"}
LOKI = {"name": "Loki", "uid": "loki", "type": "loki", "url": "http://loki:3100"}
NAMED = board(panel("Load", "load"))
"""A board that asks the datasource prom by its uid."""
CHOOSING = board(
    panel("Load", "load", datasource={"type": "prometheus", "uid": "${source}"}),
    templating={"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
)


def provisioned(*sources: dict[str, Any], **more: Any) -> dict[str, str]:
    """A ConfigMap with a file for Grafana."""
    text = yaml.safe_dump({"apiVersion": 1, "datasources": list(sources), **more})
    metadata = {"name": "sources", "namespace": "monitoring"}
    object_ = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"sources.yaml": text}}
    return {"sources.yaml": yaml.safe_dump(object_)}


def secret(*sources: dict[str, Any]) -> dict[str, str]:
    """The same in a Secret."""
    text = yaml.safe_dump({"apiVersion": 1, "datasources": list(sources)})
    metadata = {"name": "sources", "namespace": "monitoring"}
    object_ = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"sources.yaml": text}}
    return {"sources.yaml": yaml.safe_dump(object_)}


def of_operator(source: dict[str, Any]) -> dict[str, str]:
    """An object of Grafana's operator."""
    metadata = {"name": "source", "namespace": "monitoring"}
    head = {"apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaDatasource", "metadata": metadata}
    value = {key: each for key, each in source.items() if key != "uid"}
    spec = {"uid": source["uid"], "instanceSelector": {"matchLabels": {"a": "b"}}, "datasource": value}
    return {"source.yaml": yaml.safe_dump({**head, "spec": spec})}


def in_file(*sources: dict[str, Any]) -> dict[str, str]:
    """A file for Grafana that no object holds."""
    return {"provisioning/sources.yaml": yaml.safe_dump({"apiVersion": 1, "datasources": list(sources)})}


def in_values(*sources: dict[str, Any]) -> dict[str, str]:
    """Values of the chart."""
    spec = {"prometheus": {"prometheusSpec": {"replicas": 1}}}
    return {"values.yaml": yaml.safe_dump({**spec, "grafana": {"additionalDataSources": list(sources)}})}


EVERYWHERE = [provisioned, secret, of_operator, in_file, in_values]


@pytest.mark.parametrize("put", EVERYWHERE)
def test_another_address_is_told_wherever_a_datasource_stands(tmp_path: Path, put: Any) -> None:
    new = {**PROMETHEUS, "url": "http://thanos:9090"}
    assert lines(changes(tmp_path, put(PROMETHEUS), put(new))) == [
        "~ datasource Prometheus: url http://prometheus:9090 → http://thanos:9090 (needs review)"
    ]


@pytest.mark.parametrize("put", EVERYWHERE)
def test_secrets_of_a_datasource_are_never_told(tmp_path: Path, put: Any) -> None:
    old = {**PROMETHEUS, "secureJsonData": {"httpHeaderValue1": "Bearer one-long-secret"}}
    new = {
        **PROMETHEUS,
        "secureJsonData": {"httpHeaderValue1": "Bearer other-long-secret"},
        "url": "http://me:third-long-secret@prometheus:9090",
    }
    found = changes(tmp_path, put(old), put(new))
    said = " ".join([*lines(found), *(detail for each in found for detail in each.details)])
    assert "another secret" in said
    assert "***@prometheus" in said
    assert "long-secret" not in said


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"type": "loki"}, "type prometheus → loki (needs review)"),
        ({"name": "Metrics"}, "renamed from Prometheus (needs review)"),
        ({"isDefault": True}, "the default now: panels that name none ask another one (needs review)"),
        ({"jsonData": {"timeInterval": "1m"}}, "jsonData none → {"),
        ({"uid": "other"}, "uid prom → other (needs review)"),
    ],
)
def test_what_differs_is_told(tmp_path: Path, more: dict[str, Any], expected: str) -> None:
    told = lines(changes(tmp_path, provisioned(PROMETHEUS), provisioned({**PROMETHEUS, **more})))
    assert len(told) == 1
    assert told[0].startswith(f"~ datasource {more.get('name', 'Prometheus')}: {expected}")


def test_a_new_datasource_is_safe(tmp_path: Path) -> None:
    told = lines(changes(tmp_path, provisioned(PROMETHEUS), provisioned(LOKI, PROMETHEUS)))
    assert told == ["+ datasource Loki: new, loki (safe)"]


def with_board(sources: dict[str, str], value: dict[str, Any]) -> dict[str, str]:
    """Datasources, and a board beside them."""
    return {**sources, "boards.yaml": config_map(value)}


GRAFANA = {
    "grafana.yaml": """
apiVersion: grafana.integreatly.org/v1beta1
kind: Grafana
metadata: {name: grafana, namespace: monitoring}
spec: {}
"""
}


@pytest.mark.parametrize(("value", "more"), [(NAMED, {}), (NAMED, GRAFANA), (CHOOSING, GRAFANA)])
def test_boards_that_ask_a_datasource_that_is_gone_lose_data(
    tmp_path: Path, value: dict[str, Any], more: dict[str, str]
) -> None:
    sides = ({**with_board(each, value), **more} for each in (provisioned(PROMETHEUS, LOKI), provisioned(LOKI)))
    told = lines(changes(tmp_path, *sides))
    assert told[0] == "- datasource Prometheus: gone: Servers asks it, without an answer now (loses data)"


def test_a_grafana_elsewhere_has_others_to_choose_from(tmp_path: Path) -> None:
    old, new = (with_board(each, CHOOSING) for each in (provisioned(PROMETHEUS, LOKI), provisioned(LOKI)))
    assert lines(changes(tmp_path, old, new)) == ["- datasource Prometheus: gone (needs review)"]


def test_a_datasource_that_nobody_asks_may_go(tmp_path: Path) -> None:
    old, new = (with_board(each, NAMED) for each in (provisioned(PROMETHEUS, LOKI), provisioned(PROMETHEUS)))
    assert lines(changes(tmp_path, old, new)) == ["- datasource Loki: gone (needs review)"]


def test_boards_that_choose_one_of_a_type_ask_another_one(tmp_path: Path) -> None:
    second = {**PROMETHEUS, "name": "Second", "uid": "second", "url": "http://second:9090"}
    old, new = (with_board(each, CHOOSING) for each in (provisioned(PROMETHEUS, second), provisioned(PROMETHEUS)))
    assert lines(changes(tmp_path, old, new)) == ["- datasource Second: gone (needs review)"]


def test_another_uid_loses_the_boards_that_name_the_old_one(tmp_path: Path) -> None:
    old, new = (with_board(provisioned({**PROMETHEUS, "uid": each}), NAMED) for each in ("prom", "other"))
    told = lines(changes(tmp_path, old, new))
    assert "~ datasource Prometheus: uid prom → other: Servers asks it, without an answer now (loses data)" in told


def test_files_that_are_only_written_otherwise_are_no_change(tmp_path: Path) -> None:
    object_ = yaml.safe_load(provisioned(PROMETHEUS)["sources.yaml"])
    object_["data"]["sources.yaml"] = f"# ours\n{object_['data']['sources.yaml']}"
    assert changes(tmp_path, provisioned(PROMETHEUS), {"sources.yaml": yaml.safe_dump(object_)}) == []


def test_what_else_a_file_says_is_told(tmp_path: Path) -> None:
    found = changes(tmp_path, provisioned(PROMETHEUS), provisioned(PROMETHEUS, deleteDatasources=[{"name": "Old"}]))
    assert ids(found) == ["datasource-changed"]
    assert "other deleteDatasources" in lines(found)[0]
