"""What Applications deploy, and what their projects allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks.argocd.project import assumptions as project_assumptions
from obsgen.checks.argocd.wave import wave
from obsgen.repository import Repository, read_repository
from obsgen.repository.argocd.projects import Project, projects
from obsgen.repository.objects import KubeObject, Located, as_object
from obsgen.source import load_text

SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop, namespace: argocd}
spec:
  generators: [{list: {elements: [{cluster: eu}, {cluster: us}]}}]
  template:
    metadata: {name: "shop-{{ .cluster }}"}
    spec:
      project: shop
      sources:
        - {repoURL: "https://git.example.com/shop.git", path: "deploy/{{cluster}}"}
        - {repoURL: "https://charts.example.com", chart: other, targetRevision: 1.2.3}
      destination: {name: "{{ .cluster }}", namespace: shop}
      syncPolicy: {syncOptions: [CreateNamespace=true, Prune]}
"""


def repository(folder: Path, **files: str) -> Repository:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_repository([folder])


def object_(text: str) -> KubeObject:
    document = load_text(text, "x.yaml")[0]
    found = as_object(Located(document.value, document))
    assert found
    return found


def project(spec: str) -> Project:
    return Project(
        object_(f"apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {{name: p}}\nspec: {spec}\n")
    )


def kind(api_version: str, name: str, more: str = "") -> KubeObject:
    return object_(f"apiVersion: {api_version}\nkind: {name}\nmetadata: {{name: x{more}}}\n")


def test_a_set_makes_an_application_of_each_element(tmp_path: Path) -> None:
    found = repository(tmp_path, set=SET).applications
    assert [each.name for each in found] == ["shop-eu", "shop-us"]
    assert [[source.path for source in each.sources()] for each in found] == [["deploy/eu"], ["deploy/us"]]
    assert found[0].destination("name") == "eu"
    assert found[0].options() == {"CreateNamespace": "true", "Prune": ""}


def test_other_generators_are_not_known(tmp_path: Path) -> None:
    assert repository(tmp_path, set=SET.replace("list: {elements:", "git: {directories:")).applications == []


def test_a_part_of_a_build_is_built_for_an_application_of_its_own(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    for folder, lines in (("deploy", "resources: [eu]\n"), ("deploy/eu", "namespace: shop\nresources: [a.yaml]\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kustomization.yaml").write_text(lines, encoding="utf-8")
    (tmp_path / "deploy/eu/a.yaml").write_text(text, encoding="utf-8")
    (one,) = repository(tmp_path, set=SET).deployed
    assert (one.application.name, [str(each) for each in one.objects or ()]) == ("shop-eu", ["ConfigMap shop/a"])


@pytest.mark.parametrize(
    ("patterns", "allowed"),
    [
        ("['*']", True),
        ("[https://git.example.com/shop]", True),
        ("[git@git.example.com:shop.git]", True),
        ("['https://git.example.com/*']", True),
        ("['*', '!https://git.example.com/shop.git']", False),
        ("[https://git.example.com/other.git]", False),
        ("[]", False),
    ],
)
def test_repositories_that_a_project_allows(patterns: str, allowed: bool) -> None:
    assert project(f"{{sourceRepos: {patterns}}}").allows_source("https://git.example.com/shop.git") is allowed


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("{name: eu, namespace: shop}", True),
        ("{name: 'e*', namespace: '*'}", True),
        ("{server: '*', namespace: shop}", True),
        ("{server: 'https://eu', namespace: shop}", None),
        ("{name: us, namespace: shop}", False),
        ("{name: eu, namespace: other}", False),
    ],
)
def test_destinations_that_a_project_allows(entry: str, allowed: bool | None, tmp_path: Path) -> None:
    first = repository(tmp_path, set=SET).applications[0]
    assert project(f"{{destinations: [{entry}]}}").allows_destination(first, "shop") is allowed


@pytest.mark.parametrize(
    ("spec", "api_version", "name", "allowed"),
    [
        ("{}", "v1", "Service", True),
        ("{}", "v1", "Namespace", False),
        ("{namespaceResourceWhitelist: []}", "v1", "Service", False),
        ("{namespaceResourceWhitelist: [{group: '', kind: Serv*}]}", "v1", "Service", True),
        ("{namespaceResourceBlacklist: [{group: '*', kind: Service}]}", "v1", "Service", False),
        ("{clusterResourceWhitelist: [{group: '*', kind: '*'}]}", "v1", "Namespace", True),
        (
            "{clusterResourceWhitelist: [{group: a.example, kind: Wide}], namespaceResourceWhitelist: []}",
            "a.example/v1",
            "Wide",
            True,
        ),
    ],
)
def test_kinds_that_a_project_allows(spec: str, api_version: str, name: str, allowed: bool) -> None:
    assert project(spec).allows_kind(kind(api_version, name)) is allowed


def test_projects_are_known_by_name_and_else_assumed(tmp_path: Path) -> None:
    found = repository(tmp_path, set=SET)
    assert projects(found) == {}
    assert [each.text for each in project_assumptions(found)] == [
        "Argo CD has a project shop that allows what Application shop-eu deploys",
        "Argo CD has a project shop that allows what Application shop-us deploys",
    ]


@pytest.mark.parametrize(("text", "expected"), [('"2"', 2), ("-1", -1), ("later", 0)])
def test_waves_are_whole_numbers(text: str, expected: int) -> None:
    assert wave(kind("v1", "Service", f", annotations: {{argocd.argoproj.io/sync-wave: {text}}}")) == expected
