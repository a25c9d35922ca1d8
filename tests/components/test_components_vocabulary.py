"""Words of the vocabulary that few components use, on a component made up for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from obsgen.components.catalogue import catalogue
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.render.grafana.dashboards import boards
from obsgen.render.rules.alerts import alerts
from obsgen.render.targets.monitors import monitors
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_profile

COMPONENT = """
title: Made up
role: modelServer
description: A server that exists in this test only.
versions: {known: [1, 2], source: imagination}
options: {lenient: {help: forgives, default: false, values: [true, false]}}
scrape:
  selector: {app: "<< 'made-up' if not options.lenient else '' >>", lenient: "<< 'yes' if options.lenient else '' >>"}
  port: "<< 'lenient' if options.lenient else 'http' >>"
  also: [{port: proxy, path: /stats, when: options.lenient}]
hostsRuntime: true
"""
SIGNALS = """
replies: {help: replies, type: counter, unit: requests, series: [{name: replies_total}]}
failures:
  help: failed replies
  type: counter
  unit: requests
  series: [{name: replies_total, match: {code: ["500", "5.3"]}}]
accepted:
  help: replies that did not fail
  type: counter
  unit: requests
  series: [{name: replies_total, matchNot: {code: ["500", "5.3"], path: /health}}]
retries: {help: retries, type: counter, unit: events, series: [{name: retries_total}]}
cores: {help: CPU time, type: counter, unit: core-seconds, series: [{name: cpu_seconds_total}]}
everywhere: {help: of the cluster, type: gauge, unit: count, scope: cluster, series: [{name: all_nodes}]}
waiting: {help: waiting, type: gauge, unit: requests, series: [{name: waiting, since: 2}]}
steps: {help: steps, type: histogram, unit: seconds, series: [{name: step_seconds}]}
"""
TEXTS = "group: g, for: 2m, severity: info, summary: s, description: d"


def stack(root: Path, alert: str, server: str = "", board: str = "") -> Stack:
    """The stack of one made-up server with one alert, A."""
    folder = root / "made-up"
    (folder / "dashboards").mkdir(parents=True)
    (folder / "component.yaml").write_text(COMPONENT)
    (folder / "signals.yaml").write_text(SIGNALS)
    (folder / "alerts.yaml").write_text(f"Aaa: {{{alert}, {TEXTS}}}\n")
    if board:
        (folder / "dashboards" / "b.yaml").write_text(board)
    profile = (
        "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"
        f"modelServers: [{{name: it, type: made-up{server}}}]\n"
    )
    return resolve_profile(parse_profile(profile), catalogue([root]))[0]


def exprs(stack: Stack) -> list[str]:
    return [alert.expr for alert in alerts(stack)]


def flat(expr: str) -> str:
    """An expression on one line, as it would be without its layout."""
    return re.sub(r"\( | (?=\))", lambda match: match[0].strip(), " ".join(expr.split()))


def test_a_series_may_demand_one_of_several_values(tmp_path: Path) -> None:
    (expr,) = exprs(stack(tmp_path, "signal: failures, above: 1req/s"))
    assert 'replies_total{code=~"500|5\\\\.3",job="it",namespace="monitoring"}' in expr


def test_a_series_may_exclude_one_value_or_several(tmp_path: Path) -> None:
    (expr,) = exprs(stack(tmp_path, "signal: accepted, above: 1req/s"))
    assert 'replies_total{code!~"500|5\\\\.3",job="it",namespace="monitoring",path!="/health"}' in expr


def test_cpu_time_becomes_cores(tmp_path: Path) -> None:
    (expr,) = exprs(stack(tmp_path, "signal: cores, above: 500m"))
    assert expr.endswith("> 0.5")


def test_a_text_may_name_series_that_exist(tmp_path: Path) -> None:
    """So that a text can ask Prometheus for what the alert's labels do not say."""
    texts = "labels: {asks: << series('everywhere') >>}"
    (alert,) = alerts(stack(tmp_path / "known", f"signal: replies, above: 1req/s, {texts}"))
    assert alert.labels == {"asks": "all_nodes"}
    with pytest.raises(InputError, match="exposes no signal 'everywher'"):
        exprs(stack(tmp_path / "unknown", f"signal: replies, above: 1req/s, {texts.replace('where', 'wher')}"))


def test_a_rate_of_events_has_a_limit_and_a_unit_per_second(tmp_path: Path) -> None:
    board = "title: B\ndescription: d.\nrows: [{title: R, panels: [{title: P, description: d., signal: retries}]}]\n"
    made = stack(tmp_path, "signal: retries, above: 6/min", board=board)
    (alert,) = alerts(made)
    assert alert.expr.endswith(" > 0.1")
    (drawn,) = boards([made])
    assert drawn.json["panels"][-1]["fieldConfig"]["defaults"]["unit"] == "eps"


@pytest.mark.parametrize(("limit", "tail"), [(", above: 2", " > 2"), ("", "")])
def test_an_alert_may_be_excused_by_a_condition_or_by_series_that_exist(tmp_path: Path, limit: str, tail: str) -> None:
    excuse = f"unless: {{signal: waiting, by: [pod]{limit}}}"
    (expr,) = exprs(stack(tmp_path, f"signal: replies, by: [pod], above: 1req/s, {excuse}"))
    right = f'sum by (cluster, namespace, pod) (waiting{{job="it",namespace="monitoring"}}){tail}'
    assert flat(expr).endswith(f"> 1 unless on (cluster, namespace, pod) {right}")


def test_each_way_to_fire_has_its_own_excuse_and_demand(tmp_path: Path) -> None:
    one = (
        "signal: replies, above: 1req/s, while: {signal: waiting, above: 3}, unless: {signal: failures, above: 9req/s}"
    )
    (expr,) = exprs(stack(tmp_path, f"any: [{{{one}}}, {{signal: failures, above: 1req/s}}]"))
    words = re.findall(r"\band\b|\bunless\b|\bor\b", expr)
    assert words == ["and", "unless", "or"]


def test_the_namespace_of_cluster_wide_series_is_not_matched_with_that_of_others(tmp_path: Path) -> None:
    (expr,) = exprs(stack(tmp_path, "signal: everywhere, by: [node], above: 0, unless: {signal: waiting, by: [node]}"))
    assert "unless on (cluster, node)" in flat(expr)


@pytest.mark.parametrize(
    ("lenient", "labels", "ports"),
    [
        ("false", {"app": "made-up"}, [("http", "/metrics")]),
        ("true", {"lenient": "yes"}, [("lenient", "/metrics"), ("proxy", "/stats")]),
    ],
)
def test_an_option_may_decide_what_is_scraped(
    tmp_path: Path, lenient: str, labels: dict[str, str], ports: list[tuple[str, str]]
) -> None:
    (monitor,) = monitors(stack(tmp_path, "signal: waiting, above: 3", f", options: {{lenient: {lenient}}}"))
    spec = monitor.object["spec"]
    assert spec["selector"] == {"matchLabels": labels}
    assert [(each["port"], each["path"]) for each in spec["endpoints"]] == ports
    assert {each["relabelings"][0]["replacement"] for each in spec["endpoints"]} == {"it"}


@pytest.mark.parametrize(("lenient", "parts"), [("false", 2), ("true", 1)])
def test_a_way_to_fire_may_depend_on_an_option(tmp_path: Path, lenient: str, parts: int) -> None:
    ways = "any: [{signal: replies, above: 1req/s}, {signal: failures, above: 1req/s, when: not options.lenient}]"
    (expr,) = exprs(stack(tmp_path, ways, f", options: {{lenient: {lenient}}}"))
    assert expr.count("rate(") == parts


def test_an_alert_without_any_way_to_fire_is_refused_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"alerts\.yaml:1:.*no condition holds here"):
        exprs(stack(tmp_path, "any: [{signal: replies, above: 1req/s, when: 'false'}]"))


@pytest.mark.parametrize(("version", "count"), [("1", 0), ("2", 1)])
def test_an_alert_may_depend_on_what_the_version_exposes(tmp_path: Path, version: str, count: int) -> None:
    alert = "when: \"exposes('waiting')\", signal: waiting, above: 3"
    assert len(exprs(stack(tmp_path, alert, f', version: "{version}"'))) == count


def test_a_server_inside_another_knows_that_it_is_hosted(tmp_path: Path) -> None:
    found = list(alerts(stack(tmp_path, "when: not hosted, signal: waiting, above: 3", ", runtime: {type: made-up}")))
    assert len(found) == 1


def test_a_rate_without_a_window_has_that_of_its_place(tmp_path: Path) -> None:
    panel = "{title: P, description: d, signal: steps, rate: true}"
    board = f"{{title: B, description: d, rows: [{{title: R, panels: [{panel}]}}]}}"
    whole = stack(tmp_path, "signal: steps, rate: true, above: 1req/s", board=board)
    (drawn,) = (p for p in boards([whole])[0].json["panels"] if p["type"] != "row")
    assert "step_seconds_count{" in exprs(whole)[0]
    assert "}[5m]" in exprs(whole)[0]
    assert "}[$__rate_interval]" in drawn["targets"][0]["expr"]


def panel_board(panel: str) -> str:
    return f"{{title: B, description: d, rows: [{{title: R, panels: [{{title: P, description: d, {panel}}}]}}]}}"


def test_a_state_has_a_text_and_a_colour(tmp_path: Path) -> None:
    panel = "type: stat, signal: waiting, values: {0: idle, 2.5: busy}, steps: {2.5: red, 0: green}"
    made = stack(tmp_path, "signal: waiting, above: 3", board=panel_board(panel))
    (drawn,) = (p for p in boards([made])[0].json["panels"] if p["type"] == "stat")
    defaults = drawn["fieldConfig"]["defaults"]
    assert defaults["color"] == {"mode": "thresholds"}
    assert defaults["thresholds"]["steps"] == [{"color": "green", "value": None}, {"color": "red", "value": 2.5}]
    texts = {"0": {"text": "idle", "index": 0}, "2.5": {"text": "busy", "index": 1}}
    assert defaults["mappings"] == [{"type": "value", "options": texts}]


@pytest.mark.parametrize("other", ["type: timeseries", "type: stat, threshold: Aaa"])
def test_colours_of_states_do_not_go_with_a_limit_or_with_lines(tmp_path: Path, other: str) -> None:
    board = panel_board(f"signal: waiting, steps: {{0: green, 1: red}}, {other}")
    with pytest.raises(InputError, match="steps"):
        boards([stack(tmp_path, "signal: waiting, above: 3", board=board)])
