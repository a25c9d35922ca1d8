"""Row B2: provider, cluster, region and environment are external labels, which boards can choose and rules keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from log_rows import objects, tree
from row_support import PROFILES, shipped

from obsgen.checks import validate
from obsgen.conventions import PLACE_LABELS
from obsgen.pipeline import StackTree
from obsgen.promql.grafana import parse_templated
from obsgen.promql.labels import labels_of
from obsgen.promql.parse import parse

SHIPPED = sorted(path.stem for path in PROFILES.glob("*.yaml"))
CONVENTION = {"provider": "gke", "cluster": "ml", "region": "eu", "environment": "prod"}
PLACE = {"cluster": {"name": "ml", "provider": "gke", "region": "eu"}}
BOARDS = {"grafana": {"placeVariables": ["environment", "provider", "region"]}}


def rules(made: StackTree) -> Iterator[dict[str, Any]]:
    for name in made.environments:
        for each in objects(made, "PrometheusRule", name):
            yield from (rule for group in each["spec"]["groups"] for rule in group["rules"])


@pytest.mark.parametrize("name", SHIPPED)
def test_no_rule_says_where_it_is_evaluated(name: str) -> None:
    said = [rule for rule in rules(shipped(name)) for label in PLACE_LABELS if label in rule.get("labels", {})]
    # Recorded series of hosted models say whose they are.
    assert [rule for rule in said if set(PLACE_LABELS) & rule["labels"].keys() != {"provider"}] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_no_alert_and_no_recorded_series_loses_the_cluster(name: str) -> None:
    lost = [
        rule.get("alert", rule.get("record"))
        for rule in rules(shipped(name))
        if labels_of(parse(rule["expr"]).root).lacks("cluster")
        and not any(each in rule["expr"] for each in ("vector(", "absent("))
    ]
    assert lost == []


@pytest.mark.parametrize("mode", ["managed", "values", "files"])
def test_the_convention_becomes_external_labels(mode: str) -> None:
    made = tree(prometheus={"mode": mode}, **PLACE)
    rendered = made.environments["prod"]
    found = {
        "managed": lambda: objects(made, "Prometheus")[0]["spec"]["externalLabels"],
        "values": lambda: rendered.values["prometheus"]["prometheusSpec"]["externalLabels"],
        "files": lambda: rendered.plain["prometheus/prod/prometheus.yml"]["global"]["external_labels"],
    }
    assert found[mode]() == CONVENTION


def test_boards_offer_the_labels_and_match_series_without_them() -> None:
    made = tree(**PLACE, **BOARDS)
    board = next(each for each in made.boards if each.name == "vllm").json
    variables = {each["name"]: each for each in board["templating"]["list"]}
    assert set(PLACE_LABELS) <= variables.keys()
    for label in PLACE_LABELS:
        # All is chosen first, and matches what has no such label: local series.
        assert (variables[label]["allValue"], variables[label]["current"]["value"]) == (".*", "$__all")
    targets = [target["expr"] for panel in _panels(board) for target in panel.get("targets", ())]
    assert len(targets) > 10
    for expr in targets:
        parse_templated(expr)
        assert all(f'{label}=~"${label}"' in expr for label in PLACE_LABELS), expr


def test_a_board_offers_the_cluster_alone_where_nobody_asks_for_more() -> None:
    board = next(each for each in tree(**PLACE).boards if each.name == "vllm").json
    assert {each["name"] for each in board["templating"]["list"]} & set(PLACE_LABELS) == {"cluster"}


def _panels(board: Any) -> Iterator[Any]:
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


RULES = """
groups:
  - name: chat
    rules:
      - {{record: "chat:requests:rate5m", expr: "sum {by} (rate(chat_requests_total[5m]))"{labels}}}
"""


@pytest.mark.parametrize(
    ("by", "labels", "found"),
    [
        ("by (namespace)", "", {"promql/cluster-lost"}),
        ("", "", {"promql/cluster-lost"}),
        ("by (cluster, namespace)", "", set()),
        ("without (pod)", "", set()),
        ("by (cluster)", ", labels: {cluster: eu}", {"rules/static-label"}),
        ("by (cluster)", ", labels: {environment: prod}", {"rules/static-label"}),
        ("by (cluster)", ", labels: {provider: openai}", set()),
        ("by (cluster)", ', labels: {cluster: "{{ $labels.cluster }}"}', set()),
    ],
)
def test_anybody_s_rules_are_checked(by: str, labels: str, found: set[str], tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.format(by=by, labels=labels))
    (tmp_path / "prometheus.yml").write_text("global: {external_labels: {cluster: eu}}\nscrape_configs: []\n")
    ours = ("promql/cluster-lost", "rules/static-label")
    assert {each.id for each in validate([tmp_path], "off").findings if each.id in ours} == found


def test_where_nobody_speaks_of_clusters_sums_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.format(by="by (namespace)", labels=""))
    assert validate([tmp_path], "off").findings == ()
