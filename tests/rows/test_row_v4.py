"""Row V4: boards are ConfigMaps that the sidecar of Grafana's chart finds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from row_support import changed
from tree_rows import Written

ENVIRONMENTS = ["dev", "staging", "prod"]
LIMIT = 1024 * 1024
"""What the API server takes of one ConfigMap, in bytes."""


def boards(tree: Written, environment: str) -> dict[str, dict[str, Any]]:
    maps = tree.of_kind("ConfigMap", environment).items()
    return {name: each for name, each in maps if "grafana_dashboard" in each["metadata"]["labels"]}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_board_is_a_config_map_with_the_label(environment: str, vllm_triton: Written) -> None:
    found = boards(vllm_triton, environment)
    assert {"vllm-triton-vllm", "vllm-triton-triton", "vllm-triton-gpu"} <= set(found)
    for each in found.values():
        # A label is text: 1 without quotes would be refused.
        assert each["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert each["metadata"]["namespace"] == "ai-platform"
        assert each["metadata"]["annotations"]["grafana_folder"] == "ML"


def test_each_holds_one_board_that_stands_alone(vllm_triton: Written) -> None:
    found = boards(vllm_triton, "prod")
    seen = []
    for each in found.values():
        ((name, text),) = each["data"].items()
        assert name.endswith(".json")
        assert len(json.dumps(each).encode()) < LIMIT
        board = json.loads(text)
        assert board["panels"]
        assert not {"id", "version", "__inputs"} & board.keys()
        seen.append(board["uid"])
    assert len(set(seen)) == len(found)


def test_boards_are_the_same_wherever_they_are_looked_at(vllm_triton: Written) -> None:
    """Limits are drawn from a recorded series, so that boards need not differ."""
    data = [{name: each["data"] for name, each in boards(vllm_triton, env).items()} for env in ENVIRONMENTS]
    assert data[0] == data[1] == data[2]


def test_another_sidecar_gets_its_own_label() -> None:
    label = ("{delivery: sidecar, folder: ML}", '{delivery: sidecar, folder: ML, sidecarLabel: {board: "yes"}}')
    maps = changed("vllm-triton", label).environments["prod"].board_maps
    assert {each.object["metadata"]["labels"]["board"] for each in maps} == {"yes"}
    assert not [each for each in maps if "grafana_dashboard" in each.object["metadata"]["labels"]]
