"""What the shipped profiles bring is fed, and told to somebody: series behind alerts, a heartbeat, budgets, texts."""

from __future__ import annotations

from row_support import PROFILES, alert, shipped, text_of

from obsgen import pipeline
from obsgen.profile.load import parse_profile

PLATFORM = "inference-platform"
COSTS = "ai-infrastructure"


def test_the_platforms_own_prometheus_collects_what_its_alerts_stand_on() -> None:
    assert "kube_pod_container_resource_limits" in alert("HighMemoryUsage", PLATFORM).expr
    kinds = {(each.object["kind"], each.object["metadata"]["name"]) for each in shipped(PLATFORM).base.objects}
    wanted = [("ServiceMonitor", "kube-state-metrics"), ("ScrapeConfig", "cadvisor"), ("ScrapeConfig", "kubelet")]
    assert kinds.issuperset(wanted)


def test_the_only_alertmanager_sends_a_heartbeat() -> None:
    assert [each.name for each in shipped(PLATFORM).base.alerts if "heartbeat" in each.labels] == ["Heartbeat"]


def test_every_line_of_a_message_stays_a_line() -> None:
    alertmanager = shipped(PLATFORM).base.stack.settings.alertmanager
    slack = alertmanager and alertmanager.receivers["slack-notifications"].slack
    assert slack
    assert slack.text
    assert "*Severity:*" in {line.split(" ")[0] for line in slack.text.splitlines()}


def test_a_budget_is_watched_where_there_is_one() -> None:
    without, with_one = (
        pipeline.render(parse_profile(text_of(COSTS, *changes), folder=PROFILES))
        for changes in ((), (("research: {receiver: research}", "research: {receiver: research, budget: 9USD/day}"),))
    )
    for tree, watched in ((without, False), (with_one, True)):
        (board,) = (each for each in tree.boards if each.name == "cost")
        titles = {panel["title"] for panel in board.json["panels"]}
        assert ("TeamBudgetExceeded" in {each.name for each in tree.base.alerts}) is watched
        assert ("Budget used" in titles) is watched
