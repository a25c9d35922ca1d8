import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]

# Stands for every program in .venv: notes how it was called, and fails if a file names it.
_PROGRAM = """#!/bin/sh
name=${0##*/}
echo "$name $*" >> calls
if [ "$name" = uv ]; then cat >> stdin; fi
echo "require=$OBSGEN_REQUIRE_TOOLS" > environment
[ -e "fails-$name-$1" ] && exit 2
exit 0
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose .venv exists, but is not set up."""
    for name in ("dev", "pyproject.toml", "requirements"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "pip", "obsgen", "ruff", "mypy", "uv"):
        (programs / name).write_text(_PROGRAM)
        (programs / name).chmod(0o755)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/b.yaml").touch()
    (tmp_path / "profiles/a.yaml").touch()
    return tmp_path


def dev(checkout: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"CI", "OBSGEN_REQUIRE_TOOLS"}}
    command = [sys.executable, str(checkout / "dev"), *args]
    return subprocess.run(command, env=clean | env, capture_output=True, text=True, check=False)


def calls(checkout: Path) -> list[str]:
    """What was called since the last look."""
    log = checkout / "calls"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def set_up_of(lines: list[str]) -> list[str]:
    """What pip was asked to install, in order."""
    return [
        word.split("/")[-1]
        for line in lines
        if "-m pip" in line
        for word in line.split()
        if "requirement=" in word or "editable" in word
    ]


def test_demo_sets_up_once(checkout: Path) -> None:
    done = dev(checkout, "demo")
    assert done.returncode == 0, done.stderr
    lines = calls(checkout)
    assert set_up_of(lines) == ["build.txt", "runtime.txt", "--editable=."]
    assert all("--require-hashes" in line for line in lines if ".txt" in line)
    assert lines[3:] == ["obsgen render profiles/vllm-triton.yaml", "obsgen validate out/vllm-triton"]
    assert dev(checkout, "demo").returncode == 0
    assert calls(checkout) == lines[3:]


@pytest.mark.parametrize("name", ["requirements/runtime.txt", "requirements/build.txt", "pyproject.toml"])
def test_set_up_is_repeated_when_what_it_stands_on_changed(checkout: Path, name: str) -> None:
    dev(checkout, "demo")
    calls(checkout)
    with (checkout / name).open("a") as file:
        file.write("# changed\n")
    dev(checkout, "demo")
    assert set_up_of(calls(checkout)) == ["build.txt", "runtime.txt", "--editable=."]
    assert len(list((checkout / ".venv").glob(".runtime-*"))) == 1


def test_set_up_that_failed_is_repeated(checkout: Path) -> None:
    (checkout / "fails-python--m").touch()
    done = dev(checkout, "demo")
    assert done.returncode == 2
    assert done.stderr.endswith("dev: step 'build backend' failed: exit code 2\n")
    (checkout / "fails-python--m").unlink()
    calls(checkout)
    assert dev(checkout, "demo").returncode == 0
    assert len(set_up_of(calls(checkout))) == 3


def test_developers_set_up_is_enough_for_the_demo(checkout: Path) -> None:
    dev(checkout, "test")
    assert set_up_of(calls(checkout)) == ["build.txt", "dev.txt", "--editable=."]
    dev(checkout, "demo")
    assert set_up_of(calls(checkout)) == []


def test_each_step_is_told_before_and_timed_after(checkout: Path) -> None:
    told = dev(checkout, "demo").stderr.splitlines()[-5:]
    assert told[0] == "dev: render: .venv/bin/obsgen render profiles/vllm-triton.yaml"
    assert [re.sub(r"\d+\.\d s", "N s", line) for line in told[1::2]] == ["dev: render: N s", "dev: validate: N s"]
    assert re.fullmatch(r"dev: demo: done in \d+\.\d s", told[4])


def test_failing_step_is_named_and_ends_the_run(checkout: Path) -> None:
    (checkout / "fails-obsgen-render").touch()
    done = dev(checkout, "demo")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "dev: step 'render' failed: exit code 2")
    assert not any("validate" in line for line in calls(checkout))


def test_program_that_is_absent_is_a_failed_step(checkout: Path) -> None:
    (checkout / ".venv/bin/obsgen").unlink()
    done = dev(checkout, "demo")
    assert done.returncode == 1
    assert "dev: step 'render' failed: No such file or directory" in done.stderr


def test_demo_fails_when_the_shipped_tree_changes(checkout: Path) -> None:
    subprocess.run(["git", "init", "-q", str(checkout)], check=True)
    (checkout / "out/vllm-triton").mkdir(parents=True)
    assert dev(checkout, "demo").returncode == 0
    (checkout / "out/vllm-triton/new.yaml").touch()
    done = dev(checkout, "demo")
    assert done.returncode == 1
    assert "out/" in done.stderr.splitlines()[-1]


def test_test_runs_every_check(checkout: Path) -> None:
    (checkout / "scripts").mkdir()
    (checkout / "scripts/generate_reference.py").touch()
    assert dev(checkout, "test").returncode == 0
    assert calls(checkout)[3:] == [
        "obsgen tools install",
        "ruff check . dev",
        "ruff format --check . dev",
        "mypy ",
        "obsgen render --check profiles/a.yaml profiles/b.yaml",
        "python scripts/generate_reference.py --check",
        "python -m pytest -n 2",
    ]


def test_absent_tools_are_tolerated_outside_ci(checkout: Path) -> None:
    (checkout / "fails-obsgen-tools").touch()
    done = dev(checkout, "test")
    assert done.returncode == 0
    assert "step 'real tools' failed: exit code 2; tests that need a tool" in done.stderr
    assert (checkout / "environment").read_text() == "require=\n"


def test_ci_insists_on_the_tools(checkout: Path) -> None:
    assert dev(checkout, "test", CI="true").returncode == 0
    assert (checkout / "environment").read_text() == "require=1\n"
    (checkout / "fails-obsgen-tools").touch()
    done = dev(checkout, "test", CI="true")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "dev: step 'real tools' failed: exit code 2")


@pytest.mark.parametrize("upgrade", [[], ["--upgrade"]])
def test_lock_resolves_for_all_platforms_from_the_oldest_python(checkout: Path, upgrade: list[str]) -> None:
    assert dev(checkout, "lock", *upgrade).returncode == 0
    lines = [line for line in calls(checkout) if line.startswith("uv ")]
    assert [re.findall(r"requirements/(\w+).txt", line)[0] for line in lines] == ["build", "runtime", "dev"]
    for line in lines:
        assert "--universal --generate-hashes --python-version=3.11" in line
        assert ("--upgrade" in line) == bool(upgrade)
    assert (checkout / "stdin").read_text().split() == ["hatchling>=1.27", "editables", "uv"]


def test_unknown_command_is_told(checkout: Path) -> None:
    done = dev(checkout, "deploy")
    assert done.returncode == 2
    assert "invalid choice: 'deploy'" in done.stderr


def load(path: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("dev", str(path))
    spec = importlib.util.spec_from_loader("dev", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_python_without_ensurepip_is_told_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = load(checkout / "dev")
    shutil.rmtree(checkout / ".venv")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert module.main(["demo"]) == 1
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert f"sudo apt install {package}" in capsys.readouterr().err


def pins(name: str) -> dict[str, str]:
    """Package to version, as requirements/<name>.txt locks them."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["build", "runtime", "dev"])
def test_every_pin_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(name)) > 5
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)


def test_locks_hold_what_the_project_asks_for_and_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [re.split(r"[<>=!~;\[ ]", line)[0].replace(".", "-") for line in project["project"]["dependencies"]]
    assert set(asked) <= set(pins("runtime"))
    assert pins("runtime").items() <= pins("dev").items()
    more = [re.split(r"[<>=!~;\[ ]", line)[0] for line in project["dependency-groups"]["dev"]]
    assert {*more, "uv"} <= set(pins("dev"))
    shared = pins("build").keys() & pins("dev").keys()
    assert {pins("build")[name] for name in shared} == {pins("dev")[name] for name in shared}
