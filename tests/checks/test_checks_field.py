"""Expressions as people write them: what is right in them stays silent, what is wrong is told for what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.findings import Finding, Severity
from obsgen.repository.queries.naming import slip

FACTS = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nservers: [{component: vllm}]\n"
SILENT_ROUTES = """\
route:
  receiver: "null"
  routes: [{matchers: ['team="web"'], receiver: chat}]
receivers:
  - name: "null"
  - name: chat
    webhook_configs: [{url: "https://alerts.example.org/chat"}]
"""
SERVER = """\
rule_files: [rules.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: ["alertmanager:9093"]}]}]}
scrape_configs: []
"""


def alert(expression: str, **more: object) -> dict[str, object]:
    return {"alert": "Odd", "expr": expression, "for": "5m", "labels": {"severity": "warning"}, **more}


def told(folder: Path, *rules: dict[str, object], **files: str) -> list[Finding]:
    (folder / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}))
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return list(validate([folder], "off").findings)


def ids(findings: list[Finding]) -> list[str]:
    return [each.id for each in findings]


FIRST = 3
SLOW_WEB = "histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket{%s}[5m]))) > 40"


@pytest.mark.parametrize(
    ("matchers", "facts", "found"),
    [
        ("", "", []),
        ("", FACTS, ["histogram/threshold"]),
        ('job="vllm"', FACTS, ["histogram/threshold"]),
        ('job=~".*thanos.*"', FACTS, []),
        ('job=~".+"', FACTS, ["histogram/threshold"]),
        ('route="/"', FACTS, []),
    ],
)
def test_names_of_a_library_are_one_exporter_s_where_it_runs_and_is_asked(
    tmp_path: Path, matchers: str, facts: str, found: list[str]
) -> None:
    assert ids(told(tmp_path, alert(SLOW_WEB % matchers), facts=facts or "groups: []\n")) == found


def test_a_name_of_another_exporter_is_no_certain_mistake(tmp_path: Path) -> None:
    (found,) = told(tmp_path, alert("avg by (node) (nvidia_gpu_duty_cycle) > 30"))
    assert (found.id, found.severity.value) == ("signal/no-such-series", "warning")
    assert "is of an exporter that reads NVML" in found.message


def test_what_no_version_has_is_told_of_the_versions_that_are_known(tmp_path: Path) -> None:
    (found,) = told(tmp_path, alert("rate(vllm:num_preemptions[5m]) > 1"))
    assert found.message.startswith("no version of vLLM since ")


def test_two_matchers_that_contradict_each_other(tmp_path: Path) -> None:
    (found,) = told(tmp_path, alert('vllm:num_requests_waiting{job="a", job=""} > 10'))
    assert found.message == "job is asked to have a value, and to have none: this finds nothing"


def test_many_alerts_at_one_silent_receiver_are_one_finding(tmp_path: Path) -> None:
    web = alert('up{job="web"} == 0', labels={"severity": "warning", "team": "web"})
    many = [alert(f"sum({each}_broken) > 0", alert=each.title()) for each in ("ant", "bee", "cat", "dog")]
    (found,) = [
        each for each in told(tmp_path, web, *many, routes=SILENT_ROUTES, server=SERVER) if each.id == "route/nobody"
    ]
    assert found.message.startswith("no route takes 4 of 5 alerts, and the outermost receiver 'null' tells nobody")
    assert len(found.notes) == FIRST


def test_a_rule_speaks_of_clusters_for_its_own_file_alone(tmp_path: Path) -> None:
    text = json.dumps({"groups": [{"name": "h", "rules": [alert('up{cluster="eu"} == 0')]}]})
    assert ids(told(tmp_path, alert("sum(rate(shop_errors_total[5m])) > 1"), others=text)) == []


def test_where_most_rules_of_a_file_speak_of_clusters_the_others_are_told(tmp_path: Path) -> None:
    others = [alert(f"sum by (cluster) (rate({each}_total[5m])) > 1", alert=each) for each in ("a", "b")]
    assert ids(told(tmp_path, alert("sum(rate(shop_errors_total[5m])) > 1"), *others)) == ["promql/cluster-lost"]


def object_of(kind: str, name: str, spec: Mapping[str, object], version: str = "monitoring.coreos.com/v1") -> str:
    metadata = {"name": name, "namespace": "monitoring", "labels": {"for": name}}
    return json.dumps({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})


@pytest.mark.parametrize(
    ("name", "severities"),
    [("central", [Severity.WARNING, Severity.WARNING]), ("local", [Severity.INFO])],
    ids=["what sees many clusters", "what sees one"],
)
def test_external_labels_alone_say_little_of_clusters(tmp_path: Path, name: str, severities: list[Severity]) -> None:
    selectors: dict[str, object] = {
        f"{each}Selector": {} for each in ("serviceMonitor", "podMonitor", "probe", "scrapeConfig")
    }
    local = {"matchLabels": {"for": "local"}}
    sends = {"alerting": {"alertmanagers": [{"name": "alertmanager", "namespace": "monitoring", "port": "web"}]}}
    labels = {"externalLabels": {"cluster": "eu"}, "ruleSelector": local, **selectors, **sends}
    queries = {"queryEndpoints": ["query:9090"], "ruleSelector": {"matchLabels": {"for": "central"}}}
    rules = [alert(f"sum(rate({each}_total[5m])) > 1", alert=each) for each in ("shop_errors", "shop_visits")]
    texts = {
        "ruler": object_of("ThanosRuler", "ruler", queries),
        "local": object_of("Prometheus", "local", labels),
        "rules": object_of("PrometheusRule", name, {"groups": [{"name": "g", "rules": rules}]}),
    }
    for each, text in texts.items():
        (tmp_path / f"{each}.yaml").write_text(text)
    found = [each for each in validate([tmp_path], "off").findings if each.id == "promql/cluster-lost"]
    assert [each.severity for each in found] == severities


@pytest.mark.parametrize(
    ("version", "kind", "severity"),
    [
        ("keda.sh/v1alpha1", "ScaledObject", Severity.INFO),
        ("serving.knative.dev/v1", "Service", Severity.INFO),
        ("argoproj.io/v1alpha1", "Rollout", Severity.INFO),
        ("azmonitoring.coreos.com/v1", "ServiceMonitor", Severity.INFO),
        ("argoproj.io/v1alpha1", "Aplication", Severity.ERROR),
        ("monitoring.coreos.io/v1", "ServiceMonitor", Severity.ERROR),
        ("extensions/v1beta1", "Ingress", Severity.ERROR),
        ("apps/v1beta1", "Deployment", Severity.ERROR),
        ("policy/v1beta1", "PodSecurityPolicy", Severity.ERROR),
    ],
)
def test_kinds_of_other_operators_are_no_mistake(tmp_path: Path, version: str, kind: str, severity: Severity) -> None:
    (tmp_path / "one.yaml").write_text(object_of(kind, "one", {}, version))
    (tmp_path / "two.yaml").write_text(object_of(kind, "two", {}, version))
    found = [each for each in validate([tmp_path], "off").findings if each.id == "schema/unknown-kind"]
    assert [each.severity for each in found] == ([severity] if severity == Severity.INFO else [severity] * 2)


def test_a_hint_keeps_the_labels_that_a_join_fetches(tmp_path: Path) -> None:
    joined = "vllm:num_requests_waiting * on (namespace, pod) group_left (node) kube_pod_info > 10"
    (found,) = told(tmp_path, alert(joined))
    assert found.hint == "make it one: max by (namespace, pod, node) (kube_pod_info)"


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ({"multi": True}, "may be several values"),
        ({"includeAll": True, "allValue": ".+"}, "may be All, which is written as .+"),
        ({"includeAll": True, "allValue": "everybody"}, ""),
    ],
)
def test_what_all_is_written_as(tmp_path: Path, variable: dict[str, object], message: str) -> None:
    board = {
        "uid": "a", "title": "A", "schemaVersion": 41,
        "templating": {"list": [{"name": "m", "type": "custom", "query": "a,b", **variable}]},
        "panels": [{
            "id": 1, "type": "stat", "title": "P", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 6},
            "datasource": {"type": "prometheus", "uid": "main"},
            "targets": [{"refId": "A", "expr": 'sum(vllm:num_requests_waiting{model_name="$m"})'}],
        }],
    }  # fmt: skip
    (tmp_path / "board.json").write_text(json.dumps(board))
    found = [each.message for each in validate([tmp_path], "off").findings if each.id == "label/one-value"]
    assert bool(found) == bool(message)
    assert all(message in each for each in found)


CACHE = alert("max(vllm:kv_cache_usage_perc) > 0.9")
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: chat, namespace: ml}}
spec: {{containers: [{{name: chat, image: "{}"}}]}}
"""


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        ("vllm/vllm-openai:v0.8.5", "error"),
        ("registry.example.com/vllm/vllm-openai:v0.8.5-cu121@sha256:00", "error"),
        ("vllm/vllm-openai:v0.12.0", ""),
        ("vllm/vllm-openai:latest", ""),
        ("shop/vllm:v0.8.5", ""),
    ],
)
def test_an_image_says_which_version_runs(tmp_path: Path, image: str, severity: str) -> None:
    found = [each for each in told(tmp_path, CACHE, pod=POD.format(image)) if each.id == "signal/not-yet"]
    assert [each.severity.value for each in found] == ([severity] if severity else [])


def test_facts_win_over_images(tmp_path: Path) -> None:
    facts = FACTS.replace("vllm}", "vllm, versions: '0.12'}")
    found = told(tmp_path, CACHE, pod=POD.format("vllm/vllm-openai:v0.8.5"), facts=facts)
    assert "signal/not-yet" not in ids(found)


def test_an_image_says_nothing_of_options(tmp_path: Path) -> None:
    pod = POD.format("rayproject/ray:2.46.0-py311")
    found = told(tmp_path, alert("sum(rate(http_requests_total[5m])) > 100"), pod=pod)
    assert not [each for each in found if each.severity.value == "error" and each.id.startswith("signal")]


@pytest.mark.parametrize(("version", "found"), [("v2.40.1", []), ("3.10.0", ["join/labels-differ"])])
def test_an_operator_s_object_says_which_version_runs(tmp_path: Path, version: str, found: list[str]) -> None:
    server = (
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: main, namespace: monitoring}\n"
        f"spec: {{version: {version}, ruleSelector: {{}}, ruleNamespaceSelector: {{}}}}\n"
    )
    full = alert("prometheus_notifications_queue_length > prometheus_notifications_queue_capacity")
    assert [each for each in ids(told(tmp_path, full, server=server)) if each.startswith("join/")] == found


@pytest.mark.parametrize(
    "expression",
    [
        "max by (job, bucket) (thanos_objstore_bucket_last_successful_upload_time) < 1.7e9",
        "sum by (rule_group, strategy) (rate(prometheus_rule_evaluation_failures_total[5m])) > 1",
        "sum by (end_user, model) (rate(litellm_input_tokens_metric_total[5m])) > 1e6",
        "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.03",
    ],
)
def test_labels_that_some_versions_have_are_no_mistake(tmp_path: Path, expression: str) -> None:
    assert [each for each in ids(told(tmp_path, alert(expression))) if each.startswith(("label/", "join/"))] == []


KNOWN = ["oven:heat_celsius", "oven:loaves_burnt_total", "oven:loaves_baked_total", "oven:l1_reads", "oven:l2_reads"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("oven:haet_celsius", "oven:heat_celsius"),
        ("oven:loaves_burnt", "oven:loaves_burnt_total"),
        ("oven:loaves_bakd_total", "oven:loaves_baked_total"),
        ("oven:loaves_celsius_total", ""),
        ("oven:l3_reads", ""),
        ("oven:heat", ""),
        ("oven:heat_celsius_max", ""),
        ("oven:stones_celsius", ""),
    ],
)
def test_a_slip_is_in_one_word_or_at_the_end(name: str, meant: str) -> None:
    assert slip(name, KNOWN) == meant


@pytest.mark.parametrize(("carried", "severity"), [(False, "warning"), (True, "error")])
def test_a_slip_is_certain_in_a_rendered_tree(tmp_path: Path, carried: bool, severity: str) -> None:
    if carried:
        (tmp_path / ".obsgen").mkdir()
        (tmp_path / ".obsgen/facts.json").write_text(json.dumps({"environments": {"prod": {}}}))
    found = told(tmp_path, alert("rate(vllm:num_preemption_total[5m]) > 1"))
    assert [(each.id, each.severity.value) for each in found] == [("signal/no-such-series", severity)]


@pytest.mark.parametrize("key", ["clients", "server", "positions"])
def test_what_reads_logs_is_no_prometheus(tmp_path: Path, key: str) -> None:
    text = json.dumps({key: [], "scrape_configs": [{"job_name": "docker", "pipeline_stages": []}]})
    web = SERVER.replace("[]", "[{job_name: web, static_configs: [{targets: [web:80]}]}]")
    (found,) = told(tmp_path, alert('up{job="docker"} == 0'), promtail=text, prometheus=web)
    assert (found.id, found.hint) == ("path/no-such-job", "there are web")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("rules/*.yaml", ("error", "write rules/*.yml")),
        ("rules/chat.rules", ("error", "write rules/chat.yml")),
        ("/etc/prometheus/rules/*.yaml", ("warning", "write /etc/prometheus/rules/*.yml")),
        ("rules/*.yml", None),
        ("rules/c*", None),
        ("*/chat.yaml", None),
        ("/etc/prometheus/alerts/*.yaml", None),
    ],
)
def test_files_of_rules_that_no_pattern_finds_are_told(
    tmp_path: Path, pattern: str, found: tuple[str, str] | None
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/chat.yml").write_text(json.dumps({"groups": [{"name": "c", "rules": [alert("up == 0")]}]}))
    (tmp_path / "prometheus.yml").write_text(SERVER.replace("rules.yaml", f'"{pattern}"'))
    told = [each for each in validate([tmp_path], "off").findings if each.id == "path/rules-not-selected"]
    assert [(str(each.severity), each.hint) for each in told] == ([found] if found else [])


def test_rules_in_the_same_config_map_are_found(tmp_path: Path) -> None:
    rules = json.dumps({"groups": [{"name": "c", "rules": [alert("up == 0")]}]})
    data = {"prometheus.yml": SERVER, "rules.yaml": rules}
    maps = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "prometheus"}, "data": data}
    (tmp_path / "configmap.yaml").write_text(json.dumps(maps))
    assert ids(list(validate([tmp_path], "off").findings)) == []


SERVED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: chat}}
spec:
  selector: {{matchLabels: {{app: chat}}}}
  template:
    metadata: {{labels: {{app: chat}}}}
    spec:
      containers:
        - name: server
          image: {image}
          {more}
          ports: [{{name: http, containerPort: 8080}}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {{name: chat}}
spec:
  selector: {{matchLabels: {{app: {scraped}}}}}
  podMetricsEndpoints: [{{port: http}}]
"""
SGLANG, LLAMA = "lmsysorg/sglang:v0.4.6.post5", "ghcr.io/ggml-org/llama.cpp:server-cuda"


@pytest.mark.parametrize(
    ("image", "more", "hint"),
    [
        (SGLANG, "args: [python3, -m, sglang.launch_server, --tp, '4']", "add --enable-metrics to its arguments"),
        (SGLANG, "command: [bash, -c, 'exec python3 -m sglang.launch_server --tp 4']", "add --enable-metrics"),
        (LLAMA, "args: [-m, /models/a.gguf, --parallel, '4']", "add --metrics to its arguments"),
        (SGLANG, "args: [python3, -m, sglang.launch_server, --enable-metrics]", ""),
        (SGLANG, "command: [bash, -c, 'exec python3 -m sglang.launch_server $EXTRA']", ""),
        (SGLANG, "command: [bash, /scripts/run.sh]", ""),
        (LLAMA, "args: [-m, /models/a.gguf, --metrics]", ""),
        (LLAMA, "args: [-m, /a.gguf]\n          env: [{name: LLAMA_ARG_ENDPOINT_METRICS, value: '1'}]", ""),
        (LLAMA, "args: [-m, /a.gguf]\n          envFrom: [{configMapRef: {name: chat}}]", ""),
        ("example.org/other:1", "args: [python3, -m, sglang.launch_server]", ""),
    ],
)
def test_a_server_that_is_scraped_has_the_argument_for_its_page(
    tmp_path: Path, image: str, more: str, hint: str
) -> None:
    for scraped in ("chat", "other"):
        (tmp_path / "chat.yaml").write_text(SERVED.format(image=image, more=more, scraped=scraped))
        found = [each for each in validate([tmp_path], "off").findings if each.id == "signal/no-page"]
        assert [each.place.line for each in found] == ([12] if hint and scraped == "chat" else [])
        assert all(each.hint.startswith(hint) for each in found)


MOUNTING = """\
alertmanager:
  config:
    route: {receiver: chat, routes: []}
    receivers:
      - name: chat
        slack_configs: [{channel: "#ml", api_url_file: /etc/alertmanager/secrets/keys/slack}]
  alertmanagerSpec: {%s}
prometheus: {prometheusSpec: {retention: 15d}}
"""


@pytest.mark.parametrize(
    ("mounting", "hints"),
    [
        ("replicas: 3", ["add keys to alertmanager.alertmanagerSpec.secrets"]),
        ("secrets: [key]", ["add keys to alertmanager.alertmanagerSpec.secrets"]),
        ("secrets: [keys]", []),
        ("volumeMounts: [{name: v, mountPath: /etc/alertmanager/secrets/keys}]", []),
    ],
)
def test_values_of_the_chart_mount_what_they_read(tmp_path: Path, mounting: str, hints: list[str]) -> None:
    (tmp_path / "values.yaml").write_text(MOUNTING % mounting)
    found = [each for each in validate([tmp_path], "off").findings if each.id == "secret/not-mounted"]
    assert [(each.place.line, each.hint) for each in found] == [(6, hint) for hint in hints]


def test_another_file_of_values_may_mount_what_one_reads(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(MOUNTING % "replicas: 3")
    (tmp_path / "values-prod.yaml").write_text("alertmanager: {alertmanagerSpec: {secrets: [keys]}}\n")
    assert "secret/not-mounted" not in ids(list(validate([tmp_path], "off").findings))


TRITON = "nvcr.io/nvidia/tritonserver:24.08-py3"
PORTS = "[{name: http, containerPort: 8000}, {name: metrics, containerPort: 8002}]"


@pytest.mark.parametrize(
    ("image", "endpoint", "message"),
    [
        (TRITON, "{port: http}", "Triton has its page of metrics at port metrics, 8002: not at 8000"),
        (TRITON, "{port: metrics, path: /metric}", "Triton has its page of metrics at /metrics, not at /metric"),
        (TRITON, "{port: metrics}", ""),
        (TRITON, "{port: metrics, path: /triton/metrics}", ""),
        (TRITON, "{port: http, relabelings: [{targetLabel: __address__, replacement: 'triton:8002'}]}", ""),
        ("vllm/vllm-openai:v0.11.0", "{port: http, path: /}", "vLLM has its page of metrics at /metrics, not at /"),
        ("vllm/vllm-openai:v0.11.0", "{port: http}", ""),
        ("example.org/other:1", "{port: http, path: /stats}", ""),
    ],
)
def test_pages_are_where_an_image_has_them(tmp_path: Path, image: str, endpoint: str, message: str) -> None:
    text = SERVED.format(image=image, more="args: [serve]", scraped="chat")
    text = text.replace("[{name: http, containerPort: 8080}]", PORTS).replace("[{port: http}]", f"[{endpoint}]")
    (tmp_path / "chat.yaml").write_text(text)
    found = [each for each in validate([tmp_path], "off").findings if each.id == "signal/no-page"]
    assert [each.message for each in found] == ([message] if message else [])


def scaled(kind: str, query: str) -> str:
    if kind == "ScaledObject":
        metadata = {"serverAddress": "http://prometheus:9090", "query": query, "threshold": "5"}
        return object_of(kind, "chat", {"triggers": [{"type": "prometheus", "metadata": metadata}]}, "keda.sh/v1alpha1")
    metric = {"name": "m", "provider": {"prometheus": {"address": "http://prometheus:9090", "query": query}}}
    return object_of(kind, "chat", {"metrics": [metric]}, "argoproj.io/v1alpha1")


@pytest.mark.parametrize("kind", ["ScaledObject", "AnalysisTemplate"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sum(vllm:num_requests_waiting)", []),
        ("sum(vllm:num_request_waiting)", ["signal/no-such-series"]),
        ("sum(vllm:num_requests_waiting", ["promql/syntax"]),
        ('sum(vllm:num_requests_waiting{pod="{{args.pod}}"})', []),
    ],
)
def test_queries_that_scale_and_judge_are_read(tmp_path: Path, kind: str, query: str, found: list[str]) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS)
    (tmp_path / "chat.yaml").write_text(scaled(kind, query))
    assert [each for each in ids(list(validate([tmp_path], "off").findings)) if each != "schema/unknown-kind"] == found


@pytest.mark.parametrize("key", ["kube-prometheus-stack", "kps"])
def test_values_of_a_sub_chart_are_read_by_any_alias(tmp_path: Path, key: str) -> None:
    inner = "\n".join(f"  {line}" for line in (MOUNTING % "replicas: 3").splitlines())
    (tmp_path / "values.yaml").write_text(f"{key}:\n  enabled: true\n{inner}\nnamespace: ml\n")
    found = [each for each in validate([tmp_path], "off").findings if each.severity != Severity.INFO]
    assert [(each.id, each.place.line) for each in found] == [("secret/not-mounted", 8)]


@pytest.mark.parametrize(
    ("kind", "role", "resources", "found"),
    [
        ("RoleBinding", "Role", "pods", ["path/forbidden"]),
        ("RoleBinding", "ClusterRole", "pods", ["path/forbidden"]),
        ("ClusterRoleBinding", "ClusterRole", "endpoints", []),
        ("ClusterRoleBinding", "ClusterRole", "nodes", []),
        ("RoleBinding", "", "", []),
    ],
    ids=["a Role", "a ClusterRole in one namespace", "everywhere", "rights of another sort", "a role elsewhere"],
)
def test_rights_of_a_prometheus_are_told_where_they_are_known(
    tmp_path: Path, kind: str, role: str, resources: str, found: list[str]
) -> None:
    group = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": "default", "namespace": "monitoring"}
    named = {"apiGroup": group, "kind": role or "Role", "name": "targets"}
    metadata = {"name": "targets", "namespace": "monitoring"}
    bound = {"kind": kind, "roleRef": named, "subjects": [subject]}
    rules = [{"apiGroups": [""], "resources": [resources], "verbs": ["get", "list", "watch"]}]
    about = [metadata if each in ("Role", "RoleBinding") else {"name": "targets"} for each in (kind, role)]
    objects = [
        {"metadata": about[0], **bound},
        *([{"metadata": about[1], "kind": role, "rules": rules}] if role else []),
    ]
    texts = [json.dumps({"apiVersion": f"{group}/v1", **each}) for each in objects]
    selecting: dict[str, object] = {
        f"{each}{more}": {} for each in ("serviceMonitor", "podMonitor") for more in ("Selector", "NamespaceSelector")
    }
    sends = {"alerting": {"alertmanagers": [{"name": "alertmanager", "namespace": "monitoring", "port": "web"}]}}
    target = {"namespaceSelector": {"matchNames": ["chat"]}, "selector": {}, "endpoints": [{"port": "http"}]}
    texts += [object_of("Prometheus", "main", {**selecting, **sends}), object_of("ServiceMonitor", "chat", target)]
    (tmp_path / "all.yaml").write_text("\n---\n".join(texts))
    assert [each for each in ids(list(validate([tmp_path], "off").findings)) if each == "path/forbidden"] == found


FAILED, ALL = 'sum by (job) (rate(shop_visits_total{code=~"5.."}[5m]))', "sum by (job) (rate(shop_visits_total[5m]))"


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (f"{FAILED} / {ALL} > 5", ("> 5 is never true", "write 0.05")),
        (f"(1 - {FAILED} / {ALL}) > 5", None),
        (f"{FAILED} / {ALL} < 99.5", ("< 99.5 is always true", "write 0.995")),
        ("gpu_used / (gpu_used + gpu_free) > 95", ("> 95 is never true", "write 0.95")),
        ("gpu_used / ((gpu_free + gpu_held) + (gpu_used)) > 95", ("> 95 is never true", "write 0.95")),
        ("gpu_used / gpu_free > 95", None),
        (f"{FAILED} / {ALL} * 100 > 5", None),
        (f"{FAILED} / {ALL} > 0.05", None),
        (f"{ALL} / {FAILED} > 5", None),
        (f"{FAILED} / {ALL.replace('by (job)', 'by (job, pod)')} > 5", None),
        (f"{FAILED} / {ALL.replace('5m', '1h')} > 5", None),
        (f"{FAILED} / {ALL} == 2", None),
    ],
)
def test_a_part_of_its_whole_is_a_share(tmp_path: Path, expression: str, found: tuple[str, str] | None) -> None:
    shares = [each for each in told(tmp_path, alert(expression)) if each.id == "unit/share"]
    assert [(each.message.partition(": ")[2], each.hint) for each in shares] == ([found] if found else [])


TEMPO = """\
apiVersion: 1
datasources:
  - {{name: Prometheus, type: prometheus, uid: prom, url: "http://prometheus:9090"}}
  - {{name: Loki, type: loki, uid: loki, url: "http://loki:3100"}}
  - name: Tempo
    type: tempo
    uid: tempo
    jsonData: {{tracesToLogsV2: {{datasourceUid: {logs}}}, serviceMap: {{datasourceUid: prom}}}}
"""


@pytest.mark.parametrize(
    ("logs", "grafana", "hints"),
    [
        ("loki", True, []),
        ("lokii", False, ["did you mean 'loki'?"]),
        ("logs-eu", True, ["there are loki, prom, tempo"]),
        ("logs-eu", False, []),
        ('"${LOKI}"', True, []),
    ],
)
def test_links_between_datasources_lead_somewhere(tmp_path: Path, logs: str, grafana: bool, hints: list[str]) -> None:
    if grafana:
        (tmp_path / "grafana.yaml").write_text(object_of("Grafana", "main", {}, "grafana.integreatly.org/v1beta1"))
    (tmp_path / "datasources.yaml").write_text(TEMPO.format(logs=logs))
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": [alert("up == 0")]}]}))
    found = [each for each in validate([tmp_path], "off").findings if each.id == "datasource/unknown"]
    assert [each.hint for each in found] == hints


@pytest.mark.parametrize(
    ("uid", "query", "found"),
    [
        ("prom", "sum(vllm:num_requests_waiting)", []),
        ("proom", "sum(vllm:num_requests_waiting)", ["datasource/unknown"]),
        ("prom", "sum(vllm:num_request_waiting)", ["signal/no-such-series"]),
        ("loki", 'sum(count_over_time({app="chat"} |= "error" [5m]))', []),
        ("__expr__", "sum(vllm:num_requests_waiting)", []),
    ],
)
def test_alerts_of_grafana_ask_what_is_there(tmp_path: Path, uid: str, query: str, found: list[str]) -> None:
    data = [{"refId": "A", "datasourceUid": uid, "model": {"refId": "A", "expr": query}}]
    rule = {"uid": "a", "title": "A", "condition": "A", "for": "5m", "noDataState": "OK", "execErrState": "Error"}
    spec = {"folderRef": "llm", "interval": "1m", "instanceSelector": {}, "rules": [{**rule, "data": data}]}
    (tmp_path / "rules.yaml").write_text(
        object_of("GrafanaAlertRuleGroup", "chat", spec, "grafana.integreatly.org/v1beta1")
    )
    (tmp_path / "datasources.yaml").write_text(TEMPO.format(logs="loki"))
    (tmp_path / "facts.yaml").write_text(FACTS)
    wanted = ("datasource/unknown", "signal/no-such-series", "promql/syntax")
    assert [each for each in ids(list(validate([tmp_path], "off").findings)) if each in wanted] == found
