from pathlib import Path

import pytest
from pretended import Machine

from obsgen import tools
from obsgen.tools.locate import cache_folder, home_of
from obsgen.tools.specs import spec


def put_into_cache(name: str, mode: int = 0o755) -> Path:
    home = home_of(spec(name))
    home.mkdir(parents=True)
    binary = home / name
    binary.write_text("#!/bin/sh\nexit 9\n")
    binary.chmod(mode)
    return binary


def test_nothing_here(machine: Machine) -> None:
    assert tools.find("promtool") is None
    assert [(each.found, each.note) for each in tools.catalogue()] == [(None, "")] * 5


@pytest.mark.parametrize("name", ["amtool", "kubeconform", "kustomize", "logql", "promtool"])
def test_fit_binary_on_path_is_used(machine: Machine, name: str) -> None:
    path = machine.tool(name, f"v{spec(name).minimum}")
    assert tools.find(name) == tools.Tool(name, spec(name).minimum, path, "path")


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("promtool, version 2.42.0+ds (branch: debian)", "is 2.42.0, older than 3.0.0"),
        ("promtool, version  (branch: , revision: unknown)", "does not say which version it is"),
    ],
)
def test_unfit_binary_on_path_is_not_used_and_the_catalogue_says_why(machine: Machine, answer: str, note: str) -> None:
    path = machine.tool("promtool", answer)
    assert tools.find("promtool") is None
    [status] = [each for each in tools.catalogue() if each.name == "promtool"]
    assert status.note == f"{path} {note}"


def test_failing_binary_on_path_is_not_used(machine: Machine) -> None:
    machine.program("kustomize", "#!/bin/sh\necho v9.0.0\nexit 1\n")
    assert tools.find("kustomize") is None


def test_file_that_is_no_program_is_not_used(machine: Machine) -> None:
    machine.program("kustomize", "\x7fELF of another machine")
    assert tools.find("kustomize") is None


def test_path_binary_is_asked_once_and_again_when_replaced(machine: Machine) -> None:
    machine.tool("kubeconform", "v0.7.0")
    assert tools.find("kubeconform") == tools.find("kubeconform")
    assert machine.calls("kubeconform") == 1
    machine.tool("kubeconform", "v0.9.1")
    found = tools.find("kubeconform")
    assert found
    assert found.version == "0.9.1"


def test_built_tool_wins_and_starts_no_process(machine: Machine) -> None:
    machine.tool("kubeconform", "v99.0.0")
    binary = put_into_cache("kubeconform")
    assert tools.find("kubeconform") == tools.Tool("kubeconform", spec("kubeconform").version, binary, "cache")
    assert not (machine.home / "kubeconform.calls").exists()


def test_file_in_cache_that_cannot_run_is_not_found(machine: Machine) -> None:
    put_into_cache("kubeconform", mode=0o644)
    assert tools.find("kubeconform") is None


def test_other_pin_in_cache_is_not_found(machine: Machine) -> None:
    binary = put_into_cache("kubeconform")
    binary.parent.rename(binary.parent.with_name("0.8.0-00000000"))
    assert tools.find("kubeconform") is None


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"OBSGEN_CACHE": "/own", "XDG_CACHE_HOME": "/xdg"}, "/own"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/obsgen"),
        ({"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/obsgen"),
        ({"OBSGEN_CACHE": "", "XDG_CACHE_HOME": ""}, "/home/me/.cache/obsgen"),
    ],
)
def test_cache_folder(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str) -> None:
    monkeypatch.delenv("OBSGEN_CACHE", raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)
