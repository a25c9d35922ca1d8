"""What people do to a profile, and the few lines that say what it means: each story whole, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from repos import Repo, empty

__all__ = ["empty"]

STORIES = Path(__file__).parent / "stories"
ALL: list[dict[str, Any]] = yaml.safe_load((STORIES / "stories.yaml").read_text(encoding="utf-8"))
PROFILE = "profiles/acme.yaml"
MOST_LINES = 12
"""What a person reads before a pull request: a heading, ten lines and the sum."""


@pytest.fixture
def committed(empty: Repo) -> Repo:
    """A repository whose stack is rendered and committed, on a branch of its own."""
    shutil.copytree(STORIES / "base", empty.folder, dirs_exist_ok=True)
    ran = empty.run("render", "-q")
    assert ran.code == 0, ran.err
    empty.commit()
    empty.git("checkout", "-q", "-b", "change")
    return empty


@pytest.mark.parametrize("story", ALL, ids=lambda story: story["name"])
def test_stories(committed: Repo, story: dict[str, Any], request: pytest.FixtureRequest) -> None:
    for edit in story["edits"]:
        committed.replace(edit.get("file", PROFILE), edit["old"], edit["new"])
    before = committed.state()
    ran = committed.diff(*story.get("paths", ()), "--base", "main")
    golden = STORIES / f"{story['name']}.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(ran.out, encoding="utf-8")
    assert ran.out == golden.read_text(encoding="utf-8")
    assert ran.code == int("nothing changes" not in ran.out)
    assert len(ran.out.splitlines()) <= MOST_LINES
    assert committed.state() == before


def test_each_story_has_its_lines() -> None:
    assert {path.stem for path in STORIES.glob("*.txt")} == {story["name"] for story in ALL}


def test_a_rendered_change_is_told_as_before(committed: Repo) -> None:
    """Whether the tree was rendered, or committed, says nothing of what the change means."""
    committed.replace(PROFILE, "retention: 30d", "retention: 15d")
    told = committed.diff("--base", "main").out
    assert committed.run("render", "-q").code == 0
    assert committed.diff("--base", "main").out == told
    committed.commit()
    assert committed.diff("--base", "main").out.splitlines()[1:] == told.splitlines()[1:]
