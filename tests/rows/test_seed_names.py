"""Every alert, board and panel of the five reference systems, under its name, with its limit, duration and severity."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import pytest
from row_support import alert, shipped, text_of
from tree_rows import judged, series

from obsgen.promql.grafana import parse_templated

K, P, V, A, B = (
    "openshift-kserve",
    "inference-platform",
    "vllm-triton",
    "ai-infrastructure",
    "cross-provider-benchmark",
)


class Named(NamedTuple):
    """An alert of a reference system; what it leaves open is None. The limit is in the unit of the series."""

    profile: str
    name: str
    asks: str
    limit: str | None
    waits: str | None
    severity: str | None


ALERTS = [
    Named(K, "PredictorScrapeDown", "up", None, None, None),
    Named(K, "RobotheusScrapeDown", "up", None, None, None),
    Named(P, "HighInferenceLatency", "inference_latency_seconds_sum", "> 0.5", "5m", "warning"),
    Named(P, "HighErrorRate", "inference_errors_total", "> 0.05", "5m", "critical"),
    Named(P, "LowGPUUtilization", "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "< 0.3", "15m", "warning"),
    Named(P, "HighMemoryUsage", "container_memory_working_set_bytes", "> 0.85", "5m", "warning"),
    Named(V, "VllmP95LatencyHigh", "vllm:e2e_request_latency_seconds_bucket", "> 8", "2m", "critical"),
    Named(V, "VllmP95TtftHigh", "vllm:time_to_first_token_seconds_bucket", "> 2", "2m", "warning"),
    Named(V, "VllmKvCacheSaturated", "vllm:kv_cache_usage_perc", "> 0.9", "5m", "warning"),
    Named(V, "VllmRequestErrors", "http_requests_total", "> 0", "2m", "critical"),
    Named(V, "TritonInferenceErrors", "nv_inference_request_failure", "> 0", "2m", "critical"),
    Named(V, "TritonQueueSaturation", "nv_inference_queue_duration_us", "> 1", "3m", "warning"),
    Named(A, "GPUHighTemperature", "DCGM_FI_DEV_GPU_TEMP", "> 80", "5m", "warning"),
    Named(A, "GPUMemoryNearlyFull", "DCGM_FI_DEV_FB_USED", "> 0.9", "5m", "warning"),
    Named(A, "HighInferenceLatency", "vllm:e2e_request_latency_seconds_bucket", "> 5", "5m", "warning"),
    Named(A, "InferenceQueueBuildingUp", "vllm:num_requests_waiting", "> 50", "5m", "critical"),
    Named(B, "HighTTFT", "rag_ttft_seconds_bucket", "> 1", "5m", "warning"),
    Named(B, "HighErrorRate", "rag_requests_total", "> 0.05", "5m", "critical"),
    Named(B, "GPUMemoryHigh", "DCGM_FI_DEV_FB_USED", "> 0.9", "5m", "warning"),
]


@pytest.mark.parametrize("named", ALERTS, ids=[f"{each.profile}-{each.name}" for each in ALERTS])
def test_the_alert_is_there(named: Named) -> None:
    found = alert(named.name, named.profile)
    assert named.asks in series(found.expr)
    assert named.limit is None or judged(found.expr).endswith(f" {named.limit}")
    assert named.waits in (None, found.for_)
    assert named.severity in (None, found.severity)


def test_refusals_are_an_alert_on_logs() -> None:
    """The reference system gives it no name."""
    found = alert("RefusalRateHigh", V)
    assert (found.language, found.for_) == ("logql", "5m")
    assert judged(found.expr).endswith("> 0.2")


@pytest.mark.parametrize(
    ("objective", "asks", "limit"),
    [
        ("time_to_first_token", "vllm:time_to_first_token_seconds_bucket", '0.25"'),  # 0.2 s lies between 0.1 and 0.25
        ("token_time", "vllm:inter_token_latency_seconds_sum", "> bool 0.033"),  # 30 tokens a second
        ("queue", "vllm:num_requests_waiting", "> bool 10"),
        ("errors", "vllm:request_success_total", 'finished_reason="error"'),
    ],
)
def test_targets_of_inference_are_objectives(objective: str, asks: str, limit: str) -> None:
    recordings = shipped(A).environments["prod"].recordings
    (bad,) = (
        each.expr
        for each in recordings
        if (each.record, each.labels.get("objective")) == ("obsgen:slo_bad:rate", objective)
    )
    assert asks in series(bad)
    assert limit in bad


def test_one_in_a_thousand_may_fail() -> None:
    recordings = shipped(A).environments["prod"].recordings
    targets = {each.labels["objective"]: each.expr for each in recordings if each.record == "obsgen:slo_target:ratio"}
    assert targets["errors"] == "vector(0.999)"


@pytest.mark.parametrize(
    ("name", "limit"),
    [("GpuUnderused", "< 0.7"), ("TrainingGpuUnderused", "< 0.8"), ("GPUMemoryNearlyFull", "> 0.9")],
)
def test_targets_of_gpus_are_alerts(name: str, limit: str) -> None:
    assert judged(alert(name, A).expr).endswith(limit)


# Of each board its profile, its name, its title, and by the reference system's words the panel and what it asks.
BOARDS: dict[tuple[str, str, str], dict[str, tuple[str, str]]] = {
    (K, "local-models", "Local Models"): {
        "predictor pod CPU": ("Predictor pod CPU", "container_cpu_usage_seconds_total"),
        "GPU utilization": ("GPU utilisation", "DCGM_FI_DEV_GPU_UTIL"),
        "GPU memory": ("GPU memory", "DCGM_FI_DEV_FB_USED"),
        "GPU utilization by node": ("GPU utilisation by node", "DCGM_FI_DEV_GPU_UTIL"),
        "predictor pods by node": ("Predictor pods by node", "kube_pod_info"),
        "request rate": ("Request rate", "vllm:e2e_request_latency_seconds_count"),
        "p95 latency": ("p95 latency", "vllm:e2e_request_latency_seconds_bucket"),
    },
    (K, "ai-providers", "AI Providers"): {
        "tokens/sec": ("Tokens by provider", "obsgen:provider_tokens:rate5m"),
        "cost/day": ("Cost per day by provider", "obsgen:provider_cost_usd:rate5m"),
        "scrape health": ("Sources", "obsgen:provider_source_up"),
    },
    (P, "model-server", "Model Performance"): {
        "Inference Latency": ("Mean latency", "inference_latency_seconds_sum"),
        "Request Rate": ("Requests", "inference_requests_total"),
        "Error Rate": ("Failures", "inference_errors_total"),
        "cache": ("Cache", "cache_hits_total"),
        "model memory": ("Memory", "model_memory_usage_bytes"),
        "GPU memory": ("GPU memory", "gpu_memory_usage_bytes"),
    },
    (P, "ollama-fleet", "ollama-fleet"): {
        "queue": ("Requests that wait", "ollama_queue_size"),
        "memory": ("Memory", "ollama_memory_usage_bytes"),
        "load time": ("ollama_model_load_seconds", "ollama_model_load_seconds_bucket"),
    },
    (V, "vllm", "vLLM Production"): {
        "concurrent requests": ("Concurrent requests", "vllm:num_requests_running"),
        "queue length": ("Queue length", "vllm:num_requests_waiting"),
        "KV cache": ("KV cache usage", "vllm:kv_cache_usage_perc"),
        "end-to-end latency": ("End-to-end latency", "vllm:e2e_request_latency_seconds_bucket"),
        "TTFT": ("Time to first token", "vllm:time_to_first_token_seconds_bucket"),
        "finish reason": ("Finished requests by reason", "vllm:request_success_total"),
        "request states": ("Request states", "vllm:num_requests_waiting"),
        "preemptions": ("Preemptions", "vllm:num_preemptions_total"),
        "KV cache over time": ("KV cache usage over time", "vllm:kv_cache_usage_perc"),
        "GPU utilization": ("GPU utilisation", "DCGM_FI_DEV_GPU_UTIL"),
        "GPU memory": ("GPU memory", "DCGM_FI_DEV_FB_FREE"),
        "total throughput": ("Requests", "vllm:request_success_total"),
        "GPU power": ("GPU power", "DCGM_FI_DEV_POWER_USAGE"),
    },
    (V, "triton", "Triton Production"): {
        "success": ("Answered requests by model", "nv_inference_request_success"),
        "failure": ("Failed requests by model", "nv_inference_request_failure"),
        "latency": ("Inference latency", "nv_inference_request_duration_us"),
        "total count": ("Answered requests in the chosen time", "nv_inference_request_success"),
        "queue duration": ("Queue duration", "nv_inference_queue_duration_us"),
        "compute duration": ("Compute duration", "nv_inference_compute_infer_duration_us"),
        "GPU utilization": ("GPU utilisation", "nv_gpu_utilization"),
        "GPU memory": ("GPU memory", "nv_gpu_memory_used_bytes"),
        "GPU power": ("GPU power", "nv_gpu_power_usage"),
    },
    (V, "infrastructure", "Infrastructure"): {
        "node CPU": ("CPU by node", "node_cpu_seconds_total"),
        "node memory": ("Available memory by node", "node_memory_MemAvailable_bytes"),
        "disk": ("Free disk space", "node_filesystem_avail_bytes"),
    },
    (A, "gpu", "GPU Metrics"): {
        "utilisation": ("GPU utilisation", "DCGM_FI_DEV_GPU_UTIL"),
        "memory": ("Memory used", "DCGM_FI_DEV_FB_USED"),
        "temperature": ("Temperature", "DCGM_FI_DEV_GPU_TEMP"),
    },
    (A, "inference", "Inference"): {
        "latency": ("End-to-end latency", "vllm:e2e_request_latency_seconds_bucket"),
        "throughput": ("Tokens", "vllm:generation_tokens_total"),
        "queue depth": ("Queue length", "vllm:num_requests_waiting"),
        "error rates": ("HTTP responses by status", "http_requests_total"),
    },
    (A, "finetune", "Training"): {
        "samples per second": ("Samples", "train_samples_total"),
        "loss": ("Loss", "train_loss"),
        "gradient norm": ("Gradient norm", "train_grad_norm"),
    },
    (A, "cost", "Cost"): {
        "per team": ("Cost of the last 24 hours by team", "obsgen:team_cost_usd:increase1d"),
        "per model": ("Cost of the last 24 hours by model", "obsgen:model_gpu_cost_usd:increase1d"),
    },
    (B, "rag-overview", "RAG Overview"): {
        "requests": ("Requests over time", "rag_requests_total"),
        "request latency": ("Time of a request", "rag_request_duration_seconds_bucket"),
        "tokens generated": ("Tokens over time", "rag_tokens_generated_total"),
        "time to first token": ("Time to first token over time", "rag_ttft_seconds_bucket"),
        "retrieval time": ("Retrieval", "rag_retrieval_duration_seconds_bucket"),
        "generation time": ("Where the time goes", "rag_generation_duration_seconds_sum"),
    },
    (B, "vllm-metrics", "vLLM Metrics"): {
        "running": ("Concurrent requests", "vllm:num_requests_running"),
        "queued": ("Queue length", "vllm:num_requests_waiting"),
        "KV cache": ("KV cache usage", "vllm:kv_cache_usage_perc"),  # renamed since
        "input throughput": ("Tokens", "vllm:prompt_tokens_total"),  # its averages are gone
        "output throughput": ("Tokens", "vllm:generation_tokens_total"),
    },
    (B, "benchmark-results", "Benchmark Results"): {
        "latency": ("Time of a request", "k6_http_req_duration_p95"),
        "first byte": ("Time to first byte, p95", "k6_http_req_waiting_p95"),
        "failures": ("Failed requests", "k6_http_req_failed_rate"),
        "load": ("Virtual users", "k6_vus"),
    },
    (B, "gpu-utilization", "GPU Utilization"): {
        "utilization": ("GPU utilisation", "DCGM_FI_DEV_GPU_UTIL"),
        "memory copies": ("Memory bandwidth activity", "DCGM_FI_PROF_DRAM_ACTIVE"),
        "memory used": ("Memory used", "DCGM_FI_DEV_FB_USED"),
        "memory free": ("Share of memory in use", "DCGM_FI_DEV_FB_FREE"),
        "power": ("Power", "DCGM_FI_DEV_POWER_USAGE"),
        "temperature": ("Temperature", "DCGM_FI_DEV_GPU_TEMP"),
    },
}
PANELS = [(place, words, *found) for place, panels in BOARDS.items() for words, found in panels.items()]


def drawn(profile: str, board: str) -> list[tuple[str, set[str]]]:
    """The panels of a board, each with the series that it asks for."""
    (found,) = (each for each in shipped(profile).boards if each.name == board)
    panels = [inner for each in found.json["panels"] for inner in (each, *each.get("panels", ()))]
    return [(each["title"], _asked(each)) for each in panels if each["type"] not in ("row", "logs", "text")]


def _asked(panel: dict[str, list[dict[str, str]]]) -> set[str]:
    queries = [parse_templated(each["expr"]) for each in panel["targets"] if "loki" not in json.dumps(each)]
    return {node.name for query in queries for node in query.selectors() if node.name}


@pytest.mark.parametrize("place", BOARDS, ids=[f"{profile}-{name}" for profile, name, _ in BOARDS])
def test_the_board_is_there(place: tuple[str, str, str]) -> None:
    profile, name, title = place
    assert title in {each.json["title"] for each in shipped(profile).boards if each.name == name}


@pytest.mark.parametrize(
    ("place", "words", "title", "asks"), PANELS, ids=[f"{place[1]}-{words}" for place, words, *_ in PANELS]
)
def test_the_panel_is_there(place: tuple[str, str, str], words: str, title: str, asks: str) -> None:
    assert any(found == title and asks in asked for found, asked in drawn(place[0], place[1])), words


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        (K, {"model-monitoring", "vllm", "predictor", "8080", "GitOps"}),
        (P, {"openhands", "rook-ceph-block", "loki-storage-secret", "tempo-storage-secret", "thanos-objstore-config"}),
        (V, {"ml-production-alerts", "grafana-dashboards", "ml-alerts", "triton-inference-cpu", "ai-platform"}),
        (B, {"rag-grafana-dashboards", "RAG Benchmarking", "akamai-lke", "us-ord", "rag-app-backend", "rag-app-vllm"}),
    ],
)
def test_what_else_has_a_name_stands_in_the_profile(profile: str, names: set[str]) -> None:
    text = text_of(profile)
    assert {name for name in names if not re.search(rf"\b{name}\b", text)} == set()
