"""What could be rendered and would make no sense: alerts that never fire, servers scraped twice, budgets forgotten."""

from __future__ import annotations

import pytest
from engine_support import ALPHA, HEAD, finding, findings, marked, rule, tree

MINE = (
    'alerts: {{Mine: {{server: chat, group: g, for: 1m, severity: info, summary: s, description: "{description}", '
    "{sentence}}}}}\n"
)


def mine(sentence: str, description: str = "d") -> str:
    return ALPHA + MINE.format(sentence=sentence, description=description)


@pytest.mark.parametrize(
    "sentence",
    [
        "signal: waiting, ^below: 0",
        "signal: latency, quantile: 0.95, ^below: 0s",
        "signal: waiting, over: {avg: 5m}, ^below: 0",
        "any: [{signal: waiting, ^below: 0}, {signal: waiting, above: 5}]",
    ],
)
def test_a_limit_that_nothing_is_below_is_refused_where_it_stands(sentence: str) -> None:
    text, line, column = marked(mine(sentence))
    (told,) = findings(text)
    assert told.id == "signal/sentence"
    assert "could never fire" in told.message
    assert (told.place.line, told.place.column) == (line, column + len("below: "))


@pytest.mark.parametrize(
    "sentence",
    [
        "signal: waiting, below: 1",
        "signal: waiting, above: 0",
        "signal: waiting, over: {deriv: 5m}, below: 0",
        "signal: waiting, times: -1, below: 0",
        "expr: sum(up) - 3, unit: count, below: 0",
    ],
)
def test_a_limit_that_something_may_be_below_is_right(sentence: str) -> None:
    assert findings(mine(sentence)) == []


def test_a_text_names_labels_that_its_alert_has() -> None:
    told = finding(mine("signal: waiting, by: [model], above: 3", "<< label('pod') >> waits"))
    assert (told.id, told.message) == (
        "signal/label",
        "this alert has no label 'pod': it keeps cluster, namespace, model",
    )
    assert told.hint.startswith("add pod to `by:`")
    text = mine(
        "signal: waiting, by: [model], above: 3", "<< label('model') >> on << label('cluster') >> and << name >>"
    )
    description = rule(tree(text).base, "Mine")["annotations"]["description"]
    assert description.endswith(" on {{ $labels.cluster }} and chat")


TWO = (
    HEAD
    + "modelServers:\n  - {{name: a, type: alpha, namespace: ml, {}}}\n  - ^{{name: b, type: alpha, namespace: {}}}\n"
)


@pytest.mark.parametrize("second", ["ml, selector: {app: x, tier: y}", "ml, selector: {tier: y, app: x}"])
def test_a_server_that_is_scraped_as_another_is_refused_where_it_stands(second: str) -> None:
    text, line, column = marked(TWO.format("selector: {app: x, tier: y}", second))
    told = finding(text)
    assert (told.id, told.place.line, told.place.column) == ("profile/same-target", line, column)


@pytest.mark.parametrize(
    "second",
    [
        "ml, selector: {app: z}",
        "other, selector: {app: x}",
        "ml, selector: {app: x}, port: other",
        "ml, selector: {app: x}, path: /other",
        "ml, selector: {app: x}, monitor: false",
    ],
)
def test_servers_that_differ_in_any_way_are_two(second: str) -> None:
    text, *_ = marked(TWO.format("selector: {app: x}", second))
    assert findings(text) == []


@pytest.mark.parametrize(
    ("traces", "otlp"),
    [
        ("{}", "tempo.monitoring.svc:4317"),
        ("{url: 'http://tempo.tempo.svc:3200'}", "tempo.tempo.svc:4317"),
        ("{url: 'https://tempo.example.org/api'}", "tempo.example.org:4317"),
        ("{url: 'http://tempo.tempo.svc:3200', otlp: 'otlp.tempo.svc:14317'}", "otlp.tempo.svc:14317"),
    ],
)
def test_spans_go_where_traces_are_asked(traces: str, otlp: str) -> None:
    assert tree(ALPHA + f"traces: {traces}\n").base.stack.context["traces"]["otlp"] == otlp


BUDGET = ALPHA.rstrip("\n").removesuffix("}") + ", objectives: {fast: "


@pytest.mark.parametrize(
    ("prometheus", "objective", "told"),
    [
        ("mode: managed", "", True),
        ("mode: managed, retention: 30d", "", False),
        ("mode: managed", "{window: 14d}", False),
        ("mode: values, retention: 7d", "{window: 14d}", True),
        ("mode: existing", "", False),
    ],
)
def test_an_objective_over_more_than_is_kept_is_told(prometheus: str, objective: str, told: bool) -> None:
    text = f"{BUDGET}{objective or 'null'}}}}}\nprometheus: {{{prometheus}}}\n"
    assumed = [each for each in tree(text).base.stack.assumptions if "objective fast of chat is over" in each]
    assert bool(assumed) is told
