"""Row A2: targets of inference as objectives with burn-rate alerts, and of GPUs as a warning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from promtool_rows import CHAT, Played, groups, panel, tree
from row_support import alert

from obsgen import tools
from obsgen.checks import validate
from obsgen.findings import Severity

SERVER = {**CHAT, "objectives": {"time_to_first_token": {}, "token_time": {}, "queue": {}, "errors": {}}}
GPU = {"type": "dcgm", "options": {"underuse": True}, "thresholds": {"gpuUtilization": "70%"}}
MADE: Any = tree({"modelServers": [SERVER], "gpuExporter": GPU, "prometheus": {"scrapeInterval": "1m"}})
PROFILE = "ai-infrastructure"
OWN = 'job="chat",namespace="ml",pod="chat-0",model_name="m",engine="0"'
RULES = [rule for group in groups(MADE) for rule in group["rules"]]


@pytest.fixture
def played(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> Callable[[dict[str, str]], Played]:
    return lambda series: Played(MADE, series, real_tool("promtool"), tmp_path, "1m")


def first_tokens(below: int, between: int, above: int) -> dict[str, str]:
    """First tokens a minute: within 100 ms, from there to 250 ms, and later."""
    name = "vllm:time_to_first_token_seconds"
    counted = {"0.1": below, "0.25": below + between, "+Inf": below + between + above}
    buckets = {f'{name}_bucket{{{OWN},le="{le}"}}': f"0+{count}x420" for le, count in counted.items()}
    return {**buckets, f"{name}_count{{{OWN}}}": f"0+{below + between + above}x420"}


@pytest.mark.parametrize(
    ("objective", "target"),
    [("time_to_first_token", "0.99"), ("token_time", "0.99"), ("queue", "0.99"), ("errors", "0.999")],
)
def test_targets_are_those_of_the_row(objective: str, target: str) -> None:
    (rule,) = (
        each
        for each in RULES
        if each.get("record") == "obsgen:slo_target:ratio" and each["labels"]["objective"] == objective
    )
    assert rule["expr"] == f"vector({target})"


def test_a_fifth_of_a_second_lies_between_two_buckets_and_counts_in_proportion(
    played: Callable[[dict[str, str]], Played],
) -> None:
    """200 ms are two thirds of the way from 100 ms to 250 ms: of 30 requests there 10 are late."""
    query = 'round(obsgen:slo_bad:rate{objective="time_to_first_token"} * 60, 0.01)'
    labels = '{namespace="ml",model_name="m",objective="time_to_first_token",service="chat",stack="ai"}'
    assert played(first_tokens(965, 30, 5)).gives(query, "20m", [(labels, 15)]) == ""


@pytest.mark.parametrize(
    ("late", "severities"), [(5, []), (20, ["warning"]), (70, ["critical", "warning"]), (200, ["critical", "warning"])]
)
def test_how_fast_the_budget_of_first_tokens_burns_decides_who_is_told(
    late: int, severities: list[str], played: Callable[[dict[str, str]], Played]
) -> None:
    run = played(first_tokens(1000 - late, 0, late))
    alert = "VllmTtftBudgetBurning"
    assert [each for each in ("critical", "warning") if run.fires(alert, "6h30m", f'severity="{each}"')] == severities


@pytest.mark.parametrize(("failed", "severities"), [(0, []), (2, ["warning"]), (20, ["critical", "warning"])])
def test_one_in_a_thousand_may_fail(
    failed: int, severities: list[str], played: Callable[[dict[str, str]], Played]
) -> None:
    series = {
        f'vllm:request_success_total{{{OWN},finished_reason="error"}}': f"0+{failed}x420",
        'http_requests_total{job="chat",namespace="ml",pod="chat-0",status="2xx",handler="/v1"}': "0+1000x420",
    }
    run = played(series)
    alert = "VllmErrorBudgetBurning"
    assert [each for each in ("critical", "warning") if run.fires(alert, "6h30m", f'severity="{each}"')] == severities


@pytest.mark.parametrize(("waiting", "bad"), [(10, 0), (11, 1)])
def test_a_minute_with_more_than_ten_waiting_is_a_bad_one(
    waiting: int, bad: int, played: Callable[[dict[str, str]], Played]
) -> None:
    run = played({f"vllm:num_requests_waiting{{{OWN}}}": f"{waiting}x20"})
    labels = (
        '{__name__="obsgen:slo_bad:rate",namespace="ml",model_name="m",objective="queue",service="chat",stack="ai"}'
    )
    assert run.gives('obsgen:slo_bad:rate{objective="queue"}', "10m", [(labels, bad)]) == ""


@pytest.mark.parametrize(("tokens", "bad"), [(31, 0), (29, 1)])
def test_a_minute_below_thirty_tokens_a_second_is_a_bad_one(
    tokens: int, bad: int, played: Callable[[dict[str, str]], Played]
) -> None:
    name = "vllm:inter_token_latency_seconds"
    run = played({f"{name}_sum{{{OWN}}}": "0+60x20", f"{name}_count{{{OWN}}}": f"0+{60 * tokens}x20"})
    query = 'sum(obsgen:slo_bad:rate{objective="token_time"})'
    assert run.gives(query, "10m", [("{}", bad)]) == ""


@pytest.mark.parametrize(("share", "told"), [(0.6, True), (0.8, False)])
def test_a_gpu_below_its_aim_is_a_warning(share: float, told: bool, played: Callable[[dict[str, str]], Played]) -> None:
    labels = 'job="gpu",node="n1",gpu="0",UUID="GPU-1",namespace="ml",pod="chat-0",container="c"'
    run = played({f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{labels}}}": f"{share}x60"})
    assert run.fires("GpuUnderused", "25m", 'severity="warning"') is told


def test_the_reference_stack_aims_at_seventy_percent_and_higher_where_it_trains() -> None:
    aim, training = alert("GpuUnderused", PROFILE), alert("TrainingGpuUnderused", PROFILE)
    assert (aim.severity, aim.expr.split()[-2:]) == ("warning", ["<", "0.7"])
    assert (training.severity, training.expr.split()[-2:]) == ("info", ["<", "0.8"])
    assert 'namespace="training"' in training.expr


def test_windows_are_labels_and_pairs_of_one_severity_are_one_alert() -> None:
    burning = [each for each in RULES if each.get("alert", "").endswith("BudgetBurning")]
    assert sorted(each["labels"]["severity"] for each in burning) == ["critical"] * 4 + ["warning"] * 4
    assert all(" or ignoring (window) " in " ".join(each["expr"].split()) for each in burning)
    names = {each["record"] for each in RULES if each.get("record", "").startswith("obsgen:slo_errors")}
    assert names == {"obsgen:slo_errors:ratio"}


def test_the_board_shows_budgets_and_leads_to_the_server() -> None:
    assert panel(MADE, "objectives", "Budget left")
    (board,) = (each for each in MADE.boards if each.name == "objectives")
    assert "/d/ai-vllm?var-server=chat" in board.text.decode()


def test_the_tree_is_clean(tmp_path: Path) -> None:
    for name, content in MADE.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    report = validate([tmp_path])
    # Alerts that wait for two minutes have two samples in them, at an interval of one.
    assert {each.id for each in report.findings if each.severity != Severity.INFO} == {"timing/for"}
