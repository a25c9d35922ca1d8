from pathlib import Path

import pytest
from pretended import Machine

from obsgen import tools


def fake(machine: Machine, body: str) -> tools.Tool:
    return tools.Tool("fake", "1.0.0", machine.program("fake", f"#!/bin/sh\n{body}\n"), "path")


def test_answer_is_returned_whole(machine: Machine) -> None:
    tool = fake(machine, 'cat; echo "$1|$2" >&2; exit 3')
    assert tools.run(tool, ["a b", "$HOME"], input="größe\n") == tools.Completed(3, "größe\n", "a b|$HOME\n")


def test_no_input_is_an_empty_one(machine: Machine) -> None:
    assert tools.run(fake(machine, "cat"), []).stdout == ""


def test_bytes_that_are_no_text_do_not_hurt(machine: Machine) -> None:
    assert tools.run(fake(machine, r"printf 'a\377b'"), []).stdout == "a\N{REPLACEMENT CHARACTER}b"


def test_runs_in_the_folder_given(machine: Machine, tmp_path: Path) -> None:
    assert tools.run(fake(machine, "echo $PWD"), [], cwd=tmp_path).stdout == f"{tmp_path}\n"


def test_environment_holds_no_secret_and_leads_nowhere(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:s3cret@proxy:3128")
    monkeypatch.setenv("HOME", "/home/me")
    seen = dict(line.split("=", 1) for line in tools.run(fake(machine, "env"), []).stdout.splitlines())
    assert "s3cret" not in str(seen)
    assert (seen["HOME"], seen["PATH"]) == ("/home/me", str(machine.bin))
    assert seen["https_proxy"] == seen["HTTPS_PROXY"] == "http://127.0.0.1:9"


def test_time_limit(machine: Machine) -> None:
    with pytest.raises(tools.ToolError, match=r"fake did not finish within 0.2 s \(fake build x\)"):
        tools.run(fake(machine, "exec sleep 30"), ["build", "x"], timeout=0.2)


def test_tool_that_is_gone(machine: Machine) -> None:
    tool = fake(machine, "true")
    tool.path.unlink()
    with pytest.raises(tools.ToolError, match="fake cannot be run: No such file") as caught:
        tools.run(tool, [])
    assert caught.value.hint == "obsgen tools install fake"
