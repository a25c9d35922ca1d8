"""Route tables of clusters: there where others are told than elsewhere in the environment, and true of each cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alerting_support import tree, write

from obsgen.checks import validate
from obsgen.findings import Severity
from obsgen.pipeline import StackTree
from obsgen.source import load_text

EU: dict[str, Any] = {"name": "eu-1", "environment": "prod", "region": "eu"}
US: dict[str, Any] = {"name": "us-1", "environment": "prod", "region": "us"}
BY_REGION = {"alertmanager": {"routes": [{"match": {"region": "eu"}, "receiver": "pager"}]}}
TO_PAGER = {"values": {"alertmanager": {"severities": {"warning": "pager"}}}}
ADDED = ("cluster", "region", "environment", "provider")


def made(*clusters: dict[str, Any], **changes: Any) -> StackTree:
    """A stack on clusters of `prod`, beside an environment `dev` of its own."""
    names = {"cluster": {"name": None}, "environments": {"dev": {"cluster": {"name": "ml-dev"}}, "prod": {}}}
    return tree({**names, "clusters": list(clusters), **changes})


def tables(found: StackTree) -> list[str]:
    return sorted(path.removeprefix("tests/routes-") for path in found.files if path.startswith("tests/"))


def table(found: StackTree, name: str) -> dict[str, Any]:
    (document,) = load_text(found.files[f"tests/routes-{name}"].decode(), name)
    value: dict[str, Any] = document.value
    return value


def receivers(found: StackTree, name: str) -> dict[str, list[str]]:
    return {case["labels"]["alertname"]: case["receivers"] for case in table(found, name)["cases"]}


def test_clusters_on_which_the_same_people_are_told_have_no_table() -> None:
    assert tables(made(EU, US)) == ["dev.yaml", "prod.yaml"]
    limits = {"values": {"modelServers": {"chat": {"thresholds": {"e2eLatencyP95": "3s"}}}}}
    assert tables(made(EU, {**US, **limits})) == ["dev.yaml", "prod.yaml"]


def test_a_route_by_region_takes_the_alerts_of_the_clusters_there() -> None:
    found = made(EU, US, {**EU, "name": "eu-2"}, **BY_REGION)
    assert tables(found) == ["dev.yaml", "prod.yaml", "prod/eu-1.yaml"]
    assert set(map(tuple, receivers(found, "prod/eu-1.yaml").values())) == {("chat",), ("pager",)}
    assert receivers(found, "prod/eu-1.yaml")["VllmQueueGrowing"] == ["pager"]
    assert receivers(found, "prod.yaml")["VllmQueueGrowing"] == ["chat"]
    assert b"Who is told of which alert on prod/eu-1, and on eu-2.\n" in found.files["tests/routes-prod/eu-1.yaml"]


def test_values_of_a_cluster_may_send_alerts_elsewhere() -> None:
    found = made(EU, {**US, **TO_PAGER})
    assert tables(found) == ["dev.yaml", "prod.yaml", "prod/us-1.yaml"]
    assert table(found, "prod/us-1.yaml")["configuration"] == "../../overlays/prod/us-1"
    assert receivers(found, "prod/us-1.yaml")["VllmQueueGrowing"] == ["pager"]


def test_many_that_are_alike_are_counted() -> None:
    found = made(US, *({**EU, "name": f"eu-{number}"} for number in range(1, 7)), **BY_REGION)
    head = found.files["tests/routes-prod/eu-1.yaml"].decode().splitlines()[1]
    assert head == "# Who is told of which alert on prod/eu-1, and on eu-2, eu-3, eu-4 and 2 more."


def test_the_readme_names_the_tables_of_clusters() -> None:
    assert "`tests/routes-prod/eu-1.yaml`" in made(EU, US, **BY_REGION).files["README.md"].decode()
    assert "tests/routes-" not in made(EU, US).files["README.md"].decode()


@pytest.mark.parametrize(
    ("mode", "label", "known"),
    [("managed", "environment", True), ("managed", "site", True), ("existing", "environment", False)],
)
def test_labels_that_the_trees_own_prometheus_adds_are_known(mode: str, label: str, known: bool) -> None:
    prometheus = {"mode": mode, "externalLabels": {"site": "prod"}} if mode == "managed" else {"mode": mode}
    route = {"routes": [{"match": {label: "prod"}, "receiver": "pager"}]}
    found = tree({"prometheus": prometheus, "alertmanager": route})
    told = receivers(found, "prod.yaml")
    assert told["VllmQueueGrowing"] == (["pager"] if known else ["chat"])
    labels = table(found, "prod.yaml")["cases"][0]["labels"]
    assert [name for name in (*ADDED, "site") if name in labels] == ["cluster", *([label] if known else [])]


def test_values_that_a_cluster_changes_are_no_configuration_to_walk() -> None:
    chart = {"prometheus": {"mode": "values"}, "alertmanager": {"delivery": "values"}}
    assert tables(made(EU, {**US, **TO_PAGER}, **chart)) == ["dev.yaml", "prod.yaml"]
    by_region = {**chart, "alertmanager": {**chart["alertmanager"], **BY_REGION["alertmanager"]}}
    found = made(EU, US, **by_region)
    assert tables(found) == ["dev.yaml", "prod.yaml", "prod/eu-1.yaml"]
    assert table(found, "prod/eu-1.yaml")["configuration"] == "../../values/prod.yaml"


@pytest.mark.parametrize("form", [{}, {"delivery": "config"}, {"delivery": "config", "matcherStrategy": "none"}])
def test_every_table_is_true(form: dict[str, str], tmp_path: Path) -> None:
    routes = {"alertmanager": {**BY_REGION["alertmanager"], **form}}
    values = {"values": {"alertmanager": {"severities": {"critical": "chat"}}}}
    found = made(EU, {**US, **values}, **routes)
    assert len(tables(found)) == 4
    report = validate([write(found, tmp_path)], tools="off")
    assert [each for each in report.findings if each.severity == Severity.ERROR] == []


def test_a_case_that_is_not_true_of_the_cluster_is_told(tmp_path: Path) -> None:
    others = ({**US, "name": f"a-{number}"} for number in range(12))  # of many alike a few are built, and eu-1
    found = made(*others, EU, **BY_REGION)
    write(found, tmp_path)
    file = tmp_path / "tests/routes-prod/eu-1.yaml"
    file.write_text(file.read_text().replace("- pager", "- chat", 1))
    told = [each for each in validate([tmp_path], tools="off").findings if each.id == "alertmanager/routes"]
    assert [each.message.partition(" ")[2] for each in told] == ["reaches pager, not chat"]
