"""Annotations of real repositories stand at files as GitHub knows them: from the top of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from repos import PROFILE, Repo, empty, made_up_components, repo
from test_diff_sides import OWN

__all__ = ["empty", "made_up_components", "repo"]

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata:\n  key: one\n"


def spots(repo: Repo, *arguments: str, at: str = ".") -> list[str]:
    """File and line of all annotations that have some."""
    ran = repo.diff(*arguments, "--format", "github", at=at)
    assert ran.code == 1, ran.err
    return re.findall(r" file=([^,]*,line=\d+)", ran.out)


@pytest.mark.parametrize(("at", "path"), [(".", "clusters"), ("clusters", "prod"), ("clusters/prod", ".")])
def test_manifests(repo: Repo, at: str, path: str) -> None:
    repo.write("clusters/prod/one.yaml", OBJECT)
    repo.commit()
    repo.replace("clusters/prod/one.yaml", "key: one", "key: two")
    assert spots(repo, path, "--base", "HEAD", at=at) == ["clusters/prod/one.yaml,line=5"]


def test_manifests_against_a_folder_elsewhere(repo: Repo, tmp_path: Path) -> None:
    repo.write("clusters/prod/one.yaml", OBJECT)
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "one.yaml").write_text(OBJECT.replace("one\n", "two\n"))
    assert spots(repo, "clusters/prod", "--base", str(tmp_path / "before")) == ["clusters/prod/one.yaml,line=5"]


def test_a_commit_that_is_not_checked_out(repo: Repo) -> None:
    repo.write("sub/clusters/one.yaml", OBJECT)
    repo.commit()
    repo.replace("sub/clusters/one.yaml", "key: one", "key: two")
    repo.commit()
    arguments = ("clusters", "--base", "HEAD~1", "--head", "HEAD")
    assert spots(repo, *arguments, at="sub") == ["sub/clusters/one.yaml,line=5"]


def test_profiles_in_a_folder_of_the_repository(repo: Repo) -> None:
    repo.write("team/profiles/demo.yaml", PROFILE)
    assert repo.run("render", "-q", at="team").code == 0
    repo.commit()
    repo.replace("team/profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    assert spots(repo, "--base", "HEAD", at="team") == ["team/profiles/demo.yaml,line=9"]


@pytest.mark.parametrize(("folder", "path"), [("../templates", "templates"), ("./own/", "profiles/own")])
def test_components_of_ones_own(repo: Repo, folder: str, path: str) -> None:
    """However the profile names their folder."""
    repo.replace("profiles/demo.yaml", "stack: demo\n", f"stack: demo\ntemplates: [{folder}]\n")
    repo.write(f"{path}/alpha/alerts.yaml", OWN)
    assert repo.run("render", "-q").code == 0
    repo.commit()
    repo.replace(f"{path}/alpha/alerts.yaml", "5m", "7m")
    assert spots(repo, "--base", "HEAD") == [f"{path}/alpha/alerts.yaml,line=6"]
    (line,) = json.loads(repo.diff("--base", "HEAD", "--format", "json").out)["lines"]
    assert [each["place"]["file"] for each in line["causes"]] == [f"{path}/alpha/alerts.yaml"]
