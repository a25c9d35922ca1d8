"""Programs with metrics of their own: what a profile declares becomes signals, alerts, panels and a list to keep."""

from __future__ import annotations

import re
from typing import Any

import pytest
from engine_support import HEAD, finding, findings, marked, objects, panels, rule, tree

METRICS = (
    "rag_requests_total: {type: counter, unit: requests, labels: {model: model_id}, signal: requests}, "
    "rag_failed_total: {type: counter, unit: requests, labels: {model: model_id, why: reason}, signal: failures}, "
    "rag_seconds: {type: histogram, unit: seconds, buckets: [0.1, 1, 10], help: Time of a request.}, "
    "rag_documents: {type: gauge, labels: [collection]}"
)


def profile(metrics: str = METRICS, more: str = "", rest: str = "") -> str:
    head = "name: rag, type: program, namespace: ml, selector: {app: rag}"
    return f"{HEAD}applications:\n  - {{{head}{more}, metrics: {{{metrics}}}}}\n{rest}"


def board(text: str, name: str = "rag") -> dict[str, Any]:
    (found,) = (each for each in tree(text).boards if each.name == name)
    return dict(found.json)


def titles(text: str) -> list[str]:
    return [each["title"] for each in panels(board(text)) if each["type"] != "row"]


def monitor(text: str) -> dict[str, Any]:
    (found,) = (each.object for each in objects(tree(text).base) if each.object["kind"] == "ServiceMonitor")
    return found


def test_a_metric_that_says_what_it_is_is_alerted_on_by_its_own_name() -> None:
    expr = rule(tree(profile()).base, "ProgramFails")["expr"]
    assert 'rag_failed_total{job="rag",namespace="ml"}' in expr
    assert 'rag_requests_total{job="rag",namespace="ml"}' in expr
    assert "by (cluster, namespace, model_id)" in expr


def test_one_metric_may_be_two_signals_told_apart_by_a_label() -> None:
    both = (
        "n_total: {type: counter, unit: requests, labels: [status], signal: {requests: {}, failures: {status: [e, f]}}}"
    )
    expr = rule(tree(profile(both)).base, "ProgramFails")["expr"]
    assert 'n_total{job="rag",namespace="ml",status=~"e|f"}' in expr
    assert 'n_total{job="rag",namespace="ml"}' in expr


def test_what_is_not_declared_is_not_alerted_on() -> None:
    only = "rag_requests_total: {type: counter, unit: requests, signal: requests}"
    assert [alert.name for alert in tree(profile(only)).base.alerts] == []


def test_every_other_metric_has_a_panel() -> None:
    assert titles(profile()) == ["Requests", "rag_seconds", "rag_documents"]


def test_a_histogram_is_shown_by_its_quantiles_and_a_gauge_by_its_labels() -> None:
    shown = {each["title"]: each for each in panels(board(profile())) if "targets" in each}
    assert [target["legendFormat"] for target in shown["rag_seconds"]["targets"]] == ["p50", "p95", "p99"]
    (documents,) = shown["rag_documents"]["targets"]
    assert documents["legendFormat"] == "{{collection}}"
    assert re.search(r"by \([^)]*collection\)", documents["expr"])


def test_two_programs_of_a_kind_have_two_boards() -> None:
    other = "  - {name: chat, type: program, namespace: ml, selector: {app: chat}, title: Chat, metrics: {}}\n"
    found = {each.name: each.title for each in tree(profile(rest=other)).boards}
    assert found == {"rag": "rag"}
    more = other.replace("{}}", "{chat_requests_total: {type: counter, unit: requests, signal: requests}}}")
    found = {each.name: each.title for each in tree(profile(rest=more)).boards}
    assert found == {"chat": "Chat", "rag": "rag"}


def test_an_alert_of_ones_own_speaks_of_a_declared_metric() -> None:
    own = (
        "alerts: {Many: {server: rag, signal: rag_documents, by: [collection], above: 3, for: 5m, severity: info, "
        "group: g, summary: s, description: d}}\n"
    )
    assert rule(tree(profile(rest=own)).base, "Many")["expr"].endswith("> 3")


def test_further_pages_are_scraped_into_the_same_job() -> None:
    pages = ", interval: 15s, pages: [{path: /metrics/detailed, interval: 30s}, {path: /more, port: admin}]"
    endpoints = monitor(profile(more=pages))["spec"]["endpoints"]
    told = [(each["port"], each["path"], each["interval"]) for each in endpoints]
    assert told == [("metrics", "/metrics", "15s"), ("metrics", "/metrics/detailed", "30s"), ("admin", "/more", "15s")]
    assert {each["relabelings"][0]["replacement"] for each in endpoints} == {"rag"}


def test_the_list_to_keep_holds_all_that_alerts_and_boards_ask_for() -> None:
    (endpoint,) = monitor(profile(more=", keep: true"))["spec"]["endpoints"]
    (kept,) = endpoint["metricRelabelings"]
    text = profile(more=", keep: true")
    asked = [alert.expr for alert in tree(text).base.alerts]
    asked += [target["expr"] for each in panels(board(text)) for target in each.get("targets", ())]
    names = set(re.findall(r"\brag_[a-z_]+(?=\{)", " ".join(asked)))
    assert names
    assert all(re.fullmatch(kept["regex"], name) for name in names)
    assert not re.fullmatch(kept["regex"], "rag_requests_total_more")


def test_without_keep_nothing_is_dropped() -> None:
    (endpoint,) = monitor(profile())["spec"]["endpoints"]
    assert "metricRelabelings" not in endpoint


@pytest.mark.parametrize(
    ("metrics", "message", "hint"),
    [
        ("a: {type: gauge, ^buckets: [1, 2]}", "a gauge has no buckets", "remove"),
        ("a: {type: histogram}", "a histogram has buckets", "buckets: ["),
        ("a: {type: histogram, buckets: [1, 0.5]}", "buckets grow", "sort them"),
        ("a: {type: gauge, unit: requests, signal: ^requests}", "is a counter in requests", "type: counter"),
        ("a: {type: counter, unit: parsecs}", "no unit 'parsecs'", "requests"),
        ("a: {type: counter, unit: requests}, ^A: {type: gauge}", "'a' is what a is, too", "signal:"),
    ],
)
def test_what_cannot_be_is_told_at_the_metric(metrics: str, message: str, hint: str) -> None:
    text = profile(metrics)
    line_and_column = None
    if "^" in metrics:
        text, *line_and_column = marked(text)
    told = finding(text)
    assert message in told.message
    assert hint in told.hint
    if line_and_column and "buckets" not in metrics:
        assert [told.place.line, told.place.column] == line_and_column


def test_the_name_of_a_component_is_taken() -> None:
    (told,) = findings(profile().replace("name: rag", "name: alpha"))
    assert (told.id, "'alpha' is the name of a component" in told.message) == ("profile/duplicate-name", True)


def test_an_environment_may_declare_more() -> None:
    extra = "applications: {rag: {metrics: {rag_extra: {type: gauge}}}}"
    more = f"environments: {{dev: {{cluster: {{name: dev}}, {extra}}}, prod: {{}}}}\n"
    names = {
        name: [signal for each in rendered.stack.instances for signal in each.signals if signal == "rag_extra"]
        for name, rendered in tree(profile(rest=more)).environments.items()
    }
    assert names == {"dev": ["rag_extra"], "prod": []}


def test_metrics_that_no_alert_knows_have_a_board_all_the_same() -> None:
    only = profile("rag_documents: {type: gauge, labels: [collection]}")
    assert titles(only) == ["rag_documents"]


def test_a_misspelt_signal_is_told_with_the_one_that_was_meant() -> None:
    told = finding(profile("n_total: {type: counter, unit: requests, signal: requestz}"))
    assert (told.id, told.hint) == ("profile/metric", "did you mean 'requests'?")


def test_a_signal_that_only_an_alert_of_ones_own_knows_is_meant() -> None:
    metric = "n_total: {type: counter, unit: requests, signal: requestz}"
    own = (
        "alerts: {Many: {server: rag, signal: requestz, above: 3req/s, for: 5m, severity: info, group: g, summary: s, "
        "description: d}}\n"
    )
    assert "n_total{" in rule(tree(profile(metric, rest=own)).base, "Many")["expr"]


def test_a_signal_of_another_name_is_shown_and_told() -> None:
    text = profile("n: {type: gauge, signal: galaxies}")
    assert titles(text) == ["n"]
    assert any("signal galaxies" in each for each in tree(text).base.stack.assumptions)


def test_an_edge_of_buckets_is_no_label_of_a_metric() -> None:
    text, line, column = marked(profile("a: {type: counter, unit: requests, ^labels: [le, route]}"))
    told = finding(text)
    assert (told.id, told.place.line, told.place.column) == ("profile/metric", line, column)


def test_labels_that_a_scrape_has_too_are_found_under_the_name_that_prometheus_gives_them() -> None:
    text = profile("n: {type: gauge, labels: [namespace, route]}")
    (panel,) = (each for each in panels(board(text)) if each["type"] != "row")
    (target,) = panel["targets"]
    assert "exported_namespace, route)" in target["expr"]
    assert target["legendFormat"] == "{{exported_namespace}} {{route}}"


def test_labels_of_the_page_keep_their_names_where_they_win() -> None:
    text = profile("n: {type: gauge, labels: [namespace, route]}", ", honorLabels: true")
    (panel,) = (each for each in panels(board(text)) if each["type"] != "row")
    assert panel["targets"][0]["legendFormat"] == "{{namespace}} {{route}}"
