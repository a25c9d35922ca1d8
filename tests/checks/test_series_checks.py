"""What checks of expressions tell, and what they let pass, one case in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.findings import Finding

DONE = "vllm:request_success_total"
FAILED = "tgi_request_failure"
ALL = "tgi_request_count"
BUCKETS = "vllm:time_to_first_token_seconds_bucket"
MEMORY = "container_memory_working_set_bytes"
LIMIT = "container_spec_memory_limit_bytes"
KINDS = "nv_trt_llm_request_metrics"


def told(folder: Path, expression: str, *facts: str, name: str = "Example") -> list[Finding]:
    """The findings of a file with one alert, and of facts besides."""
    one = {"alert": name, "expr": expression, "for": "5m", "labels": {"severity": "warning"}}
    rules = {"groups": [{"name": "a", "rules": [one | {"annotations": {"summary": "a"}}]}]}
    (folder / "rules.yaml").write_text(json.dumps(rules))
    if facts:
        servers = "".join(f"  - {{component: {each}}}\n" for each in facts)
        (folder / "facts.yaml").write_text(f"apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nservers:\n{servers}")
    return list(validate([folder], "off").findings)


def ids(folder: Path, expression: str, *facts: str, name: str = "Example") -> set[str]:
    return {finding.id for finding in told(folder, expression, *facts, name=name)}


@pytest.mark.parametrize(
    ("check", "expression"),
    [
        ("empty/division", f"sum(rate({DONE}[5m]) / rate(http_requests_total[5m])) > 1"),
        ("empty/division", f"avg(increase({DONE}[5m]) / 2 / increase(http_requests_total[5m])) > 1"),
        ("empty/division", f"rate({DONE}[5m]) / (rate(http_requests_total[5m]) + 1) > 0.5"),
        ("empty/first-failure", f"rate({ALL}[5m]) + rate({FAILED}[5m]) > 1"),
        ("empty/first-failure", f"100 - 100 * rate({FAILED}[5m]) / rate({ALL}[5m]) < 99"),
        ("empty/target-gone", 'max(up{job="a"}) < 1'),
        ("empty/target-gone", 'sum by (job) (up{job=~"a|b"}) <= 0'),
        ("empty/no-limit", f"max by (pod) ({MEMORY}) / max by (pod) ({LIMIT}) > 0.9"),
        ("sum/totals", f'avg by (pod) ({MEMORY}{{namespace="a"}}) > 1'),
        ("sum/totals", f"count({MEMORY}) > 1"),
        ("sum/kinds", f"max by (model) ({KINDS}) > 1"),
        ("histogram/edge", f'{BUCKETS}{{le="0.3"}} > 1'),
        ("histogram/edge", f'{BUCKETS}{{le=~"3.*"}} > 1'),
        ("histogram/edge", f'{BUCKETS}{{le="10"}} > 1'),
        ("join/labels-differ", f"rate({DONE}[5m]) * on () rate({ALL}[5m]) > 1 and {DONE} > {ALL}"),
        ("join/labels-differ", "DCGM_FI_DEV_GPU_TEMP - vllm:num_requests_running > 1"),
        ("join/not-unique", "kube_pod_info * on (namespace, pod) vllm:num_requests_running > 1"),
        ("label/unknown", 'DCGM_FI_DEV_GPU_TEMP{model_name="a"} > 1'),
        ("label/unknown", "DCGM_FI_DEV_GPU_TEMP > on (gpu_uuid) nv_gpu_utilization"),
        ("signal/pushed", "absent_over_time(k6_vus[5m])"),
        ("signal/first-event", f"sum by (err) (rate({FAILED}[5m])) > 0"),
        ("type/quantile-of-no-buckets", f"histogram_quantile(0.9, rate({DONE}[5m])) > 1"),
        ("type/quantile-of-no-buckets", "histogram_quantile(0.9, nv_inference_request_summary_us) > 1"),
        ("promql/burn-rate", "a:errors:ratio_rate1h > (1 - 0.999) and a:errors:ratio_rate5m > (1 - 0.999)"),
        ("promql/counter-without-rate", "avg(nv_inference_request_duration_us) > 5000"),
        ("promql/counter-without-rate", "100 < nv_inference_request_duration_us"),
        ("promql/counter-without-rate", "histogram_quantile(0.9, nv_inference_first_response_histogram_ms_bucket) > 1"),
        ("promql/comparison", "vllm:num_requests_running >= 0"),
        ("promql/comparison", "kube_pod_container_status_last_terminated_reason > 1"),
        ("ratio/outcome", f"1 - (rate({DONE}[5m]) / rate(http_requests_total[5m])) > 0.1"),
        (
            "unit/mixed",
            "kube_node_status_condition > 0 and node_ram_hourly_cost * container_memory_allocation_bytes > 1",
        ),
    ],
)
def test_it_is_told(check: str, expression: str, tmp_path: Path) -> None:
    assert check in ids(tmp_path, expression)


@pytest.mark.parametrize(
    ("check", "expression"),
    [
        ("empty/division", f"sum(rate({DONE}[5m])) / sum(rate(http_requests_total[5m])) > 1"),
        ("empty/division", f"avg(rate({DONE}[5m]) / (rate(http_requests_total[5m]) > 0)) > 1"),
        ("empty/division", f"avg(rate({DONE}[5m]) / clamp_min(rate(http_requests_total[5m]), 1)) > 1"),
        ("empty/division", f"avg(rate({DONE}[5m]) / rate({ALL}[5m]) and rate({ALL}[5m]) > 0) > 1"),
        ("empty/division", f"rate({DONE}[5m]) / (rate({ALL}[5m]) + rate({FAILED}[5m])) > 0.5"),
        ("empty/division", "avg(vllm:num_requests_running / vllm:num_requests_waiting) > 1"),
        ("empty/first-failure", f"rate({FAILED}[5m]) / (rate({FAILED}[5m]) + rate({ALL}[5m])) > 0.1"),
        ("empty/first-failure", f"(rate({FAILED}[5m]) or 0 * rate({ALL}[5m])) + rate({ALL}[5m]) > 1"),
        ("empty/first-failure", f"rate({FAILED}[5m]) - 1 > 1"),
        ("empty/target-gone", 'up{job="a"} == 0'),
        ("empty/target-gone", 'sum(up{job="a"}) > 2'),
        ("empty/no-limit", f"{MEMORY} / ({LIMIT} != 0) > 0.9"),
        ("sum/totals", f'sum({MEMORY}{{image!=""}}) > 1'),
        ("sum/totals", f"max({MEMORY}) > 1"),
        ("sum/totals", f"sum by (container) ({MEMORY}) > 1"),
        ("sum/kinds", f'max by (model) ({KINDS}{{request_type="max"}}) > 1'),
        ("sum/kinds", f"max by (model, request_type) ({KINDS}) > 1"),
        ("histogram/edge", f'{BUCKETS}{{le="0.25"}} > 1'),
        ("histogram/edge", f'{BUCKETS}{{le=~"10(\\\\.0)?"}} > 1'),
        ("histogram/edge", f'{BUCKETS}{{le!="10"}} > 1'),
        ("histogram/each", f"histogram_quantile(0.9, sum by (le) (rate({BUCKETS}[5m]))) > 1"),
        ("join/labels-differ", f"{DONE} unless {ALL} or DCGM_FI_DEV_GPU_TEMP > 1"),
        ("join/labels-differ", "max(DCGM_FI_DEV_GPU_TEMP) - max(vllm:num_requests_running) > 1"),
        ("join/labels-differ", "nv_inference_request_failure / ignoring (reason) group_left nv_inference_count > 1"),
        ("join/not-unique", "kube_pod_info and on (namespace, pod) vllm:num_requests_running > 1"),
        (
            "join/not-unique",
            'vllm:num_requests_running * on (pod) group_left kube_pod_status_ready{condition="true",uid="a"} > 1',
        ),
        ("label/unknown", 'DCGM_FI_DEV_GPU_TEMP{team="a"} > 1'),
        ("label/unknown", 'DCGM_FI_DEV_GPU_TEMP{model_name=""} > 1'),
        ("label/unknown", 'DCGM_FI_DEV_GPU_TEMP{model_name=~".*"} > 1'),
        ("label/unknown", "max by (exported_pod, gpu) (DCGM_FI_DEV_GPU_TEMP) > 1"),
        ("signal/pushed", "k6_vus == 0 or absent(up)"),
        ("signal/first-event", f"rate({FAILED}[5m]) > 0.1"),
        ("signal/first-event", f"rate({FAILED}[5m]) / rate({ALL}[5m]) > 0"),
        ("type/quantile-of-no-buckets", f"histogram_quantile(0.9, sum by (le) (rate({BUCKETS}[5m]))) > 1"),
        ("type/quantile-of-no-buckets", "histogram_quantile(0.9, rate(nobody_knows[5m])) > 1"),
        (
            "promql/burn-rate",
            "a:errors:ratio_rate1h > 14.4 * (1 - 0.999) and a:errors:ratio_rate5m > 14.4 * (1 - 0.999)",
        ),
        ("promql/burn-rate", "a:errors:ratio_rate1h < 0.999 and b:errors:ratio_rate5m < 0.999"),
        ("promql/counter-without-rate", "vllm:healthy_pods_total < 2"),
        ("promql/counter-without-rate", "rate(nv_inference_request_duration_us[5m]) > 5000"),
        ("promql/comparison", "vllm:num_requests_running >= 1"),
        ("promql/comparison", "DCGM_FI_DEV_GPU_TEMP >= 0"),
        ("ratio/outcome", f"1 - rate({FAILED}[5m]) / rate({DONE}[5m]) > 0.1"),
        ("unit/mixed", "container_memory_allocation_bytes * node_ram_hourly_cost / 1073741824 > 1"),
        ("signal/caution", "rate(DCGM_FI_DEV_MEM_COPY_UTIL[5m]) > 1"),
        ("signal/two-sources", "sum(vllm:num_requests_running) > 1"),
    ],
)
def test_it_passes(check: str, expression: str, tmp_path: Path) -> None:
    assert check not in ids(tmp_path, expression)


RESTS = "tgi, name: chat, options: {scaleToZero: true}"
CAUTION = f'rate({DONE}{{finished_reason="abort"}}[5m]) > 1'


@pytest.mark.parametrize(
    ("check", "expression", "facts", "name", "fault"),
    [
        ("empty/scale-to-zero", 'absent(up{job="models/chat"})', (RESTS,), "A", True),
        ("empty/scale-to-zero", 'absent(up{job="chats"})', (RESTS,), "A", False),
        ("empty/scale-to-zero", 'absent(up{job="chat"})', ("tgi, name: chat",), "A", False),
        ("signal/two-sources", "sum(vllm:num_requests_running) > 1", ("vllm", "vllm-router"), "A", True),
        ("signal/two-sources", "sum(vllm:num_requests_running) > 1", ("vllm",), "A", False),
        ("signal/two-sources", "max(vllm:num_requests_running) > 1", ("vllm", "vllm-router"), "A", False),
        ("signal/caution", CAUTION, ('vllm, versions: ["0.13"]',), "A", True),
        ("signal/caution", CAUTION, ('vllm, versions: ["0.12"]',), "A", False),
        ("signal/caution", CAUTION, ("vllm",), "A", False),
        ("signal/caution", "DCGM_FI_DEV_MEM_COPY_UTIL > 90", (), "GpuMemoryFull", True),
        ("signal/caution", "DCGM_FI_DEV_MEM_COPY_UTIL > 90", (), "GpuMemoryBusBusy", False),
        ("signal/caution", "DCGM_FI_DEV_XID_ERRORS > 0", (), "A", True),
        ("signal/caution", "DCGM_FI_DEV_XID_ERRORS > 0 and DCGM_FI_DEV_GPU_TEMP > 90", (), "A", False),
        ("signal/caution", "changes(DCGM_FI_DEV_XID_ERRORS[5m]) > 0", (), "A", False),
        ("label/unknown", "sum by (reason) (nv_inference_count) > 1", ("triton",), "A", True),
    ],
)
def test_facts_and_names_decide(
    check: str, expression: str, facts: tuple[str, ...], name: str, fault: bool, tmp_path: Path
) -> None:
    assert (check in ids(tmp_path, expression, *facts, name=name)) == fault


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        ("2000", ["unit/size"]),  # s where ms were meant; between two buckets, too
        ("1920", ["unit/size"]),
        ("1500", ["histogram/threshold"]),
        ("960", []),
        ("1e6", ["histogram/threshold"]),
    ],
)
def test_a_limit_of_a_quantile_is_told_once(limit: str, found: list[str], tmp_path: Path) -> None:
    quantile = "histogram_quantile(0.95, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m])))"
    assert [each.id for each in told(tmp_path, f"{quantile} > {limit}")] == found


def test_severity_follows_certainty(tmp_path: Path) -> None:
    expression = "sum by (reason) (nv_inference_count) > 1"
    unsure = [one.severity for one in told(tmp_path, expression) if one.id == "label/unknown"]
    sure = [one.severity for one in told(tmp_path, expression, "triton") if one.id == "label/unknown"]
    assert (unsure, sure) == (["warning"], ["error"])


@pytest.mark.parametrize(
    ("expression", "check"),
    [
        ('max(a{b="$model"})', "label/one-value"),
        ('max(a{b = "${model}"})', "label/one-value"),
        ('max(a{b!="${model:pipe}"})', "label/one-value"),
        ('max(a{b="[[model]]"})', "label/one-value"),
        ('max(a{b=~"$model"})', ""),
        ('max(a{b="$one"})', ""),
        ('max(a{b="x-$model"})', ""),
        ("sum(rate(a[$__interval]))", "promql/interval"),
        ("sum(increase(a[${__interval}]))", "promql/interval"),
        ("max(max_over_time(a[$__interval]))", ""),
        ("sum(rate(a[$__rate_interval]))", ""),
    ],
)
def test_variables_of_boards(expression: str, check: str, tmp_path: Path) -> None:
    variables = [{"name": "model", "type": "query", "includeAll": True}, {"name": "one", "type": "query"}]
    panel = {"id": 1, "type": "stat", "title": "A", "gridPos": {"x": 0, "y": 0, "w": 9, "h": 8}}
    panel |= {"targets": [{"refId": "A", "expr": expression}]}
    board = {"uid": "a", "title": "A", "schemaVersion": 41, "panels": [panel], "templating": {"list": variables}}
    (tmp_path / "board.json").write_text(json.dumps(board))
    found = {one.id for one in validate([tmp_path], "off").findings}
    assert found & {"label/one-value", "promql/interval"} == ({check} if check else set())
