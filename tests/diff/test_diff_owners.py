"""Files that are no objects belong to the environment, or the cluster, that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts import manifest, side

from obsgen.diff.model import Unit
from obsgen.diff.trees import Tree

SERVICE = manifest(("v1", "Service"), {"x": 1})


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A rendered tree with an environment of clusters, and one without."""
    files = {"out/shop/.obsgen/record.json": "{}\n"}
    for overlay in ("dev", "prod/eu-1", "prod/eu-2"):
        files[f"out/shop/overlays/{overlay}/kustomization.yaml"] = "resources: [all.yaml]\n"
        files[f"out/shop/overlays/{overlay}/all.yaml"] = SERVICE
    for name in ("values/dev", "values/prod", "values/prod/eu-1", "values/prod/eu-1/more", "tests/routes-dev", "other"):
        files[f"out/shop/{name}.yaml"] = "a: 1\n"
    return side(tmp_path / "side", files)


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("values/dev.yaml", Unit("shop", "dev")),
        ("values/prod.yaml", Unit("shop", "prod")),
        ("values/prod/eu-1.yaml", Unit("shop", "prod", "eu-1")),
        ("values/prod/eu-1/more.yaml", Unit("shop", "prod", "eu-1")),
        ("tests/routes-dev.yaml", Unit("shop", "dev")),
        ("other.yaml", Unit("shop")),
    ],
)
def test_a_file_is_for_the_unit_that_its_path_names(tree: Tree, path: str, unit: Unit) -> None:
    assert [each for each, state in tree.states.items() if f"out/shop/{path}" in state.documents] == [unit]
