"""Edits of profiles as people make them, rendered on both sides: what is told of alerts and of who is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from rules_written import lines

from obsgen import rendering
from obsgen.diff.model import Unit
from obsgen.diff.trees import Tree
from obsgen.tree import apply_all, plan

PROFILES = Path(__file__).parents[2] / "profiles"


class Edit(NamedTuple):
    """A profile, and texts in it with those that replace them."""

    profile: str
    texts: tuple[tuple[str, str], ...]


def edit(profile: str, *texts: tuple[str, str]) -> Edit:
    return Edit(profile, texts)


def rendered(text: str, name: str, room: Path) -> Tree:
    """The tree of a profile."""
    room.mkdir(parents=True)
    profile = room.parent / f"{name}.yaml"
    profile.write_text(text, encoding="utf-8")
    trees = rendering.plan((profile,), rendering.Options(out=room)).trees
    apply_all([plan(room / "out" / each.name, each.files) for each in trees])
    return Tree(room.name, room.resolve(), (room.resolve(),))


def told(asked: Edit, folder: Path) -> set[str]:
    """What is told, with the environments that it is true of: `all`, or their names."""
    old = (PROFILES / f"{asked.profile}.yaml").read_text(encoding="utf-8")
    new = old
    for before, after in asked.texts:
        assert before in new
        new = new.replace(before, after)
    sides = rendered(old, asked.profile, folder / "old"), rendered(new, asked.profile, folder / "new")
    units = [each for each in sides[1].states if each.environment]
    found = lines(*sides)
    return {f"{_where(where, units)} {line}" for line, where in found.items()}


def _where(where: set[Unit], units: list[Unit]) -> str:
    every = {each.environment for each in units}
    return "all" if where >= set(units) else ",".join(sorted({each.environment for each in where} & every))


SEVERITIES = "severities: {critical: pagerduty-critical, warning: slack-notifications}"
NIGHTS = """\
  timeIntervals: {nights: {times: [{start: '00:00', end: '06:00'}]}}
  routes: [{match: {severity: warning}, receiver: slack-notifications, mute: [nights]}]
"""
STORIES = {
    "limits": (
        edit("vllm-triton", ("e2eLatencyP95: 8s, ttftP95: 2s", "e2eLatencyP95: 12s, ttftP95: 1s")),
        {
            "all ▲ VllmP95LatencyHigh: looser: 8 s → 12 s (needs review)",
            "all ▼ VllmP95TtftHigh: tighter: 2 s → 1 s (may page)",
        },
    ),
    "one environment": (
        edit("openshift-kserve", ("PredictorsDown: {severity: warning}", "PredictorsDown: {enabled: false}")),
        {"dev - PredictorsDown: no longer alerts (warning) (may stop paging)"},
    ),
    "renamed with more": (
        edit(
            "ai-infrastructure",
            ("InferenceQueueBuildingUp, for: 5m, severity: critical", "QueueLong, for: 10m, severity: warning"),
        ),
        {
            ("all ~ QueueLong: renamed from InferenceQueueBuildingUp: silences, routes and links by the old name"
            " no longer match (needs review)"),
            "all ~ QueueLong: severity critical → warning (may stop paging)",
            "all ▲ QueueLong: later: for 5m → 10m (needs review)",
        },
    ),
    "texts": (
        edit("ai-infrastructure", ("summary: a GPU of a training job has", "summary: a GPU of training has")),
        {"all ~ TrainingGpuUnderused: other texts (safe)"},
    ),
    "window and limit": (
        edit("ai-infrastructure", ("over: {avg: 5m}", "over: {avg: 10m}"), ("below: 80%", "below: 70%")),
        {
            "all ~ TrainingGpuUnderused: window 5m → 10m (needs review)",
            "all ▲ TrainingGpuUnderused: looser: 80 % → 70 % (needs review)",
        },
    ),
    "objectives": (
        edit("ai-infrastructure", ("time_to_first_token: {target: 99%}", "time_to_first_token: {target: 95%}")),
        {
            "all ~ obsgen:slo_budget_left:ratio: 20 instead of 100 (needs review)",
            "all ~ obsgen:slo_target:ratio: 0.95 instead of 0.99 (needs review)",
            "all ▲ VllmTtftBudgetBurning: looser: 0.144 → 0.72 and 0.06 → 0.3 (needs review)",
            "all ▲ VllmTtftBudgetBurning: looser: 0.03 → 0.15 and 0.01 → 0.05 (needs review)",
        },
    ),
    "how receivers are told": (
        edit(
            "ai-infrastructure",
            ("  matcherStrategy: none\n", "  matcherStrategy: none\n  groupBy: [alertname]\n  groupWait: 2m\n"),
        ),
        {
            f"all ~ {name}: {what} (needs review)"
            for name in ("chat", "research")
            for what in (
                "grouped by alertname instead of alertname, cluster, namespace",
                "first told after 2m instead of 30s",
            )
        },
    ),
    "a channel": (
        edit("inference-platform", ('channel: "#alerts"', 'channel: "#ml-alerts"')),
        {"all ~ slack-notifications: channel #alerts → #ml-alerts (needs review)"},
    ),
    "another service": (
        edit(
            "inference-platform",
            ("pagerduty: {routingKey: {secret: alertmanager-keys, key: pagerduty-key}}",
             "opsgenie: {apiKey: {secret: alertmanager-keys, key: opsgenie-key}}"),
        ),
        {"all ~ pagerduty-critical: tells by opsgenie instead of pagerduty (needs review)"},
    ),
    "no inhibition": (
        edit("inference-platform", (f"  {SEVERITIES}\n", f"  {SEVERITIES}\n  inhibit: false\n")),
        {
            ("all - inhibition: no longer silences severity=~warning|info while severity=critical fires, for equal"
            " alertname, cluster, namespace, service (may page)")
        },
    ),
    "nights": (
        edit("inference-platform", (f"  {SEVERITIES}\n", f"  {SEVERITIES}\n{NIGHTS}")),
        {
            "all + nights: new time interval (safe)",
            "all ~ slack-notifications: silent during nights (may stop paging)",
        },
    ),
    "no heartbeat": (
        edit("inference-platform", ("  heartbeat: {receiver: heartbeat-watch}\n", "")),
        {"all - Heartbeat: no longer alerts (info) (may stop paging)"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_an_edit_is_told_in_a_few_lines(name: str, tmp_path: Path) -> None:
    asked, expected = STORIES[name]
    assert told(asked, tmp_path) == expected


def _rerouted(found: set[str]) -> Iterator[str]:
    return (each for each in found if ": now to " in each)


def test_a_team_with_another_receiver_moves_all_its_alerts_in_the_same_words(tmp_path: Path) -> None:
    found = told(
        edit("ai-infrastructure", ("assistants: {receiver: chat}", "assistants: {receiver: research}")), tmp_path
    )
    moved = list(_rerouted(found))
    assert len(moved) == len(found) > 5
    assert {each.partition(": ")[2] for each in moved} == {"now to research instead of chat (needs review)"}


def test_critical_alerts_that_only_chat_hears_of_may_stop_paging(tmp_path: Path) -> None:
    chat = SEVERITIES.replace("pagerduty-critical", "slack-notifications")
    found = told(edit("inference-platform", (SEVERITIES, chat)), tmp_path)
    assert {each.partition(": ")[2] for each in found} == {
        "now to slack-notifications instead of pagerduty-critical (may stop paging)"
    }


def test_an_alert_that_nobody_edited_is_not_told(tmp_path: Path) -> None:
    assert told(edit("inference-platform", ("# A full monitoring", "# Another full monitoring")), tmp_path) == set()


ALERTMANAGER = """\
alertmanager:
  delivery: values
  receivers:
    chat: {slack: {channel: "#ml", url: {secret: alertmanager-keys, key: slack}}}
    pager: {pagerduty: {routingKey: {secret: alertmanager-keys, key: pagerduty}}}
  severities: {critical: pager, warning: chat}
"""


def test_values_of_a_chart_decide_for_all_clusters_of_their_environment(tmp_path: Path) -> None:
    name = "cross-provider-benchmark"
    old = (PROFILES / f"{name}.yaml").read_text(encoding="utf-8") + ALERTMANAGER
    sides = (
        rendered(old, name, tmp_path / "old"),
        rendered(old.replace("critical: pager", "critical: chat"), name, tmp_path / "new"),
    )
    found = lines(*sides)
    assert {each.partition(": ")[2] for each in found} == {"now to chat instead of pager (may stop paging)"}
    clusters = {each for each in sides[1].states if each.cluster}
    assert len(clusters) == 3
    assert found["~ VllmDown: now to chat instead of pager (may stop paging)"] >= clusters
