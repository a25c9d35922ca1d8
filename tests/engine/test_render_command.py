"""The command that renders: what it writes, what it says, and what it refuses to touch."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_support import ALPHA, TEMPLATES, Command, files_in

TWO = ALPHA + "environments: {dev: {cluster: {name: d}}, prod: {cluster: {name: p}}}\n"
ARGO = "argocd: {repoURL: 'https://github.com/acme/gitops.git'}\n"
RULES = "out/demo/base/rules/prometheusrule-chat.yaml"


@pytest.fixture
def project(tmp_path: Path, obsgen: Command) -> Path:
    """A folder with a rendered profile."""
    (tmp_path / "profile.yaml").write_text(TWO + ARGO)
    assert obsgen("render", "profile.yaml").code == 0
    return tmp_path


def test_a_render_writes_both_trees_and_says_so(project: Path, obsgen: Command) -> None:
    files = files_in(project)
    assert {"out/demo/base/kustomization.yaml", "out/demo/README.md", "argocd/demo/kustomization.yaml", RULES} <= set(
        files
    )
    (project / "profile.yaml").write_text(TWO.replace("http}", "http, thresholds: {latencyP95: 1s}}") + ARGO)
    ran = obsgen("render", "profile.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert "demo   base" in ran.err
    assert "Next: obsgen validate" in ran.err
    assert "1 s" in (project / "out/demo/runbooks/AlphaLatencyHigh.md").read_text()


def test_a_second_render_writes_nothing(project: Path, obsgen: Command) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()}
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 0
    assert "0 files written" in ran.err
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()} == before


def test_check_tells_stale_trees_and_writes_nothing(project: Path, obsgen: Command) -> None:
    ran = obsgen("render", "--check", "profile.yaml")
    assert (ran.code, ran.out, ran.err) == (0, "", f"demo: up to date, {len(files_in(project)) - 3} files.\n")
    (project / "profile.yaml").write_text(TWO)
    before = files_in(project)
    ran = obsgen("render", "--check", "profile.yaml")
    assert ran.code == 1
    assert "appproject-demo.yaml is no longer wanted" in ran.err
    assert files_in(project) == before
    obsgen("render", "profile.yaml")
    assert not list((project / "argocd").rglob("*.yaml")), "what an earlier render wrote goes with what asked for it"
    assert obsgen("render", "--check", "profile.yaml").code == 0


@pytest.mark.parametrize("change", ["edit", "remove", "add to the record"])
def test_check_notices_any_change(change: str, project: Path, obsgen: Command) -> None:
    file = project / RULES
    if change == "edit":
        file.write_text(file.read_text() + "# by hand\n")
    elif change == "remove":
        file.unlink()
    else:
        (project / "out/demo/.obsgen/record.json").unlink()
    assert obsgen("render", "--check", "profile.yaml").code == 1


def test_a_dry_run_says_what_would_be_written(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "profile.yaml").write_text(TWO)
    ran = obsgen("render", "--dry-run", "-v", "profile.yaml")
    assert ran.code == 0
    assert "files would be written" in ran.err
    assert f"+ {RULES}" in ran.err
    assert list(files_in(tmp_path)) == ["profile.yaml"]


def test_one_environment_leaves_the_others_alone(project: Path, obsgen: Command) -> None:
    text = TWO.replace("{cluster: {name: d}}", "{cluster: {name: d}, labels: {a: b}}")
    (project / "profile.yaml").write_text(
        text.replace("{cluster: {name: p}}", "{cluster: {name: p}, labels: {c: d}}") + ARGO
    )
    before = files_in(project)
    ran = obsgen("render", "profile.yaml", "--env", "dev")
    assert ran.code == 0
    changed = {path for path, data in files_in(project).items() if before.get(path) != data}
    assert any(path.startswith("out/demo/overlays/dev/") for path in changed)
    assert not any(path.startswith("out/demo/overlays/prod/") for path in changed)
    assert obsgen("render", "--check", "profile.yaml").code == 1
    assert obsgen("render", "--check", "profile.yaml", "--env", "dev").code == 0


def test_trees_go_where_the_user_says_and_are_the_same_there(project: Path, obsgen: Command) -> None:
    assert obsgen("render", "profile.yaml", "--out", "else/where").code == 0
    here = {
        **files_in(project / "out"),
        **{f"argocd/{name}": data for name, data in files_in(project / "argocd").items()},
    }
    assert files_in(project / "else/where") == here


def test_quiet_says_nothing_verbose_says_everything(project: Path, obsgen: Command) -> None:
    assert obsgen("render", "-q", "profile.yaml").err == ""
    assert obsgen("render", "-q", "--check", "profile.yaml").err == ""
    (project / RULES).unlink()
    assert f"+ {RULES}" in obsgen("render", "-v", "profile.yaml").err


def test_edits_by_hand_stop_a_render_and_force_does_not_ask(project: Path, obsgen: Command) -> None:
    file = project / RULES
    original = file.read_text()
    file.write_text(original + "# by hand\n")
    (project / "profile.yaml").write_text(TWO.replace("http}", "http, thresholds: {latencyP95: 1s}}") + ARGO)
    before = files_in(project)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert f"{RULES}:1:1: error[tree/edited]" in ran.err
    assert "move the change into the profile" in ran.err
    assert "Nothing was written" in ran.err
    assert files_in(project) == before
    assert obsgen("render", "--force", "profile.yaml").code == 0
    assert "# by hand" not in file.read_text()


def test_files_that_obsgen_did_not_write_are_not_overwritten(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "profile.yaml").write_text(TWO)
    (tmp_path / "out/demo").mkdir(parents=True)
    (tmp_path / "out/demo/README.md").write_text("mine\n")
    (tmp_path / "out/demo/notes.txt").write_text("mine too\n")
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "out/demo/README.md:1:1: error[tree/foreign]" in ran.err
    (tmp_path / "out/demo/README.md").unlink()
    assert obsgen("render", "profile.yaml").code == 0
    assert (tmp_path / "out/demo/notes.txt").read_text() == "mine too\n"


@pytest.mark.parametrize("link", ["out", "out/demo", "out/demo/base", RULES])
def test_links_out_of_the_project_are_not_followed(link: str, tmp_path: Path, obsgen: Command) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    project = tmp_path / "project"
    (project / link).parent.mkdir(parents=True)
    (project / link).symlink_to(outside)
    (project / "profile.yaml").write_text(TWO)
    os.chdir(project)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert f"{link}:1:1: error[tree/" in ran.err
    assert "Traceback" not in ran.err
    assert list(outside.iterdir()) == []


AS_NOBODY = """
import concurrent.futures.thread, os, sys
from obsgen import cli
from obsgen.report import text
cli.app([*sys.argv[1:], "--dry-run", "--force", "--quiet"], standalone_mode=False)
if os.getuid() == 0:
    os.setuid(65534)
cli.main()
"""
"""The first run loads what the second needs: Python itself may be closed to an ordinary user."""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an ordinary user can reach, which is not so below pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def render_as_nobody(folder: Path) -> subprocess.CompletedProcess[str]:
    """A render by an ordinary user: nothing is closed to root."""
    command = [sys.executable, "-c", AS_NOBODY, "render", "profile.yaml", "--templates", str(TEMPLATES)]
    path = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    return subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)


def test_a_folder_that_may_not_be_written_to(open_folder: Path) -> None:
    (open_folder / "profile.yaml").write_text(TWO + ARGO)
    assert render_as_nobody(open_folder).returncode == 0
    (open_folder / "profile.yaml").write_text(TWO.replace("http}", "http, thresholds: {latencyP95: 1s}}") + ARGO)
    closed = open_folder / "out/demo/base/rules"
    closed.chmod(0o500)
    before = files_in(open_folder)
    ran = render_as_nobody(open_folder)
    closed.chmod(0o700)
    assert ran.returncode == 2
    assert "out/demo/base/rules:1:1: error[tree/unwritable]" in ran.stderr
    assert files_in(open_folder) == before
    assert render_as_nobody(open_folder).returncode == 0


def test_a_file_in_a_folders_place(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "profile.yaml").write_text(TWO)
    (tmp_path / "out").write_text("mine\n")
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "out" in ran.err
    assert "error[tree/" in ran.err
    assert (tmp_path / "out").read_text() == "mine\n"


def test_a_killed_render_is_noticed_and_healed(project: Path, obsgen: Command) -> None:
    (project / "out/demo/.obsgen/journal.json").write_text('{"schemaVersion": 1, "steps": {}}\n')
    ran = obsgen("render", "--check", "profile.yaml")
    assert ran.code == 1
    assert "error[tree/interrupted]" in ran.err
    assert obsgen("render", "profile.yaml").code == 0
    assert obsgen("render", "--check", "profile.yaml").code == 0


def test_a_damaged_record_is_told(project: Path, obsgen: Command) -> None:
    (project / "out/demo/.obsgen/record.json").write_text("{")
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "out/demo/.obsgen/record.json:1:1: error[tree/record]" in ran.err


def test_several_profiles_are_written_all_or_none(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "one.yaml").write_text(ALPHA)
    (tmp_path / "two.yaml").write_text(ALPHA.replace("demo", "other").replace("chat", "talk"))
    (tmp_path / "out/other").mkdir(parents=True)
    (tmp_path / "out/other/README.md").write_text("mine\n")
    ran = obsgen("render", "one.yaml", "two.yaml")
    assert ran.code == 2
    assert not (tmp_path / "out/demo").exists()
    (tmp_path / "out/other/README.md").unlink()
    assert obsgen("render", "one.yaml", "two.yaml").code == 0
    assert (tmp_path / "out/demo/README.md").exists()


def test_a_stack_that_no_file_system_can_tell_apart_from_another(tmp_path: Path, obsgen: Command) -> None:
    alert = "{server: chat, group: g, signal: waiting, above: 3, for: 1m, severity: info, summary: s, description: d}"
    (tmp_path / "profile.yaml").write_text(f"{ALPHA}alerts: {{Mine: {alert}, MINE: {alert}}}\n")
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "only in upper and lower case" in ran.err
