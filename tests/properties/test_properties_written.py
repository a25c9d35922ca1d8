"""Rendered trees on disk: the same bytes wherever and however they are made, and nothing to do the second time."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from engine_support import TEMPLATES, as_yaml, files_in
from hypothesis import given, settings
from hypothesis import strategies as st
from random_profiles import Data, profiles

from obsgen import rendering
from obsgen.tree.serialise import yaml_bytes

ROOT = Path(__file__).parents[2]
FEWER = settings(max_examples=max(settings().max_examples // 4, 10))

# Everything that has a shape of its own in a tree: versions in a roll-out, runtimes, providers, Grafana, Argo CD.
RICH = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: rich
namespaces: {monitoring: mon, models: ml, create: [ml, mon]}
grafana: {delivery: provisioned, folder: 'Ünï "x" {y}'}
modelServers:
  - {name: chat, type: alpha, version: ["1.9", "2.0"], thresholds: {latencyP95: 250ms}}
  - {name: pods, type: beta}
  - {name: host, type: gamma, runtime: {type: alpha}}
gpuExporter: {type: probe}
providers: [{name: usage, type: meter, covers: [acme, initech]}]
prices: {initech: {b: {input: 1USD/Mtok, output: 2USD/Mtok}}, acme: {a: {input: 1USD/Mtok, output: 2USD/Mtok}}}
environments:
  dev: {cluster: {name: d}, modelServers: {zeta: {type: beta}, eta: {type: beta}, chat: {thresholds: {latencyP95: 1s}}}}
  prod: {cluster: {name: p}, modelServers: {pods: null}, namespaces: {models: live}}
argocd: {repoURL: 'https://github.com/acme/gitops.git'}
"""


@FEWER
@given(profiles())
def test_a_second_render_finds_nothing_to_do(data: Data) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profile.yaml").write_text(as_yaml(data))
        options = rendering.Options(out=folder / "out")

        def planned() -> rendering.Planned:
            return rendering.plan([folder / "profile.yaml"], options)

        assert rendering.stale_findings(planned())
        first = rendering.write(planned(), options)
        assert sum(len(each.written) for each in first) == len(
            [f for f in files_in(folder / "out") if "record.json" not in f]
        )
        assert not rendering.stale_findings(planned())
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        assert not any(each.written or each.removed for each in rendering.write(planned(), options))
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@FEWER
@given(profiles(), st.data())
def test_any_change_of_the_tree_makes_it_stale(data: Data, choice: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profile.yaml").write_text(as_yaml(data))
        options = rendering.Options(out=folder / "out")
        rendering.write(rendering.plan([folder / "profile.yaml"], options), options)
        # The record is read for what it says, not byte by byte.
        files = [name for name in files_in(folder / "out") if not name.endswith("record.json")]
        file = folder / "out" / choice.draw(st.sampled_from(files))
        if choice.draw(st.booleans()):
            file.unlink()
        else:
            content = file.read_bytes()
            at = choice.draw(st.integers(0, len(content)))
            file.write_bytes(content[:at] + b"!" + content[at:])
        assert _is_stale(folder, options)


def _is_stale(folder: Path, options: rendering.Options) -> bool:
    planned = rendering.plan([folder / "profile.yaml"], options)
    return bool(any(plan.obstacles for plan in planned.plans) or rendering.stale_findings(planned))


# The command over the made-up components alone, in a process of its own.
COMMAND = f"""\
from pathlib import Path
from obsgen import cli
from obsgen.components import catalogue
catalogue.builtin_root = lambda: Path({str(TEMPLATES)!r})
cli.main()
"""


def rendered(
    folder: Path, *arguments: str, umask: int = 0o022, cwd: Path | None = None, **environ: str
) -> dict[str, bytes]:
    """The files that the real command writes in a world of its own."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "render", *arguments],
        cwd=cwd or folder, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        capture_output=True, text=True, umask=umask,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return files_in(folder / "out") | {f"argocd/{name}": data for name, data in files_in(folder / "argocd").items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rich.yaml").write_text(RICH)
    return tmp_path


def test_the_world_around_a_render_leaves_no_trace(folder: Path) -> None:
    first = rendered(folder, "rich.yaml", PYTHONHASHSEED="0")
    worlds = [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Kathmandu"},
        {"PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.ISO-8859-1", "TZ": "America/St_Johns"},
        {
            "PYTHONHASHSEED": "random",
            "PYTHONUTF8": "0",
            "PYTHONIOENCODING": "ascii",
            "HOME": "/nowhere",
            "COLUMNS": "20",
        },
    ]
    for number, world in enumerate(worlds):
        other = folder / f"world-{number}" / "a place" / "Ünï"
        other.mkdir(parents=True)
        (other / "rich.yaml").write_text(RICH)
        assert rendered(other, "rich.yaml", umask=0o077 if number else 0o000, **world) == first


def test_where_and_how_the_profile_and_the_tree_are_named_leaves_no_trace(folder: Path) -> None:
    first = rendered(folder, "rich.yaml")
    (folder / "sub").mkdir()
    for cwd, arguments in (
        (folder, ["./rich.yaml"]),
        (folder, ["sub/../rich.yaml"]),
        (folder, [str(folder / "rich.yaml")]),
        (folder / "sub", ["../rich.yaml", "--out", str(folder / "elsewhere")]),
    ):
        rendered(folder, *arguments, cwd=cwd)
    there = files_in(folder / "elsewhere" / "rich")
    assert {f"rich/{name}": data for name, data in there.items()} == {
        n: d for n, d in first.items() if n.startswith("rich/")
    }
    argo = {name: data for name, data in first.items() if name.startswith("argocd/")}
    assert {f"argocd/{name}": data for name, data in files_in(folder / "elsewhere" / "argocd").items()} == argo


def test_no_file_holds_the_moment_the_machine_or_a_path(folder: Path) -> None:
    moment = re.compile(time.strftime("%Y-%m-%d|%Y%m%d|").encode() + rb"[0-2][0-9]:[0-5][0-9]:[0-5][0-9]")
    traces = [str(folder).encode(), str(ROOT).encode(), b"/tmp", b"/home", b"/root", b"0x7f"]
    host = socket.gethostname().encode()
    traces += [host] if len(host) > 7 else []  # shorter ones may be words
    for name, content in rendered(folder, "rich.yaml").items():
        assert not moment.search(content), name
        assert not [each for each in traces if each in content], name


def test_block_style_and_json_are_the_same_profile(folder: Path) -> None:
    from obsgen.source import load_text

    (document,) = load_text(RICH, "rich.yaml", frozenset(["version"]))
    first = rendered(folder, "rich.yaml")
    for number, text in enumerate((yaml_bytes(document.value).decode(), as_yaml(document.value))):
        other = folder / f"style-{number}"
        other.mkdir()
        (other / "rich.yaml").write_text(text)
        assert rendered(other, "rich.yaml") == first
