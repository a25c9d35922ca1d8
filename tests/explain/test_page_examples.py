"""The examples of the pages are true: the bad ones give the finding, the good ones give none."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from page_examples import PROFILE, Example, examples, lay_out, told_by, typed, whole

from obsgen import explain, tools
from obsgen.checks.discovery import plain_checks, tool_checks
from obsgen.profile.schema import json_schema
from obsgen.source import load_text

PIECES = {"dashboard", "file", "json", "object", "promql", "rules", "schema", "tool", "yaml"}
"""Groups whose pages show pieces of files; what their findings are given for is shown under tests/checks."""
NOT_TRIED = {
    "tree/locked": "takes two renders at the same moment",
    "tree/unreadable": "takes a file that even root cannot read",
    "tree/unwritable": "takes a disk that is full or read-only",
}
TRIED = [
    check
    for check in explain.ids()
    if (check.partition("/")[0] not in PIECES or check == "file/nothing")
    and check not in {one.ID for one in plain_checks()} | {one.ID for one in tool_checks()} | NOT_TRIED.keys()
]
TAKEN_BY_KUSTOMIZE = {"kustomize/bad-path", "kustomize/no-target", "kustomize/unsupported"}
"""What the real kustomize builds all the same, though hardly as it was meant."""


@pytest.mark.parametrize("check", TRIED)
def test_a_bad_example_gives_the_finding_and_no_other(
    check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = examples(check)
    assert told_by(bad, tmp_path, monkeypatch) == {check}


@pytest.mark.parametrize("check", TRIED)
def test_a_good_example_gives_no_finding(check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, good = examples(check)
    assert told_by(good, tmp_path, monkeypatch) == set()


OF_PROFILES = [check for check in TRIED if check.startswith(("profile/", "signal/")) and check != "profile/selector"]
"""Pages about profiles; one of them needs a component of its own."""
MARKED = {"unknown-key", "missing-key", "value", "unknown-component", "unknown-option", "unknown-threshold"}


@cache
def validator() -> Any:
    return jsonschema_rs.validator_for(json.loads(json_schema()))


def are_valid(example: Example) -> bool:
    """Whether the profiles of an example are valid by the JSON Schema, as an editor sees them."""
    texts = [text for name, text in example.files().items() if example.language == "yaml" and "profiles/" in name]
    documents = [load_text(whole(text), "profile.yaml")[0] for text in texts]
    return all(validator().is_valid(document.value) for document in documents)


@pytest.mark.parametrize("check", OF_PROFILES)
def test_editors_agree_with_the_examples(check: str) -> None:
    bad, good = examples(check)
    assert are_valid(good)
    if check.partition("/")[2] in MARKED:
        assert not are_valid(bad)


def test_a_second_render_at_the_same_moment_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out({"profiles/demo.yaml": PROFILE}, tmp_path)
    (tmp_path / "out/demo").mkdir(parents=True)
    folder = os.open(tmp_path / "out/demo", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert "error[tree/locked]" in typed("obsgen render profiles/demo.yaml", monkeypatch)
    finally:
        os.close(folder)
    assert "error[" not in typed("obsgen render profiles/demo.yaml", monkeypatch)


@pytest.mark.tools
@pytest.mark.parametrize("check", [check for check in TRIED if check.startswith("kustomize/")])
def test_kustomize_stops_where_the_page_says_so(
    check: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    kustomize = real_tool("kustomize")
    for example, folder in zip(examples(check), (tmp_path / "bad", tmp_path / "good"), strict=True):
        files = example.files()
        lay_out(files, folder)
        first = folder / Path(next(iter(files))).parent
        stopped = bool(subprocess.run([kustomize.path, "build", first], capture_output=True).returncode)
        assert stopped == (folder.name == "bad" and check not in TAKEN_BY_KUSTOMIZE)
