"""Row P9: Thanos reads what the sidecars write, by flags that its version has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from log_rows import objects, tree
from row_support import made, shipped

from obsgen.findings import InputError
from obsgen.profile.platform import LongTerm
from obsgen.source import load_text

PLATFORM = "inference-platform"
NAMES = {part: f"{PLATFORM}-thanos-{part}" for part in ("store", "query", "compact")}
KINDS = {"store": "StatefulSet", "query": "Deployment", "compact": "StatefulSet"}
BUCKET = {"objectStorage": {"secret": "bucket", "key": "thanos.yaml"}}
MANAGED = {"mode": "managed"}

FLAGS = {
    "store": {"data-dir", "grpc-address", "http-address", "objstore.config-file"},
    "query": {
        *("endpoint.sd-config-file", "grpc-address", "http-address"),
        *("query.auto-downsampling", "query.replica-label"),
    },
    "compact": {
        *("data-dir", "http-address", "objstore.config-file", "wait"),
        *("retention.resolution-1h", "retention.resolution-5m", "retention.resolution-raw"),
    },
}
"""Read in thanos-io/thanos v0.42.4: cmd/thanos/store.go, query.go, compact.go and config.go; none is deprecated."""


def workload(part: str) -> Mapping[str, Any]:
    return made(KINDS[part], NAMES[part], PLATFORM)


def pod(part: str) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = workload(part)["spec"]["template"]["spec"]
    return spec


def arguments(part: str) -> list[str]:
    (container,) = pod(part)["containers"]
    return list(container["args"])


def flag(part: str, name: str) -> list[str]:
    return [each.partition("=")[2] for each in arguments(part) if each.startswith(f"--{name}=")]


@pytest.mark.parametrize("part", KINDS)
def test_every_flag_exists_at_the_version_that_runs(part: str) -> None:
    (container,) = pod(part)["containers"]
    assert container["image"].endswith(":v0.42.4")
    assert LongTerm.model_fields["version"].default == "0.42.4"
    command, *flags = arguments(part)
    assert command == part
    assert {re.sub(r"^--|=.*", "", each) for each in flags} <= FLAGS[part]


@pytest.mark.parametrize("part", ["store", "compact"])
def test_object_storage_is_a_secret_mounted_by_reference(part: str) -> None:
    (container,) = pod(part)["containers"]
    mount = next(each for each in container["volumeMounts"] if each["name"] == "object-storage")
    (volume,) = (each for each in pod(part)["volumes"] if each["name"] == "object-storage")
    assert volume["secret"]["secretName"] == "thanos-objstore-config"
    assert flag(part, "objstore.config-file") == [f"{mount['mountPath']}/thanos.yaml"]


def test_the_querier_asks_services_that_the_tree_brings_and_drops_replicas() -> None:
    assert flag("query", "query.replica-label") == ["prometheus_replica", "thanos_ruler_replica"]
    text = made("ConfigMap", f"{PLATFORM}-thanos-endpoints", PLATFORM)["data"]["endpoints.yaml"]
    addresses = [each["address"] for each in load_text(text, "endpoints.yaml")[0].value["endpoints"]]
    assert len(addresses) == 2
    for address in addresses:
        port, service, namespace = re.fullmatch(r"dnssrv\+_(\w+)\._tcp\.([\w-]+)\.([\w-]+)\.svc", address).groups()  # type: ignore[union-attr]
        found = made("Service", service, PLATFORM)
        assert (found["metadata"]["namespace"], found["spec"]["clusterIP"]) == (namespace, "None")
        assert port in {each["name"] for each in found["spec"]["ports"]}


def test_other_clusters_are_asked_by_their_addresses() -> None:
    stores = ["sidecar.eu.example.org:10901", "sidecar.us.example.org:10901"]
    maps = objects(tree(prometheus=MANAGED, longTerm={**BUCKET, "stores": stores}), "ConfigMap")
    (text,) = (each["data"]["endpoints.yaml"] for each in maps if "endpoints.yaml" in each["data"])
    addresses = [each["address"] for each in load_text(text, "endpoints.yaml")[0].value["endpoints"]]
    assert addresses[-2:] == stores


@pytest.mark.parametrize("part", KINDS)
def test_pods_are_restricted_and_their_health_is_asked(part: str) -> None:
    spec, (container,) = pod(part), pod(part)["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["livenessProbe"]["httpGet"]["path"] == "/-/healthy"
    assert container["readinessProbe"]["httpGet"]["path"] == "/-/ready"
    assert container["resources"]["limits"].keys() == {"memory"}


def test_one_compactor_and_budgets_where_there_are_several_pods() -> None:
    assert workload("compact")["spec"]["replicas"] == 1
    for part in ("store", "query"):
        budget = made("PodDisruptionBudget", NAMES[part], PLATFORM)
        assert workload(part)["spec"]["replicas"] == 2
        assert budget["spec"]["selector"] == workload(part)["spec"]["selector"]


def test_retention_by_resolution_reaches_the_compactor() -> None:
    kept = {"raw": "40h", "fiveMinutes": "60d", "oneHour": "3y"}
    found = objects(tree(prometheus=MANAGED, longTerm={**BUCKET, "retention": kept}), "StatefulSet")
    (compactor,) = (each for each in found if each["metadata"]["name"].endswith("compact"))
    args = compactor["spec"]["template"]["spec"]["containers"][0]["args"]
    assert {f"--retention.resolution-{name}" for name in ("raw=40h", "5m=60d", "1h=3y")} <= set(args)


@pytest.mark.parametrize("retention", [{"raw": "39h"}, {"fiveMinutes": "9d"}])
def test_a_retention_that_thanos_refuses_is_refused(retention: Mapping[str, str]) -> None:
    with pytest.raises(InputError) as refused:
        tree(prometheus=MANAGED, longTerm={**BUCKET, "retention": retention})
    assert [each.id for each in refused.value.findings] == ["profile/retention"]


def test_grafana_asks_the_querier_first() -> None:
    found = [each.object for each in shipped(PLATFORM).environments["prod"].objects]
    sources = [each["spec"]["datasource"] for each in found if each["kind"] == "GrafanaDatasource"]
    (default,) = (each for each in sources if each["isDefault"])
    service = made("Service", NAMES["query"], PLATFORM)
    assert default["url"] == f"http://{service['metadata']['name']}.{service['metadata']['namespace']}.svc:9090"
    assert 9090 in {each["port"] for each in service["spec"]["ports"]}


def test_every_part_is_scraped_by_one_monitor() -> None:
    monitor = made("ServiceMonitor", "thanos", PLATFORM)["spec"]
    ((label, value), *more) = monitor["selector"]["matchLabels"].items()
    (endpoint,) = monitor["endpoints"]
    services = [each for each in _services() if each["metadata"]["labels"].get(label) == value]
    assert len(services) == 4
    assert all(each["metadata"]["labels"][key] == text for each in services for key, text in more)
    assert all(endpoint["port"] in {port["name"] for port in each["spec"]["ports"]} for each in services)


def _services() -> Iterator[Mapping[str, Any]]:
    objects_ = shipped(PLATFORM).environments["prod"].objects
    return (each.object for each in objects_ if each.object["kind"] == "Service")


def test_a_ruler_comes_only_where_it_is_asked_for() -> None:
    assert not objects(tree(prometheus=MANAGED, longTerm=BUCKET), "ThanosRuler")
    rendered = tree(prometheus=MANAGED, longTerm={**BUCKET, "rule": True})
    (ruler,) = objects(rendered, "ThanosRuler")
    rules = objects(rendered, "PrometheusRule")
    (label,) = ruler["spec"]["ruleSelector"]["matchLabels"].items()
    # Prometheus evaluates the stack's own rules already.
    assert not [each for each in rules if label in each["metadata"]["labels"].items()]
    assert {"ThanosRuleFailing"} <= {each.name for each in rendered.environments["prod"].alerts}
