"""What is said beside a comparison: trees changed by hand, left over, or not there; bases that may not be meant."""

from __future__ import annotations

import shutil

import pytest
from repos import PROFILE, Repo, empty, made_up_components, repo
from test_diff_sides import LOOSER, looser

__all__ = ["empty", "made_up_components", "repo"]


def rules(repo: Repo) -> str:
    """A file of the tree."""
    return str(next((repo.folder / "out/demo").rglob("prometheusrule-*.yaml")).relative_to(repo.folder))


def test_a_tree_that_is_changed_by_hand_is_told(repo: Repo) -> None:
    assert repo.diff().err == ""
    repo.replace(rules(repo), "for: 3m", "for: 4m")
    ran = repo.diff()
    assert (ran.code, ran.out) == (0, "nothing changes, against main.\n")
    assert f"note: {rules(repo)} is not as obsgen wrote it" in ran.err
    (repo.folder / "out/demo/README.md").unlink()
    assert "and 1 more are not as obsgen wrote it" in repo.diff().err
    assert "not as obsgen wrote it" in repo.diff("--format", "markdown").out
    assert repo.diff("--head", "HEAD").err == ""


def test_a_tree_that_is_only_not_rendered_yet_is_as_it_was_written(repo: Repo) -> None:
    looser(repo)
    assert repo.diff().err == ""


def test_a_tree_that_is_gone_though_its_profile_is_not(repo: Repo) -> None:
    shutil.rmtree(repo.folder / "out")
    assert "note: out/demo is not in the working tree" in repo.diff().err
    repo.commit()
    assert "note: out/demo is not in the working tree" in repo.diff("--base", "HEAD~1").err
    assert "is not in the working tree" not in repo.diff("--base", "HEAD").err  # nobody commits trees here


def test_a_tree_without_its_profile_is_still_deployed(repo: Repo) -> None:
    repo.write("profiles/other.yaml", PROFILE.replace("stack: demo", "stack: other").replace("eu-", "us-"))
    repo.run("render")
    repo.commit()
    (repo.folder / "profiles/other.yaml").unlink()
    ran = repo.diff()
    assert "- stack other" in ran.out
    assert "profiles/other.yaml@main:1" in ran.out
    assert "note: out/other is still there without a profile" in ran.err
    assert ran.err.endswith("git rm -r out/other\n")
    shutil.rmtree(repo.folder / "out/other")
    assert repo.diff().err == ""


def test_the_profile_of_a_new_stack_brought_it(repo: Repo) -> None:
    repo.write("profiles/other.yaml", PROFILE.replace("stack: demo", "stack: other").replace("eu-", "us-"))
    assert "profiles/other.yaml:1" in repo.diff().out


def test_without_a_main_branch_that_is_said(repo: Repo) -> None:
    repo.git("branch", "-m", "main", "odd")
    ran = repo.diff()
    assert (ran.code, "note: no main branch is known here" in ran.err) == (0, True)
    repo.git("branch", "-m", "odd", "trunk")
    repo.git("switch", "-q", "-c", "work")
    looser(repo)
    repo.commit()
    ran = repo.diff()
    assert (ran.err, LOOSER in ran.out) == ("", True)


def test_a_folder_of_profiles_stands_for_them(repo: Repo) -> None:
    looser(repo)
    assert repo.diff("profiles").out == repo.diff("profiles/").out == repo.diff().out
    repo.git("mv", "profiles", "more")
    assert LOOSER in repo.diff("more").out
    (repo.folder / "more/demo.yaml").unlink()
    assert "- stack demo" in repo.diff("profiles").out


def test_a_file_with_clusters_stands_for_its_profile(repo: Repo) -> None:
    listed = "- {name: a, environment: prod}\n- {name: b, environment: prod}\n"
    head = PROFILE.partition("environments:")[0]
    repo.write("profiles/clusters.yaml", listed)
    repo.write("profiles/demo.yaml", f"{head}environments: {{prod: {{}}}}\nclustersFile: clusters.yaml\n")
    repo.run("render", "--force")
    repo.commit()
    values = "values: {modelServers: {chat: {thresholds: {latencyP95: 9s}}}}"
    repo.replace("profiles/clusters.yaml", "b, environment: prod", f"b, environment: prod, {values}")
    ran = repo.diff("profiles/clusters.yaml")
    assert ran.out == repo.diff().out
    assert "demo, against main" in ran.out
    assert "profiles/clusters.yaml:2" in ran.out


def test_each_cluster_is_changed_by_its_own_line(repo: Repo) -> None:
    """Nothing is tried for that, however many they are."""
    names = [f"c{number}" for number in range(12)]
    clusters = "".join(f"  - {{name: {name}, environment: prod}}\n" for name in names)
    head = PROFILE.partition("environments:")[0]
    repo.write("profiles/demo.yaml", f"{head}environments: {{prod: {{}}}}\nclusters:\n{clusters}")
    repo.run("render", "--force")
    repo.commit()
    for name in names[:10]:
        values = "values: {modelServers: {chat: {thresholds: {latencyP95: 9s}}}}"
        repo.replace(
            "profiles/demo.yaml", f"name: {name}, environment: prod", f"name: {name}, environment: prod, {values}"
        )
    ran = repo.diff()
    line = next(each for each in ran.out.splitlines() if "AlphaLatencyHigh" in each)
    assert "prod (10 of 12 clusters)" in line
    first = (repo.folder / "profiles/demo.yaml").read_text().splitlines().index("clusters:") + 2
    assert line.endswith(f"profiles/demo.yaml:{first} and 9 more")


def test_a_tree_is_compared_with_one_of_another_name(repo: Repo) -> None:
    shutil.copytree(repo.folder / "out/demo", repo.folder.parent / "kept")
    looser(repo)
    repo.run("render", "profiles/demo.yaml")
    for arguments in (("out/demo", "--base", "../kept"), ("--base", "../kept")):
        ran = repo.diff(*arguments)
        assert ran.out.startswith("demo, against ../kept\n"), arguments
        assert LOOSER in ran.out
        assert "stack" not in ran.out
    (repo.folder / "out/demo/runbooks/AlphaQueued.md").write_text("# AlphaQueued\n\nElse.\n")
    assert "runbooks," not in repo.diff("out/demo", "--base", "../kept").out


def test_two_environments_of_one_side_need_no_base(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "prod: {", "prod: {modelServers: {chat: {thresholds: {latencyP95: 2s}}}, ")
    shutil.rmtree(repo.folder / ".git")
    shutil.rmtree(repo.folder / "out")
    ran = repo.diff("--env", "dev", "prod")
    assert "tighter: 5 s → 2 s" in ran.out
    assert ran.err == ""


def test_a_stack_without_one_of_two_environments_is_left_out_and_named(repo: Repo) -> None:
    other = PROFILE.replace("stack: demo", "stack: other").replace("  dev: {cluster: {name: eu-dev}}\n", "")
    repo.write("profiles/other.yaml", other.replace("eu-", "us-"))
    ran = repo.diff("--env", "dev", "prod")
    assert (ran.code, ran.err) == (0, "note: other has no environment dev: it is left out\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--base", "profiles/demo.yaml"), "profiles/demo.yaml is a file: name a folder or a commit"),
        (("--base", "nowhere"), "there is no folder nowhere, and this is no git repository"),
        ((), "this is no git repository. Name a folder"),
    ],
)
def test_what_cannot_be_a_base_is_told_for_what_it_is(repo: Repo, arguments: tuple[str, ...], said: str) -> None:
    shutil.rmtree(repo.folder / ".git")
    ran = repo.diff(*arguments)
    assert (ran.code, said in ran.err) == (2, True)


def test_a_base_that_cannot_be_rendered_anew_is_told(repo: Repo) -> None:
    whole = (repo.folder / "profiles/demo.yaml").read_text()
    repo.write("profiles/demo.yaml", whole + ": [\n")
    repo.commit("profiles")
    repo.write("profiles/demo.yaml", whole)
    assert repo.diff("--base", "HEAD").code == 0  # its tree is committed
    ran = repo.diff("--base", "HEAD", "--render-base")
    assert ran.code == 2
    assert "profiles/demo.yaml@HEAD:" in ran.err
