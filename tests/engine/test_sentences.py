"""Sentences about signals: the PromQL that alerts, recording rules and panels become."""

from __future__ import annotations

import re

import pytest
from engine_support import ALPHA, HEAD, findings, panels, rule, rules, stacks, tree
from hypothesis import given
from hypothesis import strategies as st
from promql_parser import parse

from obsgen.promql.build import Expr, binary, laid_out, number, quoted, regex_of, scaled, selector, union
from obsgen.render.rules.alerts import alerts

TEXTS = "group: g, for: 1m, severity: info, summary: s, description: d"


def expr(sentence: str, server: str = "type: alpha, version: '2.0', namespace: ml", more: str = "") -> str:
    """The PromQL of an alert of one's own about a server."""
    text = f"{HEAD}modelServers: [{{name: s, {server}}}]\nalerts: {{Mine: {{server: s, {sentence}, {TEXTS}}}}}\n{more}"
    base, _ = stacks(text)
    (found,) = (each for each in alerts(base) if each.key == "Mine")
    assert parse(found.expr)
    return found.expr


OWN = 'job="s",namespace="ml"'
FAILED = r'alpha_requests_total{code=~"500|5\\.3",job="s",namespace="ml"}'

# Short for a reader: Σ keeps cluster and namespace, {} are the labels of the server, FAILED the series of failures.
SENTENCES = {
    "signal: waiting, above: 3": "Σ (alpha_waiting{}) > 3",
    "signal: waiting, below: 2k, by: [pod]": "sum by (cluster, namespace, pod) (alpha_waiting{}) < 2000",
    "signal: waiting, agg: max, above: 3": "max by (cluster, namespace) (alpha_waiting{}) > 3",
    "signal: memory_usage, by: [model, device], above: 5%": (
        "max by (cluster, namespace, model_name, gpu) (alpha:memory_usage_ratio{}) > 0.05"
    ),
    "signal: waiting, over: {avg: 10m}, above: 3": "Σ (avg_over_time(alpha_waiting{}[10m])) > 3",
    "signal: waiting, over: {deriv: 1h}, above: 3": "Σ (deriv(alpha_waiting{}[1h])) > 3",
    "signal: tokens, below: 30tok/s": "Σ (rate(alpha_tokens_total{}[5m])) < 30",
    "signal: tokens, rate: 2m, below: 60tok/min": "Σ (rate(alpha_tokens_total{}[2m])) < 1",
    "signal: tokens, over: {increase: 1h}, below: 10": "Σ (increase(alpha_tokens_total{}[1h])) < 10",
    "signal: latency, quantile: 0.99, by: [model], above: 2s": (
        "histogram_quantile(0.99, sum by (cluster, namespace, model_name, le) "
        "(rate(alpha_request_seconds_bucket{}[5m]))) > 2"
    ),
    "signal: latency, mean: true, above: 250ms": (
        "Σ (rate(alpha_request_seconds_sum{}[5m])) / Σ (rate(alpha_request_seconds_count{}[5m])) > 0.25"
    ),
    "signal: latency, rate: true, above: 5req/s": "Σ (rate(alpha_request_seconds_count{}[5m])) > 5",
    "signal: failures, above: 1req/s": "Σ (rate(FAILED[5m])) > 1",
    "ratio: {of: failures, to: requests}, above: 5%": (
        "Σ (rate(FAILED[5m])) / Σ (rate(alpha_requests_total{}[5m])) > 0.05"
    ),
    "ratio: {of: failures, to: [requests, failures]}, above: 0.5": (
        "Σ (rate(FAILED[5m])) / (Σ (rate(alpha_requests_total{}[5m])) + Σ (rate(FAILED[5m]))) > 0.5"
    ),
    "mean: {sum: tokens, count: requests}, above: 7": (
        "Σ (rate(alpha_tokens_total{}[5m])) / Σ (rate(alpha_requests_total{}[5m])) > 7"
    ),
    "signal: waiting, absent: true": "absent(alpha_waiting{})",
    "signal: waiting, times: 0.5, above: 3": "Σ (alpha_waiting{}) / 2 > 3",
    "signal: waiting, match: {model: [a, b.c]}, above: 3": (
        r'Σ (alpha_waiting{job="s",model_name=~"a|b\\.c",namespace="ml"}) > 3'
    ),
    "signal: waiting, match: {zone: 7}, above: 3": 'Σ (alpha_waiting{job="s",namespace="ml",zone="7"}) > 3',
    "signal: up, from: plat, below: 1": "min by (cluster, namespace) (up{}) < 1",
    "signal: waiting, above: 3, while: {signal: tokens, below: 1tok/s}": (
        "Σ (alpha_waiting{}) > 3 and on (cluster, namespace) Σ (rate(alpha_tokens_total{}[5m])) < 1"
    ),
    "signal: waiting, by: [model], above: 3, unless: {signal: tokens, below: 1tok/s}": (
        "sum by (cluster, namespace, model_name) (alpha_waiting{}) > 3 "
        "unless on (cluster, namespace) Σ (rate(alpha_tokens_total{}[5m])) < 1"
    ),
    "any: [{signal: waiting, above: 3}, {signal: waiting, absent: true}]": (
        "Σ (alpha_waiting{}) > 3 or absent(alpha_waiting{})"
    ),
    "any: [{signal: waiting, above: 3}, {signal: waiting, absent: true, when: options.scaleToZero}]": (
        "Σ (alpha_waiting{}) > 3"
    ),
    "expr: \"<< series('waiting') >> > 7\", unit: count": "alpha_waiting{} > 7",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_becomes_promql(sentence: str) -> None:
    short = SENTENCES[sentence]
    long = short.replace("Σ", "sum by (cluster, namespace)").replace("{}", f"{{{OWN}}}").replace("FAILED", FAILED)
    assert expr(sentence) == long


@pytest.mark.parametrize(
    ("version", "series"),
    [
        ("'1.9'", 'max by (cluster, namespace) (alpha:memory_usage_percent{job="s",namespace="ml"}) / 100 < 0.1'),
        ("'1.10'", 'max by (cluster, namespace) (alpha:memory_usage_ratio{job="s",namespace="ml"}) < 0.1'),
        (
            "['1.9', '2.0']",
            (
                'max by (cluster, namespace) (alpha:memory_usage_percent{job="s",namespace="ml"} / 100 or '
                'alpha:memory_usage_ratio{job="s",namespace="ml"}) < 0.1'
            ),
        ),
        (
            "['2.0', '1.10', '1.10']",
            'max by (cluster, namespace) (alpha:memory_usage_ratio{job="s",namespace="ml"}) < 0.1',
        ),
    ],
)
def test_a_signal_has_the_series_of_the_versions_that_run(version: str, series: str) -> None:
    assert expr("signal: memory_usage, below: 10%", f"type: alpha, namespace: ml, version: {version}") == series


def test_options_choose_series_and_their_labels() -> None:
    gateway = "type: alpha, namespace: ml, options: {mode: gateway}"
    assert expr("signal: failures, by: [model, code], above: 1req/s", gateway) == (
        "sum by (cluster, namespace, service_id, status) (rate(alpha_gateway_requests_total"
        '{job="s",namespace="ml",reason!~"|none",status="5xx"}[5m])) > 1'
    )


@pytest.mark.parametrize(
    ("server", "more", "matchers"),
    [
        ("type: beta, namespace: ml", "", 'job="s"'),
        ("type: beta, namespace: ml, honorLabels: false", "", 'job="s",namespace="ml"'),
        ("type: beta, namespace: ml", "prometheus: {mode: openshift}\n", 'job="s",namespace="ml"'),
        ("type: beta", "namespaces: {monitoring: mon}\n", 'job="s"'),
    ],
)
def test_series_are_found_by_the_labels_that_are_stored(server: str, more: str, matchers: str) -> None:
    assert f"beta_depth{{{matchers}}}" in expr("signal: depth, above: 3", server, more)


@pytest.mark.parametrize(("server", "pod"), [("type: beta", "pod"), ("type: beta, honorLabels: false", "exported_pod")])
def test_labels_that_clash_are_stored_under_another_name(server: str, pod: str) -> None:
    assert f", {pod}) (beta_depth" in expr("signal: depth, by: [pod], above: 3", server)


def test_the_growth_of_a_series_counts_from_its_birth() -> None:
    found = expr("signal: served, over: {increase: 10m}, above: 5", "type: beta")
    assert 'beta_served_total{job="s"} unless beta_served_total{job="s"} offset 10m' in found
    assert 'or increase(beta_served_total{job="s"}[10m])' in found


@pytest.mark.parametrize("pods", ["", ", pods: 'x-[0-9]+'"])
def test_series_of_the_workload_are_those_of_its_pods(pods: str) -> None:
    regex = "x-[0-9]+" if pods else "s-.*"
    assert f'{{namespace="ml",pod=~"{regex}"}}' in expr(
        "signal: memory, above: 1Gi", f"type: beta, namespace: ml{pods}"
    )


def test_a_server_speaks_through_the_runtime_inside_it() -> None:
    assert expr("signal: latency, quantile: 0.5, above: 1s", "type: gamma, runtime: {type: alpha}").startswith(
        "histogram_quantile(0.5, "
    )
    assert "gamma_arrivals_total" in expr("signal: arrivals, below: 1req/h", "type: gamma, runtime: {type: alpha}")


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("signal: waiting, quantile: 0.5, above: 3", "no rate and no quantile"),
        ("signal: waiting, rate: 5m, above: 3", "no rate and no quantile"),
        ("signal: tokens, quantile: 0.5, above: 3tok/s", "it has no quantile"),
        ("signal: latency, above: 3s", "say quantile, mean: true, or rate: true"),
        ("signal: latency, over: {avg: 5m}, above: 3s", "say quantile, mean: true, or rate: true"),
        ("signal: waiting, quantile: 1.5, above: 3", "quantile"),
        ("signal: waiting, expr: x, unit: count, above: 3", "exactly one of"),
        ("above: 3", "exactly one of"),
        ("expr: x", "needs a `unit`"),
        ("signal: waiting, over: {avg: 5m, max: 5m}, above: 3", "one function"),
        ("signal: waiting, over: {rate: 5m}, above: 3", "cannot be 'rate'"),
        ("signal: waiting, over: {avg: 0s}, above: 3", "no time at all"),
        ("signal: waiting, over: {avg: $__range}, above: 3", "not PromQL"),
        ("signal: waiting, above: 3, by: ['a) or x']", "cannot be 'a) or x'"),
        ("signal: waiting, above: 3, match: {model: []}", "nothing is listed"),
        ("signal: waiting, above: 3, match: {'a=\"': x}", "cannot be"),
        ("signal: waiting, from: nobody, above: 3", "exposes no signal"),
        ("any: [{signal: waiting, above: 3, when: 'false'}]", "no condition holds here"),
        ("any: [{signal: waiting}]", "nothing is compared"),
        ("signal: drafts, above: 1tok/s", "exposes no signal 'drafts'"),
    ],
)
def test_sentences_that_make_no_sense_are_refused(sentence: str, told: str) -> None:
    text = ALPHA.replace("http}", "http, version: '1.9'}")
    found = findings(f"{text}alerts: {{Mine: {{server: chat, {sentence}, {TEXTS}}}}}\n")
    assert any(told in each.message for each in found), found


def test_alerts_say_their_limits_and_values_in_words() -> None:
    base, _ = stacks(ALPHA.replace("http}", "http, thresholds: {latencyP95: 250ms}}"))
    found = {each.key: each for each in alerts(base)}
    high = found["AlphaLatencyHigh"]
    assert (high.limit, high.figure) == (0.25, "above 250 ms")
    assert high.summary == "p95 latency above 250 ms"
    assert high.description == (
        "p95 of model {{ $labels.model_name }} on chat is {{ $value | humanizeDuration }} (limit 250 ms)."
    )
    assert found["AlphaSlow"].figure == "below 30 tok/s"
    assert found["AlphaDown"].limit is None, "a choice of conditions has no one limit to draw"
    assert found["AlphaMemoryFull"].labels == {"team": "demo"}


def test_changes_rename_retune_and_leave_out_alerts() -> None:
    server = ALPHA.replace("http}", "http, alerts: {AlphaQueued: {for: 9m}, AlphaDown: {enabled: false}}}")
    rendered = tree(
        server + "alerts:\n"
        "  AlphaQueued: {name: QueueLong, severity: critical, group: queues, labels: {team: serving}}\n"
        "  AlphaSlow: {enabled: false}\n"
    ).base
    queued = rule(rendered, "QueueLong")
    assert queued["for"] == "9m", "a server's own change lies on the common one"
    assert queued["labels"] == {"service": "chat", "severity": "critical", "team": "serving"}
    assert {each.key for each in rendered.alerts} == {
        "AlphaLatencyHigh",
        "AlphaMemoryFull",
        "AlphaFailing",
        "AlphaQueued",
    }


def test_recorded_limits_carry_the_name_that_the_alert_has() -> None:
    rendered = tree(ALPHA + "alerts: {AlphaQueued: {name: QueueLong}}\n").base
    (limit,) = (each for each in rules(rendered) if each.get("labels", {}).get("alert") == "QueueLong")
    assert limit["record"] == "obsgen:alert_threshold"
    assert limit["expr"] == "vector(10)"
    assert limit["labels"]["service"] == "chat"


def test_recordings_are_made_for_each_item() -> None:
    text = HEAD + (
        "providers: [{name: m, type: meter, covers: [acme]}]\n"
        "prices: {acme: {b: {input: 2USD/Mtok, output: 3USD/Mtok}, 'a\"': {input: 1USD/ktok, output: 1USD/ktok}}}\n"
    )
    rendered = tree(text).base
    found = [(each.record, each.expr, each.labels.get("model")) for each in rendered.recordings]
    tokens = 'sum by (cluster, namespace) (rate(meter_tokens_total{job="m",model=%s,namespace="monitoring"}[5m]))'
    assert found == [
        ("meter:price", "vector(0.001)", 'a"'),
        ("meter:price", "vector(0.000002)", "b"),
        ("meter:tokens", tokens % r'"a\""', 'a"'),
        ("meter:tokens", tokens % '"b"', "b"),
    ]


def test_panels_speak_of_what_the_viewer_chose() -> None:
    (board,) = tree(ALPHA).boards
    rate = next(panel for panel in panels(board.json) if panel["title"] == "Rate")
    assert rate["targets"][0]["expr"] == (
        'sum by (model_name) (rate(alpha_requests_total{cluster=~"$cluster",job=~"$server",model_name=~"$model",'
        'namespace=~"$namespace",pod=~"$pod"}[$__rate_interval]))'
    )


PARTS = st.sampled_from([Expr("a"), Expr("b"), number(2), number(-1)])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "and", "or", "unless"])


@given(st.recursive(PARTS, lambda inner: st.builds(binary, inner, OPERATORS, inner), max_leaves=8))
def test_parentheses_keep_what_was_joined_together(built: Expr) -> None:
    """The text of a built tree, fully parenthesised by hand, parses to the same tree."""
    try:
        tree_ = parse(built.text)
    except ValueError:
        return  # a set operator on a number
    assert parse(laid_out(built.text)).prettify() == tree_.prettify()


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_value_ends_its_string(first: str, second: str) -> None:
    found = parse(f"x{{a={quoted(first)},b={quoted(second)}}}").matchers.matchers
    assert [(each.name, each.value) for each in found] == [("a", first), ("b", second)]


@given(
    st.lists(st.text(alphabet="ab.+*?()[]{}|^$\\-/", min_size=1, max_size=5), min_size=1, max_size=3),
    st.text(max_size=5),
)
def test_a_list_of_values_matches_them_and_nothing_else(values: list[str], other: str) -> None:
    regex = re.compile(regex_of(values))
    assert all(regex.fullmatch(value) for value in values)
    assert bool(regex.fullmatch(other)) == (other in values)
    assert parse(selector("x", [("a", "=~", regex_of(values))]).text)


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_a_factor_is_kept(factor: float) -> None:
    written = scaled(number(1), factor).text
    left, operator, right = (f"{written} * 1").split(" ")[:3]
    value = float(left) / float(right) if operator == "/" else float(left) * float(right)
    assert value == pytest.approx(factor, rel=1e-9)


def test_several_vectors_are_joined_from_the_left() -> None:
    assert union([Expr("a"), Expr("b"), Expr("c or d", 1)]).text == "a or b or (c or d)"


def test_match_narrows_both_sides_of_a_share_and_the_parts_own_its_part_alone() -> None:
    share = "ratio: {of: memory, to: memory, match: {pod: a}}, match: {namespace: x}, above: 10%"
    part, _, whole = expr(share, "type: beta, namespace: ml").partition(" / ")
    assert 'namespace="x"' in part
    assert 'pod="a"' in part
    assert 'namespace="x"' in whole
    assert 'pod="a"' not in whole
