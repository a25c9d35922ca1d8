"""Files made to hurt whoever reads them: refused quickly, in little memory, by the real command."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_support import ALPHA, Command, files_in
from hang import GUARD

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """What a process took: its exit code and talk, seconds of CPU, bytes of memory at the most."""

    code: int
    err: str
    seconds: float
    memory: int


def _limit() -> None:
    """So that a failing test harms nobody: two gigabytes, a minute."""
    resource.setrlimit(resource.RLIMIT_AS, (2048 * MEGABYTE, 2048 * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def cost(folder: Path, *arguments: str) -> Cost:
    """Runs the command as its users do and asks the system what it took."""
    command = [sys.executable, "-m", "obsgen", *arguments]
    with (
        (folder / "err").open("w+") as err,
        subprocess.Popen(
            command, cwd=folder, stderr=err, stdout=err, env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=_limit
        ) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return Cost(process.returncode, err.read(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def bomb(levels: int = 30) -> str:
    """Ten times ten times ten … values in a few lines."""
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merging_bomb(levels: int = 30) -> str:
    lines = ["l0: &l0 {a: x}"]
    lines += [f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 10)}], k{n}: *l{n - 1}}}" for n in range(1, levels)]
    return "\n".join(lines)


HOSTILE = {
    "a bomb of aliases": (bomb(), "yaml/alias-bomb"),
    "a bomb of merged mappings": (merging_bomb(), "yaml/alias-bomb"),
    "ten thousand lists": ("[" * 10_000, "yaml/too-deep"),
    "ten thousand closed lists": ("[" * 10_000 + "]" * 10_000, "yaml/too-deep"),
    "ten thousand mappings": ("{a: " * 10_000, "yaml/too-deep"),
    "ten thousand dashes": ("- " * 10_000, "yaml/too-deep"),
    "a deep block": ("\n".join(" " * n + "a:" for n in range(1_000)), "yaml/too-deep"),
    "a call": ("x: !!python/object/apply:os.system ['touch pwned']", "yaml/tag"),
    "an object": ("x: !!python/object:pathlib.Path {}", "yaml/tag"),
    "a module": ("x: !!python/module:os", "yaml/tag"),
    "a tag of one's own": ("x: !Ref y", "yaml/tag"),
    "an alias in itself": ("x: &a [*a]", "yaml/unknown-alias"),
    "a very long word": ("stack: " + "x" * (MEGABYTE - 100), "profile/"),
    "a very long number": ("stack: " + "9" * 500_000, "profile/"),
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Cost:
    """What it takes to refuse a profile of one line."""
    folder = tmp_path_factory.mktemp("usual")
    (folder / "profile.yaml").write_text("stack: [a]\n")
    return cost(folder, "render", "profile.yaml")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_in_little_memory(name: str, tmp_path: Path, usual: Cost) -> None:
    text, check = HOSTILE[name]
    (tmp_path / "profile.yaml").write_text(text)
    took = cost(tmp_path, "render", "profile.yaml")
    assert took.code == 2
    assert f"error[{check}" in took.err
    assert "Traceback" not in took.err
    assert len(took.err) < 20_000
    assert took.seconds < GUARD
    assert took.memory - usual.memory < 64 * MEGABYTE
    assert sorted(files_in(tmp_path)) == ["err", "profile.yaml"]


@pytest.mark.parametrize("name", ["profile.yaml", "profile.json"])
def test_a_file_of_100_megabytes_is_not_read(name: str, tmp_path: Path, usual: Cost) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(100 * MEGABYTE)
    took = cost(tmp_path, "render", name)
    assert took.code == 2
    assert "104,857,600 bytes" in took.err
    assert took.seconds < GUARD
    assert took.memory - usual.memory < 16 * MEGABYTE


def test_a_device_without_end_is_not_read_to_its_end(tmp_path: Path, usual: Cost) -> None:
    (tmp_path / "profile.yaml").symlink_to("/dev/zero")
    took = cost(tmp_path, "render", "profile.yaml")
    assert took.code == 2
    assert "error[file/" in took.err
    assert took.memory - usual.memory < 64 * MEGABYTE


@pytest.mark.parametrize("name", ["a bomb of aliases", "ten thousand lists", "a call"])
@pytest.mark.parametrize("file", ["component.yaml", "signals.yaml", "alerts.yaml", "dashboards/a.yaml"])
def test_components_are_read_as_carefully(name: str, file: str, tmp_path: Path, obsgen: Command) -> None:
    text, check = HOSTILE[name]
    (tmp_path / "mine/alpha/dashboards").mkdir(parents=True)
    (tmp_path / "mine/alpha" / file).write_text(text)
    (tmp_path / "profile.yaml").write_text(ALPHA)
    ran = obsgen("render", "profile.yaml", "--templates", "mine")
    assert ran.code == 2
    assert f"mine/alpha/{file}:" in ran.err
    assert f"error[{check}" in ran.err


def test_a_profile_of_many_faults_is_told_in_a_screenful(tmp_path: Path, usual: Cost) -> None:
    servers = "".join(f"  - {{name: A{n}}}\n" for n in range(20_000))
    (tmp_path / "profile.yaml").write_text(f"modelServers:\n{servers}")
    took = cost(tmp_path, "render", "profile.yaml")
    assert took.code == 2
    assert "40,003 faults" in took.err
    assert took.err.count("\n") < 200
    assert took.seconds < GUARD
