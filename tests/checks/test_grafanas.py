"""Datasources wherever they are provisioned, sidecars, and whose repository a URL names."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks.datasource import unknown as datasource_unknown
from obsgen.checks.discovery import plain_checks
from obsgen.repository import read_repository
from obsgen.repository.forges import FileUrl, Mention, file_url, repository_of, roots

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: sources, namespace: monitoring}
data:
  more.yaml: |
    apiVersion: 1
    datasources:
      - {name: Inside, uid: inside, type: prometheus}
"""
VALUES = """\
prometheus: {prometheusSpec: {replicas: 2}}
grafana:
  datasources: {a.yaml: {apiVersion: 1, datasources: [{name: Whole, type: loki}]}}
  additionalDataSources: [{name: More, uid: more, type: tempo}]
"""


def test_datasources_are_found_in_files_objects_and_values(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(CONFIG_MAP, encoding="utf-8")
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    (tmp_path / "plain.yaml").write_text("apiVersion: 1\ndatasources: [{name: Plain, type: loki}]\n", encoding="utf-8")
    found = read_repository([tmp_path]).grafanas.datasources
    assert {(each.name, each.uid, each.type) for each in found} == {
        ("Inside", "inside", "prometheus"),
        ("Whole", "", "loki"),
        ("More", "more", "tempo"),
        ("Plain", "", "loki"),
    }


def test_a_board_of_a_grafana_that_is_elsewhere_is_an_assumption(tmp_path: Path) -> None:
    board = (
        '{"uid": "a", "title": "A", "panels": [{"id": 1, "type": "stat", "datasource": "Metrics", '
        '"targets": [{"refId": "A", "expr": "up"}]}]}'
    )
    (tmp_path / "a.json").write_text(board, encoding="utf-8")
    data = 'data:\n  b.json: \'{"title": "B", "panels": []}\'\n'
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: boards}}\n{data}"
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    repository = read_repository([tmp_path])
    asked = [each for each in plain_checks() if each.ID.startswith("datasource/")]
    assert [finding for each in asked for finding in each.check(repository)] == []
    texts = [one.text for each in asked if hasattr(each, "assumptions") for one in each.assumptions(repository)]
    assert sorted(texts) == ["Grafana has a datasource Metrics", "a Grafana loads the dashboards of ConfigMap boards"]


CHOOSES = (
    '{"uid": "a", "title": "A", "panels": [], '
    '"templating": {"list": [{"name": "source", "type": "datasource", "query": "loki"}]}}'
)
OPERATOR = """\
apiVersion: grafana.integreatly.org/v1beta1
kind: GrafanaDatasource
metadata: {name: sources, namespace: monitoring}
spec:
  instanceSelector: {matchLabels: {app: grafana}}
  datasource: {name: Inside, uid: inside, type: prometheus}
"""
RUNNING = """\
---
apiVersion: grafana.integreatly.org/v1beta1
kind: Grafana
metadata: {name: main, namespace: monitoring, labels: {app: grafana}}
"""
SECRET = CONFIG_MAP.replace("ConfigMap", "Secret").replace("data:\n  more", "stringData:\n  more")
FILE = "apiVersion: 1\ndatasources: [{name: Plain, type: prometheus}]\n"
OF_TYPE = "Grafana has a datasource of type loki"


@pytest.mark.parametrize(
    ("sources", "assumed"),
    [
        *((each, True) for each in (CONFIG_MAP, SECRET, OPERATOR)),
        *((each + RUNNING, False) for each in (CONFIG_MAP, SECRET, OPERATOR)),
        *((each.replace("type: prometheus", "type: loki"), None) for each in (CONFIG_MAP, FILE)),
        (FILE, False),
    ],
)
def test_a_grafana_that_is_elsewhere_may_have_a_type_besides_what_objects_bring(
    sources: str, assumed: bool | None, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(CHOOSES, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(sources, encoding="utf-8")
    repository = read_repository([tmp_path])
    assert [each.text for each in datasource_unknown.assumptions(repository)] == [OF_TYPE] * (assumed is True)
    found = [(str(each.place.line), each.hint) for each in datasource_unknown.check(repository)]
    assert found == [("1", "types that are there: prometheus")] * (assumed is False)


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/Ops/shop.git",
        "git@git.example.com:ops/shop",
        "ssh://git@git.example.com:22/ops/shop.git/",
    ],
)
def test_a_repository_has_many_urls(url: str) -> None:
    assert repository_of(url) == "git.example.com/ops/shop"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/acme/shop/blob/main/docs/a.md#x", FileUrl("github.com/acme/shop", "docs/a.md")),
        ("https://gitlab.com/a/b/shop/-/blob/main/docs/a.md", FileUrl("gitlab.com/a/b/shop", "docs/a.md")),
        ("https://codeberg.org/acme/shop/src/branch/main/a.md", FileUrl("codeberg.org/acme/shop", "a.md")),
        ("https://wiki.example.org/a", None),
        ("https://github.com/acme/shop/blob/main/{{ $labels.x }}.md", None),
    ],
)
def test_files_that_forges_show(url: str, found: FileUrl | None) -> None:
    assert file_url(url) == found


def test_the_root_is_where_most_paths_are(tmp_path: Path) -> None:
    for folder in ("deploy/a", "deploy/b", "deploy/deploy/a"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    beside = str(tmp_path / "deploy/apps/x.yaml")
    paths = [Mention("here", f"deploy/{each}", beside) for each in "abc"] + [Mention("there", "other/a", beside)]
    assert roots(paths) == {"here": tmp_path}
