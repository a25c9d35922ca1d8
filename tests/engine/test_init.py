"""`obsgen init`: a profile that renders as it is, whatever the answers."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
from pathlib import Path

import pytest
from engine_support import Command, files_in, yaml
from hypothesis import given
from hypothesis import strategies as st

from obsgen import starter
from obsgen.interview import Check

PRINTABLE = st.text(max_size=20).filter(str.isprintable)


def test_the_defaults_render(tmp_path: Path, obsgen: Command) -> None:
    ran = obsgen("init", "--yes")
    assert ran.code == 0
    assert "Next: obsgen render profiles/demo.yaml" in ran.err
    assert obsgen("render", "profiles/demo.yaml").code == 0
    assert obsgen("render", "--check", "profiles/demo.yaml").code == 0


def test_flags_answer_the_questions(tmp_path: Path, obsgen: Command) -> None:
    flags = ("--name", "mine", "--server", "alpha@1.9", "--server", "beta", "--gpu", "probe", "--namespace", "ml")
    assert obsgen("init", *flags, "--release", "prom", "--yes").code == 0
    data = yaml((tmp_path / "profiles/mine.yaml").read_bytes())
    assert data["stack"] == "mine"
    assert [(each["name"], each["namespace"]) for each in data["modelServers"]] == [("alpha", "ml"), ("beta", "ml")]
    assert data["modelServers"][0]["version"] == "1.9"
    assert data["gpuExporter"] == {"type": "probe"}
    assert data["prometheus"]["selectorLabels"] == {"release": "prom"}
    assert obsgen("render", "profiles/mine.yaml").code == 0


def test_servers_of_one_kind_are_numbered(tmp_path: Path, obsgen: Command) -> None:
    assert obsgen("init", "--server", "alpha", "--server", "beta", "--server", "alpha", "--yes").code == 0
    servers = yaml((tmp_path / "profiles/demo.yaml").read_bytes())["modelServers"]
    assert [each["name"] for each in servers] == ["alpha", "beta", "alpha-2"]


def test_no_gpu_is_an_answer(tmp_path: Path, obsgen: Command) -> None:
    assert obsgen("init", "--gpu", "none", "--file", "p.yaml", "--yes").code == 0
    assert "gpuExporter" not in yaml((tmp_path / "p.yaml").read_bytes())


def test_questions_are_asked_with_their_defaults(tmp_path: Path) -> None:
    asked = []

    def ask(question: str, default: str, check: Check) -> str:
        asked.append((question, default))
        check(default)
        return "1.9" if "version" in question else default

    path, lines = starter.write(starter.Answers(), ask, tmp_path / "p.yaml")
    assert [default for _, default in asked] == ["demo", "alpha", "2.0.0", "n", "models", "probe", "monitoring"]
    assert "known: 2.0.0, 1.10.1, 1.10.0" in dict(map(reversed, asked))["2.0.0"]
    assert 'version: "1.9"' in path.read_text()
    assert lines == path.read_text().count("\n")


def test_the_thresholds_that_may_be_set_stand_in_a_comment(tmp_path: Path, obsgen: Command) -> None:
    obsgen("init", "--server", "alpha", "--yes")
    assert "# thresholds: {latencyP95: 8s, memoryUsage: 90%" in (tmp_path / "profiles/demo.yaml").read_text()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--name", "My Stack"], "cannot be a name"),
        (["--name", "../x"], "cannot be a name"),
        (["--server", "alhpa"], "did you mean 'alpha'?"),
        (["--server", "alpha@9.9"], "newer than any known"),
        (["--server", "alpha@v1.9"], "write 1.9"),
        (["--server", "beta@1"], "beta has no versions"),
        (["--server", "probe"], "no model server 'probe'"),
        (["--server", "alpha", "--server", "x", "--gpu", "y"], "no GPU exporter 'y'"),
        (["--gpu", "prob"], "did you mean 'probe'?"),
        (["--namespace", "A B"], "is not a namespace"),
        (["--release", "a, b: c"], "is not a label value"),
        (["--release", "x}\nkind: Other"], "is not a label value"),
    ],
)
def test_answers_that_make_no_sense_write_nothing(flags: list[str], told: str, tmp_path: Path, obsgen: Command) -> None:
    ran = obsgen("init", *flags, "--yes")
    assert ran.code == 2
    assert told in ran.err
    assert files_in(tmp_path) == {}


def test_a_profile_that_is_there_is_not_overwritten(tmp_path: Path, obsgen: Command) -> None:
    (tmp_path / "p.yaml").write_text("mine\n")
    ran = obsgen("init", "--file", "p.yaml", "--yes")
    assert ran.code == 2
    assert "p.yaml:1:1: error[file/unwritable]" in ran.err
    assert (tmp_path / "p.yaml").read_text() == "mine\n"


@pytest.mark.parametrize("flags", [("--name", "x"), ("--yes",), ("--file", "profiles/x.yaml")])
def test_a_profile_that_is_there_is_told_before_anything_is_asked(
    flags: tuple[str, ...], tmp_path: Path, obsgen: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: pytest.fail("something was asked"))
    for name in ("x", "demo"):
        (tmp_path / "profiles").mkdir(exist_ok=True)
        (tmp_path / f"profiles/{name}.yaml").write_text("mine\n")
    ran = obsgen("init", *flags)
    assert ran.code == 2
    assert "file exists" in ran.err


@pytest.mark.parametrize(
    ("flags", "missing"),
    [
        ((), "--name, --server, --gpu, --namespace, --release"),
        (("--name", "x", "--server", "alpha", "--gpu", "none"), "--namespace, --release"),
    ],
)
def test_where_nobody_can_be_asked_nothing_is_taken_for_granted(
    flags: tuple[str, ...], missing: str, tmp_path: Path, obsgen: Command
) -> None:
    ran = obsgen("init", *flags)
    assert ran.code == 2
    assert f"give {missing}, or --yes" in ran.err
    assert files_in(tmp_path) == {}


def test_flags_that_answer_everything_need_no_yes(tmp_path: Path, obsgen: Command) -> None:
    flags = ("--name", "x", "--server", "beta", "--gpu", "none", "--namespace", "ml", "--release", "prom")
    assert obsgen("init", *flags).code == 0
    assert list(files_in(tmp_path)) == ["profiles/x.yaml"]


def typed(folder: Path, lines: list[str], *flags: str) -> tuple[str, int]:
    """`obsgen init` at a real terminal: a line is typed when a question stands there; what was shown, and the code."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "obsgen", "init", *flags])
    shown, typing, patience = "", iter(lines), 20
    while patience:
        if not select.select([terminal], [], [], 5)[0]:
            patience -= 1
            if shown.removesuffix("^C").endswith("]: "):  # a key that came before the line editor was ready is lost
                os.write(terminal, lines[-1].encode())
            continue
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # what Linux says of a terminal whose other end is closed
            break
        if shown.endswith("]: "):
            os.write(terminal, next(typing, "").encode())
    else:
        os.kill(child, signal.SIGKILL)
    os.close(terminal)
    return shown.replace("\r", ""), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_at_a_terminal_each_answer_is_looked_at_when_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/demo.yaml").write_text("mine\n")
    wrong_and_right = [
        *("\n", "My Stack\n", "mine\n"),
        *("vlmm\n", "vllm\n", "0.12rc1\n", "0.12\n"),
        *("maybe\n", "y\n", "triton@24.08\n", "n\n"),
        *("A B\n", "ml\n", "nvidia\n", "none\n", "a b\n", "prom\n"),
    ]
    shown, code = typed(tmp_path, wrong_and_right)
    assert code == 0
    for told in (
        *("profiles/demo.yaml exists: choose another name", "write my-stack", "did you mean 'vllm'?", "write 0.12;"),
        *("neither y nor n", "write a-b", "no GPU exporter 'nvidia'", "Next: obsgen render profiles/mine.yaml"),
    ):
        assert told in shown
    data = yaml((tmp_path / "profiles/mine.yaml").read_bytes())
    assert [(each["type"], each["version"]) for each in data["modelServers"]] == [("vllm", "0.12"), ("triton", "24.08")]
    assert data["prometheus"]["selectorLabels"] == {"release": "prom"}
    assert "gpuExporter" not in data


@pytest.mark.parametrize("key", ["\x04", "\x03"])
def test_at_a_terminal_questions_can_be_broken_off(key: str, tmp_path: Path) -> None:
    shown, code = typed(tmp_path, [key])
    assert code == 2
    assert "Nothing was written" in shown
    assert files_in(tmp_path) == {}


def test_at_a_terminal_what_flags_answer_is_not_asked(tmp_path: Path) -> None:
    flags = ("--name", "x", "--server", "sglang", "--gpu", "none", "--namespace", "ml")
    shown, code = typed(tmp_path, ["\n"], *flags)
    assert code == 0
    assert shown.count("?") == 1


@given(PRINTABLE, PRINTABLE)
def test_no_answer_becomes_anything_but_a_value(release: str, namespace: str) -> None:
    answers = starter.Answers("demo", ("beta",), "none", namespace or "x", release)
    text = starter.profile_text(answers, starter.catalogue())
    data = yaml(text.encode())
    assert data["prometheus"] == {"mode": "existing", "selectorLabels": {"release": release}}
    assert [each["namespace"] for each in data["modelServers"]] == [namespace or "x"]
