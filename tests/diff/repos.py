"""Git repositories made for a test, and what obsgen says in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_support import HEAD, Ran, made_up_components

from obsgen import cli

__all__ = ["made_up_components"]

PROFILE = f"""{HEAD}modelServers:
  - name: chat
    type: alpha
    namespace: ml
    selector: {{app: chat}}
    thresholds: {{latencyP95: 5s}}
environments:
  dev: {{cluster: {{name: eu-dev}}}}
  prod: {{cluster: {{name: eu-prod}}}}
"""
"""Two environments of the made-up server."""


@dataclass
class Repo:
    """A folder with a repository in it, and the command line there."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def git(self, *arguments: str) -> str:
        """What real git says."""
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=True, env=self._environment)
        return done.stdout.decode().strip()

    @property
    def _environment(self) -> dict[str, str]:
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        return {**{name: value for name, value in os.environ.items() if not name.startswith("GIT_")}, **alone}

    def write(self, path: str, text: str) -> Path:
        """A file of the working tree."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def replace(self, path: str, old: str, new: str) -> None:
        """Changes a file of the working tree."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def commit(self, *paths: str) -> None:
        """Commits all that is there, or some of it."""
        self.git("add", *(paths or ("-A",)))
        self.git("commit", "-q", "-m", "a change")

    def run(self, *arguments: str, at: str = ".") -> Ran:
        """The command line, in this process: a traceback fails the test."""
        self.monkeypatch.chdir(self.folder / at)
        self.monkeypatch.setattr(sys, "argv", ["obsgen", *arguments])
        self.capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        return Ran(code, *self.capsys.readouterr())

    def diff(self, *arguments: str, at: str = ".") -> Ran:
        """What `obsgen diff` says."""
        return self.run("diff", *arguments, at=at)

    def state(self) -> tuple[object, ...]:
        """All that a comparison must leave as it is."""
        index = self.folder / ".git" / "index"
        files = {path: path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()}
        return (
            index.stat().st_mtime_ns if index.exists() else 0,
            self.git("--no-optional-locks", "status", "--porcelain"),
            files,
        )


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Repo:
    """A repository without commits; temporary folders are made beside it."""
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    folder = tmp_path / "a repository, ü"
    folder.mkdir()
    repo = Repo(folder, monkeypatch, capsys)
    repo.git("init", "-q", "-b", "main")
    return repo


@pytest.fixture
def repo(empty: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a profile and its tree, committed; it is rendered once for all tests."""
    kept = tmp_path_factory.getbasetemp() / "a committed repository"
    if kept.exists():
        shutil.copytree(kept, empty.folder, dirs_exist_ok=True)
        return empty
    empty.write("profiles/demo.yaml", PROFILE)
    ran = empty.run("render", "profiles/demo.yaml")
    assert ran.code == 0, ran.err
    empty.commit()
    shutil.copytree(empty.folder, kept)
    return empty
