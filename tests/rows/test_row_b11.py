"""Row B11: many clusters from one profile: ApplicationSets by three generators, or applications; values by cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from log_rows import tree

from obsgen.checks import validate
from obsgen.findings import InputError, Severity
from obsgen.pipeline import StackTree
from obsgen.repository.shapes import MOST_ALIKE, REASON
from obsgen.source import load_text

ARGO = {"repoURL": "https://github.com/acme/gitops.git"}
CLUSTERS = [
    {"name": "eu-1", "environment": "prod", "region": "eu", "provider": "gke"},
    {"name": "us-1", "environment": "prod", "region": "us", "values": {"prometheus": {"retention": "3d"}}},
    {"name": "us-2", "environment": "staging", "region": "us"},
]
KEYS: dict[str, Any] = {"environments": {"staging": {}, "prod": {}}, "prometheus": {"mode": "managed"}}


def made(clusters: list[dict[str, Any]] = CLUSTERS, **argocd: Any) -> StackTree:
    return tree(**KEYS, clusters=clusters, argocd={**ARGO, **argocd})


def in_argocd(found: StackTree, kind: str) -> dict[str, Any]:
    values = (load_text(data.decode(), name)[0].value for name, data in found.argocd.items())
    return {each["metadata"]["name"]: each for each in values if each["kind"] == kind}


def an_application_set(generator: str, **more: Any) -> Mapping[str, Any]:
    found = in_argocd(made(applicationSet={"generator": generator, **more}), "ApplicationSet")
    assert set(found) == {"inference-prod", "inference-staging"}
    spec: Mapping[str, Any] = found["inference-prod"]["spec"]
    assert (spec["goTemplate"], spec["goTemplateOptions"]) == (True, ["missingkey=error"])
    return spec


def test_without_a_set_each_cluster_has_an_application() -> None:
    found = in_argocd(made(), "Application")
    assert set(found) == {"inference-prod-eu-1", "inference-prod-us-1", "inference-staging-us-2"}
    one = found["inference-prod-eu-1"]
    assert one["spec"]["source"]["path"] == "out/inference/overlays/prod/eu-1"
    assert one["spec"]["destination"] == {"name": "eu-1", "namespace": "monitoring"}
    assert one["metadata"]["labels"]["obsgen.dev/cluster"] == "eu-1"


def test_a_list_names_the_clusters() -> None:
    spec = an_application_set("list")
    assert spec["generators"] == [{"list": {"elements": [{"cluster": "eu-1"}, {"cluster": "us-1"}]}}]
    template = spec["template"]
    assert template["metadata"]["name"] == "inference-prod-{{ .cluster }}"
    assert template["spec"]["source"]["path"] == "out/inference/overlays/prod/{{ .cluster }}"
    assert template["spec"]["destination"]["name"] == "{{ .cluster }}"


def test_git_finds_the_folders_of_clusters_and_not_those_of_parts() -> None:
    spec = an_application_set("git")
    (generator,) = spec["generators"]
    assert generator["git"]["directories"][0] == {"path": "out/inference/overlays/prod/*"}
    excluded = {each["path"].rpartition("/")[2] for each in generator["git"]["directories"] if each.get("exclude")}
    found = made(applicationSet={"generator": "git"})
    folders = {path.split("/")[2] for path in found.files if path.startswith("overlays/prod/") and path.count("/") > 2}
    assert folders - excluded == {"eu-1", "us-1"}
    path = ["out", "inference", "overlays", "prod", "eu-1"]
    index = int(spec["template"]["spec"]["source"]["path"].split("segments ")[1].split()[0])
    assert path[index] == "eu-1"


def test_clusters_are_found_by_the_labels_of_their_secrets() -> None:
    spec = an_application_set("clusters", selector={"gpu": "true"})
    assert spec["generators"][0]["clusters"]["selector"]["matchLabels"] == {
        "gpu": "true",
        "obsgen.dev/environment": "prod",
        "obsgen.dev/stack": "inference",
    }
    readme = made(applicationSet={"generator": "clusters"}).files["README.md"].decode()
    assert "obsgen.dev/stack=inference" in readme


def test_labels_of_clusters_reach_their_applications() -> None:
    clusters = [{**CLUSTERS[0], "labels": {"wave": "first"}}, CLUSTERS[1]]
    spec = in_argocd(made(clusters, applicationSet={"generator": "list"}), "ApplicationSet")["inference-prod"]["spec"]
    assert [each["labels"] for each in spec["generators"][0]["list"]["elements"]] == [{"wave": "first"}, {}]
    assert "toJson .labels" in spec["templatePatch"]
    alone = in_argocd(made(clusters), "Application")["inference-prod-eu-1"]
    assert alone["metadata"]["labels"]["wave"] == "first"


@pytest.mark.parametrize("extra", [{"server": "https://eu.example.org:6443"}, {"labels": {"wave": "first"}}])
def test_what_a_generator_cannot_know_is_refused(extra: dict[str, Any]) -> None:
    with pytest.raises(InputError) as problem:
        made([{**CLUSTERS[0], **extra}], applicationSet={"generator": "git"})
    assert {each.id for each in problem.value.findings} == {"profile/application-set"}


def test_clusters_by_url_and_by_name_need_two_templates() -> None:
    clusters = [{**CLUSTERS[0], "server": "https://eu.example.org:6443"}, CLUSTERS[1]]
    with pytest.raises(InputError):
        made(clusters, applicationSet={"generator": "list"})
    assert in_argocd(made(clusters), "Application")["inference-prod-eu-1"]["spec"]["destination"]["server"]


def test_a_set_for_each_part_finds_the_same_folders_everywhere() -> None:
    found = made(applicationSet={"generator": "git"}, applicationPer="part")
    sets = in_argocd(found, "ApplicationSet")
    assert "inference-rules-prod" in sets
    path = sets["inference-rules-prod"]["spec"]["generators"][0]["git"]["directories"][0]["path"]
    assert path == "out/inference/overlays/prod/*/rules"
    for cluster in ("eu-1", "us-1"):
        assert f"overlays/prod/{cluster}/rules/kustomization.yaml" in found.files


def test_the_project_allows_every_cluster() -> None:
    (project,) = in_argocd(made(applicationSet={}), "AppProject").values()
    assert {each["name"] for each in project["spec"]["destinations"]} == {"eu-1", "us-1", "us-2"}


def test_a_cluster_differs_in_its_labels_and_values_and_nothing_else() -> None:
    found = made()
    own = {path for path in found.files if path.startswith("overlays/prod/us-1/") and "/patch-" in path}
    assert own == {"overlays/prod/us-1/platform/patch-prometheus-prometheus.yaml"}
    spec = load_text(found.files[own.pop()].decode(), "patch.yaml")[0].value["spec"]
    assert spec == {"externalLabels": {"cluster": "us-1", "region": "us"}, "retention": "3d"}


def test_a_thousand_clusters_are_a_thousand_small_folders_and_short_lists(tmp_path: Path) -> None:
    count = 1000
    names = [f"c{i:04}" for i in range(count)]
    clusters = [{"name": name, "environment": "prod", "region": f"r{i % 9}"} for i, name in enumerate(names)]
    found = made(clusters, applicationSet={"generator": "list"})
    assert {path.split("/")[2] for path in found.files if path.startswith("overlays/prod/c")} == set(names)
    each = [path for path in found.files if path.startswith("overlays/prod/c0042/")]
    assert len(each) == 3
    readme = found.files["README.md"].decode()
    assert "1,000 clusters: `c0000`, `c0001`, `c0002` and others" in readme
    assert readme.count("c00") < 20
    for path, data in found.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    report = validate([tmp_path], "off")
    assert {each.id for each in report.findings if each.severity != Severity.INFO} == {"route/no-alertmanager"}
    assert sum(one.reason == REASON for one in report.unread) == count - MOST_ALIKE


def test_the_list_may_be_a_file_of_json(tmp_path: Path) -> None:
    from obsgen import pipeline

    head = {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile", "stack": "demo", "clustersFile": "c.json"}
    (tmp_path / "c.json").write_text(json.dumps([{"name": "eu-1"}]))
    (tmp_path / "p.yaml").write_text(json.dumps(head))
    found = pipeline.render(pipeline.load(tmp_path / "p.yaml"))
    assert [each.label for each in found.deliveries] == ["prod/eu-1"]


def test_values_of_a_chart_are_laid_on_those_of_the_environment() -> None:
    found = tree(prometheus={"mode": "values"}, clusters=[CLUSTERS[1] | {"environment": "prod"}, {"name": "eu-1"}])
    own = load_text(found.files["values/prod/us-1.yaml"].decode(), "values.yaml")[0].value
    labels = {"cluster": "us-1", "region": "us"}
    assert own == {"prometheus": {"prometheusSpec": {"retention": "3d", "externalLabels": labels}}}
    whole = load_text(found.files["values/prod.yaml"].decode(), "values.yaml")[0].value
    assert whole["prometheus"]["prometheusSpec"]["retention"] == "15d"


def test_a_prometheus_without_an_operator_has_its_files_whole() -> None:
    found = tree(prometheus={"mode": "files"}, clusters=[{"name": "eu-1", "region": "eu"}])
    config = load_text(found.files["prometheus/prod/eu-1/prometheus.yml"].decode(), "prometheus.yml")[0].value
    assert config["global"]["external_labels"] == {"cluster": "eu-1", "environment": "prod", "region": "eu"}
    assert any(path.startswith("prometheus/prod/eu-1/rules/") for path in found.files)
