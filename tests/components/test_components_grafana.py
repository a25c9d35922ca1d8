"""Boards as Grafana's own models read them: what they do not know, Grafana would ignore."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_support import panels

from obsgen.logql import grafana as logql_in_grafana
from obsgen.pipeline import load, render
from obsgen.render.grafana.board_panels import LOKI, MIXED
from obsgen.render.grafana.dashboards import Board

ROOT = Path(__file__).parents[2]
PROFILES = sorted((ROOT / "profiles").glob("*.yaml"))

# Grafana itself writes a variable's `definition`, though its models leave it out.
KNOWN_BETTER = {"definition"}


def boards(profile: Path) -> tuple[Board, ...]:
    return render(load(profile)).boards


def lost(before: Any, after: Any, route: str = "") -> Iterator[str]:
    """Routes of values that did not survive reading and writing."""
    if isinstance(before, dict):
        for key, value in before.items():
            if key not in KNOWN_BETTER:
                yield from lost(value, after.get(key) if isinstance(after, dict) else None, f"{route}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, value in enumerate(before):
            yield from lost(value, after[index], f"{route}[{index}]")
    elif before != after:
        yield route


def asking_one(board: Any) -> Any:
    """The board with a panel for each query of panels that ask several data sources.

    The models read a query as what its panel's data source takes, and know nothing of a mixed one's.
    """
    return {**board, "panels": [each for panel in board["panels"] for each in _asking_one(panel)]}


def _asking_one(panel: Any) -> list[Any]:
    if panel.get("datasource") != MIXED:
        return [panel]
    return [{**panel, "datasource": target["datasource"], "targets": [target]} for target in panel["targets"]]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_grafanas_models_know_every_key(profile: Path) -> None:
    from grafana_foundation_sdk.cog import plugins
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models import dashboard

    plugins.register_default_plugins()
    for board in boards(profile):
        shown = asking_one(json.loads(board.text))
        written = json.loads(json.dumps(dashboard.Dashboard.from_json(shown), cls=JSONEncoder))
        assert list(lost(shown, written)) == [], board.title


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_panels_of_a_board_do_not_overlap(profile: Path) -> None:
    for board in boards(profile):
        taken: set[tuple[int, int]] = set()
        for panel in panels(board.json):
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_boards_lead_to_each_other_and_keep_their_uids(profile: Path) -> None:
    found = boards(profile)
    assert len({board.json["uid"] for board in found}) == len(found)
    for board in found:
        (link,) = board.json["links"]
        assert set(link["tags"]) <= set(board.json["tags"])
        assert link["keepTime"]
        assert board.json["uid"].startswith(profile.stem)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_only_panels_with_a_limit_or_with_states_are_green(profile: Path) -> None:
    drawn = [panel for board in boards(profile) for panel in panels(board.json) if panel["type"] in ("stat", "gauge")]
    for panel in drawn:
        step, *more = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        if more:
            assert panel["fieldConfig"]["defaults"]["mappings"], panel["title"]
            continue
        limited = any("alert_threshold" in target["expr"] for target in panel["targets"])
        assert step["color"] == ("green" if limited else "blue"), panel["title"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_every_panel_says_what_it_shows(profile: Path) -> None:
    for board in boards(profile):
        for panel in panels(board.json):
            if panel["type"] not in ("row", "text"):
                assert panel["description"].endswith("."), panel["title"]
                assert panel["description"] == panel["description"].strip(), panel["title"]
            if panel["type"] not in ("row", "text", "logs"):
                assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
                assert all(target["legendFormat"] for target in panel["targets"]), panel["title"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_panels_of_lines_ask_loki_for_lines_and_all_others_for_numbers(profile: Path) -> None:
    drawn = [panel for board in boards(profile) for panel in panels(board.json) if "targets" in panel]
    for panel in drawn:
        lines = panel["type"] == "logs"
        assert not lines or panel["datasource"] == LOKI, panel["title"]
        assert not lines or panel["fieldConfig"] == {"defaults": {}, "overrides": []}, panel["title"]
        for target in (each for each in panel["targets"] if each["datasource"] == LOKI):
            read = logql_in_grafana.parse_templated(target["expr"])
            assert read.query.is_metric != lines, panel["title"]
            assert read.is_plain, panel["title"]
            assert set(target) == {"refId", "datasource", "editorMode", "expr", "queryType"} | (
                set() if lines else {"legendFormat"}
            )
            assert target["queryType"] == ("instant" if panel["type"] in ("table", "bargauge") else "range")


def test_some_profile_shows_lines_and_numbers_of_logs_and_both_kinds_of_data_sources_in_one_panel() -> None:
    drawn = [panel for profile in PROFILES for board in boards(profile) for panel in panels(board.json)]
    assert any(panel["type"] == "logs" for panel in drawn)
    assert any(panel["type"] != "logs" and panel.get("datasource") == LOKI for panel in drawn)
    assert any(panel.get("datasource") == MIXED for panel in drawn)
