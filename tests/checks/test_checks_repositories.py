"""Repositories as people have them: objects and configurations that belong together, and what is missing between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from field_support import FACTS, SERVER, alert, ids, object_of, told

from obsgen.checks import validate
from obsgen.findings import Severity


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
