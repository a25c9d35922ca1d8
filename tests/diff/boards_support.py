"""Small dashboards for tests, and what is told when one becomes another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from written import compared, lines

from obsgen.diff.compare import dashboards
from obsgen.diff.model import Change
from obsgen.diff.overall.unexplained import unexplained
from obsgen.diff.pairs import Pair
from obsgen.diff.trees import Tree


def panel(title: str, *queries: str, **more: Any) -> dict[str, Any]:
    """A panel that asks a Prometheus."""
    targets = [{"refId": chr(65 + index), "expr": each} for index, each in enumerate(queries)]
    source = {"type": "prometheus", "uid": "prom"}
    return {"type": "timeseries", "title": title, "datasource": source, "targets": targets, **more}


def row(title: str) -> dict[str, Any]:
    """The beginning of a row."""
    return {"type": "row", "title": title, "panels": []}


def board(*panels: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A dashboard of some panels, as Grafana numbers and places them."""
    placed = [
        {**each, "id": index, "gridPos": {"h": 8, "w": 12, "x": 0, "y": 8 * index}}
        for index, each in enumerate(panels, 1)
    ]
    return {"uid": "servers", "title": "Servers", "schemaVersion": 39, "panels": placed, **more}


def config_map(*boards: dict[str, Any], name: str = "boards", folder: str = "", indent: int = 2) -> str:
    """A ConfigMap that holds dashboards."""
    metadata: dict[str, Any] = {"name": name, "namespace": "monitoring"}
    if folder:
        metadata["annotations"] = {"grafana_folder": folder}
    data = {f"{each['uid']}.json": json.dumps(each, indent=indent) for each in boards}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def of_operator(json_: str | None, **spec: Any) -> str:
    """An object by which Grafana's operator loads a dashboard."""
    whole = {"json": json_, **spec} if json_ else spec
    metadata = {"name": "boards", "namespace": "monitoring"}
    head = {"apiVersion": "grafana.integreatly.org/v1beta1", "kind": "GrafanaDashboard", "metadata": metadata}
    return yaml.safe_dump({**head, "spec": whole})


def changes(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[Change]:
    """What is told of two sets of files."""
    return list(compared(folder, old, new).changes)


def of_boards(folder: Path, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What is told when one dashboard of a ConfigMap becomes another."""
    return lines(changes(folder, {"all.yaml": config_map(old)}, {"all.yaml": config_map(new)}))


def compared_alone(folder: Path, old: str, new: str) -> list[Change]:
    """What the comparison of dashboards tells of two versions of a file, and what it leaves unexplained."""
    states = []
    for label, text in (("old", old), ("new", new)):
        root = (folder / label).resolve()
        root.mkdir()
        (root / "all.yaml").write_text(text, encoding="utf-8")
        states.append(next(iter(Tree(label, root, (root,)).states.values())))
    pair = Pair(states[0], states[1])
    found = list(dashboards.compare(pair))
    return [*found, *unexplained(pair, found)]
