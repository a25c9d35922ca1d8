"""One ConfigMap for all boards where the profile names it: whole, told when not enough, mounted by every delivery."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from grafana_support import DELIVERIES, objects, profile, rendered, values
from hypothesis import given
from hypothesis import strategies as st

from obsgen.render.grafana import board_maps
from obsgen.render.grafana.board_maps import MAP_LIMIT

NAME = "rag-grafana-dashboards"


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_one_config_map_holds_every_board(delivery: str) -> None:
    tree = rendered(profile({"delivery": delivery, "boardsConfigMap": NAME}))
    (config,) = (each.object for each in tree.base.board_maps)
    assert config["metadata"]["name"] == NAME
    assert set(config["data"]) == {f"{board.name}.json" for board in tree.boards}
    for board in tree.boards:
        assert json.loads(config["data"][f"{board.name}.json"])["uid"] == board.json["uid"]
        assert tree.files[f"base/dashboards/{board.name}.json"] == board.text


@pytest.mark.parametrize("delivery", ["provisioned", "operator", "values"])
def test_whoever_loads_boards_loads_them_from_it(delivery: str) -> None:
    tree = rendered(profile({"delivery": delivery, "boardsConfigMap": NAME}))
    if delivery == "provisioned":
        volumes = objects(tree, "Deployment")["grafana"]["spec"]["template"]["spec"]["volumes"]
        (boards,) = (each for each in volumes if each["name"] == "boards")
        used = [each["configMap"]["name"] for each in boards["projected"]["sources"]]
    elif delivery == "operator":
        used = [each["spec"]["configMapRef"]["name"] for each in objects(tree, "GrafanaDashboard").values()]
    else:
        used = list(values(tree)["grafana"]["dashboardsConfigMaps"].values())
    assert set(used) == {NAME}


@pytest.mark.parametrize("grafana", [{}, {"boardsConfigMap": NAME}])
def test_each_provider_of_the_chart_reads_what_is_mounted_under_its_name(grafana: dict[str, Any]) -> None:
    tree = rendered(profile({"delivery": "values", "folder": "cost in $HOME", **grafana}))
    chart = values(tree)["grafana"]
    (file,) = chart["dashboardProviders"].values()
    paths = {each["name"]: each["options"]["path"] for each in file["providers"]}
    assert paths == {name: f"/var/lib/grafana/dashboards/{name}" for name in chart["dashboardsConfigMaps"]}
    assert {each["folder"] for each in file["providers"]} == {"cost in $$HOME"}
    assert set(chart["dashboardsConfigMaps"].values()) <= set(objects(tree, "ConfigMap"))


@dataclass(frozen=True)
class Sized:
    """A board of which only the size counts."""

    name: str
    size: int
    component: str = "any"

    @property
    def text(self) -> bytes:
        return b"x" * self.size


@given(st.lists(st.integers(1, MAP_LIMIT // 2), max_size=12))
def test_no_config_map_grows_too_large_and_none_is_wasted(sizes: list[int]) -> None:
    boards: Any = [Sized(f"b{index}", size) for index, size in enumerate(sizes)]
    stack = rendered(profile({"delivery": "sidecar", "boardsConfigMap": NAME})).base.stack
    names = board_maps.map_names(stack, boards)
    assert list(names) == [board.name for board in boards]
    filled = {name: sum(each.size for each in boards if names[each.name] == name) for name in names.values()}
    assert all(size <= MAP_LIMIT for size in filled.values())
    # Two that follow each other would not have had room in one.
    sums = list(filled.values())
    assert all(sums[i] + sums[i + 1] > MAP_LIMIT // 2 for i in range(len(sums) - 1))
    assert list(filled) == [NAME, *(f"{NAME}-{number}" for number in range(2, len(filled) + 1))][: len(filled)]
    told = list(board_maps.split(stack, boards))
    assert bool(told) == (len(filled) > 1)
