"""What a name means: alerts, panels, series, signals, receivers, monitors, targets; and names that mean nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from trace_support import WHOLE, copied, hop, kinds, only

from obsgen.findings import InputError
from obsgen.trace import State, trace
from obsgen.trace.tracing import Tracer


@pytest.fixture(scope="module")
def tracer() -> Tracer:
    return Tracer([WHOLE])


@pytest.mark.parametrize(
    ("name", "kind", "called"),
    [
        ("QueueLong", "alert", "QueueLong"),
        ("queuelong", "alert", "QueueLong"),
        ("Waiting", "panel", "Chat / Waiting"),
        ("Chat / Waiting", "panel", "Chat / Waiting"),
        ("chat/waiting", "panel", "Chat / Waiting"),
        ("vllm:num_requests_waiting", "metric", "vllm:num_requests_waiting"),
        ("chat:waiting:sum", "metric", "chat:waiting:sum"),
        ("requests_waiting", "metric", "requests_waiting"),
        ("vllm.requests_waiting", "metric", "vllm.requests_waiting"),
        ("pager", "receiver", "pager"),
        ("ServiceMonitor/chat", "monitor", "ServiceMonitor models/chat"),
        ("ServiceMonitor models/chat", "monitor", "ServiceMonitor models/chat"),
        ("Service models/chat", "target", "Service models/chat"),
        ("Deployment/chat", "target", "Deployment models/chat"),
    ],
)
def test_names_are_understood(tracer: Tracer, name: str, kind: str, called: str) -> None:
    (found,) = tracer.trace(name).traces
    assert (found.kind, found.name) == (kind, called)
    assert not found.broken


def test_a_name_of_several_things_tells_each_and_no_path_twice(tracer: Tracer) -> None:
    assert [each.kind for each in tracer.trace("chat").traces] == ["receiver", "monitor"]


def test_a_metric_leads_to_the_alerts_and_to_who_is_told(tracer: Tracer) -> None:
    (found,) = tracer.trace("vllm:num_requests_waiting").traces
    assert kinds(found) == ["exporter", "service", "monitor", "prometheus", "recorded", "alert", "dashboard"]
    ends = [each.text for each in found.hops if each.kind == "alert"]
    assert ends == ["QueueGrowing → pager: pagerduty", "QueueLong → chat: slack"]


def test_a_series_that_a_rule_records_is_told_with_what_it_is_made_of(tracer: Tracer) -> None:
    (found,) = tracer.trace("chat:waiting:sum").traces
    assert kinds(found) == ["exporter", "service", "monitor", "prometheus", "rule", "alert"]
    assert hop(found, "exporter").text.endswith("vllm:num_requests_waiting (gauge)")


def test_a_metric_that_nobody_asks_for_counts_if_it_runs(tracer: Tracer) -> None:
    (found,) = tracer.trace("vllm:e2e_request_latency_seconds").traces
    assert hop(found, "exporter").text == "vLLM 0.12 exposes vllm:e2e_request_latency_seconds (histogram)"
    assert "alert" not in kinds(found)
    with pytest.raises(InputError):
        tracer.trace("DCGM_FI_DEV_GPU_TEMP")


def test_a_panel_tells_the_alerts_on_the_same_series(tracer: Tracer) -> None:
    (found,) = tracer.trace("Waiting").traces
    assert kinds(found) == ["exporter", "service", "monitor", "prometheus", "panel", "alert"]
    assert found.sentence.startswith("shows sum(vllm:num_requests_waiting")


def test_a_receiver_is_told_backward(tracer: Tracer) -> None:
    (found,) = tracer.trace("pager").traces
    assert kinds(found) == ["alert", "route", "receiver", "secret"]
    assert hop(found, "alert").text == "QueueGrowing by severity=critical"


def test_a_receiver_that_nothing_reaches_says_so(tmp_path: Path) -> None:
    found = only("pager", copied(tmp_path, ("rules.yaml", "severity: critical", "severity: page")))
    assert hop(found, "alert").text == "no alert of these files"
    assert hop(found, "alert").state == State.ASSUMED


def test_a_monitor_tells_all_that_is_made_of_it(tracer: Tracer) -> None:
    (found,) = tracer.trace("models/chat").traces
    assert kinds(found) == ["service", "monitor", "prometheus", "recorded", "alert", "dashboard"]
    assert found.sentence == "brings vllm:num_requests_waiting"


def test_a_service_that_nothing_scrapes_says_so(tmp_path: Path) -> None:
    shop = copied(tmp_path, ("workload.yaml", "{name: chat, namespace: models, labels: {app: chat}}", "{name: other}"))
    found = only("Service/other", shop)
    assert found.sentence == "scraped by nothing among these files"


def test_one_name_in_two_folders_of_one_repository_is_told_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(WHOLE, tmp_path / name)
    found = trace("QueueLong", [tmp_path]).traces
    assert len(found) == 2
    assert len({each.place for each in found}) == 2


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("QueueGrowin", "did you mean 'QueueGrowing'?"),
        ("Watting", "did you mean 'Waiting'?"),
        ("pagger", "did you mean 'pager'?"),
        ("vllm:num_requests_waitin", "did you mean 'vllm:num_requests_waiting'?"),
        ("zzz", "name one of these, or other paths: obsgen trace NAME PATH…"),
        ("", "name one of these, or other paths: obsgen trace NAME PATH…"),
    ],
)
def test_unknown_names_are_told_with_what_was_meant(tracer: Tracer, name: str, hint: str) -> None:
    with pytest.raises(InputError) as problem:
        tracer.trace(name)
    (finding,) = problem.value.findings
    assert finding.id == "trace/unknown-name"
    assert finding.hint == hint


def test_files_that_cannot_be_read_are_mentioned_where_a_name_is_unknown(tmp_path: Path) -> None:
    shop = copied(tmp_path)
    (shop / "more.yaml").write_text("groups: [", encoding="utf-8")
    with pytest.raises(InputError, match="is called 'Nothing'") as problem:
        trace("Nothing", [shop])
    assert "1 file cannot be read" in problem.value.findings[0].hint


def test_environments_are_of_rendered_trees_alone() -> None:
    with pytest.raises(InputError, match="no environment is called 'prod'") as problem:
        trace("QueueLong", [WHOLE], "prod")
    assert problem.value.findings[0].id == "trace/unknown-environment"
