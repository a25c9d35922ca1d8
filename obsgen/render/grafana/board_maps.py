"""The ConfigMaps that carry boards: one for each, or as few as hold them all under one name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from obsgen.render.grafana.dashboards import Board
from obsgen.render.manifest import Manifest, metadata, own_labels
from obsgen.stack.model import Stack

MAP_LIMIT = 1_000_000
"""Bytes of boards in one ConfigMap; Kubernetes takes 1 MiB, names and labels included."""


def map_names(stack: Stack, boards: Sequence[Board]) -> dict[str, str]:
    """The ConfigMap of each board, by the board's name."""
    wanted = stack.settings.grafana.boards_config_map
    if wanted is None:
        return {board.name: f"{stack.name}-{board.name}" for board in boards}
    numbered = zip(boards, _numbers(boards), strict=True)
    return {board.name: wanted if number == 1 else f"{wanted}-{number}" for board, number in numbered}


def board_names(stack: Stack, boards: Sequence[Board]) -> dict[str, Any]:
    """What templates speak of: `boards`, each with its ConfigMap and its file there; `chart_boards`, the ConfigMaps by
    the names under which a Helm chart mounts them, and `chart_providers`, those names.
    """
    maps = map_names(stack, boards)
    chart = {name if stack.settings.grafana.boards_config_map else board: name for board, name in maps.items()}
    named = [{"name": board.name, "configMap": maps[board.name], "file": f"{board.name}.json"} for board in boards]
    return {"boards": named, "chart_boards": chart, "chart_providers": list(chart)}


def _numbers(boards: Sequence[Board]) -> Iterator[int]:
    """The number of the ConfigMap that each board has room in."""
    number, size = 1, 0
    for board in boards:
        size += len(board.text)
        if size > MAP_LIMIT and size > len(board.text):
            number, size = number + 1, len(board.text)
        yield number


def board_maps(stack: Stack, boards: Sequence[Board]) -> list[Manifest]:
    """The ConfigMaps with the boards' files."""
    names = map_names(stack, boards)
    return [
        _board_map(stack, name, [board for board in boards if names[board.name] == name])
        for name in dict.fromkeys(names.values())
    ]


def _board_map(stack: Stack, name: str, boards: Sequence[Board]) -> Manifest:
    grafana = stack.settings.grafana
    component = "dashboards" if grafana.boards_config_map else boards[0].component
    labels = own_labels(stack, component)
    annotations = {}
    if grafana.delivery == "sidecar":
        labels |= grafana.sidecar_label
        annotations = {"annotations": {"grafana_folder": grafana.folder or stack.name}}
    head = {**metadata(name, stack.boards_namespace, labels), **annotations}
    data = {f"{board.name}.json": board.text.decode() for board in boards}
    return Manifest("dashboards", component, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": head, "data": data})


def split(stack: Stack, boards: Sequence[Board]) -> Iterator[str]:
    """Tells of boards that need more than the one ConfigMap that the profile names."""
    names = list(dict.fromkeys(map_names(stack, boards).values()))
    if stack.settings.grafana.boards_config_map and len(names) > 1:
        yield f"boards need {len(names)} ConfigMaps of a megabyte each: {', '.join(names)} (grafana.boardsConfigMap)"
