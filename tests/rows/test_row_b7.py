"""Row B7: a central Prometheus that reads others, or is written to; a querier over all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from log_rows import objects, told, tree

from obsgen import tools
from obsgen.pipeline import StackTree
from obsgen.promql.parse import parse

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
    (chat,) = (each for each in signals if 'job="chat"' in each)
    assert {"up", "vllm:num_requests_waiting"} <= _alternatives(chat, "__name__")
    assert config("us", made)["spec"]["params"]["match[]"] == [recorded, firing]
    for each in (recorded, firing, *signals):
        parse(each)


def _rules(rule_object: Any) -> list[Any]:
    return [rule for group in rule_object["spec"]["groups"] for rule in group["rules"]]


def _alternatives(selector: str, label: str) -> set[str]:
    (found,) = (m for m in parse(selector).root.raw.matchers.matchers if m.name == label)  # type: ignore[attr-defined]
    return set(found.value.split("|"))


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
    assert found == []
    assert used["promtool"]


def test_without_an_operator_the_jobs_stand_in_prometheus_yml() -> None:
    made = tree(prometheus={"mode": "files", "federate": [EU, US]})
    jobs = made.environments["prod"].plain["prometheus/prod/prometheus.yml"]["scrape_configs"]
    eu, us = (each for each in jobs if each["job_name"].startswith("federation-"))
    assert len(us["params"]["match[]"]) == 2 < len(eu["params"]["match[]"])
    assert eu["honor_labels"] is True
    assert eu["authorization"]["credentials_file"] == "/etc/prometheus/secrets/clusters/eu"
    assert {"target_label": "job", "replacement": "federation"} in eu["relabel_configs"]
