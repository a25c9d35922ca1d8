"""Row P5: Grafana by its operator: v1beta1 objects for Grafana, datasource, folder and boards; current panel types."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.schemas import errors, lookup

PROFILE: dict[str, Any] = {
    "apiVersion": "obsgen.dev/v1alpha1",
    "kind": "Profile",
    "stack": "platform",
    "prometheus": {"mode": "managed"},
    "grafana": {"delivery": "operator", "folder": "AI platform"},
    "modelServers": [{"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}],
}
KINDS = ("Grafana", "GrafanaDatasource", "GrafanaFolder", "GrafanaDashboard")


@cache
def tree() -> StackTree:
    return pipeline.render(parse_profile(json.dumps(PROFILE), "profile.yaml"))


def made(kind: str) -> list[dict[str, Any]]:
    return [dict(each.object) for each in tree().environments["prod"].objects if each.object["kind"] == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_is_of_the_version_that_the_operator_has(kind: str) -> None:
    schema = lookup("grafana.integreatly.org/v1beta1", kind)
    assert schema is not None
    assert made(kind)
    for each in made(kind):
        assert each["apiVersion"] == "grafana.integreatly.org/v1beta1"
        assert list(errors(each, schema)) == []


def test_boards_stand_in_the_folder_and_ask_the_datasource() -> None:
    (folder,) = made("GrafanaFolder")
    (source,) = made("GrafanaDatasource")
    assert folder["spec"]["title"] == "AI platform"
    assert source["spec"]["datasource"]["isDefault"]
    assert {each["spec"]["folderRef"] for each in made("GrafanaDashboard")} == {folder["metadata"]["name"]}
    assert len(made("GrafanaDashboard")) == len(tree().boards)


def test_no_board_has_a_panel_that_grafana_dropped() -> None:
    kinds = {panel["type"] for board in tree().boards for panel in board.json["panels"]}
    assert kinds <= {"row", "timeseries", "stat", "gauge", "bargauge", "heatmap", "table", "text", "logs"}


def test_nobody_can_log_in_with_a_password_of_the_tree() -> None:
    (grafana,) = made("Grafana")
    assert grafana["spec"]["disableDefaultAdminSecret"]
    assert not {"admin_user", "admin_password"} & grafana["spec"]["config"]["security"].keys()
    (container,) = grafana["spec"]["deployment"]["spec"]["template"]["spec"]["containers"]
    references = {each["name"]: each["valueFrom"]["secretKeyRef"]["name"] for each in container["env"]}
    assert references == {"GF_SECURITY_ADMIN_USER": "grafana-admin", "GF_SECURITY_ADMIN_PASSWORD": "grafana-admin"}
    assert "grafana-admin" in {each.name for each in tree().base.stack.secrets}
