"""`obsgen init`: a profile that renders as it is, whatever the answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import Command, files_in, yaml
from hypothesis import given
from hypothesis import strategies as st

from obsgen import starter

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

    def ask(question: str, default: str) -> str:
        asked.append((question, default))
        return "1.9" if "version" in question else default

    path, lines = starter.write(starter.Answers(), ask, tmp_path / "p.yaml")
    assert [default for _, default in asked] == ["demo", "alpha", "2.0.0", "models", "probe", "monitoring"]
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


@given(PRINTABLE, PRINTABLE)
def test_no_answer_becomes_anything_but_a_value(release: str, namespace: str) -> None:
    answers = starter.Answers("demo", ("beta",), "none", namespace or "x", release)
    text = starter.profile_text(answers, starter.catalogue())
    data = yaml(text.encode())
    assert data["prometheus"] == {"mode": "existing", "selectorLabels": {"release": release}}
    assert [each["namespace"] for each in data["modelServers"]] == [namespace or "x"]
