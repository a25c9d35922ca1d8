"""The project's promises about itself: who knows what, and that its documents are true."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from obsgen.cli import app
from obsgen.components.catalogue import catalogue
from obsgen.pipeline import render
from obsgen.profile.load import parse_profile

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = ("init", "render", "validate", "explain", "schema", "tools")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_engine_names_no_component() -> None:
    known = catalogue()
    named = [name for name in known.names if known.head(name).role in ("modelServer", "gpuExporter", "provider")]
    assert len(named) >= 5
    pattern = re.compile(rf"\b({'|'.join(named)})\b", re.IGNORECASE)
    naming = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "obsgen").rglob("*.py")
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    }
    assert naming == set()


def test_the_readme_lists_the_commands_that_there_are() -> None:
    told = set(re.findall(r"^\| `obsgen (\w+)", README, re.MULTILINE))
    found = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert told == {*found, *(group.name for group in app.registered_groups)} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == 0
    assert command == "tools" or "Example" in result.output


def test_the_profile_in_the_readme_renders() -> None:
    (profile,) = (block for block in blocks(README, "yaml") if "kind: Profile" in block)
    tree = render(parse_profile(profile, "README.md"))
    assert tree.base.alerts
    assert set(tree.environments) == {"dev", "prod"}
    assert tree.argocd


def test_the_component_in_contributing_works(tmp_path: Path) -> None:
    for block in blocks(CONTRIBUTING, "yaml"):
        name = block.splitlines()[0].removeprefix("# templates/")
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(block, encoding="utf-8")
    text = (
        "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"
        "modelServers: [{name: parrot, type: echo, namespace: ml}]\n"
    )
    tree = render(parse_profile(text), (tmp_path,))
    assert [alert.name for alert in tree.base.alerts] == ["EchoSlow"]
    assert tree.base.alerts[0].figure == "above 1 s"


def test_commands_of_the_readme_run_in_order(tmp_path: Path) -> None:
    (script,) = (block for block in blocks(README, "sh") if "obsgen init" in block)
    for line in script.splitlines():
        if line.startswith("obsgen "):
            done = subprocess.run(
                [sys.executable, "-m", *line.split()], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "out/demo/README.md").is_file()


def test_files_that_the_documents_name_are_there() -> None:
    for text in (README, CONTRIBUTING):
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), target


def test_the_wheel_works_on_its_own(tmp_path: Path) -> None:
    hatchling = pytest.importorskip("hatchling.builders.wheel", reason="the build back end is not installed")
    copy = tmp_path / "source"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "out"))
    (wheel,) = hatchling.WheelBuilder(str(copy)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    shutil.rmtree(copy)
    work = tmp_path / "work"
    work.mkdir()
    for arguments in (["init", "--yes"], ["render", "profiles/demo.yaml"], ["validate", "out/demo", "--tools", "off"]):
        done = subprocess.run(
            [sys.executable, "-c", "from obsgen.cli import main; main()", *arguments],
            cwd=work,
            env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"


def test_generated_folders_are_marked_for_reviewers() -> None:
    marked = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    for folder in ("out/**", "argocd/**"):
        assert f"{folder} linguist-generated=true" in marked
