"""What Argo CD deploys, prunes and may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from parts import manifest, pair_of, part
from written import ids, lines

from obsgen.diff.compare import argocd, projects
from obsgen.diff.model import Change, Risk, Unit

APPLICATION = ("argoproj.io/v1alpha1", "Application")
SET = ("argoproj.io/v1alpha1", "ApplicationSet")
PROJECT = ("argoproj.io/v1alpha1", "AppProject")
SERVICE = ("v1", "Service")
CLAIM = ("v1", "PersistentVolumeClaim")
REPOSITORY = "https://git.example.org/acme/gitops.git"
AUTOMATED: dict[str, Any] = {"syncPolicy": {"automated": {"prune": True, "selfHeal": True}}}


def spec(path: str = "out/shop/overlays/prod", cluster: str = "eu-1", **more: Any) -> dict[str, Any]:
    """An Application's spec."""
    source = {"repoURL": REPOSITORY, "path": path, "targetRevision": "main"}
    return {"source": source, "destination": {"name": cluster, "namespace": "obs"}, **more}


def told(folder: Path, old: dict[str, Any], new: dict[str, Any], kind: tuple[str, str] = APPLICATION) -> list[str]:
    """What is told when the spec of an Application changes."""
    sides = ({"a.yaml": manifest(kind, each, "shop", "argocd")} for each in (old, new))
    return [each.partition(" argocd/shop: ")[2] for each in lines(part(argocd.compare, folder, *sides))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"path": "out/other"}, "deploys from another path: out/other instead of out/shop/overlays/prod"),
        ({}, {"cluster": "eu-2"}, "deploys to eu-2 instead of eu-1: what is there stays, and grows old"),
        (AUTOMATED, {}, "no longer syncs by itself: changes wait for somebody"),
        ({}, AUTOMATED, "syncs by itself now"),
        (
            AUTOMATED,
            {"syncPolicy": {"automated": {"selfHeal": True}}},
            "no longer prunes by itself: what is gone stays in the cluster",
        ),
        (
            {"syncPolicy": {"automated": {"prune": True}}},
            AUTOMATED,
            "undoes changes that others make in the cluster",
        ),
        (
            AUTOMATED,
            {"syncPolicy": {"automated": {**AUTOMATED["syncPolicy"]["automated"], "enabled": False}}},
            "no longer syncs by itself: changes wait for somebody",
        ),
    ],
)
def test_an_application_that_changes(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], expected: str) -> None:
    assert told(tmp_path, spec(**old), spec(**new)) == [f"{expected} (needs review)"]


def test_another_version_of_a_chart_names_the_chart(tmp_path: Path) -> None:
    old, new = (
        {"sources": [{"repoURL": "https://charts.example.org", "chart": "stack", "targetRevision": each}]}
        for each in ("1.2.0", "2.0.0")
    )
    assert told(tmp_path, old, new) == ["chart stack 1.2.0 → 2.0.0 (needs review)"]
    of_branch = ({**spec(), "source": {**spec()["source"], "targetRevision": each}} for each in ("main", "v2"))
    assert told(tmp_path / "branch", *of_branch) == ["revision main → v2 (needs review)"]


@pytest.mark.parametrize(
    ("metadata", "tail", "risk"),
    [
        ({}, "what it brought stays, and grows old", Risk.REVIEW),
        (
            {"finalizers": ["resources-finalizer.argocd.argoproj.io"]},
            "all that it brought is deleted",
            Risk.DESTROYS,
        ),
    ],
)
def test_an_application_that_is_gone(tmp_path: Path, metadata: dict[str, Any], tail: str, risk: Risk) -> None:
    rest = manifest(SERVICE, {"x": 1})
    old = rest + manifest(APPLICATION, spec(), "shop", "argocd", metadata=metadata)
    (found,) = part(argocd.compare, tmp_path, {"a.yaml": old}, {"a.yaml": rest})
    assert (found.what, found.risk) == (f"no longer deploys out/shop/overlays/prod to eu-1: {tail}", risk)
    (back,) = part(argocd.compare, tmp_path / "back", {"a.yaml": rest}, {"a.yaml": old})
    assert (back.what, back.risk) == ("deploys out/shop/overlays/prod to eu-1", Risk.SAFE)


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    urls = (f"https://ci:s3cr3tpass{each}@git.example.org/a.git" for each in "12")
    old, new = ({**spec(), "source": {**spec()["source"], "repoURL": each}} for each in urls)
    (found,) = told(tmp_path / "1", old, new)
    assert "another repository" in found
    assert "s3cr3t" not in found
    repos = ({"a.yaml": manifest(PROJECT, {"sourceRepos": [f"https://ci:s3cr3tpass{each}@x/a"]})} for each in "12")
    assert "s3cr3t" not in str(list(projects.compare(pair_of(tmp_path / "2", *repos))))


def clusters(*names: str, **more: Any) -> dict[str, Any]:
    """An ApplicationSet's spec."""
    elements = [{"cluster": each} for each in names]
    return {"generators": [{"list": {"elements": elements}}], "template": {"spec": spec()}, **more}


def test_clusters_of_a_set_come_and_go(tmp_path: Path) -> None:
    found = told(tmp_path, clusters("a", "b"), clusters("b", "c", "d"), SET)
    assert found == [
        "deploys to c, d, too (safe)",
        "no longer deploys to a: all that it brought is deleted there (destroys data)",
    ]
    kept = {"syncPolicy": {"preserveResourcesOnDeletion": True}}
    found = told(tmp_path / "kept", clusters("a", "b", **kept), clusters("b", **kept), SET)
    assert found == ["no longer deploys to a: what it brought stays, and grows old (needs review)"]


def test_another_wave_is_safe(tmp_path: Path) -> None:
    annotated = ({"annotations": {"argocd.argoproj.io/sync-wave": each}} for each in ("1", "2"))
    old, new = ({"a.yaml": manifest(SERVICE, {"x": 1}, metadata=each)} for each in annotated)
    assert lines(part(argocd.compare, tmp_path, old, new)) == ["~ Service obs/main: sync wave 1 → 2 (safe)"]


def test_settings_on_an_object_without_annotations(tmp_path: Path) -> None:
    options = {"argocd.argoproj.io/sync-wave": "2", "argocd.argoproj.io/sync-options": "Replace=true", "other": "x"}
    old = {"a.yaml": manifest(SERVICE, {"x": 1})}
    new = {"a.yaml": manifest(SERVICE, {"x": 1}, metadata={"annotations": options})}
    assert lines(part(argocd.compare, tmp_path, old, new)) == [
        "~ Service obs/main: sync wave nothing → 2 (safe)",
        "~ Service obs/main: sync options nothing → Replace=true (needs review)",
        "~ Service obs/main: metadata.annotations.other: x is new (needs review)",
    ]


def rendered(objects: str, application: dict[str, Any] | None) -> dict[str, str]:
    """A tree with one environment, and its Application."""
    files = {
        "out/shop/.obsgen/record.json": "{}\n",
        "out/shop/overlays/prod/kustomization.yaml": "resources: [all.yaml]\n",
        "out/shop/overlays/prod/all.yaml": objects,
    }
    if application:
        files["argocd/shop/application.yaml"] = manifest(APPLICATION, application, "shop", "argocd")
    return files


def pruned(folder: Path, old: str, new: str, application: dict[str, Any] | None) -> list[Change]:
    """What is told of the environment."""
    pair = pair_of(folder, rendered(old, application), rendered(new, application), Unit("shop", "prod"))
    return list(argocd.compare(pair))


KEPT = manifest(SERVICE, {"x": 1}, "kept")


def test_what_is_gone_is_pruned_in_one_line(tmp_path: Path) -> None:
    gone = manifest(SERVICE, {"x": 1}, "a") + manifest(("v1", "ConfigMap"), None, "b", data={"k": "v"})
    (found,) = pruned(tmp_path, KEPT + gone, KEPT, spec(**AUTOMATED))
    assert lines([found]) == [
        "- 2 objects: will be pruned: Service obs/a, ConfigMap obs/b (needs review)",
    ]
    assert {str(each.owner) for each in found.covers} == {"Service obs/a", "ConfigMap obs/b"}


def test_many_that_are_pruned_are_counted_by_kind(tmp_path: Path) -> None:
    gone = "".join(manifest(SERVICE, {"x": 1}, f"s{each}") for each in range(3)) + manifest(CLAIM, {"x": 1}, "c")
    (found,) = pruned(tmp_path, KEPT + gone, KEPT, spec(**AUTOMATED))
    assert lines([found]) == [
        "- 4 objects: will be pruned: 1 PersistentVolumeClaim, 3 Services (destroys data)",
    ]
    assert len(found.details) == 4


def test_of_many_kinds_the_few_that_mean_most_are_named(tmp_path: Path) -> None:
    kinds = [("v1", "Service"), ("v1", "ServiceAccount"), ("v1", "ConfigMap"), ("apps/v1", "Deployment"), ("a/v1", "X")]
    gone = "".join(manifest(each, {"x": 1}, f"n{index}") for each in kinds for index in range(2))
    (found,) = pruned(tmp_path, KEPT + gone, KEPT, spec(**AUTOMATED))
    assert found.what == "will be pruned: 2 ConfigMaps, 2 Deployments, 2 Xs, 4 others"


def test_without_pruning_what_is_gone_stays(tmp_path: Path) -> None:
    gone = manifest(SERVICE, {"x": 1}, "a")
    found = pruned(tmp_path, KEPT + gone, KEPT, spec())
    assert lines(found) == [
        "- 1 object: no longer deployed, and stays in the cluster: Service obs/a (needs review)",
    ]


def test_what_asks_never_to_be_pruned_stays(tmp_path: Path) -> None:
    options = {"annotations": {"argocd.argoproj.io/sync-options": "Prune=false,Replace=true"}}
    gone = manifest(SERVICE, {"x": 1}, "a") + manifest(SERVICE, {"x": 1}, "b", metadata=options)
    found = pruned(tmp_path, KEPT + gone, KEPT, spec(**AUTOMATED))
    assert ids(found) == ["object-pruned", "object-left"]
    assert [each.what.rpartition(" ")[2] for each in found] == ["obs/a", "obs/b"]


def test_without_argo_cd_nothing_is_said_of_it(tmp_path: Path) -> None:
    assert pruned(tmp_path, KEPT + manifest(SERVICE, {"x": 1}, "a"), KEPT, None) == []


def test_what_another_application_brings_to_the_same_cluster_is_not_pruned(tmp_path: Path) -> None:
    moved = manifest(SERVICE, {"x": 1}, "a")
    sides = []
    for prod, other in ((KEPT + moved, KEPT), (KEPT, KEPT + moved)):
        files = rendered(prod, spec(**AUTOMATED))
        files["out/shop/overlays/more/kustomization.yaml"] = "resources: [all.yaml]\n"
        files["out/shop/overlays/more/all.yaml"] = other
        more = spec("out/shop/overlays/more", **AUTOMATED)
        files["argocd/shop/more.yaml"] = manifest(APPLICATION, more, "more", "argocd")
        sides.append(files)
    assert list(argocd.compare(pair_of(tmp_path, *sides, Unit("shop", "prod")))) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"sourceRepos": ["a"]}, {"sourceRepos": ["a", "b"]}, ["▲ allows more: b (needs review)"]),
        ({"sourceRepos": ["a", "b"]}, {"sourceRepos": ["b"]}, ["▼ allows less: a (safe)"]),
        (
            {"destinations": [{"name": "eu", "namespace": "obs"}]},
            {"destinations": [{"name": "eu", "namespace": "*"}, {"server": "*", "namespace": "ml"}]},
            [
                "▲ allows more: all namespaces of eu, ml in all clusters (needs review)",
                "▼ allows less: obs in eu (safe)",
            ],
        ),
        (
            {"namespaceResourceWhitelist": [{"group": "", "kind": "Service"}]},
            {},
            ["▲ allows more: all kinds in namespaces (needs review)", "▼ allows less: Service (safe)"],
        ),
        (
            {"clusterResourceWhitelist": []},
            {"clusterResourceWhitelist": [{"group": "*", "kind": "*"}]},
            ["▲ allows more: all kinds of * (needs review)"],
        ),
        (
            {"namespaceResourceBlacklist": [{"group": "", "kind": "Secret"}]},
            {},
            ["▲ allows more: Secret (needs review)"],
        ),
        ({"sourceRepos": ["a", "b"]}, {"sourceRepos": ["b", "a"]}, []),
    ],
)
def test_rights_of_a_project(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    sides = ({"a.yaml": manifest(PROJECT, {"description": "d", **each}, "shop", "argocd")} for each in (old, new))
    found = lines(list(projects.compare(pair_of(tmp_path, *sides))))
    assert [each.replace("AppProject argocd/shop: ", "") for each in found] == expected


def test_more_rights_than_a_few_are_counted(tmp_path: Path) -> None:
    old, new = ({"a.yaml": manifest(PROJECT, {"sourceRepos": list("abcdef"[:count])})} for count in (1, 6))
    (found,) = projects.compare(pair_of(tmp_path, old, new))
    assert found.what == "allows more: b, c, d and 2 more"
    assert found.details == ("b", "c", "d", "e", "f")
