"""Every alert of every component, on the real promtool: its syntax at every version, and when it fires."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sparse_scrapes
from component_cases import KEYS, files, scenarios
from component_variants import CASES, CATALOGUE, companion, on_logs, renderings

from obsgen import tools
from obsgen.render.alerting.alertmanager import HEARTBEAT

with_alerts = [folder.name for folder in CATALOGUE.all() if set(folder.alerts) - on_logs(folder)]
every_component_with_alerts = pytest.mark.parametrize("name", with_alerts)

FILE_KEYS = {"profile", "server", "labels", "unused", "alerts"}


@every_component_with_alerts
def test_every_alert_has_a_scenario_in_which_it_fires_and_one_in_which_it_stays_silent(name: str) -> None:
    found = scenarios(name)
    alerts = set(CATALOGUE.get(name).alerts) - on_logs(CATALOGUE.get(name))
    assert {each.alert for each in found} == alerts
    assert {each.alert for each in found if "fires" in each.data} == alerts
    always = {key for key, alert in CATALOGUE.get(name).alerts.items() if HEARTBEAT in alert.labels}
    assert {each.alert for each in found if each.silences and each.data.get("series")} == alerts - always


@every_component_with_alerts
def test_every_scenario_is_complete(name: str) -> None:
    assert companion(name).keys() <= FILE_KEYS
    for each in scenarios(name):
        assert each.data.keys() <= KEYS, f"{each.alert}: {each.data['name']}"
        assert "silent" in each.data or "fires" in each.data, f"{each.alert}: {each.data['name']}"
        assert ("text" in each.data) == ("fires" in each.data), f"{each.alert}: {each.data['name']}"
        # A bare 0x20 is the number 32 to YAML.
        values = each.data.get("series", {}).values()
        assert all(isinstance(value, str) for value in values), f"{each.alert}: {each.data['name']}"


def test_every_file_of_cases_belongs_to_a_component() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} <= set(CATALOGUE.names)


@pytest.mark.tools
@every_component_with_alerts
def test_alerts_fire_and_stay_silent_on_the_real_promtool(
    name: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    told = promtool_says(files(name), tmp_path, real_tool)
    assert not told, told


@pytest.mark.tools
@every_component_with_alerts
def test_alerts_still_fire_where_scrapes_are_two_minutes_apart(
    name: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    told = promtool_says(sparse_scrapes.files(name), tmp_path, real_tool)
    assert not told, told


def promtool_says(files: Mapping[str, Any], folder: Path, real_tool: Callable[[str], tools.Tool]) -> str:
    """What the real promtool finds wrong with test files; nothing if they pass."""
    for file, content in files.items():
        (folder / file).write_text(json.dumps(content))
    tests = sorted(file for file in files if file.startswith("test-"))
    done = tools.run(real_tool("promtool"), ["test", "rules", *tests], cwd=folder)
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("0+2x8", "0 8 16"),
        ("1x4 0x4", "1 1 0 0"),
        ("_x5 7x4", "_ _ 7 7"),
        ("5 stale _x3 6", "5 stale 6"),
        ("1x7 stale", "1 1 stale"),
        ("10-1x4 NaN", "10 6 NaN"),
    ],
)
def test_scrapes_two_minutes_apart_see_every_fourth_sample(written: str, seen: str) -> None:
    assert sparse_scrapes.thinned(written) == seen


@pytest.mark.tools
def test_promtool_accepts_the_rules_of_every_variant(tmp_path: Path, real_tool: Callable[[str], tools.Tool]) -> None:
    texts = {
        json.dumps({"groups": groups}): rendering.variant
        for folder in CATALOGUE.all()
        for rendering in renderings(folder)
        if (groups := rendering.groups())
    }
    for number, (text, variant) in enumerate(texts.items()):
        (tmp_path / f"{number:04}-{variant.component}.yaml").write_text(text)
    rules = sorted(path.name for path in tmp_path.iterdir())
    done = tools.run(real_tool("promtool"), ["check", "rules", "--lint=all", "--lint-fatal", *rules], cwd=tmp_path)
    assert done.returncode == 0, (
        "\n".join(f"{n}: {v}" for n, v in enumerate(texts.values())) + done.stdout + done.stderr
    )
