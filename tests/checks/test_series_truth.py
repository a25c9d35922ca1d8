"""What checks say comes of an expression is what the real Prometheus answers, given series as exporters expose them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.tools import Tool, run

POD = 'namespace="ml",pod="a"'
DCGM = 'DCGM_FI_DEV_GPU_TEMP{job="dcgm",instance="c",gpu="0",UUID="u"}'
MEMORY = "container_memory_working_set_bytes"
SERIES = {
    'nv_inference_request_success{job="t",instance="a",model="m",version="1"}': "0+60x20",
    'nv_inference_request_success{job="t",instance="a",model="idle",version="1"}': "5+0x20",
    'nv_inference_request_failure{job="t",instance="a",model="m",version="1",reason="OTHER"}': "0+6x20",
    'nv_inference_queue_duration_us{job="t",instance="a",model="m",version="1"}': "0+600000x20",
    'nv_inference_queue_duration_us{job="t",instance="a",model="idle",version="1"}': "5+0x20",
    'nv_gpu_utilization{job="t",instance="a",gpu_uuid="u"}': "0.5+0x20",
    DCGM: "70+0x20",
    'vllm:num_requests_waiting{job="v",instance="b",model_name="m"}': "4+0x20",
    'vllm:time_to_first_token_seconds_bucket{job="v",instance="b",le="2.5"}': "0+60x20",
    'tgi_request_count{job="g",instance="d"}': "0+60x20",
    f'{MEMORY}{{{POD},container="x",image="i"}}': "100+0x20",
    f"{MEMORY}{{{POD}}}": "100+0x20",
    f'container_spec_memory_limit_bytes{{{POD},container="x",image="i"}}': "0+0x20",
    'kube_pod_info{namespace="ml",pod="a",node="n",uid="1"}': "1+0x20",
    'kube_pod_info{namespace="ml",pod="a",node="m",uid="2"}': "1+0x20",
    'robotheus_scrape_errors_total{provider="o",stage="usage"}': "_x17 1+0x20",
}
LATE = "robotheus_scrape_errors_total"
WAIT, DONE = "rate(nv_inference_queue_duration_us[5m])", "rate(nv_inference_request_success[5m])"
FAILED = "rate(nv_inference_request_failure[5m])"

FAULTS = {
    f"{FAILED} / {DONE}": ("join/labels-differ", []),
    f"vllm:num_requests_waiting and {DCGM.split('{')[0]}": ("join/labels-differ", []),
    f"{DCGM.split('{')[0]} * on (UUID) nv_gpu_utilization": ("label/unknown", []),
    'vllm:num_requests_waiting{UUID="u"}': ("label/unknown", []),
    'rate(vllm:time_to_first_token_seconds_bucket{le="2"}[5m])': ("histogram/edge", []),
    f"avg({WAIT} / {DONE})": ("empty/division", ["NaN"]),
    "1 - rate(tgi_request_failure[5m]) / rate(tgi_request_count[5m])": ("empty/first-failure", []),
    'sum(up{job="gone"}) == 0': ("empty/target-gone", []),
    f'{MEMORY}{{image!=""}} / container_spec_memory_limit_bytes': ("empty/no-limit", ["+Inf"]),
    f"sum by (pod) ({MEMORY})": ("sum/totals", ["200"]),
    f"increase({LATE}[5m]) > 0": ("signal/first-event", []),
}
RIGHT = {
    f"sum by (model) ({FAILED}) / (sum by (model) ({DONE}) > 0)": ["0.1"],
    f"avg({WAIT} / ({DONE} > 0))": ["10000"],
    'sum(up{job="gone"}) == 0 or absent(up{job="gone"})': ["1"],
    "1 - (rate(tgi_request_failure[5m]) or 0 * rate(tgi_request_count[5m])) / rate(tgi_request_count[5m])": ["1"],
    f'sum by (pod) ({MEMORY}{{container!=""}})': ["100"],
    f"({LATE} unless {LATE} offset 5m) or increase({LATE}[5m]) > 0": ["1"],
}
ANSWER = re.compile(r'expr: ("(?:[^"\\]|\\.)*"), time: .*?\n\s*exp:.*\n?\s*got:(.*)')


def answers(texts: Sequence[str], tool: Tool, folder: Path) -> dict[str, list[str]]:
    """The values that the real engine gives for each expression: a test that expects something else prints them."""
    wrong = [{"labels": "never", "value": 12345}]
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in SERIES.items()],
        "promql_expr_test": [{"expr": text, "eval_time": "19m", "exp_samples": wrong} for text in texts],
    }
    (folder / "test.json").write_text(json.dumps({"rule_files": [], "evaluation_interval": "1m", "tests": [test]}))
    told = run(tool, ["test", "rules", "test.json"], cwd=folder)
    return {json.loads(text): _values(got) for text, got in ANSWER.findall(told.stdout + told.stderr)}


def _values(got: str) -> list[str]:
    found = re.findall(r"(?:\}|^|, )\s*([-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|Inf|NaN))(?=,|\s*$)", got)
    return ["+Inf" if each == "+Inf" else each if each == "NaN" else f"{float(each):g}" for each in found]


@pytest.mark.tools
def test_prometheus_answers_what_is_said(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    found = answers([*FAULTS, *RIGHT], real_tool("promtool"), tmp_path)
    assert found == {**{text: values for text, (_, values) in FAULTS.items()}, **RIGHT}


@pytest.mark.tools
def test_a_join_of_several_fails(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    text = f"{MEMORY} * on (namespace, pod) group_left (node) kube_pod_info"
    test = {"interval": "1m", "input_series": [{"series": one, "values": each} for one, each in SERIES.items()]}
    test |= {"promql_expr_test": [{"expr": text, "eval_time": "19m", "exp_samples": []}]}
    (tmp_path / "test.json").write_text(json.dumps({"rule_files": [], "tests": [test]}))
    told = run(real_tool("promtool"), ["test", "rules", "test.json"], cwd=tmp_path)
    assert "many-to-many matching not allowed" in told.stdout + told.stderr
    assert "join/not-unique" in ids(text, tmp_path)


@pytest.mark.parametrize("text", FAULTS)
def test_it_is_told_before(text: str, tmp_path: Path) -> None:
    assert FAULTS[text][0] in ids(text, tmp_path)


@pytest.mark.parametrize("text", RIGHT)
def test_what_answers_is_not_told(text: str, tmp_path: Path) -> None:
    assert not ids(text, tmp_path) & {check for check, _ in FAULTS.values()}


def ids(text: str, folder: Path) -> set[str]:
    one = {"alert": "A", "expr": text, "labels": {"severity": "warning"}, "annotations": {"summary": "a"}}
    (folder / "rules.yaml").write_text(json.dumps({"groups": [{"name": "a", "rules": [one]}]}))
    return {finding.id for finding in validate([folder / "rules.yaml"], "off").findings}
