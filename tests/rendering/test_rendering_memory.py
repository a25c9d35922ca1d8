"""What has not changed is not rendered again; whatever is not certain is."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen import pipeline, rendering
from obsgen.rendering import memory

PROFILE = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: {stack}
templates: [own]
modelServers:
  - {{name: chat, type: vllm, version: "0.12", namespace: ml, selector: {{app: chat}}, port: http}}
environments: {{dev: {{cluster: {{name: {stack}-dev}}}}, prod: {{cluster: {{name: {stack}-prod}}}}}}
"""
CLUSTERS = "- {name: eu, environment: prod}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a profile, components of its own, and an empty cache."""
    monkeypatch.setenv("OBSGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own" / "gate"
    own.mkdir(parents=True)
    (own / "component.yaml").write_text("title: Gate\nrole: exporter\ndescription: A gate.\n")
    (tmp_path / "one.yaml").write_text(PROFILE.format(stack="one"))
    return tmp_path


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks that were really rendered, in order."""
    found: list[str] = []
    render = pipeline.render

    def counted(profile: pipeline.LoadedProfile, *rest: object) -> pipeline.StackTree:
        found.append(profile.stack)
        return render(profile, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "render", counted)
    return found


def run(*paths: Path, options: rendering.Options | None = None) -> rendering.Planned:
    options = options or rendering.Options()
    planned = rendering.plan(paths, options)
    rendering.write(planned, options)
    return planned


def tree(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted([*(home / "out").rglob("*"), *(home / "argocd").rglob("*")])
        if path.is_file()
    }


def test_what_has_not_changed_is_not_rendered_again(home: Path, renders: list[str]) -> None:
    first = run(home / "one.yaml")
    before = tree(home)
    second = run(home / "one.yaml")
    assert renders == ["one"]
    assert tree(home) == before
    assert second.trees == first.trees
    assert rendering.stale_findings(second) == []
    assert [each.unchanged for each in second.plans] == [tuple(sorted(each.files)) for each in first.plans]


def _edit_profile(home: Path) -> None:
    path = home / "one.yaml"
    path.write_text(path.read_text().replace('"0.12"', '"0.11"'))


def _edit_component(home: Path) -> None:
    (home / "own" / "gate" / "component.yaml").write_text("title: Port\nrole: exporter\ndescription: A gate.\n")


def _add_component(home: Path) -> None:
    (home / "own" / "hatch").mkdir()
    (home / "own" / "hatch" / "component.yaml").write_text("title: Hatch\nrole: exporter\ndescription: A hatch.\n")


def _edit_by_hand(home: Path) -> None:
    path = next((home / "out" / "one" / "base" / "rules").glob("prometheusrule-*.yaml"))
    path.write_text(path.read_text().replace("for:", "for: "))


def _remove_file(home: Path) -> None:
    (home / "out" / "one" / "README.md").unlink()


def _remove_record(home: Path) -> None:
    (home / "out" / "one" / ".obsgen" / "record.json").unlink()


def _leave_journal(home: Path) -> None:
    (home / "out" / "one" / ".obsgen" / "journal.json").write_text("{}")


def _spoil_memory(home: Path) -> None:
    for path in (home / "cache" / "renders").iterdir():
        path.write_text("[1]")


def _other_files_in_memory(home: Path) -> None:
    for path in (home / "cache" / "renders").iterdir():
        entry = json.loads(path.read_text())
        entry["files"].popitem()
        path.write_text(json.dumps(entry))


@pytest.mark.parametrize(
    "change",
    [
        _edit_profile,
        _edit_component,
        _add_component,
        _edit_by_hand,
        _remove_file,
        _remove_record,
        _leave_journal,
        _spoil_memory,
        _other_files_in_memory,
    ],
)
def test_whatever_changes_is_rendered_again(home: Path, renders: list[str], change: Callable[[Path], None]) -> None:
    run(home / "one.yaml")
    change(home)
    rendering.plan([home / "one.yaml"], rendering.Options())
    assert renders == ["one", "one"]


def test_another_obsgen_renders_again(home: Path, renders: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run(home / "one.yaml")
    monkeypatch.setattr(memory, "engine", lambda: "another")
    run(home / "one.yaml")
    assert renders == ["one", "one"]


def test_the_list_of_clusters_counts(home: Path, renders: list[str]) -> None:
    text = PROFILE.format(stack="one").partition("environments:")[0]
    (home / "one.yaml").write_text(f"{text}clustersFile: clusters.yaml\nenvironments: {{prod: {{}}}}\n")
    (home / "clusters.yaml").write_text(CLUSTERS)
    run(home / "one.yaml")
    run(home / "one.yaml")
    (home / "clusters.yaml").write_text(CLUSTERS + "- {name: us, environment: prod}\n")
    run(home / "one.yaml")
    assert renders == ["one", "one"]
    assert (home / "out/one/overlays/prod/us").is_dir()


def test_a_tree_elsewhere_is_another_one(home: Path, renders: list[str]) -> None:
    run(home / "one.yaml")
    run(home / "one.yaml", options=rendering.Options(out=home / "there"))
    assert renders == ["one", "one"]


def test_one_environment_alone_is_not_taken_for_all(home: Path, renders: list[str]) -> None:
    run(home / "one.yaml", options=rendering.Options(environment="dev"))
    run(home / "one.yaml")
    assert renders == ["one", "one"]
    assert (home / "out/one/overlays/prod").is_dir()


def test_faults_are_told_each_time(home: Path) -> None:
    from obsgen.findings import InputError

    (home / "one.yaml").write_text(PROFILE.format(stack="one") + "nonsense: 1\n")
    for _ in range(2):
        with pytest.raises(InputError, match="nonsense"):
            run(home / "one.yaml")


def test_a_cache_that_cannot_be_written_is_done_without(home: Path, renders: list[str]) -> None:
    (home / "cache").write_text("in the way")
    run(home / "one.yaml")
    run(home / "one.yaml")
    assert renders == ["one", "one"]


def test_only_hashes_are_kept(home: Path) -> None:
    run(home / "one.yaml")
    (kept,) = (home / "cache" / "renders").iterdir()
    assert "histogram_quantile" not in kept.read_text()
    assert len(json.loads(kept.read_text())["files"]) > 20


def test_many_profiles_are_rendered_by_all_cores_alike(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"s{number}" for number in range(6)]
    for name in names:
        (home / f"{name}.yaml").write_text(PROFILE.format(stack=name).replace("namespace: ml", f"namespace: {name}"))
    paths = [home / f"{name}.yaml" for name in names]
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    said: list[str] = []
    planned = rendering.plan(paths, rendering.Options(), said.append)
    assert [tree.name for tree in planned.trees] == names
    assert said == [*(f"rendering {number} of 6" for number in range(1, 6)), ""]
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert rendering.plan(paths, rendering.Options()).trees == planned.trees


def test_all_faults_of_many_profiles_are_told_at_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from obsgen.findings import InputError

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    for number in range(5):
        (home / f"s{number}.yaml").write_text(PROFILE.format(stack=f"s{number}") + f"nonsense{number}: 1\n")
    with pytest.raises(InputError) as problem:
        rendering.plan([home / f"s{number}.yaml" for number in range(5)], rendering.Options())
    told = "\n".join(finding.message for finding in problem.value.findings)
    assert all(f"nonsense{number}" in told for number in range(5))
