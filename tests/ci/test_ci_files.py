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
LOOSER = PROFILE.replace("8s", "12s")
WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")

# Stands for GitHub's client: answers a list with what it is told to, and writes down what it is asked.
GH = """\
#!/bin/sh
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
    log = {"GH_LOG": str(folder.parent / "gh.log"), "GH_ANSWER": ""}
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


def test_a_diff_that_fails_fails_the_step(pull: Path) -> None:
    (pull / "profiles" / "demo.yaml").write_text("kind: Profile\nstack: [\n")
    assert run_action(pull, "What the change means").returncode == 1
    assert not (pull.parent / "gh.log").exists()


def test_gitlab_reports_what_the_change_means(pull: Path) -> None:
    job = yaml.safe_load(GITLAB.read_text())["observability"]
    tools = "require" if find("promtool") else "off"
    script = "\n".join(job["script"]).replace("--tools require", f"--tools {tools}")
    env = environment(pull, CI_MERGE_REQUEST_DIFF_BASE_SHA=git(pull, "rev-parse", "origin/main"))
    done = bash(pull, script, env)
    assert done.returncode == 0, done.stderr
    assert "looser: 8 s → 12 s" in done.stdout
    assert (pull / "obsgen-junit.xml").read_text().startswith("<?xml")
    kept = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert all((pull / path).is_file() for path in kept)


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
