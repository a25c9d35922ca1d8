"""Row B6: a central Grafana with one datasource a cluster, and boards that let people choose among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from log_rows import objects, told, tree

from obsgen.findings import InputError
from obsgen.pipeline import StackTree
from obsgen.source import load_text

CLUSTERS = [{"name": "eu-1", "region": "eu"}, {"name": "us-1", "endpoint": "https://metrics.us.example.org"}]
HUB = {
    "cluster": {"name": "central"},
    "endpoint": "https://prometheus.<< name >>.example.org",
    "values": {"grafana": {"delivery": "provisioned"}},
}


def made(clusters: list[dict[str, Any]] = CLUSTERS, **hub: Any) -> StackTree:
    return tree(clusters=clusters, hub={**HUB, **hub})


def datasources(found: StackTree) -> dict[str, dict[str, Any]]:
    (text,) = (
        each["data"]["datasources.yaml"]
        for each in objects(found, "ConfigMap", "hub")
        if "datasources.yaml" in each["data"]
    )
    return {each["name"]: each for each in load_text(text, "datasources.yaml")[0].value["datasources"]}


def test_there_is_a_datasource_for_each_cluster_and_one_default() -> None:
    found = datasources(made())
    assert found["eu-1"]["url"] == "https://prometheus.eu-1.example.org"
    assert found["us-1"]["url"] == "https://metrics.us.example.org"
    assert [name for name, each in found.items() if each["isDefault"]] == ["eu-1"]
    assert len({each["uid"] for each in found.values()}) == len(found)


def test_environments_that_are_one_cluster_are_shown_too() -> None:
    found = tree(environments={"dev": {"cluster": {"name": "ml-dev"}}, "prod": {}}, clusters=[
        {"name": "eu-1", "environment": "prod"}
    ], hub=HUB)  # fmt: skip
    assert {"ml-dev", "eu-1"} <= datasources(found).keys()


def test_every_board_lets_people_choose_the_datasource() -> None:
    found = made()
    assert found.boards
    for board in found.boards:
        variable = board.json["templating"]["list"][0]
        assert (variable["type"], variable["query"], variable["name"]) == ("datasource", "prometheus", "datasource")
        targets = [panel["datasource"]["uid"] for panel in board.json["panels"] if "datasource" in panel]
        assert set(targets) == {"${datasource}"}


def test_the_hub_has_the_boards_and_nothing_that_serves() -> None:
    found = made()
    assert found.environments["hub"].board_maps
    servers = {each.instance.name for each in found.environments["hub"].alerts}
    assert "chat" not in servers
    assert not [path for path in found.files if path.startswith("overlays/hub/") and "servicemonitor-chat" in path]


def test_an_existing_grafana_gets_them_by_its_sidecar() -> None:
    found = made(values={})
    (config,) = (
        each for each in objects(found, "ConfigMap", "hub") if "grafana_datasource" in each["metadata"]["labels"]
    )
    assert "https://prometheus.eu-1.example.org" in next(iter(config["data"].values()))


def test_it_validates_clean(tmp_path: Path) -> None:
    findings, _ = told(made(), tmp_path)
    assert findings == []


@pytest.mark.parametrize(
    ("hub", "where"),
    [
        ({"endpoint": None}, "where does the hub reach"),
        ({"endpoint": "prometheus.<< name >>"}, "is no URL"),
        ({"mode": "remoteWrite"}, "without a URL"),
        ({"mode": "thanos"}, "is no host and port"),
    ],
)
def test_addresses_that_are_missing_or_no_addresses_are_told(hub: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as problem:
        tree(clusters=[CLUSTERS[0]], hub={key: value for key, value in {**HUB, **hub}.items() if value})
    assert any(where in each.message for each in problem.value.findings)


def test_in_other_modes_the_hub_reads_or_is_written_to() -> None:
    managed = {"mode": "managed"}
    read = tree(prometheus=managed, clusters=CLUSTERS, hub={**HUB, "mode": "federation"})
    names = {each["metadata"]["name"] for each in objects(read, "ScrapeConfig", "hub")}
    assert names == {"federation-eu-1", "federation-us-1"}
    hub = {**HUB, "mode": "remoteWrite", "url": "https://write.example.org"}
    written = tree(prometheus=managed, clusters=CLUSTERS, hub=hub)
    (central,) = objects(written, "Prometheus", "hub")
    (leaf,) = objects(written, "Prometheus")
    assert central["spec"]["enableRemoteWriteReceiver"] is True
    assert "remoteWrite" not in central["spec"]
    assert [each["url"] for each in leaf["spec"]["remoteWrite"]] == ["https://write.example.org/api/v1/write"]


def test_a_querier_asks_every_clusters_sidecar() -> None:
    clusters = [{"name": "eu-1"}, {"name": "us-1", "endpoint": "thanos.us.example.org:10901"}]
    hub = {**HUB, "mode": "thanos", "endpoint": "sidecar.<< name >>.example.org:10901"}
    found = tree(
        prometheus={"mode": "managed"},
        longTerm={"objectStorage": {"secret": "bucket"}},
        clusters=clusters,
        hub=hub,
    )
    (config,) = (
        each for each in objects(found, "ConfigMap", "hub") if each["metadata"]["name"].endswith("thanos-endpoints")
    )
    text = config["data"]["endpoints.yaml"]
    assert "sidecar.eu-1.example.org:10901" in text
    assert "thanos.us.example.org:10901" in text
