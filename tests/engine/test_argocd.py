"""Argo CD: an Application for each environment or part, a project that allows what is rendered and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from engine_support import ALPHA, as_yaml, finding, findings, marked, objects, tree, yaml

ARGO = "argocd: {repoURL: 'https://github.com/acme/gitops.git'}\n"
TWO = "environments: {dev: {cluster: {name: ml-dev}}, prod: {cluster: {server: 'https://prod.example.org:6443'}}}\n"


def files(text: str) -> dict[str, Any]:
    return {name: yaml(data) for name, data in tree(text).argocd.items()}


def project(text: str) -> dict[str, Any]:
    spec: dict[str, Any] = files(text)["appproject-demo.yaml"]["spec"]
    return spec


def test_without_argo_cd_there_are_no_files() -> None:
    assert tree(ALPHA).argocd == {}


def test_an_application_for_each_environment() -> None:
    found = files(ALPHA + ARGO + TWO)
    assert sorted(found) == [
        "application-demo-dev.yaml", "application-demo-prod.yaml", "appproject-demo.yaml", "kustomization.yaml",
    ]  # fmt: skip
    dev, prod = found["application-demo-dev.yaml"], found["application-demo-prod.yaml"]
    assert dev["spec"]["source"]["path"] == "out/demo/overlays/dev"
    assert dev["spec"]["destination"]["name"] == "ml-dev"
    assert prod["spec"]["destination"]["server"] == "https://prod.example.org:6443"
    assert dev["metadata"]["labels"]["obsgen.dev/environment"] == "dev"
    assert found["kustomization.yaml"]["resources"] == sorted(set(found) - {"kustomization.yaml"})


def test_an_application_for_each_part_that_is_there() -> None:
    named = {"boards": "dashboards", "all-rules": "rules", "scrapes": "monitors", "base": "platform"}
    parts = f"applications: [{', '.join(f'{{name: {name}, part: {part}}}' for name, part in named.items())}]"
    found = files(ALPHA + ARGO.replace("}", f", path: gitops/demo, {parts}}}"))
    paths = {name: each["spec"]["source"]["path"] for name, each in found.items() if each["kind"] == "Application"}
    assert paths == {
        "application-boards-prod.yaml": "gitops/demo/overlays/prod/dashboards",
        "application-all-rules-prod.yaml": "gitops/demo/overlays/prod/rules",
        "application-scrapes-prod.yaml": "gitops/demo/overlays/prod/monitors",
    }


@pytest.mark.parametrize(("more", "automated"), [("", {"prune": True, "selfHeal": True}), (", automated: false", None)])
def test_syncing_is_automatic_unless_it_is_not_wanted(more: str, automated: object) -> None:
    found = files(ALPHA + ARGO.replace("}", f"{more}}}"))
    assert found["application-demo-prod.yaml"]["spec"]["syncPolicy"].get("automated") == automated


@pytest.mark.parametrize(("suffix", "name"), [("", "demo"), ("-live", "demo-live")])
def test_an_environment_may_choose_the_suffix_of_its_names(suffix: str, name: str) -> None:
    text = ALPHA + ARGO + f"environments: {{prod: {{argocd: {{suffix: '{suffix}'}}}}}}\n"
    assert f"application-{name}.yaml" in files(text)


def test_an_environment_may_do_without_argo_cd() -> None:
    text = ALPHA + ARGO + "environments: {dev: {argocd: null}, prod: {cluster: {name: p}}}\n"
    assert [name for name in files(text) if name.startswith("application-")] == ["application-demo-prod.yaml"]


def test_the_project_allows_exactly_what_is_rendered() -> None:
    text = (
        ALPHA + ARGO + TWO + "namespaces: {monitoring: mon, grafana: graf, create: [mon]}\ngpuExporter: {type: probe}\n"
    )
    spec = project(text)
    assert spec["sourceRepos"] == ["https://github.com/acme/gitops.git"]
    rendered = [each.object for one in tree(text).environments.values() for each in objects(one)]
    groups = {
        (each["apiVersion"].rpartition("/")[0], each["kind"], "namespace" in each["metadata"]) for each in rendered
    }
    allowed = {(each["group"], each["kind"], True) for each in spec["namespaceResourceWhitelist"]}
    allowed |= {(each["group"], each["kind"], False) for each in spec["clusterResourceWhitelist"]}
    assert allowed == groups
    namespaces = {each["metadata"]["namespace"] for each in rendered if "namespace" in each["metadata"]}
    assert {each["namespace"] for each in spec["destinations"]} == namespaces
    assert {each.get("name", each.get("server")) for each in spec["destinations"]} == {
        "ml-dev",
        "https://prod.example.org:6443",
    }


def test_a_cluster_without_a_name_is_that_of_argo_cd_itself() -> None:
    (destination,) = {each["server"] for each in project(ALPHA + ARGO)["destinations"]}
    assert destination == "https://kubernetes.default.svc"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/x.git?token=1", "https://user:secret@github.com/acme/x.git", "file:///etc", "acme/x",
        "https://github.com/acme/x.git\nevil: true", "git@github.com", "http://plain.example.org/x", "ext::sh -c id",
    ],
)  # fmt: skip
def test_repositories_with_secrets_or_surprises_are_refused(url: str) -> None:
    told = finding(as_yaml({**yaml(ALPHA.encode()), "argocd": {"repoURL": url}}))
    assert "is not a git repository" in told.message


@pytest.mark.parametrize("path", ["../x", "/x", "a/../b", "a//b", "a b", "", "a/", "./a", "a\n"])
def test_paths_that_leave_the_repository_are_refused(path: str) -> None:
    argocd = {"repoURL": "https://github.com/acme/x.git", "path": path}
    assert "is not a relative path" in finding(as_yaml({**yaml(ALPHA.encode()), "argocd": argocd})).message


def test_a_part_that_no_application_syncs_is_told() -> None:
    argocd = "argocd:\n  repoURL: https://github.com/acme/gitops.git\n  ^applications: [{name: alerts, part: rules}]\n"
    text, line, column = marked(ALPHA + argocd)
    told = findings(text)
    assert {(each.id, each.place.line, each.place.column) for each in told} == {
        ("profile/part-not-synced", line, column)
    }
    assert [each.message.split("'")[1] for each in told] == ["dashboards", "monitors"]
    assert findings(text.replace("  applications", "  applicationPer: part\n  applications")) == []


def test_a_component_that_no_application_syncs_is_told() -> None:
    argocd = "argocd:\n  repoURL: https://github.com/acme/gitops.git\n  ^applications: [{name: a, component: alpha}]\n"
    text, line, column = marked(ALPHA + "gpuExporter: {type: probe}\n" + argocd)
    told = {(each.id, each.message, each.place.line, each.place.column) for each in findings(text)}
    missing = sorted(message.split("'")[1] for _, message, _, _ in told)
    assert told == {
        ("profile/part-not-synced", f"no application syncs the component '{name}'", line, column) for name in missing
    }
    assert "probe" in missing
    assert "alpha" not in missing
    listed = ", ".join(f"{{name: {name}, component: {name}}}" for name in missing)
    assert findings(text.replace("component: alpha}", f"component: alpha}}, {listed}")) == []
    assert findings(text.replace("  applications", "  applicationPer: component\n  applications")) == []


def test_each_environment_is_asked_what_its_own_applications_sync() -> None:
    own = "environments:\n  dev: {cluster: {name: d}}\n  prod: {argocd: {^applications: [{name: r, part: rules}]}}\n"
    text, line, column = marked(ALPHA + ARGO + own)
    told = findings(text)
    assert {(each.id, each.place.line, each.place.column) for each in told} == {
        ("profile/part-not-synced", line, column)
    }
    assert {each.message.split("'")[1] for each in told} == {"dashboards", "monitors"}


BROKEN = (
    "alerts: {Unheard: {server: chat, signal: wating, above: 3, group: g, for: 5m, severity: info, summary: s, "
    "description: d}}\n"
)


def told_beside_an_alert_that_fails(text: str) -> list[str]:
    """What else is told of a profile of which nothing can be rendered."""
    found = findings(text + BROKEN)
    assert [each.id for each in found].count("signal/unknown") == 1
    return [each.message for each in found if each.id != "signal/unknown"]


@pytest.mark.parametrize(
    ("argocd", "told"),
    [
        (", suffix: ''", ["application 'demo' is there in 'dev' and in 'prod'"]),
        (", suffix: -x, applications: [{name: x, part: rules}, {name: y, part: monitors}]", ["'x-x'", "'y-x'"]),
        (", applications: [{name: x, part: rules}, {name: x, part: monitors}]", ["two applications are called 'x'"]),
        (", applications: [{name: x, component: alpha}, {name: y, component: probe}]", ["probe"]),
        (", applications: [{name: x, component: rules}, {name: y, component: namespaces}]", []),
    ],
)
def test_applications_are_compared_though_nothing_can_be_rendered(argocd: str, told: list[str]) -> None:
    found = told_beside_an_alert_that_fails(ALPHA + ARGO.replace("}", f"{argocd}}}") + TWO)
    assert len(found) == len(told)
    assert all(part in message for part, message in zip(told, found, strict=True))


def test_a_component_that_may_only_be_missing_by_mistake_is_not_called_unknown() -> None:
    argocd = ARGO.replace("}", ", applications: [{name: x, component: probe}, {name: y, component: alpha}]}")
    found = findings(ALPHA + "gpuExporter: {type: prob}\n" + argocd)
    assert [each.id for each in found if each.id != "profile/part-not-synced"] == ["profile/unknown-component"]
    assert not [each for each in found if "comes from" in each.message]


def test_names_that_a_mistake_has_left_are_not_compared() -> None:
    argocd = ARGO.replace("}", ", suffix: ''}")
    text = ALPHA + argocd + "environments: {dev: {cluster: {name: d}, argocd: {suffix: 'no/suffix'}}, prod: {}}\n"
    assert {each.id for each in findings(text)} == {finding(text).id} != {"profile/same-application"}


PARTS = "{name: x, part: rules}, {name: y, part: monitors}, {name: z, part: dashboards}"


@pytest.mark.parametrize(
    ("argocd", "message"),
    [
        ("", None),
        (f", applications: [{PARTS}]", None),
        (f", applications: [{PARTS.replace('name: y', 'name: x')}]", "two applications are called 'x'"),
        (", suffix: ''", "application 'demo' is there in 'dev' and in 'prod'"),
        (f", suffix: '-all', applications: [{PARTS}]", "application 'x-all' is there in 'dev' and in 'prod'"),
    ],
)
def test_applications_of_one_name_are_told(argocd: str, message: str | None) -> None:
    found = findings(ALPHA + ARGO.replace("}", f"{argocd}}}") + TWO)
    clashes = [each for each in found if each.id == "profile/same-application"]
    assert message in [each.message for each in clashes] if message else not found
    assert all(each.place.line == 6 for each in clashes)


def of_cluster(dev: str, prod: str) -> str:
    """A profile whose prod has one cluster, eu; what each environment says of Argo CD."""
    environments = f"environments: {{dev: {{cluster: {{name: d}}, argocd: {{{dev}}}}}, prod: {{argocd: {{{prod}}}}}}}\n"
    return ALPHA + ARGO + environments + "clusters: [{name: eu, environment: prod}]\n"


def test_an_application_of_a_cluster_may_have_no_name_of_another() -> None:
    assert not findings(of_cluster("suffix: -x", "suffix: -x"))
    told = finding(of_cluster("suffix: -x-eu", "suffix: -x"))
    assert "'demo-x-eu' is there in 'dev' and in 'prod/eu'" in told.message
