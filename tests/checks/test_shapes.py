"""Of many overlays that are alike a few are built; what could hide a mistake is not alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.repository.shapes import MOST_ALIKE, REASON

PATCH = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: site}\ndata:\n  cluster: %s\n"
BASE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: site}\ndata: {cluster: none, query: up}\n"


def overlays(root: Path, patches: list[str]) -> Path:
    """A base, and an overlay for each patch."""
    files = {"base/kustomization.yaml": "resources: [site.yaml]\n", "base/site.yaml": BASE}
    for number, patch in enumerate(patches):
        files[f"c{number:02}/kustomization.yaml"] = "resources: [../base]\npatches: [{path: patch.yaml}]\n"
        files[f"c{number:02}/patch.yaml"] = patch
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def left_out(root: Path, *, every: bool = False) -> int:
    report = validate([root], "off", every_build=every)
    return sum(one.reason == REASON for one in report.unread)


def test_clusters_that_differ_in_words_and_figures_are_alike(tmp_path: Path) -> None:
    root = overlays(tmp_path, [PATCH % f"eu-{i}" for i in range(MOST_ALIKE + 5)])
    assert left_out(root) == 5
    assert left_out(root, every=True) == 0


def test_a_few_environments_are_all_built(tmp_path: Path) -> None:
    assert left_out(overlays(tmp_path, [PATCH % f"eu-{i}" for i in range(MOST_ALIKE)])) == 0


@pytest.mark.parametrize(
    "other",
    [
        PATCH % "eu\n  more: x",
        PATCH % "eu\n  query: sum(rate(x[5m]))",
        "$patch: delete\n" + PATCH % "eu",
        PATCH.replace("ConfigMap", "Secret") % "eu",
        (PATCH % "eu").replace("cluster: eu", "cluster: [eu]"),
    ],
)
def test_another_structure_an_expression_or_another_kind_is_not_alike(tmp_path: Path, other: str) -> None:
    patches = [PATCH % f"eu-{i}" for i in range(MOST_ALIKE)]
    assert left_out(overlays(tmp_path, [*patches, other])) == 0


def test_figures_in_expressions_are_figures(tmp_path: Path) -> None:
    patches = [PATCH % f'eu\n  query: "sum(x) > {i}.5"' for i in range(MOST_ALIKE + 2)]
    assert left_out(overlays(tmp_path, patches)) == 2


def test_a_mistake_of_another_shape_is_found_among_many(tmp_path: Path) -> None:
    patches = [PATCH % f"eu-{i}" for i in range(30)] + [
        (PATCH % "eu").replace("name: site", "name: seit, namespace: x")
    ]
    report = validate([overlays(tmp_path, patches)], "off")
    assert any(one.id == "kustomize/no-target" and "c30" in one.place.file for one in report.findings)


def test_other_bases_are_other_shapes(tmp_path: Path) -> None:
    root = overlays(tmp_path, [PATCH % f"eu-{i}" for i in range(MOST_ALIKE + 1)])
    (root / "other").mkdir()
    for name in ("kustomization.yaml", "site.yaml"):
        (root / "other" / name).write_text((root / "base" / name).read_text())
    (root / "c00" / "kustomization.yaml").write_text("resources: [../other]\npatches: [{path: patch.yaml}]\n")
    assert left_out(root) == 0
