"""Row V10: signals from the fields of structured logs; alerts on them for Loki's ruler; log panels beside metrics."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from log_rows import objects, told, tree

from obsgen import tools
from obsgen.logql import parse
from obsgen.logql.tree import Selector
from obsgen.pipeline import StackTree
from obsgen.source import load_text

CHATBOT = {"name": "chatbot", "type": "inference-logs", "namespace": "apps", "pods": "chatbot-.*"}
RENAMED = {"RefusalRateHigh": {"name": "VllmRefusalRateHigh"}}
PLAIN: dict[str, Any] = {
    "logs": {"url": "http://loki.logs.svc:3100", "collector": "alloy", "ruler": "configmap", "namespace": "logs"},
    "exporters": [CHATBOT],
    "alerts": RENAMED,
    "environments": {
        "dev": {"cluster": {"name": "dev"}, "exporters": {"chatbot": {"thresholds": {"refusals": "50%"}}}},
        "prod": {"cluster": {"name": "prod"}},
    },
}
OPENSHIFT: dict[str, Any] = {
    "cluster": {"provider": "openshift"},
    "prometheus": {"mode": "openshift"},
    "logs": {
        "type": "lokistack",
        "storageClass": "gp3-csi",
        "collector": "cluster-log-forwarder",
        "ruler": "alertingrule",
    },
    "exporters": [CHATBOT],
    "alerts": RENAMED,
}
NAMES = {"VllmRefusalRateHigh", "LoggedLatencyHigh", "AnswerQualityLow", "OutOfDomainHigh"}


def rule_file(made: StackTree, environment: str) -> Any:
    """The rule file in the ConfigMap that the ruler's sidecar loads."""
    (found,) = (each for each in objects(made, "ConfigMap", environment) if "loki_rule" in each["metadata"]["labels"])
    assert found["metadata"]["namespace"] == "logs"
    (text,) = found["data"].values()
    (document,) = load_text(text, "rules.yaml")
    return document.value


def rules(groups: Any) -> dict[str, Any]:
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def test_refusals_above_a_fifth_for_five_minutes_are_an_alert_in_logql() -> None:
    rule = rules(rule_file(tree(**PLAIN), "prod")["groups"])["VllmRefusalRateHigh"]
    streams = '{namespace="apps", pod=~"chatbot-.*"} |= "refusal" | json model="model", refusal="refusal"'
    share, whole = (
        f'sum by (cluster, namespace, model) (rate({streams} | __error__="" | refusal{asked} [5m]))'
        for asked in ('="true"', '!=""')
    )
    assert rule["expr"] == f"{share}\n  /\n{whole}\n  > 0.2\n"
    assert (rule["for"], rule["labels"]["severity"]) == ("5m", "warning")


def test_latency_quality_and_domain_are_alerts_too() -> None:
    found = rules(rule_file(tree(**PLAIN), "prod")["groups"])
    assert set(found) == NAMES
    assert re.match(r"quantile_over_time\(0\.95, .*unwrap latency_ms", found["LoggedLatencyHigh"]["expr"])
    assert re.match(r"avg_over_time\(.*unwrap quality_score", found["AnswerQualityLow"]["expr"])
    assert 'out_of_domain="true"' in found["OutOfDomainHigh"]["expr"]


def test_an_environment_may_have_another_limit() -> None:
    made = tree(**PLAIN)
    limits = {env: rules(rule_file(made, env)["groups"])["VllmRefusalRateHigh"]["expr"][-5:] for env in ("dev", "prod")}
    assert limits == {"dev": " 0.5\n", "prod": " 0.2\n"}
    table = made.files["README.md"].decode()
    assert "dev: above 50 % for 5m; prod: above 20 % for 5m" in table
    assert "above 50 %" in made.files["runbooks/VllmRefusalRateHigh.md"].decode()


def test_runbooks_show_the_queries_as_logql() -> None:
    text = tree(**PLAIN).files["runbooks/VllmRefusalRateHigh.md"].decode()
    (query,) = re.findall(r"```logql\n(.*?)\n```", text, re.DOTALL)
    assert parse(query).is_metric
    assert "```promql" not in text


@pytest.mark.parametrize(("namespace", "tenant"), [("apps", "application"), ("openshift-ai", "infrastructure")])
def test_openshifts_operator_would_take_the_rules(namespace: str, tenant: str) -> None:
    """Its conditions: grafana/loki operator/internal/validation/openshift/common.go and alertingrule.go."""
    made = tree(**{**OPENSHIFT, "exporters": [{**CHATBOT, "namespace": namespace}]})
    (found,) = objects(made, "AlertingRule")
    assert (found["metadata"]["namespace"], found["spec"]["tenantID"]) == (namespace, tenant)
    for rule in rules(found["spec"]["groups"]).values():
        selectors = [node for node in parse(rule["expr"]).nodes() if isinstance(node, Selector)]
        for selector in selectors:
            matchers = [(one.name, one.operator, one.value) for one in selector.matchers]
            assert ("kubernetes_namespace_name", "=", namespace) in matchers
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["labels"]["namespace"] == namespace
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
    (stack,) = objects(made, "LokiStack")
    wanted = stack["spec"]["rules"]
    assert wanted["selector"]["matchLabels"].items() <= found["metadata"]["labels"].items()
    assert namespace in wanted["namespaceSelector"]["matchExpressions"][0]["values"]


def test_fields_stand_where_the_collector_puts_them() -> None:
    (found,) = objects(tree(**OPENSHIFT), "AlertingRule")
    expr = rules(found["spec"]["groups"])["VllmRefusalRateHigh"]["expr"]
    assert 'json model="structured.model", refusal="structured.refusal"' in expr


def test_fields_may_have_other_names_and_ones_that_are_not_logged_are_left_out() -> None:
    options = {"refusal": "outcome.refused", "quality": None, "outOfDomain": None, "latencyUnit": "s"}
    made = tree(**{**PLAIN, "exporters": [{**CHATBOT, "options": options}]})
    found = rules(rule_file(made, "prod")["groups"])
    assert set(found) == {"VllmRefusalRateHigh", "LoggedLatencyHigh"}
    assert 'outcome_refused="outcome.refused"' in found["VllmRefusalRateHigh"]["expr"]
    assert "/ 1000" not in found["LoggedLatencyHigh"]["expr"]


def boards(made: StackTree) -> dict[str, list[tuple[str, str, set[str]]]]:
    """Of each board its panels: title, type, and who is asked."""
    return {
        board.name: [
            (panel["title"], panel["type"], {target["datasource"]["type"] for target in panel["targets"]})
            for panel in board.json["panels"]
            if "targets" in panel
        ]
        for board in made.boards
    }


def test_panels_of_logs_stand_beside_panels_of_metrics_on_one_board() -> None:
    found = boards(tree(**PLAIN))
    answers = {title: (kind, asked) for title, kind, asked in found["answers"]}
    assert answers["Refusals"] == ("timeseries", {"loki", "prometheus"})  # the limit is Prometheus'
    assert answers["As the model servers measure it"] == ("timeseries", {"prometheus"})
    assert answers["Refused answers"] == ("logs", {"loki"})
    assert ("Log lines", "logs", {"loki"}) in found["vllm"]
    assert sum(asked == {"prometheus"} for _, _, asked in found["vllm"]) > 10


def test_a_stack_without_logs_has_no_trace_of_them() -> None:
    made = tree()
    assert not [name for name, content in made.files.items() if b"loki" in content.lower()]


@pytest.mark.tools
@pytest.mark.parametrize("sections", [PLAIN, OPENSHIFT], ids=["configmap", "alertingrule"])
def test_the_tree_is_clean_and_loki_itself_accepts_its_queries(
    sections: dict[str, Any], tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    assert real_tool("logql")
    found, used = told(tree(**sections), tmp_path)
    assert found == []
    assert used["logql"]
    assert used["kustomize"]
