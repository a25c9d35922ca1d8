"""More faults for the good tree: what is known of series says that they are some."""

from __future__ import annotations

from mutations import DEPLOYMENT, MONITOR, SERVED, SERVING, Mutation

CACHE = "max(vllm:kv_cache_usage_perc) > 0.9\n"
ABORTED = 'sum(increase(vllm:request_success_total{finished_reason="abort"}[5m])) > 10'
AGE = "time() - min(kube_pod_start_time) > 8640000"
IMAGE = "registry.example.com/shop:1.2.3"
NO_STATS = "          args: [--disable-log-stats]"
FIRST = "histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 2.5"
SHARE = 'sum(rate(vllm:request_success_total{finished_reason="abort"}[%s])) / sum(rate(vllm:request_success_total[%s]))'
SLOW = SHARE % ("1h", "1h")
FAST = SHARE % ("5m", "5m")

SIGNAL_MUTATIONS = (
    Mutation("label of another exporter", SERVING, "max(vllm", "max by (modelName) (vllm", "label/unknown"),
    Mutation("label of another series", SERVING, ABORTED, 'sum(vllm:num_requests_running{finished_reason="stop"}) > 1',
             "label/unknown"),
    Mutation("text with a label of nobody", SERVING, "the cache is full", "'{{ $labels.UUID }}'", "promql/label-lost"),
    Mutation("two exporters in one share", SERVING, CACHE, "vllm:num_requests_running / DCGM_FI_DEV_GPU_TEMP > 9\n",
             "join/labels-differ"),
    Mutation("label on one side", SERVING, ABORTED,
             "vllm:num_requests_waiting / rate(vllm:request_success_total[5m]) > 1", "join/labels-differ"),
    Mutation("variable of several values", SERVED, "model_name=~", "model_name=", "label/one-value"),
    Mutation("bucket that is not there", SERVING, FIRST, 'sum(vllm:time_to_first_token_seconds_bucket{le="2"}) < 1',
             "histogram/edge"),
    Mutation("spelling of a bucket", SERVING, FIRST, 'sum(vllm:time_to_first_token_seconds_bucket{le="1"}) < 1',
             "histogram/edge"),
    Mutation("quantile of each pod", SERVING, "sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))",
             "rate(vllm:time_to_first_token_seconds_bucket[5m])", "histogram/each"),
    Mutation("pods and their totals", SERVING, AGE, "sum(container_memory_working_set_bytes) > 1e9", "sum/totals"),
    Mutation("a limit and a count", SERVING, AGE, "sum(nv_trt_llm_request_metrics) > 100", "sum/kinds"),
    Mutation("router and servers", SERVING, AGE, "sum(vllm:num_requests_running) > 100", "signal/two-sources"),
    Mutation("what stays for ever", SERVING, AGE,
             'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} > 0', "signal/caution"),
    Mutation("absence of what is pushed", SERVING, AGE, "absent(k6_vus)", "signal/pushed"),
    Mutation("first event", SERVING, AGE, "increase(robotheus_scrape_errors_total[5m]) > 0", "signal/first-event"),
    Mutation("average of shares without traffic", SERVING, ABORTED,
             "avg(rate(vllm:prompt_tokens_total[5m]) / rate(vllm:generation_tokens_total[5m])) > 10", "empty/division"),
    Mutation("NaN that is not 0", SERVING, ABORTED, f"{FAST} != 0", "empty/division"),
    Mutation("no failure, no result", SERVING, AGE,
             "1 - sum(rate(tgi_request_failure[5m])) / sum(rate(tgi_request_count[5m])) < 0.99", "empty/first-failure"),
    Mutation("all targets gone", "base/monitoring/prometheusrule.yaml", 'absent(up{job="shop"})',
             'sum(up{job="shop"}) == 0', "empty/target-gone"),
    Mutation("server that rests", "facts.yaml", "- {component: dcgm}",
             "- {component: tgi, name: shop, options: {scaleToZero: true}}", "empty/scale-to-zero",
             "base/monitoring/prometheusrule.yaml:37"),
    Mutation("no limit", SERVING, AGE,
             "max(container_memory_working_set_bytes / container_spec_memory_limit_bytes) > 0.9", "empty/no-limit"),
    Mutation("quantile of a plain counter", SERVING, FIRST,
             "histogram_quantile(0.95, rate(nv_inference_request_duration_us[5m])) > 2", "type/quantile-of-no-buckets"),
    Mutation("burn rate without a factor", SERVING, ABORTED, f"1 - {SLOW} < 0.99 and 1 - {FAST} < 0.99",
             "promql/burn-rate"),
    Mutation("rate over a pixel", SERVED, "$__rate_interval", "$__interval", "promql/interval"),
    Mutation("success that counts all", SERVING, ABORTED,
             "1 - sum(rate(vllm:request_success_total[5m])) / sum(rate(http_requests_total[5m])) > 0.1",
             "ratio/outcome"),
    Mutation("counter by its type", SERVING, AGE, "nv_inference_queue_duration_us > 100000",
             "promql/counter-without-rate"),
    Mutation("mean of all time", SERVING, AGE, "nv_inference_queue_duration_us / nv_inference_request_success > 1",
             "promql/counter-without-rate"),
    Mutation("queue that is never below 0", SERVING, "deriv(vllm:num_requests_waiting[10m]) > 1",
             "vllm:num_requests_waiting >= 0", "promql/comparison"),
    Mutation("seconds of a second", SERVED,
             "histogram_quantile(0.5, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[$__rate_interval])))",
             "sum(rate(nv_inference_compute_infer_duration_us[$__rate_interval])) / 1000", "unit/panel",
             f"{SERVED}:23"),
    Mutation("pods that were replaced", SERVING, AGE,
             "vllm:num_requests_waiting * on (namespace, pod) group_left (node) kube_pod_info > 10", "join/not-unique"),
    Mutation("argument without metrics", DEPLOYMENT, IMAGE, f"vllm/vllm-openai:v0.12.0\n{NO_STATS}",
             "signal/switched-off", "+1"),
    Mutation("server without metrics", DEPLOYMENT, IMAGE, "ollama/ollama:0.12.0", "signal/no-page", f"{MONITOR}:12"),
    Mutation("series that will go", SERVING, AGE, "sum(rate(ray_serve_num_http_requests[5m])) > 100",
             "signal/deprecated"),
    Mutation("series divided by itself", SERVING, ABORTED,
             'rate(vllm:prompt_tokens_total{engine="0"}[5m]) / rate(vllm:prompt_tokens_total[5m]) > 0.1',
             "ratio/itself"),
    Mutation("sums by other labels", SERVING, ABORTED,
             "sum by (model_name) (vllm:num_requests_waiting) / sum by (pod) (vllm:num_requests_running) > 1",
             "join/labels-differ"),
    Mutation("join on what is gone", SERVING, ABORTED,
             "sum(vllm:num_requests_waiting) * on (pod) group_left (node) max by (pod, node) (kube_pod_info) > 1",
             "join/labels-differ"),
    Mutation("slip in a name", SERVING, "deriv(vllm:num_requests_waiting[10m])", "deriv(vllm:num_requests_waitng[10m])",
             "signal/no-such-series"),
    Mutation("dots of a resource", SERVING, AGE, 'sum(kube_node_status_capacity{resource="nvidia.com/gpu"}) < 8',
             "signal/caution"),
    Mutation("label in other letters", SERVING, AGE, "max by (uuid) (DCGM_FI_DEV_GPU_TEMP) > 85", "label/unknown"),
)  # fmt: skip
