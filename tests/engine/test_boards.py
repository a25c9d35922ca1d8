"""Boards: what of a component's sentences becomes a panel, for which servers, and where."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from engine_support import ALPHA, HEAD, finding, marked, panels, profile, tree
from hypothesis import given
from hypothesis import strategies as st

from obsgen import pipeline
from obsgen.render.grafana.dashboards import MAX_UID, uid

GATEWAY = "  - {name: gate, type: alpha, options: {mode: gateway}}\n"


def board(text: str, name: str = "alpha") -> Mapping[str, Any]:
    return next(each.json for each in tree(text).boards if each.name == name)


def panel(json: Mapping[str, Any], title: str) -> Mapping[str, Any]:
    return next(each for each in panels(json) if each["title"] == title)


def titles(json: Mapping[str, Any]) -> list[str]:
    return [each["title"] for each in panels(json)]


def test_a_board_is_laid_out_in_rows() -> None:
    json = board(ALPHA)
    assert titles(json) == [
        "Requests", "Latency", "Rate", "Drafts", "Mean", "Memory", "Memory", "Note",
    ]  # fmt: skip
    top = json["panels"]
    assert [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in top] == [
        (0, 0),
        (0, 1),
        (6, 1),
        (12, 1),
        (18, 1),
        (0, 9),
    ]
    ids = [each["id"] for each in panels(json)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("servers", "shown"),
    [
        ("", ["Rate", "Drafts"]),
        ("version: '1.9'", ["Rate"]),
        ("version: ['1.9', '2.0']", ["Rate", "Drafts"]),
        ("options: {mode: gateway}", ["Rate", "Drafts", "Raw"]),
    ],
)
def test_panels_are_there_where_something_exposes_them(servers: str, shown: list[str]) -> None:
    found = titles(board(ALPHA.replace("port: http", servers or "port: http")))
    assert [title for title in ("Rate", "Drafts", "Raw") if title in found] == shown


def test_a_board_speaks_of_all_servers_in_all_environments() -> None:
    text = ALPHA + GATEWAY + "environments: {dev: {modelServers: {chat: {version: '1.9'}}}}\n"
    (memory,) = (each for each in panels(board(text)) if each["title"] == "Memory" and each["type"] != "row")
    assert "alpha:memory_usage_percent" in memory["targets"][0]["expr"]
    assert "alpha:memory_usage_ratio" in memory["targets"][0]["expr"]
    rate = panel(board(text), "Rate")["targets"][0]["expr"]
    assert rate.count("alpha_requests_total") == rate.count("alpha_gateway_requests_total") == 1


@pytest.mark.parametrize("servers", ["version: ['1.9', '2.0']", "version: '2.0'"])
def test_a_series_that_two_versions_have_under_one_name_is_asked_for_once(servers: str, tmp_path: Path) -> None:
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "signals.yaml").write_text(
        "latency: {help: time, type: histogram, unit: seconds, labels: {model: model_name}, series: ["
        "{name: alpha_request_seconds, since: '2.0', buckets: [1, 10]}, "
        "{name: alpha_request_seconds, until: '2.0', buckets: [5]}]}\n"
    )
    text = ALPHA.replace("port: http", servers) + "environments: {dev: {modelServers: {chat: {version: '1.9'}}}}\n"
    rendered = pipeline.render(profile(text), (tmp_path,))
    (json,) = (each.json for each in rendered.boards if each.name == "alpha")
    (latency, _, _) = panel(json, "Latency")["targets"]
    assert latency["expr"].count("alpha_request_seconds_bucket") == 1
    assert not [each for each in json["templating"]["list"] if "seconds_count|alpha" in each.get("definition", "")]
    assert all(each.expr.count("rate(") < 2 for each in rendered.base.alerts if each.key == "AlphaLatencyHigh")


def test_a_version_of_one_environment_is_on_the_boards_of_all() -> None:
    """Whoever compares environments has the same panels in each; a series that is not there costs nothing."""
    text = ALPHA.replace("port: http", "version: '2.0'")
    old = text + "environments: {dev: {modelServers: {chat: {version: '1.9'}}}, prod: {cluster: {name: p}}}\n"
    rendered = tree(old)
    (alone,) = (each for each in panels(board(text)) if each["title"] == "Memory" and each["type"] != "row")
    (both,) = (each for each in panels(board(old)) if each["title"] == "Memory" and each["type"] != "row")
    assert "alpha:memory_usage_percent" not in alone["targets"][0]["expr"]
    ratio, percent = both["targets"][0]["expr"].index("usage_ratio"), both["targets"][0]["expr"].index("usage_percent")
    assert ratio < percent, "the base's own version comes first"
    maps = [each.board_maps[0].object["data"] for each in (rendered.base, *rendered.environments.values())]
    assert maps[0] == maps[1] == maps[2]


def test_boards_are_the_same_file_in_every_environment() -> None:
    text = (
        ALPHA
        + "environments: {dev: {modelServers: {chat: {thresholds: {latencyP95: 1s}}}}, prod: {cluster: {name: p}}}\n"
    )
    rendered = tree(text)
    files = {path for path in rendered.files if path.endswith(".json") and "/dashboards/" in path}
    assert files == {"base/dashboards/alpha.json"}
    (one, other) = (each.board_maps[0].object["data"] for each in rendered.environments.values())
    assert one == other


def test_limits_are_drawn_from_their_recorded_series() -> None:
    targets = panel(board(ALPHA), "Latency")["targets"]
    assert [each["legendFormat"].split()[0] for each in targets] == ["P50", "P95", "limit"]
    assert "obsgen:alert_threshold{" in targets[-1]["expr"]
    assert 'alert="AlphaLatencyHigh"' in targets[-1]["expr"]


def test_limits_follow_an_alert_under_all_of_its_names() -> None:
    text = ALPHA + (
        "environments:\n"
        "  dev: {cluster: {name: d}, alerts: {AlphaLatencyHigh: {name: DevLatency}}}\n"
        "  prod: {cluster: {name: p}}\n"
    )
    limit = panel(board(text), "Latency")["targets"][-1]["expr"]
    assert 'alert=~"AlphaLatencyHigh|DevLatency"' in limit


def test_units_legends_and_colours() -> None:
    json = board(ALPHA)
    assert panel(json, "Latency")["fieldConfig"]["defaults"]["unit"] == "s"
    assert panel(json, "Rate")["fieldConfig"]["defaults"]["unit"] == "reqps"
    assert panel(json, "Rate")["targets"][0]["legendFormat"] == "{{model_name}}"
    colours = {
        override["matcher"]["options"]: each["value"]["fixedColor"]
        for override in panel(json, "Latency")["fieldConfig"]["overrides"]
        for each in override["properties"]
        if each["id"] == "color"
    }
    assert colours["A"] == "green"
    assert colours["B"] == "orange"


def test_variables_narrow_each_other() -> None:
    listed = {each["name"]: each for each in board(ALPHA)["templating"]["list"]}
    assert list(listed) == ["datasource", "cluster", "namespace", "server", "pod", "model"]
    assert listed["model"]["definition"].endswith(", model_name)")
    assert 'cluster=~"$cluster"' in listed["pod"]["definition"]


def test_a_profile_renames_boards_and_leaves_them_out() -> None:
    text = ALPHA + "gpuExporter: {type: probe}\ndashboards: {alpha: {title: 'Our \"A\"'}, probe: {enabled: false}}\n"
    rendered = tree(text)
    assert [(each.name, each.title) for each in rendered.boards] == [("alpha", 'Our "A"')]
    assert rendered.boards[0].json["title"] == 'Our "A"'


def test_a_server_shows_what_the_runtime_inside_it_tells() -> None:
    text = HEAD + "modelServers: [{name: g, type: gamma, runtime: {type: alpha}}]\n"
    assert titles(board(text, "gamma")) == ["Requests", "Arrivals", "Latency"]
    assert titles(board(HEAD + "modelServers: [{name: g, type: gamma}]\n", "gamma")) == ["Requests", "Arrivals"]


@given(st.from_regex(r"[a-z][a-z0-9-]{0,49}", fullmatch=True), st.from_regex(r"[a-z][a-z0-9-]{0,49}", fullmatch=True))
def test_a_boards_uid_is_fixed_short_and_its_own(stack: str, name: str) -> None:
    assert len(uid(stack, name)) <= MAX_UID
    assert uid(stack, name) == uid(stack, name)
    assert uid(stack, name) != uid(stack, f"{name}x")


def test_descriptions_end_where_their_text_does(tmp_path: Path) -> None:
    (tmp_path / "alpha" / "dashboards").mkdir(parents=True)
    (tmp_path / "alpha" / "dashboards" / "alpha.yaml").write_text(
        "title: A\ndescription: |\n  About.\nrows:\n  - title: R\n    panels:\n"
        '      - {title: Rate, description: "Per second. \\n", signal: requests}\n'
        '      - {title: Note, type: text, description: "A note.\\n\\n"}\n'
    )
    (board_,) = pipeline.render(profile(ALPHA), (tmp_path,)).boards
    assert board_.json["description"].startswith("About. Generated by obsgen")
    assert panel(board_.json, "Rate")["description"] == "Per second."
    assert panel(board_.json, "Note")["options"]["content"] == "A note."


def test_a_board_may_have_another_name_but_not_that_of_another() -> None:
    renamed = tree(f"{ALPHA}dashboards: {{alpha: {{name: models}}}}\n")
    (board,) = (each for each in renamed.boards if each.key == "alpha")
    assert (board.name, board.json["uid"]) == ("models", "demo-models")
    assert "base/dashboards/models.json" in renamed.files
    two = f"{ALPHA}  - {{name: t, type: tiny, namespace: ml, selector: {{app: t}}, port: http}}\n"
    text, line, column = marked(f"{two}dashboards: {{alpha: {{name: ^tiny}}}}\n")
    told = finding(text)
    assert (told.id, told.place.line, told.place.column) == ("profile/duplicate-name", line, column)
