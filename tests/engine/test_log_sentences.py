"""Sentences about log lines, on a component and a collector made up for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from log_support import HEAD, LOGS, STREAMS, stack

from obsgen import tools
from obsgen.components.catalogue import catalogue
from obsgen.findings import InputError
from obsgen.logql import parse
from obsgen.profile.load import parse_profile
from obsgen.profile.models import ObjectiveChoice
from obsgen.render.objects import Rendered, render_objects
from obsgen.render.rules.alerts import RenderedAlert, alerts
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_profile


def alert(root: Path, sentence: str, logs: str = LOGS) -> RenderedAlert:
    (found,) = alerts(stack(root, sentence, logs))
    assert found.language == "logql"
    return found


MIXED = "an alert speaks of metrics or of log lines, not of both"
TWO = "log lines and metrics cannot stand in one sentence"
SHIPPED = "logs: {collector: shipper, ruler: configmap}"
READS = f'{STREAMS} |= "answer" | json answer="answer"'
CASES = {
    "signal: talks, above: 1req/s": f'sum by (namespace) (rate({READS} | __error__="" | answer!="" [5m])) > 1',
    "signal: talks, over: {increase: 1h}, above: 3": (
        f'sum by (namespace) (count_over_time({READS} | __error__="" | answer!="" [1h])) > 3'
    ),
    "signal: noes, above: 1req/s": f'sum by (namespace) (rate({READS} | __error__="" | answer=~"no|false" [5m])) > 1',
    "signal: noes, by: [model], above: 1req/s": (
        f'sum by (namespace, model) (rate({STREAMS} |= "answer" | json answer="answer", model="request.model"'
        ' | __error__="" | answer=~"no|false" [5m])) > 1'
    ),
    "signal: noes, match: {model: big}, above: 1req/s": (
        f'sum by (namespace) (rate({STREAMS} |= "answer" | json answer="answer", model="request.model"'
        ' | __error__="" | answer=~"no|false" and model="big" [5m])) > 1'
    ),
    "signal: noes, match: {pod: bot-1}, above: 1req/s": (
        'sum by (namespace) (rate({namespace="apps", pod="bot-1", pod=~"bot-.*"} |= "answer" | json answer="answer"'
        ' | __error__="" | answer=~"no|false" [5m])) > 1'
    ),
    "ratio: {of: noes, to: talks}, above: share": (
        f'sum by (namespace) (rate({READS} | __error__="" | answer=~"no|false" [5m]))'
        f' / sum by (namespace) (rate({READS} | __error__="" | answer!="" [5m])) > 0.2'
    ),
    "signal: spans, quantile: 0.95, above: 8s": (
        f'quantile_over_time(0.95, {STREAMS} |= "took_ms" | json took_ms="took_ms" | unwrap took_ms'
        ' | __error__="" [5m]) by (namespace) / 1000 > 8'
    ),
    "signal: spans, mean: true, rate: 10m, above: 8s": (
        f'avg_over_time({STREAMS} |= "took_ms" | json took_ms="took_ms" | unwrap took_ms'
        ' | __error__="" [10m]) by (namespace) / 1000 > 8'
    ),
    "signal: spans, over: {max: 10m}, above: 8s": (
        f'max_over_time({STREAMS} |= "took_ms" | json took_ms="took_ms" | unwrap took_ms'
        ' | __error__="" [10m]) by (namespace) / 1000 > 8'
    ),
    "signal: spans, rate: true, above: 8req/s": (
        f'sum by (namespace) (rate({STREAMS} |= "took_ms" | json took_ms="took_ms" | __error__=""'
        ' | took_ms!="" [5m])) > 8'
    ),
    "signal: score, below: 60%": (
        f'avg_over_time({STREAMS} |= "score" | json judge_score="judge.score" | unwrap judge_score'
        ' | __error__="" [5m]) by (namespace) < 0.6'
    ),
    "signal: words, above: 1tok/s": (
        f'sum by (namespace) (rate({STREAMS} |= "words" | logfmt words="words" | unwrap words | __error__="" [5m])) > 1'
    ),
    "signal: words, over: {increase: 1h}, above: 9": (
        f'sum by (namespace) (sum_over_time({STREAMS} |= "words" | logfmt words="words" | unwrap words'
        ' | __error__="" [1h])) > 9'
    ),
    "mean: {sum: words, count: lines}, above: 9": (
        f'sum by (namespace) (rate({STREAMS} |= "words" | logfmt words="words" | unwrap words | __error__="" [5m]))'
        f" / sum by (namespace) (rate({STREAMS} [5m])) > 9"
    ),
    "signal: lines, absent: true": f"absent_over_time({STREAMS} [5m])",
    "signal: lines, above: 3/s, while: {signal: noes, above: 1req/s}": (
        f"sum by (namespace) (rate({STREAMS} [5m])) > 3 and on (namespace)"
        f' sum by (namespace) (rate({READS} | __error__="" | answer=~"no|false" [5m])) > 1'
    ),
}


@pytest.mark.parametrize(("sentence", "expected"), CASES.items())
def test_a_sentence_about_log_lines_is_logql(tmp_path: Path, sentence: str, expected: str) -> None:
    expr = alert(tmp_path, sentence).expr
    assert expr == expected
    assert parse(expr).is_metric


@pytest.mark.tools
def test_loki_accepts_every_sentence(real_tool: Callable[[str], tools.Tool]) -> None:
    asked = "\n".join(json.dumps({"id": "", "expr": expr}) for expr in CASES.values())
    done = tools.run(real_tool("logql"), [], input=asked)
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert [answer for answer in answers if not answer["ok"]] == []
    assert len(answers) == len(CASES)


def test_a_collector_decides_about_labels_of_streams_and_where_fields_stand(tmp_path: Path) -> None:
    wrapped = alert(
        tmp_path, "signal: noes, by: [model, pod], above: 1req/s", "logs: {collector: shipper, ruler: configmap}"
    )
    assert wrapped.expr == (
        'sum by (cluster, ns, model, k8s_pod) (rate({k8s_pod=~"bot-.*", ns="apps"} |= "answer"'
        ' | json answer="structured.answer", model="structured.request.model"'
        ' | __error__="" | answer=~"no|false" [5m])) > 1'
    )


def test_a_line_that_is_wrapped_and_no_json_is_taken_out_first(tmp_path: Path) -> None:
    wrapped = alert(tmp_path, "signal: words, above: 1tok/s", SHIPPED)
    assert '|= "words" | json line="message" | line_format "{{.line}}" | logfmt words="words" | unwrap' in wrapped.expr


def test_a_profile_may_say_how_streams_are_labelled(tmp_path: Path) -> None:
    found = alert(tmp_path, "signal: lines, above: 3/s", LOGS.replace("url", "labels: {pod: instance}, url"))
    assert '{instance=~"bot-.*", namespace="apps"}' in found.expr


def test_texts_speak_of_labels_and_windows_of_logs_as_of_any(tmp_path: Path) -> None:
    found = alert(tmp_path, "signal: noes, over: {increase: 1h}, by: [model], above: 3")
    assert found.description == '{{ $labels.model }} {{ $value | printf "%.0f" }} 1 hour'


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("ratio: {of: noes, to: told}, above: share", TWO),
        ("ratio: {of: told, to: noes}, above: share", TWO),
        ("mean: {sum: words, count: told}, above: 3", TWO),
        (
            "signal: noes, above: 1req/s, while: {signal: told, above: 1/s}",
            MIXED,
        ),
        ("signal: told, above: 1/s, unless: {signal: noes}", MIXED),
        ("any: [{signal: told, above: 1/s}, {signal: noes, above: 1req/s}]", MIXED),
        ("signal: noes, quantile: 0.5, above: 3", "noes is a counter: it has no quantile"),
        ("signal: noes, over: {deriv: 5m}, above: 3", "log lines have no `deriv`: increase"),
        ("signal: spans, above: 3s", "spans is a histogram: say quantile"),
        ("signal: score, quantile: 0.5, above: 3%", "score is a gauge: it has no rate and no quantile"),
        ("signal: score, agg: sum, above: 3%", "`agg` knows avg, max and min"),
        ("signal: score, over: {changes: 5m}, above: 3%", "log lines have no `changes`"),
        ("expr: \"<< series('noes') >> > 1\", unit: count", "'noes' is log lines, and an expression is PromQL"),
    ],
)
def test_what_makes_no_sense_of_log_lines_is_told_at_the_sentence(tmp_path: Path, sentence: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        alerts(stack(tmp_path, sentence))
    (only,) = caught.value.findings
    assert only.place.file.endswith("speaker/alerts.yaml")


@pytest.mark.parametrize("file", ["recording.yaml", "slos.yaml"])
def test_prometheus_records_no_log_lines(tmp_path: Path, file: str) -> None:
    text = {
        "recording.yaml": "- {record: 'obsgen:noes:rate5m', group: g, signal: noes}\n",
        "slos.yaml": (
            "kind: {title: t, description: d, events: {bad: [noes], of: [talks]}, target: 99%, window: 30d, "
            "alert: Bbb, group: g}\n"
        ),
    }[file]
    profile = "" if file == "recording.yaml" else "environments: {}\n"
    made = stack(tmp_path, "", more={f"speaker/{file}": text}, profile=profile)
    if file == "slos.yaml":
        made = with_objective(made)
    with pytest.raises(InputError, match="is log lines, and Prometheus knows metrics alone"):
        render_objects(made, [])


def with_objective(made: Stack) -> Stack:
    mine = [
        replace(each, objectives={"kind": ObjectiveChoice()} if each.name == "bot" else {}) for each in made.instances
    ]
    return replace(made, instances=tuple(mine))


def rendered(root: Path, sentence: str, logs: str = LOGS) -> Rendered:
    return render_objects(stack(root, sentence, logs), [])


def test_an_alert_that_nobody_evaluates_is_left_out_and_said_so(tmp_path: Path) -> None:
    made = rendered(tmp_path, "signal: noes, above: 1req/s", "logs: {url: 'http://l'}")
    assert made.alerts == ()
    assert "nothing evaluates alerts on logs: Aaa left out (logs.ruler)" in made.stack.assumptions


def test_prometheus_gets_the_limit_of_an_alert_on_logs_and_not_the_alert(tmp_path: Path) -> None:
    made = rendered(tmp_path, "ratio: {of: noes, to: talks}, above: share")
    rules = [
        rule
        for each in made.objects
        if each.object["kind"] == "PrometheusRule"
        for group in each.object["spec"]["groups"]
        for rule in group["rules"]
    ]
    assert [(rule.get("alert"), rule.get("record"), rule["expr"]) for rule in rules] == [
        (None, "obsgen:alert_threshold", "vector(0.2)")
    ]


def test_without_logs_such_signals_are_not_there(tmp_path: Path) -> None:
    made = stack(tmp_path, "signal: told, above: 1/s", "")
    (bot,) = (each for each in made.instances if each.name == "bot")
    assert set(bot.signals) == {"told"}
    with pytest.raises(InputError, match="exposes no signal 'noes'"):
        alerts(stack(tmp_path, "signal: noes, above: 1req/s", ""))


def test_whose_lines_are_whose_is_assumed_where_pods_are_not_named(tmp_path: Path) -> None:
    named = stack(tmp_path, "signal: noes, above: 1req/s")
    assert not [text for text in named.assumptions if "log lines may come from" in text]
    text = "exporters: [{name: other, type: speaker, namespace: apps}]\n"
    made = resolve_profile(parse_profile(f"{HEAD}{LOGS}\n{text}"), catalogue([tmp_path]))[0]
    assert "other's log lines may come from any pod of namespace apps (pods)" in made.assumptions


@pytest.mark.parametrize(
    ("logs", "check", "word"),
    [
        ("{collector: shiper}", "profile/unknown-component", "shipper"),
        ("{type: lokistack}", "profile/missing-key", "storageClass"),
        ("{type: lokistack, storageClass: s, ruler: configmap}", "profile/value", "alertingrule"),
        ("{type: lokistack, storageClass: s, retention: 36h}", "profile/duration", "14d"),
        ("{oidc: {issuerURL: 'https://i', tokenURL: 'https://t', user: u}}", "profile/value", "remove"),
    ],
)
def test_a_section_on_logs_that_cannot_be_is_told_at_its_place(
    tmp_path: Path, logs: str, check: str, word: str
) -> None:
    with pytest.raises(InputError) as caught:
        stack(tmp_path, "signal: told, above: 1/s", f"logs: {logs}")
    (only,) = caught.value.findings
    assert (only.id, only.place.line) == (check, 4)
    assert word in only.hint


def test_a_collector_that_fits_no_such_cluster_is_told_at_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        stack(tmp_path, "", "logs: {collector: shipper}\ncluster: {provider: openshift}")
    (only,) = caught.value.findings
    assert (only.id, only.place.line, only.place.column) == ("profile/options", 4, 19)


def test_a_field_that_is_none_is_told_in_the_component(tmp_path: Path) -> None:
    signals = {
        "speaker/signals.yaml": "odd: {help: o, type: counter, unit: events, series: [{log: {where: {'a b': 1}}}]}\n"
    }
    with pytest.raises(InputError, match="'a b' names no field of a log line"):
        stack(tmp_path, "", more=signals)


def test_a_series_is_a_metric_or_log_lines(tmp_path: Path) -> None:
    for row in ("{}", "{name: a_total, log: {}}"):
        signals = {"speaker/signals.yaml": f"odd: {{help: o, type: counter, unit: events, series: [{row}]}}\n"}
        with pytest.raises(InputError, match="a series is a metric or log lines"):
            stack(tmp_path, "", more=signals)
