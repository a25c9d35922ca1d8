"""Row V6: Argo CD applications by name: one a stack and environment, one a part, or one a component."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from log_rows import tree

from obsgen import tools
from obsgen.checks import validate
from obsgen.findings import InputError, Severity
from obsgen.pipeline import StackTree
from obsgen.render.delivery.layout import every
from obsgen.source import load_text

ARGO: dict[str, Any] = {"repoURL": "https://github.com/acme/ml-gitops.git"}
KEYS: dict[str, Any] = {
    "namespaces": {"monitoring": "ai-platform", "models": "ml-models"},
    "modelServers": [
        {"name": "vllm", "type": "vllm", "selector": {"app": "vllm"}, "port": "http"},
        {"name": "triton", "type": "triton", "selector": {"app": "triton"}, "port": "metrics"},
    ],
    "environments": {"dev": {"cluster": {"name": "ml-dev"}}, "prod": {"argocd": {"suffix": ""}}},
}


def made(**argocd: Any) -> StackTree:
    return tree(**KEYS, argocd={**ARGO, **argocd})


def applications(found: StackTree) -> dict[str, dict[str, Any]]:
    files = (load_text(data.decode(), name)[0].value for name, data in found.argocd.items())
    return {each["metadata"]["name"]: each for each in files if each["kind"] == "Application"}


def test_one_application_a_stack_and_environment() -> None:
    found = applications(made())
    assert set(found) == {"inference", "inference-dev"}
    assert found["inference-dev"]["spec"]["destination"]["name"] == "ml-dev"
    assert all(each["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True} for each in found.values())


def test_applications_of_the_row_by_their_own_names() -> None:
    names = {"grafana-dashboards": "dashboards", "ml-alerts": "rules", "triton-inference-cpu": "monitors"}
    found = applications(made(applications=[{"name": name, "part": part} for name, part in names.items()]))
    assert set(found) == {*names, *(f"{name}-dev" for name in names)}
    for name, part in names.items():
        assert found[name]["spec"]["source"]["path"] == f"out/inference/overlays/prod/{part}"
        assert found[name]["spec"]["destination"]["namespace"] == "ai-platform"


def test_one_application_a_part_and_a_name_for_one_of_them() -> None:
    found = applications(made(applicationPer="part", applications=[{"name": "ml-alerts", "part": "rules"}]))
    assert {name for name in found if not name.endswith("-dev")} == {
        "inference-monitors",
        "ml-alerts",
        "inference-dashboards",
    }


def test_one_application_a_component_syncs_all_of_it_and_nothing_else() -> None:
    per_component = made(
        applicationPer="component", applications=[{"name": "triton-inference-cpu", "component": "triton"}]
    )
    found = applications(per_component)
    assert {"triton-inference-cpu", "inference-vllm"} <= set(found)
    assert found["triton-inference-cpu"]["spec"]["source"]["path"] == "out/inference/overlays/prod/triton"
    below = {path.split("/")[3] for path in per_component.files if path.startswith("overlays/prod/triton/")}
    assert "kustomization.yaml" in below
    assert not any(path.startswith("base/rules/") for path in per_component.files)
    base = {path for path in per_component.files if path.startswith("base/triton/")}
    assert {"base/triton/prometheusrule-triton.yaml", "base/triton/servicemonitor-triton.yaml"} <= base


@pytest.mark.tools
@pytest.mark.parametrize("per", ["stack", "part", "component"])
def test_every_object_is_synced_by_one_application(
    per: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    found = made(applicationPer=per)
    for path, data in found.files.items():
        (tmp_path / "out/inference" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out/inference" / path).write_bytes(data)
    built = []
    for application in applications(found).values():
        if application["spec"]["source"]["path"].startswith("out/inference/overlays/prod"):
            done = tools.run(real_tool("kustomize"), ["build", application["spec"]["source"]["path"]], cwd=tmp_path)
            assert done.returncode == 0, done.stderr
            built += [one.value for one in load_text(done.stdout, "built.yaml") if one.value]
    wanted = [each.object for each in every(found.environments["prod"])]
    assert sorted(map(repr, map(_name, built))) == sorted(map(repr, map(_name, wanted)))


def _name(found: Any) -> tuple[str, str, str]:
    return found["kind"], found["metadata"].get("namespace", ""), found["metadata"]["name"]


def test_parts_and_components_cannot_be_mixed() -> None:
    with pytest.raises(InputError) as problem:
        made(applications=[{"name": "a", "part": "rules"}, {"name": "b", "component": "vllm"}])
    assert {each.id for each in problem.value.findings} == {"profile/application"}


def test_it_validates_clean(tmp_path: Path) -> None:
    found = made(applicationPer="component")
    for folder, files in (("out/inference", found.files), ("argocd/inference", found.argocd)):
        for path, data in files.items():
            (tmp_path / folder / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / path).write_bytes(data)
    assert [each for each in validate([tmp_path], "off").findings if each.severity != Severity.INFO] == []


def test_what_waits_for_what_is_said_with_its_reason() -> None:
    found = tree(**{**KEYS, "environments": {}, "prometheus": {"mode": "managed"}, "argocd": ARGO})
    rules = found.files["base/rules/prometheusrule-vllm.yaml"].decode()
    assert 'argocd.argoproj.io/sync-wave: "1"' in rules
    assert "# Sync wave 1: it comes after what loads it" in rules
    board = next(each for each in found.environments["prod"].board_maps)
    assert "argocd.argoproj.io/sync-wave" not in board.object["metadata"].get("annotations", {})


@pytest.mark.parametrize(
    ("applications", "told"),
    [
        ([{"name": "a", "part": "rules"}, {"name": "b", "part": "rules"}], "would both sync rules"),
        ([{"name": "a", "component": "vlm"}], "nothing here comes from a component 'vlm'"),
        ([{"name": "a"}], "syncs nothing"),
        ([{"name": "a", "part": "rules", "component": "vllm"}], "syncs a part and a component"),
    ],
)
def test_applications_that_make_no_sense_are_told(applications: list[dict[str, str]], told: str) -> None:
    with pytest.raises(InputError) as problem:
        made(applications=applications)
    assert any(told in each.message for each in problem.value.findings)


def test_a_cluster_may_not_lie_in_a_components_folder() -> None:
    keys = {**KEYS, "environments": {}, "clusters": [{"name": "vllm"}]}
    with pytest.raises(InputError) as problem:
        tree(**keys, argocd={**ARGO, "applicationPer": "component"})
    assert {each.id for each in problem.value.findings} == {"profile/reserved-name"}
