"""Many clusters of one profile: each gets exactly what it would get alone, as overlays that say only what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_support import ALPHA, as_yaml, finding, findings, marked, profile, yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from obsgen import pipeline, tools
from obsgen.components.catalogue import catalogue
from obsgen.findings import Faults, InputError
from obsgen.pipeline import StackTree
from obsgen.profile.load import Destination, LoadedProfile, load_profile, parse_profile
from obsgen.render.delivery.fleet import Fleet
from obsgen.render.delivery.layout import every
from obsgen.render.objects import Rendered, render_objects
from obsgen.source import load_text
from obsgen.stack.hub import with_clusters
from obsgen.stack.memo import Memo
from obsgen.stack.resolve import resolve

OWN = Path(__file__).parent / "cluster_templates"
HEAD = ALPHA + "environments: {dev: {cluster: {name: ml-dev}}, prod: {}}\n"
TWO = HEAD + "clusters: [{name: eu, environment: prod, region: eu}, {name: us, environment: prod, region: us}]\n"
RAISED = "values: {modelServers: {chat: {thresholds: {latencyP95: 1s}}}}"


def tree(text: str) -> StackTree:
    return pipeline.render(profile(text), [OWN])


def kustomization(found: StackTree, folder: str) -> dict[str, Any]:
    value: dict[str, Any] = yaml(found.files[f"{folder}/kustomization.yaml"])
    return value


def below(found: StackTree, folder: str) -> list[str]:
    return sorted(path.removeprefix(f"{folder}/") for path in found.files if path.startswith(f"{folder}/"))


Objects = dict[tuple[str, ...], Mapping[str, Any]]


def by_identity(rendered: Rendered) -> Objects:
    return {each.identity: each.object for each in every(rendered)}


def together(loaded: LoadedProfile, found: StackTree) -> Iterator[tuple[Destination, Objects]]:
    """Every cluster as the render of all of them makes it."""
    with Faults() as faults:
        fleet = Fleet(with_clusters(loaded, faults), catalogue([OWN]), faults)
        for group in fleet.groups:
            for destination, rendered in fleet.rendered(group, found.boards, faults):
                yield destination, by_identity(rendered)


def alone(destination: Destination, found: StackTree) -> Objects:
    """A cluster as if there were no other: nothing that was worked out before is taken."""
    variant = destination.variant
    own = variant.settings.model_copy(update={"cluster": destination.cluster})
    with Faults() as faults:
        stack = resolve(replace(variant, settings=own), catalogue([OWN]), faults, Memo())
        return by_identity(render_objects(stack, found.boards))


# What a tree looks like.


def test_a_cluster_that_differs_in_nothing_names_the_folders_of_its_environment() -> None:
    found = pipeline.render(profile(TWO))
    assert below(found, "overlays/prod/eu") == ["kustomization.yaml"]
    assert kustomization(found, "overlays/prod/eu")["resources"] == ["../monitors", "../rules", "../dashboards"]


def test_a_cluster_that_differs_has_folders_of_its_own_for_just_that() -> None:
    found = pipeline.render(profile(TWO.replace("region: us}", f"region: us, {RAISED}}}")))
    assert below(found, "overlays/prod/us") == [
        "kustomization.yaml",
        "rules/kustomization.yaml",
        "rules/patch-prometheusrule-chat.yaml",
    ]
    assert kustomization(found, "overlays/prod/us")["resources"] == ["../monitors", "rules", "../dashboards"]
    assert kustomization(found, "overlays/prod/us/rules")["resources"] == ["../../rules"]


def test_only_what_reads_the_cluster_differs() -> None:
    found = tree(TWO)
    assert below(found, "overlays/prod/eu/platform") == [
        "kustomization.yaml",
        "patch-configmap-beacon.yaml",
        "patch-deployment-lamp.yaml",
    ]
    assert "configmap-abroad.yaml" in below(found, "overlays/prod/us/platform")


def test_values_are_laid_on_those_of_the_environment() -> None:
    text = TWO.replace("prod: {}", f"prod: {{{RAISED.partition(' ')[2][1:-1]}}}").replace(
        "region: us}", "region: us, values: {modelServers: {chat: {interval: 1m}}}}"
    )
    loaded = profile(text)
    server = loaded.destinations[1].variant.settings.model_servers[0]
    assert (server.thresholds["latencyP95"], server.interval) == ("1s", "1m")


def test_clusters_with_equal_values_share_them() -> None:
    text = TWO.replace("region: us}", f"region: us, {RAISED}}}, {{name: ap, environment: prod, {RAISED}}}")
    eu, us, ap = profile(text).destinations
    assert us.variant is ap.variant
    assert us.variant is not eu.variant


def test_what_a_cluster_leaves_open_is_as_its_environment_says() -> None:
    text = TWO.replace("prod: {}", "prod: {cluster: {provider: gke, region: eu}}").replace(", region: eu}", "}", 1)
    assert [each.cluster.provider for each in profile(text).destinations] == ["gke", "gke"]


def test_a_profile_without_environments_is_brought_to_all_its_clusters() -> None:
    found = pipeline.render(profile(ALPHA + "clusters: [{name: eu}, {name: us}]\n"))
    assert {each.label for each in found.deliveries} == {"prod/eu", "prod/us"}


def test_clusters_may_stand_in_a_file_beside_the_profile(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text("- {name: eu, environment: prod}\n- {name: us, environment: prod}\n")
    (tmp_path / "p.yaml").write_text(HEAD + "clustersFile: fleet.yaml\n")
    assert [each.entry.name for each in load_profile(tmp_path / "p.yaml").destinations] == ["eu", "us"]


def test_lists_stay_short_however_many_clusters_there_are() -> None:
    def lengths(count: int) -> tuple[int, int]:
        clusters = ", ".join(f"{{name: c{i:03}, environment: prod}}" for i in range(count))
        found = pipeline.render(profile(f"{HEAD}clusters: [{clusters}]\n"))
        return len(found.files["README.md"]), len(found.files[".obsgen/facts.json"])

    few, many = lengths(5), lengths(200)
    assert all(more - less < 20 for less, more in zip(few, many, strict=True))


def test_figures_of_clusters_are_told_and_a_sixth_kind_is_counted_out() -> None:
    clusters = ", ".join(f"{{name: c{i}, environment: prod, {RAISED.replace('1s', f'{i + 1}00ms')}}}" for i in range(9))
    readme = pipeline.render(profile(f"{HEAD}clusters: [{clusters}]\n")).files["README.md"].decode()
    assert "prod/c0: above 100 ms" in readme
    assert "prod/c8" not in readme


def test_an_alert_that_only_one_cluster_has_has_a_runbook_and_a_row() -> None:
    extra = "values: {modelServers: {more: {type: beta}}}"
    found = pipeline.render(profile(TWO.replace("region: us}", f"region: us, {extra}}}")))
    beta = {path for path in found.files if path.startswith("runbooks/Beta")}
    assert beta
    assert "| more |" in found.files["README.md"].decode()
    assert "overlays/prod/us/monitors/podmonitor-more.yaml" in found.files


# What each cluster gets.

REGIONS = st.sampled_from([None, "eu", "us"])
PROVIDERS = st.sampled_from([None, "gke", "openshift"])
VALUES = st.sampled_from(
    [
        None,
        {"modelServers": {"chat": {"thresholds": {"latencyP95": "1s"}}}},
        {"modelServers": {"more": {"type": "beta"}}},
        {"namespaces": {"monitoring": "elsewhere"}, "cluster": None},
        {"prometheus": {"mode": "managed"}},
        {"modelServers": {"chat": None}, "labels": {"tier": "edge"}},
    ]
).map(lambda value: value and {key: inner for key, inner in value.items() if key != "cluster"})


@st.composite
def fleets(draw: st.DrawFn) -> str:
    """A profile with a few clusters of two environments."""
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5, unique=True))
    clusters = []
    for name in names:
        entry = {"name": f"c-{name}", "environment": draw(st.sampled_from(["dev", "prod"]))}
        entry |= {"region": draw(REGIONS), "provider": draw(PROVIDERS), "values": draw(VALUES)}
        clusters.append({key: value for key, value in entry.items() if value is not None})
    text = HEAD.replace("dev: {cluster: {name: ml-dev}}", "dev: {}") + "namespaces: {create: [monitoring]}\n"
    return (
        text
        + f"clusters: {as_yaml(clusters)}\n"
        + draw(st.sampled_from(["", "argocd: {repoURL: 'https://github.com/acme/x.git'}\n"]))
    )


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(fleets())
def test_a_cluster_gets_what_it_would_get_alone(text: str) -> None:
    found, loaded = tree(text), profile(text)
    seen = list(together(loaded, found))
    assert {id(each) for each, _ in seen} or not loaded.destinations
    for destination, objects in seen:
        assert objects == alone(destination, found), destination.entry


@settings(deadline=None, max_examples=5, suppress_health_check=list(HealthCheck))
@given(fleets(), st.randoms())
def test_the_order_of_the_list_says_nothing(text: str, random: Any) -> None:
    loaded = profile(text)
    shuffled = list(loaded.destinations)
    random.shuffle(shuffled)
    one = pipeline.render(loaded, [OWN])
    other = pipeline.render(replace(loaded, destinations=tuple(shuffled)), [OWN])
    assert {path: data for path, data in one.files.items() if path.startswith("overlays/")} == {
        path: data for path, data in other.files.items() if path.startswith("overlays/")
    }
    assert one.argocd == other.argocd


def sample(count: int) -> list[str]:
    """So many random fleets, the same in every run."""
    texts: list[str] = []

    @seed(1)
    @settings(max_examples=count, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(fleets())
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    return texts


@pytest.mark.tools
@pytest.mark.parametrize("number", range(4))
def test_kustomize_builds_exactly_what_was_rendered(
    number: int, tmp_path: Path, real_tool: Callable[[str], tools.Tool]
) -> None:
    text = sample(8)[number * 2 + 1]
    found = tree(text)
    for path, data in found.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    for destination, objects in together(profile(text), found):
        folder = tmp_path / "overlays" / destination.environment / destination.entry.name
        done = tools.run(real_tool("kustomize"), ["build", "."], cwd=folder)
        assert done.returncode == 0, done.stderr
        built = [document.value for document in load_text(done.stdout, "built.yaml") if document.value is not None]
        assert {_identity(each): each for each in built} == objects


def _identity(found: Mapping[str, Any]) -> tuple[str, ...]:
    head = found["metadata"]
    return (found["apiVersion"].rpartition("/")[0], found["kind"], head.get("namespace", ""), head["name"])


# What is wrong with a list.


CHAT = "clusters: [{name: eu, environment: prod, values: {modelServers: {"


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ("clusters: [{name: eu, environment: ^prdo}]", "profile/unknown-environment"),
        ("clusters: [{name: ^eu}]", "profile/missing-key"),
        ("clusters: [{name: eu, environment: prod}, {name: ^eu, environment: prod}]", "profile/duplicate-name"),
        ("clusters: [{name: ^rules, environment: prod}]", "profile/reserved-name"),
        ("clusters: [{name: eu, environment: prod, ^regon: x}]", "profile/unknown-key"),
        ("clusters: [{name: eu, environment: prod, values: {^stack: x}}]", "profile/environment"),
        ("clusters: [{name: eu, environment: prod, values: {^cluster: {name: x}}}]", "profile/environment"),
        ("clusters: [{name: eu, environment: prod, values: {^argocd: {}}}]", "profile/environment"),
        (CHAT + "^chta: {interval: 1m}}}}]", "profile/environment"),
        (CHAT + "chat: {^nope: 1}}}}]", "profile/unknown-key"),
        (CHAT + "chat: {thresholds: {^nope: 1s}}}}}]", "profile/unknown-threshold"),
        ("clusters: [{name: eu, environment: prod}]\n^clustersFile: c.yaml", "profile/clusters"),
        ("clustersFile: ^../c.yaml", "profile/name"),
    ],
)
def test_a_mistake_is_told_where_it_stands(more: str, check: str) -> None:
    text, line, column = marked(f"{HEAD}{more}\n")
    told = [each for each in findings(text) if each.id == check]
    assert told, findings(text)
    assert (told[0].place.line, told[0].place.column) == (line, column)


def test_a_near_miss_of_an_environment_is_suggested() -> None:
    assert "did you mean 'prod'" in finding(HEAD + "clusters: [{name: eu, environment: prdo}]\n").hint


def test_mistakes_in_the_file_are_told_there(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text("- {name: eu, environment: prod}\n- {name: us, environment: prdo}\n")
    with pytest.raises(InputError) as problem:
        pipeline.render(parse_profile(HEAD + "clustersFile: fleet.yaml\n", "profiles/p.yaml", tmp_path))
    (told,) = problem.value.findings
    assert (told.place.file, told.place.line, told.place.column) == ("profiles/fleet.yaml", 2, 27)


def test_values_that_clusters_share_are_told_once() -> None:
    wrong = "values: {modelServers: {chat: {thresholds: {latencyP95: 5}}}}"
    clusters = ", ".join(f"{{name: c{i}, environment: prod, {wrong}}}" for i in range(9))
    assert finding(f"{HEAD}clusters: [{clusters}]\n").id == "profile/unit"


def test_an_environment_with_clusters_has_no_name_of_its_own() -> None:
    text, line, column = marked(TWO.replace("prod: {}", "prod: {cluster: {name: ^one}}"))
    told = finding(text)
    assert (told.id, told.place.line, told.place.column) == ("profile/clusters", line, column)


def test_two_environments_on_one_cluster_are_told_of_their_clash() -> None:
    text = HEAD + "clusters: [{name: eu, environment: prod}, {name: ml-dev, environment: prod}]\n"
    assert finding(text).id == "profile/same-destination"


def test_a_cluster_may_have_two_environments_in_other_namespaces() -> None:
    text = HEAD.replace("dev: {cluster: {name: ml-dev}}", "dev: {namespaces: {monitoring: mon-dev, grafana: mon-dev}}")
    assert not findings(text + "clusters: [{name: eu, environment: prod}, {name: eu, environment: dev}]\n")


SHIFTED = ALPHA.replace("modelServers:\n", "modelServers:\n  - {name: first, type: beta}\n") + (
    "environments: {prod: {modelServers: {first: null, chat: {thresholds: {^nope: 1s}}}}}\n"
)


@pytest.mark.parametrize("values", ["{interval: 1m}", "{thresholds: {latencyP95: 1s}}"])
def test_what_the_environment_wrote_is_told_there_however_clusters_change_it(values: str) -> None:
    text, line, column = marked(SHIFTED)
    told = finding(text + f"clusters: [{{name: eu, values: {{modelServers: {{chat: {values}}}}}}}]\n")
    assert (told.id, told.place.line, told.place.column) == ("profile/unknown-threshold", line, column)
