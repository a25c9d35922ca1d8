"""The parts under the checks: classification, references, forms, datasources, places inside places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.repository.classify import OTHER, kind_of
from obsgen.repository.embedded import embedded_documents
from obsgen.repository.forms import KUSTOMIZATION, metadata_misfits, misfits
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.kustomizations import Kustomization, roots
from obsgen.repository.objects import Embedded, KubeObject, Located, as_object
from obsgen.repository.queries.rules import RuleSet, distinct_rules
from obsgen.source import load_text


def located(text: str, file: str = "x.yaml") -> Located:
    document = load_text(text, file)[0]
    return Located(document.value, document)


@pytest.mark.parametrize(
    ("file", "value", "kind"),
    [
        ("a.yaml", {"apiVersion": "v1", "kind": "Service"}, "manifest"),
        ("a.yaml", None, "empty"),
        ("kustomization.yml", {"resources": []}, "kustomization"),
        ("Kustomization", {}, "kustomization"),
        ("k.yaml", {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}, "kustomization"),
        ("k.yaml", {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"}, "manifest"),
        ("r.yaml", {"groups": [{"name": "g", "rules": []}]}, "rules"),
        ("r.yaml", {"groups": ["admins"]}, OTHER),
        ("b.json", {"panels": [], "title": "x"}, "dashboard"),
        ("b.json", {"rows": [], "schemaVersion": 1}, "dashboard"),
        ("b.json", {"dashboard": {"panels": [], "uid": "x"}}, "dashboard"),
        ("b.json", {"panels": []}, OTHER),
        ("p.yaml", [{"op": "add", "path": "/a"}], "patch"),
        ("p.yaml", [1, 2], OTHER),
        ("p.yaml", [], OTHER),
        ("p.yaml", "text", OTHER),
        ("c.yaml", {"kind": "Service", "metadata": {}}, "incomplete manifest"),
        ("c.yaml", {"kind": "anything"}, OTHER),
        ("Chart.yaml", {"apiVersion": "v2", "name": "x"}, "Helm chart"),
        ("p.yaml", {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile"}, "profile (obsgen render --check)"),
        ("t.yaml", {"rule_files": [], "tests": []}, "promtool tests"),
        ("t.yaml", {"route": {}, "receivers": []}, "Alertmanager configuration"),
        ("t.yaml", {"scrape_configs": []}, "Prometheus configuration"),
        ("values.yaml", {"image": {}}, "Helm values"),
        ("values-prod.yaml", {"image": {}}, "Helm values"),
        ("values/prod.yaml", {"image": {}}, "Helm values"),
        ("values.yaml", {"apiVersion": "v1", "kind": "Service"}, "manifest"),
        ("evaluesx.yaml", {"image": {}}, OTHER),
    ],
)
def test_what_a_document_is(file: str, value: Any, kind: str) -> None:
    assert kind_of(file, value) == kind


def kustomization(folder: str, text: str) -> Kustomization:
    return Kustomization(load_text(text, "k.yaml")[0], Path(folder, "k.yaml"), Path(folder))


def test_references_name_files_and_folders_with_their_roles() -> None:
    text = """
resources: [a.yaml, ../base, "https://example.com/x.yaml"]
components: [c]
patches: [{path: p.yaml}, {patch: "a: 1"}]
patchesStrategicMerge: [s.yaml, "a: 1\\nb: 2\\n"]
replacements: [{path: r.yaml}]
configMapGenerator: [{files: [f.json, "key=dir/g.json"], envs: [e.env], env: o.env}]
openapi: {path: schema.json}
transformers: [t.yaml]
"""
    found = [(one.role, one.path.as_posix()) for one in kustomization("/r/over", text).references()]
    assert found == [
        ("resource", "/r/over/a.yaml"),
        ("resource", "/r/base"),
        ("resource", "/r/over/c"),
        ("config", "/r/over/t.yaml"),
        ("patch", "/r/over/s.yaml"),
        ("patch", "/r/over/p.yaml"),
        ("config", "/r/over/r.yaml"),
        ("data", "/r/over/f.json"),
        ("data", "/r/over/dir/g.json"),
        ("data", "/r/over/e.env"),
        ("data", "/r/over/o.env"),
        ("config", "/r/over/schema.json"),
    ]


def test_roots_are_what_nothing_includes_and_one_of_each_circle() -> None:
    everything = [
        kustomization("/r/base", "resources: [a.yaml]"),
        kustomization("/r/dev", "resources: [../base]\ncomponents: [../part]"),
        kustomization("/r/part", "kind: Component"),
        kustomization("/r/lone-part", "kind: Component"),
        kustomization("/r/x", "resources: [../y]"),
        kustomization("/r/y", "resources: [../x]"),
    ]
    assert {one.folder.name for one in roots(everything)} in ({"dev", "x"}, {"dev", "y"})


FIELDS = st.sampled_from(["resources", "patches", "target", "labels", "kind", "metadata", "name", "x"])
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(SHAPES)
def test_misfits_stand_at_routes_that_exist(value: Any) -> None:
    for found in (*misfits(value, KUSTOMIZATION), *metadata_misfits(value)):
        inner = value
        for step in found.route:
            inner = inner[step]
        assert inner is not None or not found.expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resources: [a.yaml]", []),
        ("resources:", []),
        ("resources: a.yaml", [(("resources",), "a list")]),
        ("resources: [1]", [(("resources", 0), "text")]),
        ("patches: [{target: x, pach: y}]", [(("patches", 0, "target"), "a mapping"), (("patches", 0, "pach"), "")]),
        ("generatorOptions: {disableNameSuffixHash: 'yes'}",
         [(("generatorOptions", "disableNameSuffixHash"), "true or false")]),
        ("- a", [((), "a mapping")]),
    ],
)  # fmt: skip
def test_the_form_of_kustomizations(text: str, expected: list[tuple[tuple[Any, ...], str]]) -> None:
    assert [(one.route, one.expected) for one in misfits(load_text(text, "k.yaml")[0].value, KUSTOMIZATION)] == expected


@pytest.mark.parametrize(
    ("datasource", "type_"),
    [
        ("null", ""),
        ('"Main Prometheus"', ""),
        ('"$ds"', "prometheus"),
        ('"${ds}"', "prometheus"),
        ('"${DS_LOKI}"', "loki"),
        ('{"type": "tempo", "uid": "x"}', "tempo"),
        ('{"uid": "${ds}"}', "prometheus"),
        ('{"uid": "fixed"}', ""),
        ("7", ""),
    ],
)
def test_the_datasource_behind_a_query(datasource: str, type_: str) -> None:
    board = Dashboard(
        located(
            '{"title": "x", "__inputs": [{"name": "DS_LOKI", "type": "datasource", "pluginId": "loki"}],'
            '"templating": {"list": [{"name": "ds", "type": "datasource", "query": "prometheus"}]},'
            f'"panels": [{{"datasource": {datasource}, "targets": [{{"expr": "up"}}]}}]}}',
            "x.json",
        )
    )
    assert [(target.kind, target.type) for target in board.targets()] == [("panel", type_)]


def test_panels_in_rows_old_and_new_and_queries_everywhere() -> None:
    board = Dashboard(
        located(
            '{"title": "x", "panels": [{"id": 1, "panels": [{"id": 2, "targets": [{"expr": "a"}, {"no": "x"}, 3]}]}],'
            '"rows": [{"panels": [{"id": 3, "targets": [{"expr": "b", "datasource": {"type": "t"}}]}]}],'
            '"templating": {"list": [{"type": "query", "query": "c"}, {"type": "query", "query": {"query": "d"}}, 1]},'
            '"annotations": {"list": [{"expr": "e"}, {"name": "none"}]}}',
            "x.json",
        )
    )
    assert [panel.value["id"] for panel in board.panels()] == [1, 2, 3]
    assert [(target.kind, target.located.value, target.type) for target in board.targets()] == [
        ("panel", "a", ""),
        ("panel", "b", "t"),
        ("variable", "c", ""),
        ("variable", "d", ""),
        ("annotation", "e", ""),
    ]


@pytest.mark.parametrize("style", ["|", "|-", "|2"])
def test_places_inside_json_inside_yaml(style: str) -> None:
    extra = "  " if style == "|2" else ""
    outer = located(f'data:\n  x.json: {style}\n    {{\n      "a": "b",\n      "e": "sum(x"\n    }}\n')
    text = outer.at("data", "x.json")
    inner = Embedded(load_text(text.value, "x.json")[0], text)
    assert str(inner.place(("e",), key=True)) == "x.yaml:5:7"
    assert str(inner.text_place(("e",), 3)) == "x.yaml:5:16"
    assert extra or text.value.startswith("{")


def config_map(data: dict[str, str]) -> KubeObject:
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}
    object_ = as_object(Located(value, load_text("a: 1", "x.yaml")[0]))
    assert object_
    return object_


def test_documents_inside_objects_are_read_once_and_only_if_worth_it() -> None:
    board, rules = '{"title": "x", "panels": []}', "groups: []"
    objects = [
        config_map({"a.json": board, "b.json": "{}", "c.yaml": rules, "d.txt": rules, "e.json": '{"panels": ['}),
        config_map({"again.json": board, "other.json": board + " "}),
    ]
    assert [one.value for one in embedded_documents(objects, {board + " "})] == [
        {"title": "x", "panels": []},
        {"groups": []},
    ]


def test_malformed_rules_are_had_as_far_as_they_go() -> None:
    text = "groups: [1, {rules: [2, {alert: A, expr: 5, labels: {a: b, c: 1}}, {record: r, expr: true}]}, {rules: x}]"
    one = RuleSet(located(text), is_object=False)
    assert [(rule.is_alert, rule.name, rule.expr) for rule in one.rules] == [(True, "A", "5"), (False, "r", "")]
    assert [text.value for text in one.rules[0].strings("labels")] == ["b"]
    assert len(distinct_rules([one, one])) == 2


def test_what_an_object_is_called() -> None:
    named = config_map({})
    assert (str(named), named.group, named.namespace) == ("ConfigMap x", "", "")
    nameless = as_object(located("apiVersion: apps/v1\nkind: Deployment\nmetadata: []\n"))
    assert nameless
    assert (str(nameless), nameless.group) == ("a Deployment without a name", "apps")
    assert as_object(located("apiVersion: v1\nkind: 3\n")) is None
    assert as_object(located("- a\n")) is None
