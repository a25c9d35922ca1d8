"""How dashboards get to Grafana: their folders, and the labels by which sidecars find them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from boards_support import board, changes, config_map, of_operator, panel
from written import lines

LOAD = panel("Load", "sum(load)")


def test_another_folder_is_told(tmp_path: Path) -> None:
    old, new = (config_map(board(LOAD), folder=each) for each in ("ML", "Platform"))
    told = lines(changes(tmp_path / "a", {"all.yaml": old}, {"all.yaml": new}))
    assert told == ["~ dashboard Servers: folder ML → Platform (needs review)"]
    told = lines(changes(tmp_path / "b", {"all.yaml": config_map(board(LOAD))}, {"all.yaml": new}))
    assert told == ["~ dashboard Servers: folder by default → Platform (needs review)"]


def _folder(title: str) -> str:
    metadata = {"name": "folder", "namespace": "monitoring"}
    head = {"apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaFolder", "metadata": metadata}
    return yaml.safe_dump({**head, "spec": {"title": title}})


@pytest.mark.parametrize(("title", "expected"), [("ML", []), ("Platform", ["folder ML → Platform (needs review)"])])
def test_a_folder_is_the_same_however_it_is_named(tmp_path: Path, title: str, expected: list[str]) -> None:
    old = {"all.yaml": config_map(board(LOAD), folder="ML"), "folder.yaml": _folder(title)}
    loader = of_operator(None, configMapRef={"name": "boards", "key": "servers.json"}, folderRef="folder")
    new = {"all.yaml": config_map(board(LOAD)), "folder.yaml": _folder(title), "loader.yaml": loader}
    told = [each for each in lines(changes(tmp_path, old, new)) if "GrafanaDashboard" not in each]
    assert told == [f"~ dashboard Servers: {each}" for each in expected]


def _provider(folder: str, **more: Any) -> dict[str, Any]:
    return {"name": "ours", "folder": folder, "options": {"path": "/boards"}, **more}


def _in_text(provider: dict[str, Any]) -> dict[str, str]:
    text = yaml.safe_dump({"apiVersion": 1, "providers": [provider]})
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "providers", "namespace": "monitoring"}}
    return {"all.yaml": yaml.safe_dump({**head, "data": {"dashboards.yaml": text}})}


def _in_chart(provider: dict[str, Any]) -> dict[str, str]:
    files = {"dashboardproviders.yaml": {"apiVersion": 1, "providers": [provider]}}
    return {"values.yaml": yaml.safe_dump({"grafana": {"dashboardProviders": files}})}


@pytest.mark.parametrize("put", [_in_text, _in_chart])
def test_another_folder_of_a_provider_is_told(tmp_path: Path, put: Any) -> None:
    end = "dashboards of ours: folder ML → Platform (needs review)"
    assert lines(changes(tmp_path / "a", put(_provider("ML")), put(_provider("Platform")))) == [f"~ {end}"]
    told = lines(changes(tmp_path / "b", put(_provider("ML")), put(_provider("Platform", editable=True))))
    assert told[0] == f"~ {end}"
    assert len(told) == 2


def test_a_dashboard_that_a_label_brings_now_was_in_the_folder_of_its_provider(tmp_path: Path) -> None:
    old = {"boards.yaml": config_map(board(LOAD)), **_in_text(_provider("ML"))}
    new = {"boards.yaml": config_map(board(LOAD), folder="ML")}
    assert all("folder" not in each for each in lines(changes(tmp_path, old, new)))


def _labelled(**labels: str) -> str:
    object_ = yaml.safe_load(config_map(board(LOAD)))
    object_["metadata"]["labels"] = {"app": "boards", **labels}
    return yaml.safe_dump(object_)


def test_the_label_by_which_a_sidecar_finds_a_dashboard_is_told(tmp_path: Path) -> None:
    bare, marked = _labelled(), _labelled(grafana_dashboard="1")
    end = "labelled grafana_dashboard=1, by which a sidecar finds it"
    told = lines(changes(tmp_path / "a", {"all.yaml": marked}, {"all.yaml": bare}))
    assert told == [f"~ dashboard Servers: no longer {end} (needs review)"]
    told = lines(changes(tmp_path / "b", {"all.yaml": bare}, {"all.yaml": marked}))
    assert told == [f"~ dashboard Servers: {end} (safe)"]


def test_a_dashboard_that_an_object_brings_needs_no_label(tmp_path: Path) -> None:
    loader = {"loader.yaml": of_operator(None, configMapRef={"name": "boards", "key": "servers.json"})}
    old, new = {"all.yaml": _labelled(grafana_dashboard="1")}, {"all.yaml": _labelled(), **loader}
    assert all("label" not in each for each in lines(changes(tmp_path, old, new)))
