"""One environment alone, and what differs between two."""

from __future__ import annotations

import pytest
from repos import PROFILE, Repo, empty, made_up_components, repo

__all__ = ["empty", "made_up_components", "repo"]

STRICTER = "prod: {cluster: {name: eu-prod}, modelServers: {chat: {thresholds: {latencyP95: 2s}}}}"


def differing(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "prod: {cluster: {name: eu-prod}}", STRICTER)


def test_environments_that_differ_by_nature_alone_are_the_same(repo: Repo) -> None:
    repo.replace(
        "profiles/demo.yaml",
        "prod: {cluster: {name: eu-prod}}",
        "prod: {cluster: {name: frankfurt}, namespaces: {monitoring: watch}}",
    )
    assert repo.diff("--env", "dev", "prod").out == "nothing changes, prod against dev.\n"


@pytest.mark.parametrize(
    "arguments",
    [("--env", "dev", "prod"), ("--env", "dev", "--env", "prod"), ("profiles/demo.yaml", "--env", "dev", "prod")],
)
def test_what_differs_between_two_environments(repo: Repo, arguments: tuple[str, ...]) -> None:
    differing(repo)
    ran = repo.diff(*arguments)
    assert ran.code == 1
    assert ran.out.startswith("demo, prod against dev\n")
    assert "AlphaLatencyHigh  tighter: 5 s → 2 s" in ran.out
    assert ran.out.count("\n") == 3
    assert "AlphaLatencyHigh  looser: 2 s → 5 s" in repo.diff("--env", "prod", "dev").out


def test_environments_are_those_of_the_working_tree_unless_a_base_is_named(repo: Repo) -> None:
    differing(repo)
    assert repo.diff("--env", "dev", "prod").code == 1
    assert repo.diff("--env", "dev", "prod", "--base", "HEAD").code == 0
    repo.run("render", "profiles/demo.yaml")
    repo.commit()
    assert repo.diff("--env", "dev", "prod", "--base", "HEAD").code == 1
    assert repo.diff("--env", "dev", "prod", "--base", "HEAD", "--head", "HEAD~1").code == 0


def test_one_environment_alone(repo: Repo) -> None:
    differing(repo)
    assert "AlphaLatencyHigh" in repo.diff("--env", "prod").out
    assert repo.diff("--env", "dev").out == "nothing changes, against main.\n"


def test_an_environment_that_is_new_is_told_as_one(repo: Repo) -> None:
    repo.write("profiles/demo.yaml", PROFILE + "  staging: {cluster: {name: eu-staging}}\n")
    for arguments in ([], ["--env", "staging"]):
        assert "+ environment staging" in repo.diff(*arguments).out
    assert repo.diff("--env", "dev").code == 0
    assert repo.diff("--env", "staging", "prod").code == 0


def test_clusters_are_compared_with_those_of_their_name(repo: Repo) -> None:
    clusters = [("dev", "a"), ("dev", "b"), ("prod", "a"), ("prod", "c")]
    listed = "".join(
        f"  - {{name: {name}, environment: {env}, server: https://{env}-{name}.example.org}}\n"
        for env, name in clusters
    )
    repo.write(
        "profiles/demo.yaml",
        PROFILE.partition("environments:")[0] + "environments: {dev: {}, prod: {}}\nclusters:\n" + listed,
    )
    ran = repo.diff("--env", "dev", "prod")
    assert "- cluster b" in ran.out
    assert "+ cluster c" in ran.out
    assert "cluster a" not in ran.out


@pytest.mark.parametrize("arguments", [("--env", "prd"), ("--env", "dev", "prd"), ("--env", "prd", "--env", "dev")])
def test_an_environment_that_nobody_has_is_refused(repo: Repo, arguments: tuple[str, ...]) -> None:
    ran = repo.diff(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "no environment 'prd': did you mean 'prod'?" in ran.err


def test_more_than_two_environments_are_refused(repo: Repo) -> None:
    assert repo.diff("--env", "dev", "--env", "prod", "--env", "dev").code == 2
    assert repo.diff("--env", "dev", "prod", "dev").code == 2


def test_a_folder_of_an_environments_name_is_written_as_a_path(repo: Repo) -> None:
    differing(repo)
    repo.write("prod/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    assert repo.diff("--env", "dev", "prod").out.startswith("demo, prod against dev\n")
    assert "folder prod" not in repo.diff("./prod").out
    assert "+ ConfigMap a" in repo.diff("./prod").out
