"""Where the two sides of a difference come from, and that looking at them changes nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from repos import PROFILE, Repo, empty, made_up_components, repo

from obsgen.diff import comparing

__all__ = ["empty", "made_up_components", "repo"]

LOOSER = "AlphaLatencyHigh  looser: 5 s → 8 s"


OWN = """AlphaQueued:
  group: own
  signal: waiting
  by: [model]
  above: queueLength
  for: 5m
  severity: warning
  summary: requests wait
  description: "<< value >> requests wait."
"""
"""Another sentence for an alert of the component."""


def looser(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")


def test_the_working_tree_is_rendered_and_compared_with_what_is_committed(repo: Repo) -> None:
    assert (repo.diff().code, repo.diff().out) == (0, "nothing changes, against main.\n")
    looser(repo)
    ran = repo.diff()
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("demo, against main\n")
    assert LOOSER in ran.out


def test_it_runs_from_a_folder_below(repo: Repo) -> None:
    looser(repo)
    (repo.folder / "deep" / "er").mkdir(parents=True)
    assert repo.diff(at="deep/er").out == repo.diff().out
    assert repo.diff("../../profiles/demo.yaml", at="deep/er").out == repo.diff().out
    assert LOOSER in repo.diff(at="profiles").out


def test_a_branch_is_compared_with_where_it_left_the_main_one(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "work")
    looser(repo)
    repo.run("render", "profiles/demo.yaml")
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.replace("profiles/demo.yaml", "stack: demo", "stack: demo  # a comment")
    repo.commit()
    repo.git("switch", "-q", "work")
    assert repo.diff().out.startswith("demo, against main (1 commit)\n")
    assert LOOSER in repo.diff().out
    assert repo.diff("--base", "HEAD").code == 0


def test_a_worktree_and_a_detached_head_are_repositories_too(repo: Repo) -> None:
    repo.git("worktree", "add", "-q", "--detach", "../another tree")
    there = Repo(repo.folder.parent / "another tree", repo.monkeypatch, repo.capsys)
    looser(there)
    assert LOOSER in there.diff().out
    assert repo.diff().code == 0


def test_inside_of_a_hook_the_repository_is_found_all_the_same(repo: Repo) -> None:
    looser(repo)
    (repo.folder / "deep").mkdir()
    repo.monkeypatch.setenv("GIT_DIR", ".git")
    repo.monkeypatch.setenv("GIT_INDEX_FILE", ".git/no-such-index")
    assert LOOSER in repo.diff(at="deep").out


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"])
def test_a_check_of_a_pull_request_compares_with_the_branch_that_it_is_for(repo: Repo, variable: str) -> None:
    repo.git("update-ref", "refs/remotes/origin/release", "HEAD")
    looser(repo)
    repo.commit()
    assert repo.diff().out.startswith("demo, against main\n")
    repo.monkeypatch.setenv(variable, "release")
    assert repo.diff().out.startswith("demo, against origin/release (1 commit)\n")


def shallow(repo: Repo) -> Repo:
    """What CI checks out of a pull request unless told otherwise: one commit without a branch."""
    repo.git("switch", "-q", "-c", "work")
    looser(repo)
    repo.commit()
    clone = repo.folder.parent / "clone"
    url = f"file://{repo.folder}"
    subprocess.run(["git", "init", "-q", "-b", "none", clone], check=True)
    there = Repo(clone, repo.monkeypatch, repo.capsys)
    there.git("fetch", "-q", "--depth=1", url, "work:refs/remotes/pull/1/merge")
    there.git("checkout", "-q", "--detach", "refs/remotes/pull/1/merge")
    return there


def test_a_clone_without_history_says_how_to_get_it(repo: Repo) -> None:
    there = shallow(repo)
    ran = there.diff()
    assert (ran.code, ran.out) == (2, "")
    assert "does not reach back to where the branch left the main one" in ran.err
    assert "`fetch-depth: 0`" in ran.err
    assert "`fetch-depth: 0`" in there.diff("--base", "main").err
    assert LOOSER in there.diff("--base", "HEAD").out


def test_branches_without_a_common_commit_are_told(repo: Repo) -> None:
    repo.git("switch", "-q", "--orphan", "other")
    repo.write("profiles/demo.yaml", PROFILE)
    repo.commit()
    ran = repo.diff()
    assert (ran.code, "no commit in common with main" in ran.err) == (2, True)


def test_a_repository_without_commits_has_nothing_to_compare_with(empty: Repo) -> None:
    empty.write("profiles/demo.yaml", PROFILE)
    ran = empty.diff()
    assert (ran.code, "no commit yet" in ran.err) == (2, True)


def test_without_git_a_folder_is_compared_with(repo: Repo) -> None:
    shutil.move(repo.folder / ".git", repo.folder.parent / "gone")
    assert "no git repository" in repo.diff().err
    shutil.copytree(repo.folder, repo.folder.parent / "before")
    looser(repo)
    ran = repo.diff("--base", "../before")
    assert (ran.code, LOOSER in ran.out) == (1, True)


def test_the_folder_of_another_render_is_compared_with(repo: Repo) -> None:
    repo.run("render", "profiles/demo.yaml", "--out", "../before")
    looser(repo)
    before = sorted((repo.folder.parent / "before").rglob("*"))
    assert LOOSER in repo.diff("--base", "../before").out
    assert repo.diff("--base", "../before").out.count("\n") == 3
    assert sorted((repo.folder.parent / "before").rglob("*")) == before


@pytest.mark.parametrize("name", ["--help", "-x", "no such thing", "HEAD^{tree}", "HEAD:profiles", "@{"])
def test_what_is_no_commit_is_refused(repo: Repo, name: str) -> None:
    ran = repo.diff(f"--base={name}")
    assert (ran.code, ran.out) == (2, "")
    assert f"git knows no commit '{name}'" in ran.err


def test_a_branch_goes_before_a_folder_of_its_name(repo: Repo) -> None:
    shutil.copytree(repo.folder / "out", repo.folder / "main" / "out")
    looser(repo)
    assert "against main\n" in repo.diff("--base", "main").out
    assert "against ./main\n" in repo.diff("--base", "./main").out
    repo.git("branch", "-q", "-m", "main", "trunk")
    assert "against main\n" in repo.diff("--base", "main").out


def test_a_repository_of_somebody_else_says_what_git_wants(repo: Repo) -> None:
    repo.monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    repo.monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    ran = repo.diff()
    assert (ran.code, "safe.directory" in ran.err) == (2, True)


def test_two_commits_are_compared_without_the_working_tree(repo: Repo) -> None:
    looser(repo)
    repo.run("render", "profiles/demo.yaml")
    repo.commit()
    repo.write("profiles/demo.yaml", "broken: [")
    ran = repo.diff("--base", "HEAD~1", "--head", "HEAD")
    assert ran.out.startswith("demo, at HEAD, against HEAD~1 (1 commit)\n")
    assert LOOSER in ran.out


def test_a_repository_without_a_working_tree_has_commits_too(repo: Repo) -> None:
    looser(repo)
    repo.run("render", "profiles/demo.yaml")
    repo.commit()
    repo.git("clone", "-q", "--bare", ".", "../bare")
    there = Repo(repo.folder.parent / "bare", repo.monkeypatch, repo.capsys)
    assert LOOSER in there.diff("--base", "main~1", "--head", "main").out


def test_names_may_have_blanks_and_any_letters(repo: Repo) -> None:
    other = "profiles/mein Profil (ü).yaml"
    repo.write(other, PROFILE.replace("stack: demo", "stack: other").replace("eu-", "us-"))
    repo.write("manifests/größe 1.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: one}\n")
    repo.run("render", other)
    repo.commit()
    repo.replace(other, "latencyP95: 5s", "latencyP95: 8s")
    repo.replace("manifests/größe 1.yaml", "one", "two")
    ran = repo.diff()
    assert ran.out.startswith("other, against main\n")
    assert LOOSER in ran.out
    assert "manifests/größe 1.yaml:4" in repo.diff("manifests").out


def test_links_that_lead_out_and_submodules_are_left_out(repo: Repo) -> None:
    secret = repo.folder.parent / "elsewhere.yaml"
    secret.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: elsewhere}\ndata: {k: one}\n")
    folder = repo.folder / "manifests"
    folder.mkdir()
    (folder / "out.yaml").symlink_to(secret)
    (folder / "absolute.yaml").symlink_to(secret.resolve())
    (folder / "up.yaml").symlink_to("../../elsewhere.yaml")
    (folder / "inside.yaml").symlink_to("real.yaml")
    repo.write("manifests/real.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: real}\ndata: {k: one}\n")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.git('rev-parse', 'HEAD')},manifests/module")
    repo.commit("manifests")
    secret.write_text(secret.read_text().replace("one", "two"))
    assert repo.diff("manifests").out == "nothing changes, against main.\n"
    repo.replace("manifests/real.yaml", "one", "two")
    ran = repo.diff("manifests")
    assert ("ConfigMap real" in ran.out, "elsewhere" in ran.out) == (True, False)


def test_a_tree_that_is_not_committed_is_rendered_from_the_profile_there(repo: Repo) -> None:
    repo.git("rm", "-r", "-q", "--cached", "out")
    repo.commit("profiles")
    looser(repo)
    ran = repo.diff()
    note = "note: out/demo is not committed at main: rendered from profiles/demo.yaml@main, by this obsgen\n"
    assert (ran.err, LOOSER in ran.out) == (note, True)
    assert repo.diff("-q").err == ""


def test_many_trees_that_are_not_committed_are_told_in_one_line(repo: Repo) -> None:
    for number in range(4):
        text = PROFILE.replace("stack: demo", f"stack: s{number}").replace("eu-", f"eu-{number}-")
        repo.write(f"profiles/s{number}.yaml", text)
    repo.commit("profiles")
    ran = repo.diff()
    told = "the trees of 4 stacks are not committed at main: rendered from their profiles there, by this obsgen"
    assert (ran.code, ran.err) == (0, f"note: {told}\n")


def test_the_base_is_rendered_anew_where_that_is_asked_for(repo: Repo) -> None:
    looser(repo)
    repo.commit()  # without a render: the tree is stale
    assert LOOSER in repo.diff("--base", "HEAD").out
    assert repo.diff("--base", "HEAD", "--render-base").code == 0


def test_a_profile_that_was_broken_is_told_where_it_was(repo: Repo) -> None:
    repo.git("rm", "-r", "-q", "--cached", "out")
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 5 apples")
    repo.commit("profiles")
    repo.write("profiles/demo.yaml", PROFILE)
    ran = repo.diff()
    assert (ran.code, ran.out) == (2, "")
    assert "profiles/demo.yaml@main:9:30: error[" in ran.err
    repo.write("profiles/demo.yaml", PROFILE.replace("latencyP95: 5s", "latencyP95: 5 pears"))
    assert "profiles/demo.yaml:9:30: error[" in repo.diff().err


def test_own_components_and_lists_of_clusters_are_those_of_the_base(repo: Repo) -> None:
    repo.write("profiles/own/alpha/alerts.yaml", OWN)
    text = PROFILE.replace("stack: demo\n", "stack: demo\ntemplates: [own]\nclustersFile: clusters.yaml\n")
    repo.write(
        "profiles/demo.yaml",
        text.replace("dev: {cluster: {name: eu-dev}}\n  ", "").replace(" {cluster: {name: eu-prod}}", " {}"),
    )
    repo.write("profiles/clusters.yaml", "- {name: one, server: https://one.example.org}\n")
    repo.commit("profiles")
    repo.write("profiles/own/alpha/alerts.yaml", OWN.replace("5m", "7m"))
    repo.write(
        "profiles/clusters.yaml",
        "".join(f"- {{name: {name}, server: https://{name}.example.org}}\n" for name in ("one", "two")),
    )
    ran = repo.diff("--render-base")
    assert "for 5m → 7m" in ran.out
    assert "cluster two" in ran.out


def test_folders_of_templates_that_are_named_are_those_of_the_base(repo: Repo) -> None:
    repo.write("own/alpha/alerts.yaml", OWN)
    repo.run("render", "profiles/demo.yaml", "--templates", "own")
    repo.commit()
    repo.write("own/alpha/alerts.yaml", OWN.replace("5m", "7m"))
    for arguments in ([], ["--render-base"]):
        assert "for 5m → 7m" in repo.diff("--templates", "own", *arguments).out


def test_a_stack_that_is_new_or_gone_is_told_as_such(repo: Repo) -> None:
    other = PROFILE.replace("stack: demo", "stack: other").replace("eu-", "us-")
    repo.write("profiles/other.yaml", other)
    ran = repo.diff()
    assert ran.out.startswith("other, against main\n")
    assert "+ stack other" in ran.out
    repo.commit("profiles")
    (repo.folder / "profiles/demo.yaml").unlink()
    ran = repo.diff()
    assert "- stack demo" in ran.out
    assert "may stop paging" in ran.out
    assert "- stack demo" in repo.diff("profiles/demo.yaml").out
    assert repo.diff("profiles/other.yaml").code == 0


def test_a_profile_that_moved_is_still_that_of_its_stack(repo: Repo) -> None:
    repo.git("mv", "profiles/demo.yaml", "profiles/better name.yaml")
    assert repo.diff().out == "nothing changes, against main.\n"
    assert repo.diff("--render-base").out == "nothing changes, against main.\n"


def test_what_is_nowhere_is_refused(repo: Repo) -> None:
    ran = repo.diff("profiles/none.yaml")
    assert (ran.code, "cannot read profiles/none.yaml" in ran.err) == (2, True)
    shutil.rmtree(repo.folder / "profiles")
    repo.git("rm", "-r", "-q", "--cached", "profiles")
    repo.commit()
    assert "no profiles in profiles/" in repo.diff("--base", "HEAD").err


def test_folders_of_manifests_are_compared_as_they_are(repo: Repo) -> None:
    repo.write("clusters/a/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: one}\n")
    repo.commit()
    repo.replace("clusters/a/map.yaml", "one", "two")
    ran = repo.diff("clusters/", "--base", "main")
    assert ran.out.startswith("clusters/a, against main\n")
    assert "clusters/a/map.yaml:4" in ran.out
    assert repo.diff("../clusters", at="profiles").out == ran.out
    assert repo.diff("clusters/a/map.yaml").out == ran.out
    shutil.copytree(repo.folder / "clusters", repo.folder.parent / "copy")
    assert repo.diff("clusters", "--base", "../copy").code == 0
    (repo.folder / "clusters/a/map.yaml").unlink()
    assert "- ConfigMap a" in repo.diff("clusters", "--base", "../copy").out
    assert "- ConfigMap a" in repo.diff("clusters").out


def test_committed_trees_are_folders_too(repo: Repo) -> None:
    looser(repo)
    assert repo.diff("out").code == 0
    repo.run("render", "profiles/demo.yaml")
    assert LOOSER in repo.diff("out").out


def test_looking_changes_nothing_and_leaves_nothing_behind(repo: Repo) -> None:
    looser(repo)
    repo.git("add", "profiles")
    repo.replace("profiles/demo.yaml", "latencyP95: 8s", "latencyP95: 9s")
    repo.write("notes.txt", "not added")
    head = repo.git("rev-parse", "HEAD")
    before = repo.state()
    for arguments in ([], ["out"], ["--render-base"], ["--base", "HEAD", "--head", "HEAD"], ["--base", "none"]):
        repo.diff(*arguments)
        assert list((repo.folder.parent / "temporary").iterdir()) == []
    assert repo.state() == before
    assert repo.git("rev-parse", "HEAD") == head


def test_ctrl_c_leaves_nothing_behind_and_is_no_difference(repo: Repo) -> None:
    there: list[Path] = []

    def stopped(*_: object, **__: object) -> None:
        there.extend((repo.folder.parent / "temporary").iterdir())
        raise KeyboardInterrupt

    repo.monkeypatch.setattr(comparing, "spread", stopped)
    ran = repo.diff()
    assert (ran.code, len(there)) == (130, 1)
    assert list((repo.folder.parent / "temporary").iterdir()) == []


SLEEPER = """
import sys, time
from obsgen import cli
from obsgen.diff import comparing

def wait(*_, **__):
    print("there", flush=True)
    time.sleep(60)

comparing.spread = wait
sys.argv = ["obsgen", "diff"]
cli.main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_command_that_is_stopped_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """By Ctrl-C, or by a CI that cancels the job: in a process of its own."""
    for name in ("temporary", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "here" / "profiles").mkdir()
    (tmp_path / "here" / "profiles" / "a.yaml").write_text(PROFILE.partition("modelServers:")[0])
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    script = SLEEPER.replace('"diff"]', f'"diff", "--base", "{tmp_path / "here"}"]')
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=tmp_path / "here", env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        assert len(list((tmp_path / "temporary").iterdir())) == 1
        process.send_signal(number)
        assert process.wait() == code
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_folder_of_trees_without_profiles_says_what_is_gone(repo: Repo) -> None:
    other = PROFILE.replace("stack: demo", "stack: other").replace("eu-", "us-")
    repo.write("profiles/other.yaml", other)
    repo.run("render", "profiles/demo.yaml", "profiles/other.yaml", "--out", "../before")
    (repo.folder / "profiles/other.yaml").unlink()
    assert "- stack other" in repo.diff("--base", "../before").out
    assert repo.diff("profiles/demo.yaml", "--base", "../before").code == 0


def test_a_folder_may_be_the_newer_side(repo: Repo) -> None:
    looser(repo)
    repo.run("render", "profiles/demo.yaml", "--out", "../after")
    repo.git("checkout", "-q", "profiles")
    ran = repo.diff("--head", "../after")
    assert ran.out.startswith("demo, at ../after, against main\n")
    assert LOOSER in ran.out


def test_a_name_that_stands_for_another_stack_ends_the_first(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "stack: demo", "stack: renamed")
    for arguments in ([], ["profiles/demo.yaml"]):
        ran = repo.diff(*arguments)
        assert "- stack demo" in ran.out
        assert "+ stack renamed" in ran.out


def test_profiles_may_lie_anywhere(repo: Repo) -> None:
    repo.write("elsewhere/third.yml", PROFILE.replace("stack: demo", "stack: third").replace("eu-", "us-"))
    repo.run("render", "elsewhere/third.yml")
    repo.commit()
    repo.replace("elsewhere/third.yml", "latencyP95: 5s", "latencyP95: 8s")
    assert repo.diff().code == 0
    ran = repo.diff("elsewhere/third.yml")
    assert ran.out.startswith("third, against main\n")
    assert "elsewhere/third.yml:9" in ran.out


def test_two_profiles_of_one_stack_are_refused_as_by_a_render(repo: Repo) -> None:
    repo.write("profiles/again.yaml", PROFILE)
    ran = repo.diff()
    assert (ran.code, "error[profile/duplicate-stack]" in ran.err) == (2, True)


def test_every_form_has_the_same_exit_code_and_talks_on_the_other_channel(repo: Repo) -> None:
    repo.git("rm", "-r", "-q", "--cached", "out")
    repo.commit("profiles")
    looser(repo)
    for form in ("text", "markdown", "json", "github"):
        ran = repo.diff("--format", form)
        assert ran.code == 1
        assert ran.err.startswith("note: ")
        assert "AlphaLatencyHigh" in ran.out
        assert "\x1b" not in ran.out
        assert repo.diff("--format", form, "--base", "HEAD", "--head", "HEAD").code == 0
