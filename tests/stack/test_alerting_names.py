"""Receivers, teams and time intervals that nothing has: told at their lines, with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_support import Resolved, component

CHAT = """
modelServers: [{name: it, type: shop, team: search}]
teams:
  search: {receiver: chat, severities: {critical: pager}}
alertmanager:
  receivers:
    chat: {slack: {channel: "#a", url: {secret: s, key: k}}}
    pager: {pagerduty: {routingKey: {secret: s, key: p}}}
  receiver: chat
  severities: {critical: pager}
  routes:
    - {match: {severity: info}, receiver: chat, mute: [nights], only: [days]}
  timeIntervals:
    nights: {times: [{start: "00:00", end: "06:00"}]}
    days: {weekdays: ["monday:friday"]}
  heartbeat: {receiver: chat}
"""


def findings(root: Path, text: str) -> list[tuple[str, int, str, str]]:
    """Id, line (that of `modelServers` is 2), message and hint of everything that is told."""
    component(root)
    return [(f.id, f.place.line - 3, f.message, f.hint) for f in Resolved(root, text).findings]


def test_names_that_are_there_are_not_told(tmp_path: Path) -> None:
    assert findings(tmp_path, CHAT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("search: {receiver: chat", "search: {receiver: chatt", 4),
        ("severities: {critical: pager}}", "severities: {critical: chatt}}", 4),
        ("  receiver: chat\n", "  receiver: chatt\n", 9),
        ("\n  severities: {critical: pager}\n", "\n  severities: {critical: chatt}\n", 10),
        ("{severity: info}, receiver: chat", "{severity: info}, receiver: chatt", 12),
        ("heartbeat: {receiver: chat}", "heartbeat: {receiver: chatt}", 16),
    ],
)
def test_a_receiver_that_nothing_has(tmp_path: Path, right: str, wrong: str, line: int) -> None:
    assert right in CHAT
    ((check, where, message, hint),) = findings(tmp_path, CHAT.replace(right, wrong))
    assert (check, where, message) == ("profile/unknown-receiver", line, "no receiver 'chatt'")
    assert hint == "did you mean 'chat'? known: chat, pager"


@pytest.mark.parametrize(("right", "wrong"), [("mute: [nights]", "mute: [night]"), ("only: [days]", "only: [day]")])
def test_a_time_interval_that_nothing_has(tmp_path: Path, right: str, wrong: str) -> None:
    ((check, where, _, hint),) = findings(tmp_path, CHAT.replace(right, wrong))
    assert (check, where) == ("profile/unknown-time-interval", 12)
    assert "did you mean" in hint


def test_a_team_that_nothing_has(tmp_path: Path) -> None:
    ((check, where, _, hint),) = findings(tmp_path, CHAT.replace("team: search", "team: serach"))
    assert (check, where) == ("profile/unknown-team", 2)
    assert "'search'" in hint


def test_a_team_where_there_are_none_and_teams_without_an_alertmanager(tmp_path: Path) -> None:
    alone = "\nmodelServers: [{name: it, type: shop, team: x}]\n"
    ((check, _, _, hint),) = findings(tmp_path, alone)
    assert (check, hint) == ("profile/unknown-team", "there is no team at all")
    ((check, where, *_),) = findings(tmp_path, alone + "teams: {x: {receiver: chat}}\n")
    assert (check, where) == ("profile/no-alertmanager", 3)


def test_times_of_objects_are_utc(tmp_path: Path) -> None:
    here = CHAT.replace('weekdays: ["monday:friday"]', 'weekdays: ["monday:friday"], location: Europe/Berlin')
    assert findings(tmp_path, here) == []
    config = here.replace("alertmanager:\n", "alertmanager:\n  delivery: config\n")
    ((check, where, *_),) = findings(tmp_path, config)
    assert (check, where) == ("profile/time-zone", 16)


def test_what_is_at_fault_itself_makes_no_further_faults(tmp_path: Path) -> None:
    broken = CHAT.replace('"#a"', '"two words"')
    assert {check for check, *_ in findings(tmp_path, broken)} == {"profile/value"}


@pytest.mark.parametrize(
    ("receiver", "check"),
    [
        ("{sendResolved: false}", "profile/silent-receiver"),
        ("{email: {to: a@b.c, from: a@b.c, smarthost: 'm:25', username: u}}", "profile/missing-key"),
        ("{email: {to: a@b.c, from: a@b.c, smarthost: 'm:25', password: {secret: s, key: k}}}", "profile/missing-key"),
    ],
)
def test_receivers_that_cannot_tell_anybody(tmp_path: Path, receiver: str, check: str) -> None:
    text = f"\nmodelServers: [{{name: it, type: shop}}]\nalertmanager: {{receivers: {{a: {receiver}}}}}\n"
    assert [found for found, *_ in findings(tmp_path, text)] == [check]
