"""Stacks, environments and clusters that one side does not have."""

from __future__ import annotations

from repos import PROFILE, Repo, empty, made_up_components, repo

__all__ = ["empty", "made_up_components", "repo"]

FLEET = PROFILE.partition("environments:")[0] + "environments: {prod: {}}\nclusters:\n"
ONE = "  - {name: one, server: https://one.example.org}\n"
TWO = "  - {name: two, server: https://two.example.org}\n"
ARGOCD = "argocd: {repoURL: https://git.example.org/acme/gitops.git}\n"


def told(repo: Repo, old: str, new: str) -> list[str]:
    """The lines for a profile that is changed from one text to another, blanks folded, without what brought them."""
    repo.write("profiles/demo.yaml", old)
    repo.run("render", "profiles/demo.yaml", "--force")
    repo.commit()
    repo.write("profiles/demo.yaml", new)
    lines = repo.diff("--base", "HEAD").out.splitlines()
    return [" ".join(line.split()).rpartition(" profiles/")[0] for line in lines if line.startswith("  ")]


def test_an_environment(repo: Repo) -> None:
    more = PROFILE + "  staging: {cluster: {name: eu-staging}}\n"
    assert "staging + environment staging new: 6 alerts, 3 of them critical may page" in told(
        repo, PROFILE + "# more\n", more
    )
    assert "staging - environment staging gone, with all that it has may stop paging" in told(repo, more, PROFILE)


def test_a_cluster(repo: Repo) -> None:
    assert "prod/two + cluster two new: 6 alerts, 3 of them critical may page" in told(
        repo, FLEET + ONE, FLEET + ONE + TWO
    )
    assert "prod/two - cluster two gone, with all that it has may stop paging" in told(
        repo, FLEET + ONE + TWO, FLEET + ONE
    )


def test_applications(repo: Repo) -> None:
    assert "argo cd + Argo CD's Applications new safe" in told(repo, PROFILE + "# more\n", PROFILE + ARGOCD)
    found = told(repo, PROFILE + ARGOCD, PROFILE)
    assert "argo cd - Argo CD's Applications gone, with all that it has needs review" in found


def test_a_stack_is_told_in_one_line(repo: Repo) -> None:
    repo.write("profiles/demo.yaml", FLEET + ONE + TWO + ARGOCD)
    repo.git("rm", "-r", "-q", "--cached", ".")
    repo.write("profiles/empty.txt", "")
    repo.commit("profiles/empty.txt")
    lines = repo.diff("--base", "HEAD").out.splitlines()
    said = "all + stack demo new: 6 alerts, 3 of them critical may page profiles/demo.yaml:1"
    assert [" ".join(line.split()) for line in lines[1:-1]] == [said]


def test_objects_are_listed_where_all_is_asked_for(repo: Repo) -> None:
    repo.write("profiles/demo.yaml", PROFILE + "  staging: {cluster: {name: eu-staging}}\n")
    assert "PrometheusRule" in repo.diff("-v").out.partition("environment staging")[2]
