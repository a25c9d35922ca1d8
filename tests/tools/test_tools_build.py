import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pretended import Machine, quiet

from obsgen import tools
from obsgen.tools import build
from obsgen.tools.locate import home_of
from obsgen.tools.specs import spec

_INSTALL = "from obsgen import tools; print(tools.install(['kubeconform'], print)[0].path)"


def start_install() -> subprocess.Popen[str]:
    """An installation in a process (and process group) of its own."""
    root = str(Path(tools.__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-u", "-c", _INSTALL],
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_a_build(machine: Machine) -> None:
    deadline = time.monotonic() + 20
    while not (machine.builds and list(machine.cache.rglob("whole/kubeconform"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_builds_once_and_finds_afterwards(machine: Machine) -> None:
    machine.go()
    progress: list[str] = []
    [tool] = tools.install(["kubeconform"], progress.append)
    assert tool == tools.find("kubeconform")
    assert tools.run(tool, ["-v"]).stdout == "v0.8.0\n"
    assert tool.path == machine.cache / "tools/kubeconform" / spec("kubeconform").key / "kubeconform"
    assert [line.split(" with ")[0].split(" in ")[0] for line in progress] == [
        "building kubeconform 0.8.0",
        "built kubeconform 0.8.0",
    ]
    assert tools.install(["kubeconform"], progress.append) == [tool]
    assert len(machine.builds) == 1
    assert len(progress) == 2


def test_command_and_environment_of_a_build(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod -race")
    monkeypatch.setenv("GOOS", "plan9")
    monkeypatch.setenv("GOPROXY", "https://modules.example")
    machine.go(builds_version=spec("promtool").version)
    tools.install(["promtool"], quiet)
    [line] = machine.builds
    assert line.startswith(f"{spec('promtool').folder} build -trimpath -buildvcs=false ")
    assert f"-tags={','.join(spec('promtool').tags)} " in line
    assert line.endswith(" github.com/prometheus/prometheus/cmd/promtool")
    environment = (machine.home / "env").read_text().splitlines()
    wanted = {
        "CGO_ENABLED=0",
        "GOTOOLCHAIN=local",
        "GOWORK=off",
        "GOFLAGS=-mod=readonly",
        "GOPROXY=https://modules.example",
    }
    assert wanted <= set(environment)
    assert "GOOS=plan9" not in environment


def test_a_command_of_ours_is_built_in_its_folder(machine: Machine) -> None:
    machine.go(builds_version=spec("logql").version)
    tools.install(["logql"], quiet)
    [line] = machine.builds
    assert line.startswith(f"{spec('logql').folder} build ")
    assert line.endswith("/logql .")


def test_fit_binary_on_path_spares_the_build(machine: Machine) -> None:
    machine.tool("kustomize", "v99.0.0")
    assert [tool.origin for tool in tools.install(["kustomize"], quiet)] == ["path"]


def test_no_names_mean_all(machine: Machine) -> None:
    for name in ("promtool", "logql", "kustomize", "kubeconform", "amtool"):
        machine.tool(name, "v99.0.0")
    assert [tool.name for tool in tools.install([], quiet)] == [
        "amtool",
        "kubeconform",
        "kustomize",
        "logql",
        "promtool",
    ]


def test_unknown_name_is_told_before_anything_is_built(machine: Machine) -> None:
    machine.go()
    with pytest.raises(tools.ToolError, match="no tool named 'helm'"):
        tools.install(["kubeconform", "helm"], quiet)
    assert machine.builds == []


@pytest.mark.parametrize(
    ("stderr", "hint"),
    [
        ("write /tmp/x: no space left on device", "free about 4 GB"),
        ('Get "https://modules.example/x": dial tcp: lookup modules.example: no such host', "GOPROXY"),
        ("verifying x@v1: checksum mismatch", "not what was pinned"),
        ("compile: internal error", "newer Go"),
    ],
)
def test_failed_build(machine: Machine, stderr: str, hint: str) -> None:
    machine.go()
    (machine.home / "fails").write_text("\n".join([*(f"line {n}" for n in range(50)), stderr]))
    with pytest.raises(tools.ToolError) as caught:
        tools.install(["kubeconform"], quiet)
    assert caught.value.message.startswith("kubeconform could not be built:\n  line 39\n")
    assert caught.value.message.endswith(stderr)
    assert hint in caught.value.hint
    assert tools.find("kubeconform") is None
    assert machine.leftovers() == []


def test_build_of_another_version_is_never_handed_out(machine: Machine) -> None:
    machine.go(builds_version="0.7.9")
    with pytest.raises(tools.ToolError, match=r"does not report 0\.8\.0"):
        tools.install(["kubeconform"], quiet)
    assert tools.find("kubeconform") is None


def test_killed_build_leaves_nothing_that_is_found(machine: Machine) -> None:
    machine.go()
    (machine.home / "slow").touch()
    with start_install() as process:
        wait_for_a_build(machine)
        os.killpg(process.pid, signal.SIGKILL)
    assert len(machine.leftovers()) == 1
    assert tools.find("kubeconform") is None
    (machine.home / "slow").unlink()
    assert tools.install(["kubeconform"], quiet) == [tools.find("kubeconform")]
    assert machine.leftovers() == []


def test_two_installations_at_once_build_once(machine: Machine) -> None:
    go = machine.go()
    go.write_text(go.read_text().replace("sleep 60", "sleep 1"))
    (machine.home / "slow").touch()
    with start_install() as first:
        wait_for_a_build(machine)
        with start_install() as second:
            answers = [first.communicate(timeout=30)[0], second.communicate(timeout=30)[0]]
    assert [first.returncode, second.returncode] == [0, 0]
    assert "waiting for another installation" in answers[1]
    assert len({answer.splitlines()[-1] for answer in answers}) == 1
    assert len(machine.builds) == 1


def test_folder_that_lost_its_binary_is_replaced(machine: Machine) -> None:
    machine.go()
    home = home_of(spec("kubeconform"))
    home.mkdir(parents=True)
    (home / "kubeconform").write_text("cut off")
    assert tools.install(["kubeconform"], quiet)[0].path.parent == home


def test_full_disk(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    machine.go()
    monkeypatch.setattr(build, "_sync", full)
    with pytest.raises(tools.ToolError, match="no space left on the disk of ") as caught:
        tools.install(["kubeconform"], quiet)
    assert "free about 4 GB" in caught.value.hint
    assert tools.find("kubeconform") is None
    assert machine.leftovers() == []


def test_cache_that_cannot_be_written(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.go()
    monkeypatch.setenv("OBSGEN_CACHE", str(machine.bin / "go"))
    with pytest.raises(tools.ToolError, match="Not a directory") as caught:
        tools.install(["kubeconform"], quiet)
    assert "OBSGEN_CACHE" in caught.value.hint
