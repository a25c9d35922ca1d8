"""What people see in Grafana now that they did not before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from boards_support import board, changes, compared_alone, config_map, of_boards, of_operator, panel, row
from hypothesis import given
from hypothesis import strategies as st
from written import ids, lines

from obsgen.conventions import THRESHOLD_SERIES

LOAD = panel("Load", "sum(load)")
QUEUE = panel("Queue", "sum(queue)")
ERRORS = panel("Errors", "sum(rate(errors_total[5m]))")


def test_a_new_dashboard_and_one_that_is_gone_are_a_line_each(tmp_path: Path) -> None:
    other = board(ERRORS, uid="gpus", title="GPUs")
    found = changes(tmp_path, {"all.yaml": config_map(board(LOAD, QUEUE))}, {"all.yaml": config_map(other)})
    assert lines(found) == ["- dashboard Servers: gone (needs review)", "+ dashboard GPUs: new (safe)"]
    assert found[0].details == ("2 panels: Load, Queue",)


def test_a_dashboard_that_asks_mostly_the_same_is_renamed(tmp_path: Path) -> None:
    old, new = board(LOAD, QUEUE, ERRORS), board(LOAD, QUEUE, uid="inference", title="Inference")
    assert of_boards(tmp_path, old, new) == [
        "~ dashboard Inference: uid servers → inference: links to it break (needs review)",
        "~ dashboard Inference: renamed from Servers (safe)",
        '- panel "Errors" of Inference: gone (needs review)',
    ]


def test_the_same_title_with_another_uid_breaks_links(tmp_path: Path) -> None:
    told = of_boards(tmp_path, board(LOAD), board(QUEUE, uid="other"))
    assert told[0] == "~ dashboard Servers: uid servers → other: links to it break (needs review)"


def test_the_same_uid_with_another_title_is_safe(tmp_path: Path) -> None:
    told = of_boards(tmp_path, board(LOAD), board(LOAD, title="Fleet"))
    assert told == ["~ dashboard Fleet: renamed from Servers (safe)"]


def test_json_that_is_only_written_otherwise_is_no_change(tmp_path: Path) -> None:
    old, new = config_map(board(LOAD)), config_map(dict(reversed(board(LOAD).items())), indent=4)
    assert old != new
    assert changes(tmp_path, {"all.yaml": old}, {"all.yaml": new}) == []


def test_panels_come_go_and_are_renamed_whatever_number_and_place_they_have(tmp_path: Path) -> None:
    told = of_boards(tmp_path, board(LOAD, QUEUE), board(ERRORS, panel("Waiting", "sum(queue)")))
    assert told == [
        '~ panel "Waiting" of Servers: renamed from Queue (safe)',
        '- panel "Load" of Servers: gone (needs review)',
        '+ panel "Errors" of Servers: new (safe)',
    ]


def test_a_shift_in_the_grid_is_one_line_and_none_beside_others(tmp_path: Path) -> None:
    assert of_boards(tmp_path / "a", board(LOAD, QUEUE), board(QUEUE, LOAD)) == [
        "~ dashboard Servers: other layout (safe)"
    ]
    told = of_boards(tmp_path / "b", board(LOAD, QUEUE), board(ERRORS, QUEUE, LOAD))
    assert told == ['+ panel "Errors" of Servers: new (safe)']


def test_a_panel_in_another_row_has_moved(tmp_path: Path) -> None:
    old = board(row("Traffic"), LOAD, row("Faults"), QUEUE, ERRORS)
    new = board(row("Traffic"), LOAD, QUEUE, row("Faults"), ERRORS)
    assert of_boards(tmp_path, old, new) == ['~ panel "Queue" of Servers: now in row Traffic (safe)']


def test_a_renamed_row_moves_nothing(tmp_path: Path) -> None:
    told = of_boards(tmp_path, board(row("Load"), LOAD, QUEUE), board(row("Traffic"), LOAD, QUEUE))
    assert told == ["~ dashboard Servers: row Load is called Traffic (safe)"]


def test_panels_of_collapsed_rows_and_of_old_row_lists_are_panels(tmp_path: Path) -> None:
    collapsed = {**row("Traffic"), "collapsed": True, "panels": [LOAD, QUEUE]}
    assert of_boards(tmp_path / "a", board(collapsed), board(row("Traffic"), LOAD)) == [
        '- panel "Queue" of Servers: gone (needs review)'
    ]
    old: dict[str, Any] = {"uid": "s", "title": "Old", "rows": [{"title": "Traffic", "panels": [LOAD]}]}
    new = {**old, "rows": [{"title": "Traffic", "panels": [panel("Load", "sum(queue)")]}]}
    assert of_boards(tmp_path / "b", old, new) == ['~ panel "Load" of Old: asks queue instead of load (needs review)']


def _with(**defaults: Any) -> dict[str, Any]:
    return panel("Load", "sum(load)", fieldConfig={"defaults": defaults, "overrides": []})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (LOAD, panel("Load", "sum(load)", type="stat"), "shown as stat instead of timeseries (safe)"),
        (_with(unit="s"), _with(unit="ms"), "unit s → ms (needs review)"),
        (LOAD, panel("Load", "sum(load)", description="All of it."), "another description (safe)"),
        (LOAD, panel("Load", "sum(load)", options={"legend": {}}), "other options (safe)"),
        (LOAD, panel("Load", "sum(load)", "sum(queue)"), "also asks queue (safe)"),
        (panel("Load", "sum(load)", "sum(queue)"), LOAD, "no longer asks queue (needs review)"),
        (LOAD, panel("Load", "sum(load)", datasource={"uid": "b"}), "asks datasource b instead of prom (needs review)"),
        (
            _with(thresholds={"steps": [{"color": "green", "value": None}, {"color": "red", "value": 80}]}),
            _with(thresholds={"steps": [{"color": "green", "value": None}, {"color": "red", "value": 90}]}),
            "colours red from 80 → red from 90 (needs review)",
        ),
    ],
)
def test_what_a_panel_shows_otherwise_is_told(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], expected: str
) -> None:
    assert of_boards(tmp_path, board(old), board(new)) == [f'~ panel "Load" of Servers: {expected}']


def test_queries_are_compared_with_the_ones_they_were(tmp_path: Path) -> None:
    old = panel("Load", "a", "b", "c")
    told = of_boards(tmp_path, board(old), board(panel("Load", "b", "c", "a > 1")))
    assert told == ['~ panel "Load" of Servers: asks another query (needs review)']


def test_the_same_change_of_several_queries_is_told_once_with_all_of_them(tmp_path: Path) -> None:
    old, new = (
        board(panel("Times", *(f"quantile({share}, rate(x[{span}]))" for share in (0.5, 0.9)))) for span in ("5m", "9m")
    )
    found = changes(tmp_path, {"all.yaml": config_map(old)}, {"all.yaml": config_map(new)})
    assert lines(found) == ['~ panel "Times" of Servers: window 5m → 9m (needs review)']
    assert len(found[0].details) == 4


def test_the_limit_of_an_alert_on_a_panel_is_told_of_the_alert(tmp_path: Path) -> None:
    limit = f'max({THRESHOLD_SERIES}{{alert="QueueLong"}})'
    new = panel("Queue", "sum(queue)", limit, transformations=[{"id": "configFromData"}])
    told = of_boards(tmp_path, board(QUEUE, LOAD), board(new, panel("Load", "sum(queue)")))
    assert told == ['~ panel "Load" of Servers: asks queue instead of load (needs review)']


def _variable(name: str, query: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "query", "query": {"query": query}, **more}


def _chosen(*variables: dict[str, Any]) -> dict[str, Any]:
    return board(LOAD, templating={"list": list(variables)})


def test_variables_of_which_the_same_is_said_are_told_together(tmp_path: Path) -> None:
    old = _chosen(*(_variable(each, f"label_values(up, {each})") for each in ("job", "pod")))
    new = _chosen(*(_variable(each, f'label_values(up{{a="1"}}, {each})') for each in ("job", "pod")))
    assert of_boards(tmp_path, old, new) == ['~ dashboard Servers: variables job, pod: only a="1" (needs review)']


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [_variable("job", "up")], "variable job: new (safe)"),
        ([_variable("job", "up")], [], "variable job: gone, links no longer set it (needs review)"),
        ([_variable("job", "up")], [_variable("job", "up", multi=True)], "variable job: other settings (safe)"),
        (
            [_variable("job", "up")],
            [{"name": "job", "type": "custom", "query": "a,b"}],
            "variable job: query → custom (needs review)",
        ),
        (
            [_variable("job", "label_values(up, job)")],
            [_variable("job", "label_values(up, pod)")],
            "variable job: label_values(up, job) → label_values(up, pod) (needs review)",
        ),
    ],
)
def test_what_can_be_chosen_is_told(
    tmp_path: Path, old: list[dict[str, Any]], new: list[dict[str, Any]], expected: str
) -> None:
    assert of_boards(tmp_path, _chosen(*old), _chosen(*new)) == [f"~ dashboard Servers: {expected}"]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"refresh": "1m"}, "refresh none → 1m"),
        ({"time": {"from": "now-6h", "to": "now"}}, "time range none → now-6h to now"),
        ({"links": [{"title": "Runbooks"}], "tags": ["ml"]}, "other links, tags"),
        ({"version": 7}, "other version"),
    ],
)
def test_the_rest_of_a_dashboard_is_safe(tmp_path: Path, new: dict[str, Any], expected: str) -> None:
    assert of_boards(tmp_path, board(LOAD), board(LOAD, **new)) == [f"~ dashboard Servers: {expected} (safe)"]


def _in_file(value: dict[str, Any]) -> dict[str, str]:
    return {"boards/servers.json": json.dumps(value)}


def _in_object(value: dict[str, Any]) -> dict[str, str]:
    return {"all.yaml": of_operator(json.dumps(value))}


def _in_api_form(value: dict[str, Any]) -> dict[str, str]:
    return {"all.json": json.dumps({"dashboard": value, "overwrite": True})}


def _in_values(value: dict[str, Any]) -> dict[str, str]:
    boards = {"default": {"servers": {"json": json.dumps(value)}}}
    return {"values.yaml": yaml.safe_dump({"grafana": {"dashboards": boards}})}


def _in_values_of_an_application(value: dict[str, Any]) -> dict[str, str]:
    values = {"grafana": {"dashboards": {"default": {"servers": {"json": json.dumps(value)}}}}}
    spec = {"source": {"chart": "c", "helm": {"valuesObject": values}}}
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "a", "namespace": "b"}}
    return {"all.yaml": yaml.safe_dump({**head, "spec": spec})}


@pytest.mark.parametrize("put", [_in_file, _in_object, _in_api_form, _in_values, _in_values_of_an_application])
def test_dashboards_are_read_wherever_they_stand(tmp_path: Path, put: Any) -> None:
    new = board(panel("Load", "sum(queue)"))
    found = changes(tmp_path, put(board(LOAD)), put(new))
    assert lines(found) == ['~ panel "Load" of Servers: asks queue instead of load (needs review)']
    assert found[0].new is not None


def test_a_dashboard_that_is_delivered_otherwise_is_the_same_one(tmp_path: Path) -> None:
    new = board(panel("Load", "sum(queue)"))
    found = changes(tmp_path, {"all.yaml": config_map(board(LOAD), name="old")}, _in_object(new))
    assert lines(found) == ['~ panel "Load" of Servers: asks queue instead of load (needs review)']


def test_the_object_that_brings_a_new_dashboard_is_not_told_of(tmp_path: Path) -> None:
    loader = of_operator(None, configMapRef={"name": "boards", "key": "servers.json"})
    new = {"all.yaml": config_map(board(LOAD)), "loader.yaml": loader}
    assert lines(changes(tmp_path, {}, new)) == ["+ dashboard Servers: new (safe)"]


def test_a_config_map_that_loses_its_only_dashboard_is_told_by_that(tmp_path: Path) -> None:
    empty = {key: each for key, each in yaml.safe_load(config_map(board(LOAD))).items() if key != "data"}
    sides = {"all.yaml": config_map(board(LOAD))}, {"all.yaml": yaml.safe_dump(empty)}
    assert lines(changes(tmp_path, *sides)) == ["- dashboard Servers: gone (needs review)"]


def test_other_texts_of_a_config_map_are_told_beside_its_dashboards(tmp_path: Path) -> None:
    texts = [yaml.safe_load(config_map(board(each))) for each in (LOAD, QUEUE)]
    for index, each in enumerate(texts):
        each["data"]["notes"] = f"note {index}"
    found = changes(tmp_path, *({"all.yaml": yaml.safe_dump(each)} for each in texts))
    assert "object-changed" in ids(found)
    assert "servers.json" not in " ".join(lines(found))


def test_text_that_is_no_dashboard_after_all_is_left_to_others(tmp_path: Path) -> None:
    texts = [{"x.json": f'{{"panels": [{each}'} for each in (1, 2)]
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "b"}}
    found = changes(tmp_path, *({"all.yaml": yaml.safe_dump({**head, "data": each})} for each in texts))
    assert ids(found) == ["object-changed"]


PANELS = st.builds(
    panel,
    st.sampled_from(["Load", "Queue", "Errors", ""]),
    st.sampled_from(["sum(load)", "sum(queue)", 'x{a=~"$a"}']),
    type=st.sampled_from(["stat", "timeseries"]),
    description=st.sampled_from(["", "a"]),
    fieldConfig=st.fixed_dictionaries({"defaults": st.fixed_dictionaries({"unit": st.sampled_from(["s", "ms"])})}),
)
BOARDS = st.builds(
    lambda panels, more: board(*panels, **more),
    st.lists(PANELS | st.builds(row, st.sampled_from(["A", "B"])), max_size=4),
    st.dictionaries(st.sampled_from(["refresh", "tags", "version", "links"]), st.sampled_from(["1", "2"]), max_size=2),
)


@given(BOARDS, BOARDS)
def test_no_difference_of_two_boards_goes_untold_and_none_is_told_as_json(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, Any], new: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("boards")
    found = compared_alone(folder, config_map(old), config_map(new))
    assert bool(found) == (old != new)
    assert not any(each.id.startswith(("change/object", "change/file")) for each in found)
