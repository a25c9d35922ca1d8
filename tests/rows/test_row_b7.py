"""Row B7: a central Prometheus that reads others, or is written to; a querier over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from log_rows import SERVER, objects, told, tree

from obsgen import tools
from obsgen.pipeline import StackTree
from obsgen.promql.grafana import parse_templated
from obsgen.promql.parse import parse
from obsgen.promql.tree import metric_name

EU = {"name": "eu", "url": "https://prometheus.eu.example.org/prom/", "token": {"secret": "clusters", "key": "eu"}}
US = {"name": "us", "url": "http://10.0.0.7:9090", "series": "recorded", "interval": "2m"}
CENTRAL = {"prometheus": {"mode": "managed", "federate": [EU, US]}}


def config(name: str, made: StackTree) -> Any:
    (found,) = (each for each in objects(made, "ScrapeConfig") if each["metadata"]["name"] == f"federation-{name}")
    return found


def test_each_cluster_is_read_at_its_own_address_with_its_own_labels() -> None:
    made = tree(**CENTRAL)
    spec = config("eu", made)["spec"]
    assert (spec["scheme"], spec["metricsPath"]) == ("HTTPS", "/prom/federate")
    assert spec["staticConfigs"] == [{"targets": ["prometheus.eu.example.org"]}]
    assert spec["honorLabels"] is True
    assert spec["authorization"]["credentials"] == {"name": "clusters", "key": "eu"}
    other = config("us", made)["spec"]
    assert (other["scheme"], other["metricsPath"], other["scrapeInterval"]) == ("HTTP", "/federate", "2m")
    assert "authorization" not in other
    selected = objects(made, "Prometheus")[0]["spec"]["scrapeConfigSelector"]["matchLabels"]
    assert selected.items() <= config("eu", made)["metadata"]["labels"].items()


def test_what_is_read_is_what_rules_record_what_fires_and_what_boards_show() -> None:
    made = tree(**CENTRAL)
    recorded, firing, *signals = config("eu", made)["spec"]["params"]["match[]"]
    names = {rule["record"] for each in objects(made, "PrometheusRule") for rule in _rules(each) if "record" in rule}
    alerts = {rule["alert"] for each in objects(made, "PrometheusRule") for rule in _rules(each) if "alert" in rule}
    assert _alternatives(recorded, "__name__") == names
    assert _alternatives(firing, "alertname") == alerts
    chat = [name for each in signals if 'job="chat"' in each for name in _alternatives(each, "__name__")]
    assert {"up", "vllm:num_requests_waiting"} <= set(chat)
    assert len(chat) == len(set(chat))
    assert config("us", made)["spec"]["params"]["match[]"] == [recorded, firing]
    for each in (recorded, firing, *signals):
        parse(each)


CLUSTERS = [{"name": "eu-1"}, {"name": "us-1", "values": {"exporters": [{"name": "bill", "type": "opencost"}]}}]


def _hub() -> StackTree:
    """A hub that reads two clusters, of which one has a server more."""
    return tree(
        modelServers=[{**SERVER, "objectives": {"errors": {}}}],
        gpuExporter={"type": "dcgm"},
        prometheus={"mode": "managed"},
        clusters=CLUSTERS,
        hub={"mode": "federation", "endpoint": "https://prometheus.<< name >>.example.org"},
    )


def _read_by_hub() -> list[str]:
    (found,) = (e for e in objects(_hub(), "ScrapeConfig", "hub") if e["metadata"]["name"] == "federation-eu-1")
    return list(found["spec"]["params"]["match[]"])


def test_a_hub_reads_what_its_boards_show() -> None:
    read = {name for each in _read_by_hub() for name in _alternatives(each, "__name__")}
    queries = [query for board in _hub().boards for query in _asked(board.json["panels"])]
    asked = {metric_name(each.raw) for query in queries for each in parse_templated(query).selectors()}
    assert {"vllm:num_requests_waiting", "DCGM_FI_DEV_GPU_TEMP", "obsgen:slo_errors:ratio"} <= asked
    assert asked - {"ALERTS"} <= read
    assert read - {"up"} - asked <= _of_rules(_hub().environments["hub"]) | {"vllm:request_success_total"}


def _of_rules(rendered: Any) -> set[str]:
    """The series that rules of an environment record or ask for, with those that every environment records."""
    recorded = {each.record for each in _hub().environments["prod"].recordings}
    asked = {metric_name(each.raw) for alert in rendered.alerts for each in parse(alert.expr).selectors()}
    return recorded | asked | {each.record for told in _hub().told.values() for each in told.recordings}


def _asked(panels: Any) -> Iterator[str]:
    for panel in panels:
        yield from _asked(panel.get("panels", ()))
        yield from (each["expr"] for each in panel.get("targets", ()))


def test_a_hub_reads_what_the_clusters_record_and_tell() -> None:
    recorded, firing, *_ = _read_by_hub()
    assert {"obsgen:slo_budget_left:ratio", "obsgen:allocated_cost_usd:hourly"} <= _alternatives(recorded, "__name__")
    told = {alert.name for each in _hub().environments.values() for alert in each.alerts}
    assert {"VllmDown", "GpuXidErrors", "VllmErrorBudgetBurning", "FederationEmpty"} <= told
    assert told | {"OpencostDown"} <= _alternatives(firing, "alertname")


def test_a_hub_reads_series_of_its_own_servers_alone() -> None:
    (chat,) = (each for each in _read_by_hub() if "vllm:num_requests_waiting" in each)
    assert 'job="chat"' in chat
    for each in _read_by_hub():
        parse(each)


def _rules(rule_object: Any) -> list[Any]:
    return [rule for group in rule_object["spec"]["groups"] for rule in group["rules"]]


def _alternatives(selector: str, label: str) -> set[str]:
    matchers = parse(selector).root.raw.matchers.matchers  # type: ignore[attr-defined]
    return {value for each in matchers if each.name == label for value in each.value.split("|")}


def test_somebody_is_told_when_a_cluster_cannot_be_read() -> None:
    names = {each.name for each in tree(**CENTRAL).environments["prod"].alerts}
    assert {"FederationFailing", "FederationEmpty"} <= names
    assert not [name for each in tree().environments.values() for name in each.alerts if "Federation" in name.name]


def test_a_prometheus_that_others_write_to_says_so() -> None:
    for mode in ("managed", "values"):
        made = tree(prometheus={"mode": mode, "remoteWriteReceiver": True})
        found = objects(made, "Prometheus")[0]["spec"] if mode == "managed" else _spec(made)
        assert found["enableRemoteWriteReceiver"] is True
    assert "enableRemoteWriteReceiver" not in _spec(tree(prometheus={"mode": "values"}))


def _spec(made: StackTree) -> Any:
    return made.environments["prod"].values["prometheus"]["prometheusSpec"]


@pytest.mark.tools
@pytest.mark.parametrize("mode", ["existing", "managed", "values", "files"])
def test_every_form_is_accepted(mode: str, tmp_path: Path, real_tool: Callable[[str], tools.Tool]) -> None:
    for name in ("kubeconform", "kustomize", "promtool"):
        real_tool(name)
    found, used = told(tree(prometheus={"mode": mode, "federate": [EU, US]}), tmp_path)
    nobody = ["route/no-alertmanager"] if mode in ("managed", "files") else []
    assert [each.partition(":")[0] for each in found] == nobody
    assert used["promtool"]


def test_without_an_operator_the_jobs_stand_in_prometheus_yml() -> None:
    made = tree(prometheus={"mode": "files", "federate": [EU, US]})
    jobs = made.environments["prod"].plain["prometheus/prod/prometheus.yml"]["scrape_configs"]
    eu, us = (each for each in jobs if each["job_name"].startswith("federation-"))
    assert len(us["params"]["match[]"]) == 2 < len(eu["params"]["match[]"])
    assert eu["honor_labels"] is True
    assert eu["authorization"]["credentials_file"] == "/etc/prometheus/secrets/clusters/eu"
    assert {"target_label": "job", "replacement": "federation"} in eu["relabel_configs"]
