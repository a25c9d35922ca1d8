"""Expressions as people write them: what is right in them stays silent, what is wrong is told for what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from field_support import FACTS, SERVER, alert, ids, object_of, told

from obsgen.checks import validate
from obsgen.findings import Severity
from obsgen.repository.queries.naming import slip

SILENT_ROUTES = """\
route:
  receiver: "null"
  routes: [{matchers: ['team="web"'], receiver: chat}]
receivers:
  - name: "null"
  - name: chat
    webhook_configs: [{url: "https://alerts.example.org/chat"}]
"""


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


@pytest.mark.parametrize(("versions", "fixed"), [("versions: ['0.12']", "vllm:kv_cache_usage_perc"), ("", None)])
def test_what_only_the_newest_version_lacks_is_not_rewritten(tmp_path: Path, versions: str, fixed: str | None) -> None:
    facts = FACTS.replace("component: vllm", f"component: vllm, {versions}") if versions else ""
    files = {"facts": facts} if facts else {}
    (found,) = told(tmp_path, alert("max(vllm:gpu_cache_usage_perc) > 0.9"), **files)
    assert found.id == "signal/removed"
    assert (found.fix.new if found.fix else None) == fixed
