"""Whole trees with every delivery: overlays give environments back, and the validator finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from grafana_support import DELIVERIES, EVERY_KIND, OPENSHIFT, profile, rendered
from typer.testing import CliRunner

from obsgen import tools
from obsgen.cli import app
from obsgen.pipeline import StackTree
from obsgen.source import load_text

LABEL = {"datasourceLabel": {"grafana_datasource": "1"}}
CHANGES = {
    "sidecar": {"grafana": {"delivery": "sidecar", **LABEL}},
    "operator": {"grafana": {"delivery": "operator", "storage": "2Gi"}, "traces": {"collectorReplicas": 1}},
    "provisioned": {"grafana": {"delivery": "provisioned", "folder": "Other"}, "traces": {"replicas": 3}},
    "values": {"grafana": {"delivery": "values", "boardsConfigMap": "all-boards"}, "traces": None},
}


def written(tree: StackTree, folder: Path) -> Path:
    for path, data in tree.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def identities(objects: list[Any]) -> dict[tuple[Any, ...], Any]:
    return {(o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]): o for o in objects}


@pytest.mark.tools
@pytest.mark.parametrize(("first", "second"), list(pairwise([*DELIVERIES, DELIVERIES[0]])))
def test_kustomize_turns_the_base_into_any_delivery(
    first: str, second: str, real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    environments = {"one": CHANGES[first], "two": CHANGES[second]}
    more = {name: {**each, "cluster": {"name": name}} for name, each in environments.items()}
    tree = rendered(profile(CHANGES[first]["grafana"], EVERY_KIND, environments=more))
    root = written(tree, tmp_path)
    for name, environment in tree.environments.items():
        done = tools.run(real_tool("kustomize"), ["build", "."], cwd=root / "overlays" / name)
        assert done.returncode == 0, done.stderr
        made = [each.value for each in load_text(done.stdout, "built.yaml") if each.value is not None]
        wanted = [each.object for each in (*environment.objects, *environment.board_maps)]
        assert identities(made) == identities(wanted)


@pytest.mark.tools
@pytest.mark.parametrize("below", [EVERY_KIND, OPENSHIFT], ids=["kubernetes", "openshift"])
@pytest.mark.parametrize("delivery", DELIVERIES)
def test_the_validator_finds_nothing(delivery: str, below: dict[str, Any], tmp_path: Path) -> None:
    written(rendered(profile(CHANGES[delivery]["grafana"], below)), tmp_path)
    done = CliRunner().invoke(app, ["validate", str(tmp_path), "--fail-on", "warning"])
    assert done.exit_code == 0, done.output
