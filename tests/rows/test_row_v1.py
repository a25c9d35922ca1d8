"""Row V1: six alerts in three groups of one object, with what vLLM and Triton do not have put right."""

from __future__ import annotations

import re

import pytest
from row_support import changed
from tree_rows import Written, judged, series

PROFILE = "vllm-triton"
# Of each alert its group, what it asks for, its limit, as text and as a figure, its duration and its severity.
ALERTS = {
    "VllmP95LatencyHigh": (
        "vllm-performance", {"vllm:e2e_request_latency_seconds_bucket"}, "8 s", "8", "2m", "critical",
    ),
    "VllmP95TtftHigh": (
        "vllm-performance", {"vllm:time_to_first_token_seconds_bucket"}, "2 s", "2", "2m", "warning",
    ),
    "VllmKvCacheSaturated": (
        "vllm-infrastructure", {"vllm:kv_cache_usage_perc"}, "90 %", "0.9", "5m", "warning",
    ),
    "VllmRequestErrors": (
        "vllm-infrastructure", {"http_requests_total", "up"}, "0 requests", "0", "2m", "critical",
    ),
    "TritonInferenceErrors": (
        "triton-alerts", {"nv_inference_request_failure"}, "0 requests", "0", "2m", "critical",
    ),
    "TritonQueueSaturation": (
        "triton-alerts", {"nv_inference_queue_duration_us", "nv_inference_request_success"},
        "1 s", "1", "3m", "warning",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), ALERTS.items(), ids=ALERTS)
def test_the_alert_is_that_of_the_row(
    name: str, expected: tuple[str, set[str], str, str, str, str], vllm_triton: Written
) -> None:
    group, asked, _, limit, waited, severity = expected
    made_of, found, rule = vllm_triton.rule(name)
    assert (made_of, found["name"], found["interval"]) == ("ml-production-alerts", group, "30s")
    assert (rule["for"], rule["labels"]["severity"]) == (waited, severity)
    assert series(judged(rule["expr"])) == asked
    assert judged(rule["expr"]).endswith(f" > {limit}")


@pytest.mark.parametrize("name", ALERTS)
def test_it_says_what_happens_how_much_and_what_to_do(name: str, vllm_triton: Written) -> None:
    _, _, rule = vllm_triton.rule(name)
    told = rule["annotations"]
    assert set(told) == {"summary", "description", "runbook_url"}
    assert told["summary"]
    assert "$value" in told["description"]
    labels = set(re.findall(r"\$labels\.(\w+)", told["description"]))
    assert all(re.search(rf"by \([^)]*\b{label}\b", rule["expr"]) for label in labels)
    _, _, path = told["runbook_url"].partition("/blob/main/out/vllm-triton/")
    page = (vllm_triton.root / path).read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n")
    assert all(f"## {part}" in page for part in ("Meaning", "Impact", "Diagnosis", "Mitigation"))


@pytest.mark.parametrize("name", ALERTS)
def test_the_readme_tells_its_limit(name: str, vllm_triton: Written) -> None:
    _, _, limit, _, waited, severity = ALERTS[name]
    (line,) = (each for each in vllm_triton.section("Alerts").splitlines() if f"[{name}]" in each)
    assert f"above {limit} for {waited}" in line
    assert f"| {severity} |" in line


def test_the_cache_is_told_at_two_percent_where_people_try_it(vllm_triton: Written) -> None:
    limits = {env: vllm_triton.rule("VllmKvCacheSaturated", env)[2]["expr"].split()[-1] for env in ("dev", "staging")}
    assert limits == {"dev": "0.02", "staging": "0.9"}


@pytest.mark.parametrize(
    ("version", "asked"), [("0.12", {"http_requests_total", "up"}), ("0.19", {"vllm:request_success_total"})]
)
def test_failures_are_what_the_version_counts(version: str, asked: set[str]) -> None:
    """No vLLM has a counter of failures: newer ones say how requests finished, older ones how their API answered."""
    tree = changed(PROFILE, ('type: vllm\n    version: "0.12"', f'type: vllm\n    version: "{version}"'))
    (alert,) = (each for each in tree.base.alerts if each.name == "VllmRequestErrors")
    assert series(alert.expr) == asked
    assert ('finished_reason="error"' in alert.expr) is (version == "0.19")


def test_the_wait_is_seconds_a_request(vllm_triton: Written) -> None:
    """Triton counts microseconds, over all requests."""
    expr = judged(vllm_triton.rule("TritonQueueSaturation")[2]["expr"])
    assert expr.endswith("/ 1000000 > 1")
    assert "request_success" in expr.partition("/")[2]
