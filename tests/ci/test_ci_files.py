"""The files for CI systems do what they say: their steps are run here, in a repository with a pull request."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsgen.diff.report.markdown import MARKER
from obsgen.tools import Tool, find
from obsgen.tools.locate import cache_folder

ROOT = Path(__file__).parents[2]
ACTIONS = ROOT / "docs" / "ci" / "github-actions.yaml"
GITLAB = ROOT / "docs" / "ci" / "gitlab-ci.yaml"
PROFILE = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: demo
modelServers:
  - name: chat
    type: vllm
    version: "0.12"
    namespace: ml
    selector: {app: chat}
    port: http
    thresholds: {e2eLatencyP95: 8s}
"""
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""What git calls a tree without files."""
LOOSER = PROFILE.replace("8s", "12s")
WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")

# Stands for GitHub's client: answers a list with what it is told to, and writes down what it is asked. What it is told
# to refuse fails, as with a token that may only read.
GH = """\
#!/bin/sh
case "$*" in *$GH_REFUSES*) echo "HTTP 403: Resource not accessible by integration" >&2; exit 1;; esac
echo "$@" >> "$GH_LOG"
case "$*" in *PATCH*|*POST*) cat change.md >> "$GH_LOG";; *--jq*) printf '%s' "$GH_ANSWER";; esac
"""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *WHO, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def obsgen(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "obsgen", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def pull(tmp_path: Path) -> Path:
    """A clone of a repository on a branch that loosens an alert, rendered and committed."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / "profiles").mkdir()
    (origin / "profiles" / "demo.yaml").write_text(PROFILE)
    obsgen(origin, "render", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "a stack")
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    git(clone, "checkout", "-qb", "looser")
    (clone / "profiles" / "demo.yaml").write_text(LOOSER)
    obsgen(clone, "render", "-q")
    git(clone, "commit", "-qam", "an alert is looser")
    return clone


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A runner's: `obsgen` and `gh` are found, the tools are those that tests use."""
    tools = folder.parent / "bin"
    tools.mkdir(exist_ok=True)
    for name, text in {"gh": GH, "obsgen": f'#!/bin/sh\nexec "{sys.executable}" -m obsgen "$@"\n'}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    found = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return found | {"PATH": f"{tools}:{os.environ['PATH']}", "OBSGEN_CACHE": str(cache_folder()), **more}


def bash(folder: Path, script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("bash") or "bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def actions() -> dict[str, dict[str, Any]]:
    """The steps of the workflow that run something, by name."""
    steps = yaml.safe_load(ACTIONS.read_text())["jobs"]["check"]["steps"]
    return {step["name"]: step for step in steps if "run" in step}


def filled(text: str) -> str:
    """A value of a step's `env`, with what GitHub would write into it."""
    known = {"github.token": "t", "github.base_ref": "main", "github.event.pull_request.number": "7"}
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda match: known[match[1]], text)


def run_action(folder: Path, name: str, **more: str) -> subprocess.CompletedProcess[str]:
    step = actions()[name]
    own = {key: filled(value) for key, value in step.get("env", {}).items()}
    github = {"GITHUB_REPOSITORY": "acme/gitops", "GITHUB_STEP_SUMMARY": str(folder.parent / "summary.md")}
    github["GITHUB_BASE_REF"] = "main"  # GitHub sets it for pull requests
    log = {"GH_LOG": str(folder.parent / "gh.log"), "GH_ANSWER": "", "GH_REFUSES": "nothing"}
    return bash(folder, step["run"], environment(folder, **{**github, **log, **own, **more}))


def test_the_trees_of_a_pull_request_are_fresh(pull: Path) -> None:
    assert run_action(pull, "Trees are as their profiles say").returncode == 0
    (pull / "profiles" / "demo.yaml").write_text(PROFILE)
    stale = run_action(pull, "Trees are as their profiles say")
    assert stale.returncode == 1
    assert "tree/stale" in stale.stderr


@pytest.mark.tools
def test_the_trees_of_a_pull_request_work(pull: Path, real_tool: Callable[[str], Tool]) -> None:
    assert all(real_tool(name) for name in ("amtool", "kubeconform", "kustomize", "logql", "promtool"))
    done = run_action(pull, "Trees work")
    assert done.returncode == 0, done.stderr
    assert json.loads((pull / "obsgen.sarif").read_text())["version"] == "2.1.0"
    rules = pull / "out/demo/base/rules/prometheusrule-chat.yaml"
    rules.write_text(rules.read_text().replace("expr:", "query:", 1))
    assert run_action(pull, "Trees work").returncode == 1
    assert json.loads((pull / "obsgen.sarif").read_text())["runs"][0]["results"]


def test_a_pull_request_gets_one_comment(pull: Path) -> None:
    done = run_action(pull, "What the change means")
    assert done.returncode == 0, done.stderr
    said = (pull.parent / "gh.log").read_text()
    assert "api --method POST repos/acme/gitops/issues/7/comments --field body=@change.md --silent" in said
    assert "looser: 8 s → 12 s" in said
    assert (pull.parent / "summary.md").read_text() == (pull / "change.md").read_text()
    again = run_action(pull, "What the change means", GH_ANSWER="4711\n4712\n")
    assert again.returncode == 0, again.stderr
    said = (pull.parent / "gh.log").read_text()
    assert said.count("POST") == 1
    assert "api --method PATCH repos/acme/gitops/issues/comments/4711 --field body=@change.md --silent" in said


def test_the_comment_is_found_by_its_mark(pull: Path) -> None:
    run_action(pull, "What the change means")
    mark = (pull / "change.md").read_text().splitlines()[0]
    assert mark.startswith("<!-- obsgen")
    assert f'select(.body | startswith("{mark}"))' in (pull.parent / "gh.log").read_text()


def test_the_comment_names_the_branch_that_the_pull_request_is_for(pull: Path) -> None:
    """Not the commit that it left from, whichever that is."""
    git(pull.parent / "origin", "commit", "-q", "--allow-empty", "-m", "the branch goes on")
    git(pull, "fetch", "-q")
    git(pull, "checkout", "-q", "--detach")
    run_action(pull, "What the change means")
    said = (pull / "change.md").read_text()
    assert "### obsgen diff: 1 needs review, against origin/main (1 commit)\n" in said


def test_of_what_cannot_be_compared_the_comment_says_why(pull: Path) -> None:
    """What it said before would be stale."""
    (pull / "profiles" / "demo.yaml").write_text(PROFILE.replace("type: vllm", "type: vlm"))
    done = run_action(pull, "What the change means", GH_ANSWER="4711\n")
    assert done.returncode == 2
    said = (pull.parent / "gh.log").read_text()
    assert "PATCH repos/acme/gitops/issues/comments/4711" in said
    assert "### obsgen diff: could not be compared, 1 error\n" in said
    assert "profiles/demo.yaml:6:11" in said
    assert (pull.parent / "summary.md").read_text() == (pull / "change.md").read_text()


def test_of_what_fails_for_another_reason_the_comment_says_so_too(pull: Path) -> None:
    tools = pull.parent / "empty"
    tools.mkdir()
    (tools / "obsgen").write_text("#!/bin/sh\nexit 70\n")
    (tools / "obsgen").chmod(0o755)
    script = f'PATH="{tools}:$PATH"\n' + actions()["What the change means"]["run"]
    log = {"GH_LOG": str(pull.parent / "gh.log"), "GH_ANSWER": "", "GH_REFUSES": "nothing", "PULL": "7"}
    summary = {"GITHUB_REPOSITORY": "acme/gitops", "GITHUB_STEP_SUMMARY": str(pull.parent / "summary.md")}
    assert bash(pull, script, environment(pull, **log, **summary)).returncode == 70
    said = (pull.parent / "gh.log").read_text()
    assert "<!-- obsgen diff -->\n### obsgen diff: failed, see the log\n" in said
    assert (pull / "change.md").read_text().splitlines()[0] == MARKER


@pytest.mark.parametrize("refused", ["POST", "paginate", "PATCH"])
def test_a_pull_request_from_a_fork_gets_a_summary(pull: Path, refused: str) -> None:
    """Its token may not write."""
    answer = "4711" if refused == "PATCH" else ""
    done = run_action(pull, "What the change means", GH_REFUSES=refused, GH_ANSWER=answer)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::warning title=obsgen diff::No comment could be written")
    assert "looser: 8 s → 12 s" in (pull.parent / "summary.md").read_text()


def test_findings_that_cannot_be_shown_do_not_fail_the_job() -> None:
    """Nor may a fork write those."""
    steps = yaml.safe_load(ACTIONS.read_text())["jobs"]["check"]["steps"]
    (upload,) = (step for step in steps if "upload-sarif" in step.get("uses", ""))
    assert upload["continue-on-error"] is True


def run_gitlab(folder: Path) -> subprocess.CompletedProcess[str]:
    job = yaml.safe_load(GITLAB.read_text())["observability"]
    tools = "require" if find("promtool") else "off"
    lines = [each for each in job["before_script"] if not each.startswith(("pip ", "obsgen "))] + job["script"]
    script = "\n".join(lines).replace("--tools require", f"--tools {tools}")
    gitlab = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    gitlab["CI_MERGE_REQUEST_PROJECT_URL"] = str(folder.parent / "origin")
    return bash(folder, script, environment(folder, **gitlab))


def test_gitlab_reports_what_the_change_means(pull: Path) -> None:
    done = run_gitlab(pull)
    assert done.returncode == 0, done.stderr
    assert "looser: 8 s → 12 s" in done.stdout
    assert "against origin/main (1 commit)" in done.stdout
    assert (pull / "obsgen-junit.xml").read_text().startswith("<?xml")
    job = yaml.safe_load(GITLAB.read_text())["observability"]
    kept = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert all((pull / path).is_file() for path in kept)


def test_gitlab_compares_a_fork_with_the_branch_that_it_is_for(pull: Path) -> None:
    """The fork's own copy of it lags behind."""
    git(pull, "update-ref", "refs/remotes/origin/main", git(pull, "commit-tree", "-m", "old", f"{EMPTY}"))
    assert "against origin/main (1 commit)" in run_gitlab(pull).stdout


def test_gitlab_reports_why_nothing_could_be_compared(pull: Path) -> None:
    (pull / "profiles" / "demo.yaml").write_text("kind: Profile\nstack: [\n")
    done = run_gitlab(pull)
    assert done.returncode == 2
    assert "### obsgen diff: could not be compared" in (pull / "change.md").read_text()
    assert "### obsgen diff: could not be compared" in done.stdout


@pytest.mark.parametrize(
    "hook", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()), ids=lambda one: one["id"]
)
def test_hooks_pass_what_is_right_and_stop_what_is_not(pull: Path, hook: dict[str, Any]) -> None:
    env = environment(pull)
    assert bash(pull, hook["entry"], env).returncode == 0
    assert all(re.search(hook["files"], path) for path in git(pull, "ls-files").splitlines())
    rules = pull / "out/demo/base/rules/prometheusrule-chat.yaml"
    rules.write_text(rules.read_text().replace("alert:", "alarm:"))
    assert bash(pull, hook["entry"], env).returncode == 1


def test_the_container_file_copies_what_is_there() -> None:
    text = (ROOT / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    assert "requirements/runtime.txt" in copied
    assert all((ROOT / path).exists() for path in copied)
    assert "--require-hashes" in text
    assert re.search(r"^USER obsgen$", text, re.MULTILINE)


def test_completion_knows_commands(tmp_path: Path) -> None:
    env = environment(tmp_path, _OBSGEN_COMPLETE="complete_bash", COMP_WORDS="obsgen va", COMP_CWORD="1")
    done = bash(tmp_path, "obsgen", env)
    assert done.stdout.split() == ["validate"]
