"""Windows of rules and boards: wide enough for the scrapes that they look back on, and told where they are."""

from __future__ import annotations

import pytest
from engine_support import ALPHA, HEAD, finding, marked, panels, rule, tree
from hypothesis import given
from hypothesis import strategies as st

from obsgen.render.queries.windows import SCRAPES, fitted, in_words
from obsgen.units import duration, prometheus_duration

SLOW = "prometheus: {scrapeInterval: 2m}\n"
OWN = 'job="chat",namespace="ml"'


def mine(sentence: str, more: str = "") -> str:
    """An alert of one's own at the server of ALPHA."""
    texts = "group: g, for: 5m, severity: info, summary: s, description: 'In << window >>, for << waited >>.'"
    return f"{ALPHA}alerts: {{Mine: {{server: chat, {sentence}, {texts}}}}}\n{more}"


@given(st.integers(1, 86400), st.integers(1, 3600))
def test_a_window_holds_four_scrapes_and_is_never_shorter_than_said(seconds: int, interval: int) -> None:
    window = fitted(prometheus_duration(seconds), interval)
    used = duration(window.used)
    assert used >= max(seconds, SCRAPES * interval)
    assert window.is_wider == (used > seconds)
    assert not window.is_wider or (used % 60 == 0 and used - SCRAPES * interval < 60)


@given(st.sampled_from(["$__rate_interval", "$__range"]), st.integers(1, 3600))
def test_grafanas_windows_are_grafanas(said: str, interval: int) -> None:
    assert fitted(said, interval).used == said


@pytest.mark.parametrize(
    ("window", "words"),
    [("5m", "5 minutes"), ("1h", "1 hour"), ("2d", "2 days"), ("90s", "90 seconds"), ("1s", "1 second")],
)
def test_a_window_in_words(window: str, words: str) -> None:
    assert in_words(window) == words


@pytest.mark.parametrize(
    ("sentence", "more", "expr"),
    [
        ("signal: tokens, below: 1tok/s", "", "rate(alpha_tokens_total{}[5m])"),
        ("signal: tokens, below: 1tok/s", SLOW, "rate(alpha_tokens_total{}[8m])"),
        ("signal: tokens, rate: 1m, below: 1tok/s", "", "rate(alpha_tokens_total{}[2m])"),
        ("signal: tokens, rate: 15m, below: 1tok/s", SLOW, "rate(alpha_tokens_total{}[15m])"),
        ("signal: tokens, over: {increase: 5m}, below: 1", SLOW, "increase(alpha_tokens_total{}[8m])"),
        ("signal: waiting, over: {max: 5m}, above: 1", SLOW, "max_over_time(alpha_waiting{}[8m])"),
        ("signal: latency, quantile: 0.9, above: 1s", SLOW, "rate(alpha_request_seconds_bucket{}[8m])"),
        ("signal: latency, mean: true, above: 1s", SLOW, "rate(alpha_request_seconds_sum{}[8m])"),
        ("signal: latency, over: {increase: 1m}, above: 1", SLOW, "increase(alpha_request_seconds_count{}[8m])"),
        ("ratio: {of: tokens, to: requests}, above: 1%", SLOW, "rate(alpha_tokens_total{}[8m])"),
        ("mean: {sum: tokens, count: requests}, above: 1", SLOW, "rate(alpha_requests_total{}[8m])"),
    ],
)
def test_windows_of_rules_follow_the_scrape_interval(sentence: str, more: str, expr: str) -> None:
    assert expr.replace("{}", f"{{{OWN}}}") in rule(tree(mine(sentence, more)).base, "Mine")["expr"]


def test_a_servers_own_interval_decides_about_its_rules_alone() -> None:
    servers = "modelServers: [{name: a, type: alpha, interval: 75s, namespace: ml}, {name: b, type: alpha}]\n"
    exprs = [alert.expr for alert in tree(HEAD + servers + SLOW).base.alerts if alert.key == "AlphaLatencyHigh"]
    assert ["[5m]" in each for each in exprs] == [True, False]
    assert "[8m]" in exprs[1]


def test_an_alert_says_what_window_it_has_and_how_long_it_waits() -> None:
    quick, slow = (
        rule(tree(mine("signal: failures, over: {increase: 5m}, above: 3", more)).base, "Mine")["annotations"]
        for more in ("", SLOW)
    )
    assert quick["description"] == "In 5 minutes, for 5 minutes."
    assert slow["description"] == "In 8 minutes, for 5 minutes."


def test_a_window_is_told_to_people_where_it_is_wider_than_the_component_says() -> None:
    quick, slow = tree(ALPHA), tree(ALPHA + SLOW)
    assert "window" not in quick.files["README.md"].decode()
    assert "| above 8 s for 2m (window 8m) |" in slow.files["README.md"].decode()
    assert "| above 8 s for 2m (window 8m) | critical |" in slow.files["runbooks/AlphaLatencyHigh.md"].decode()
    # Its own window is ten minutes long.
    assert "| above 10 requests for 3m |" in slow.files["README.md"].decode()


def test_alerts_that_one_scrape_can_fire_are_told() -> None:
    (told,) = (each for each in tree(ALPHA + SLOW).base.stack.assumptions if "one scrape" in each)
    assert told.startswith("AlphaLatencyHigh, AlphaFailing, AlphaQueued may fire on one scrape of chat")
    assert told.endswith("(alerts.AlphaLatencyHigh.for)")
    patient = "alerts: {AlphaLatencyHigh: {for: 4m}, AlphaFailing: {for: 4m}, AlphaQueued: {for: 4m}}\n"
    for text in (ALPHA, ALPHA + SLOW + patient):
        assert not [each for each in tree(text).base.stack.assumptions if "one scrape" in each]


@pytest.mark.parametrize(
    "more",
    [
        "prometheus: {scrapeInterval: ^121s}\n",
        "prometheus: {evaluationInterval: ^5m}\n",
        "gpuExporter: {type: probe, interval: ^1h}\n",
        "environments: {dev: {prometheus: {scrapeInterval: ^3m}}}\n",
    ],
)
def test_samples_that_lie_too_far_apart_are_refused_where_that_is_written(more: str) -> None:
    text, line, column = marked(ALPHA + more)
    told = finding(text)
    assert (told.id, told.place.line, told.place.column) == ("profile/interval", line, column)
    assert "at most 2m" in told.hint
    assert "5 minutes" in told.hint


def test_two_minutes_are_not_too_far_apart() -> None:
    assert tree(ALPHA + "prometheus: {scrapeInterval: 2m, evaluationInterval: 2m}\n").base.alerts


def test_a_boards_queries_say_how_often_their_targets_are_scraped() -> None:
    text = ALPHA + "environments: {dev: {modelServers: {chat: {interval: 1m15s}}}}\n"
    (board,) = (each for each in tree(text).boards if each.name == "alpha")
    targets = [target for panel in panels(board.json) for target in panel.get("targets", ())]
    assert {target.get("interval") for target in targets if "$__rate_interval" in target["expr"]} == {"1m15s"}
    assert not [target for target in targets if "$__rate_interval" not in target["expr"] and "interval" in target]
