"""A fleet: what clusters share is looked at once, what all have is one line, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from obsgen.diff.compare import secrets
from obsgen.diff.difference import difference
from obsgen.diff.telling import sections
from obsgen.diff.trees import Tree
from obsgen.kustomize.nodes import Node

CLUSTERS = 40
WAIT = 60
HEAD = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: fleet
prometheus: {mode: managed, storage: {size: 100Gi}, retention: RETENTION}
modelServers:
  - {name: chat, type: vllm, version: "0.12", namespace: ml, selector: {app: chat}, thresholds: {kvCacheUsage: LIMIT}}
argocd: {repoURL: "https://github.com/acme/gitops.git", applicationSet: {generator: list}}
clusters:
"""


def profile(retention: str, limit: str, clusters: int = CLUSTERS) -> str:
    lines = (f"  - {{name: c{i}, values: {{prometheus: {{retentionSize: {i + 1}Gi}}}}}}" for i in range(clusters))
    return HEAD.replace("RETENTION", retention).replace("LIMIT", limit) + "\n".join(lines) + "\n"


def render(folder: Path, text: str) -> Path:
    (folder / "profiles").mkdir(parents=True)
    (folder / "profiles" / "fleet.yaml").write_text(text)
    subprocess.run([sys.executable, "-m", "obsgen", "render", "profiles", "-q"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    room = tmp_path_factory.mktemp("fleet")
    return render(room / "old", profile("15d", "90%")), render(room / "new", profile("7d", "80%"))


@pytest.fixture
def trees(folders: tuple[Path, Path]) -> tuple[Tree, Tree]:
    old, new = (Tree("", each.resolve(), (each / "out" / "fleet", each / "argocd" / "fleet")) for each in folders)
    return old, new


def test_what_all_clusters_have_is_one_line(trees: tuple[Tree, Tree]) -> None:
    lines = [line for section in sections(difference(*trees)) for line in section.lines]
    assert [line.where for line in lines] == ["all", "all"]
    assert {str(line.risk) for line in lines} == {"destroys data", "may page"}
    assert {len([each for each in line.units if each.cluster]) for line in lines} == {CLUSTERS}


def test_needed_secrets_are_not_looked_for_where_no_reference_differs(
    trees: tuple[Tree, Tree], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(secrets, "_every", lambda state: calls.append(state) or iter(()))
    difference(*trees)
    assert calls == []


def test_a_few_clusters_are_judged_for_all(trees: tuple[Tree, Tree]) -> None:
    assert all(len(each.repository.builds) > CLUSTERS for each in trees)
    assert all(len(each.sample.builds) < CLUSTERS / 2 for each in trees)
    assert all(each.sample.entries is each.repository.entries for each in trees)


def test_only_what_a_cluster_patches_is_copied(trees: tuple[Tree, Tree], monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[Node] = []
    copy = Node.copy

    def counted(node: Node) -> Node:
        if "kind" in node.fields:
            copied.append(node)
        return copy(node)

    monkeypatch.setattr(Node, "copy", counted)
    assert trees[0].repository.builds
    assert len(copied) < 3 * CLUSTERS  # what each patches, and its patch


def _until(condition: Any) -> Iterator[None]:
    end = time.monotonic() + WAIT
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
        yield


def test_ctrl_c_leaves_nothing_behind(folders: tuple[Path, Path], tmp_path: Path) -> None:
    room = tmp_path / "tmp"
    room.mkdir()
    command = [sys.executable, "-m", "obsgen", "diff", "--base", str(folders[0]), "profiles/fleet.yaml"]
    with subprocess.Popen(
        command, cwd=folders[1], env={**os.environ, "TMPDIR": str(room)}, stderr=subprocess.PIPE, text=True
    ) as process:
        for _ in _until(lambda: any(room.glob("obsgen-diff-*/*"))):
            assert process.poll() is None
        assert any(room.glob("obsgen-diff-*/*"))
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=WAIT)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert list(room.rglob("*")) == []
