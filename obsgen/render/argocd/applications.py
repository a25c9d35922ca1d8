"""Argo CD: Applications for each destination, or sets of them, and a project that allows exactly what is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from obsgen.conventions import CLUSTER, ENVIRONMENT, IN_CLUSTER, file_name, header, object_labels
from obsgen.profile.destinations import ArgoCD, Cluster
from obsgen.render.argocd.application_sets import application_sets, cluster_name
from obsgen.render.argocd.chart_applications import Delivered, chart_application, chart_name, chart_project
from obsgen.render.argocd.sync import DEFAULTED
from obsgen.render.delivery.deliveries import Delivery, Inventory
from obsgen.tree.serialise import yaml_bytes

GROUP = "argoproj.io/v1alpha1"
Object = dict[str, Any]
Reasoned = tuple[Object, tuple[str, ...]]
"""An object, and why it says some of what it says."""


def argocd_files(deliveries: Sequence[Delivery]) -> dict[str, bytes]:
    """The files of `argocd/<stack>/`; none where the profile does not ask for Argo CD."""
    asking = sorted((each for each in deliveries if each.argocd), key=lambda each: each.label)
    if not asking:
        return {}
    objects = [*_applications(asking), *((each, ()) for each in _projects(asking))]
    files = {file_name(each["kind"], each["metadata"]["name"]): (each, why) for each, why in objects}
    kustomization: Object = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(files),
    }
    head = header(asking[0].stack, "argocd")
    return {
        name: yaml_bytes(each, "\n".join((head, *why)))
        for name, (each, why) in {**files, "kustomization.yaml": (kustomization, ())}.items()
    }


def _applications(asking: Sequence[Delivery]) -> Iterator[tuple[Object, tuple[str, ...]]]:
    """Applications and sets of them, each with the reasons of what it ignores."""
    in_sets: dict[str, list[Delivery]] = {}
    for each in asking:
        if each.application_set:
            in_sets.setdefault(each.environment, []).append(each)
        else:
            made = [_application(each, name, share) for name, share in application_names(each)]
            yield from (*made, *_of_chart(each, made[:1], each.name))
    for some in in_sets.values():
        sets = [(_set(some, *share), _reasons(_common(some, share[1]))) for share in shares(some)]
        chosen = some[0].application_set
        yield from (*sets, *_of_chart(some[0], sets[:1], cluster_name(some[0], chosen) if chosen else None))


def _set(some: Sequence[Delivery], name: str, share: str) -> Object:
    spec = _spec(some[0], share, _common(some, share))
    return application_sets(some, name, share, spec, {**_labels(*some), ENVIRONMENT: some[0].environment})


def _of_chart(delivery: Delivery, made: Sequence[Reasoned], cluster: str | None) -> Iterator[Reasoned]:
    """The chart beside the tree, where the profile has its repository; `cluster` may be what stands for its name."""
    argocd, chart = delivery.argocd, delivery.chart
    if chart and argocd:
        name = argocd.suffixed(chart_name(delivery.stack), delivery.environment)
        tree = Delivered(delivery.stack, argocd)
        yield from ((chart_application(each, name, cluster, chart, tree, delivery.environment), ()) for each, _ in made)


def shares(deliveries: Iterable[Delivery]) -> list[tuple[str, str]]:
    """What one application each syncs: the application's name, and the part or component ('' is all)."""
    found: dict[str, str] = {}
    for each in deliveries:
        for name, share in _shares(each):
            found.setdefault(share, name)
    return [(name, share) for share, name in found.items()]


def _shares(delivery: Delivery) -> list[tuple[str, str]]:
    return delivery.argocd.shares(delivery.stack, delivery.folders) if delivery.argocd else []


def application_names(delivery: Delivery) -> list[tuple[str, str]]:
    """The Applications of a destination, in the order in which the profile lists them: name, and what they sync."""
    argocd = delivery.argocd
    if argocd is None:
        return []
    environment, cluster = delivery.environment, delivery.name
    return [(application_name(argocd, name, environment, cluster), share) for name, share in _shares(delivery)]


def application_name(argocd: ArgoCD, name: str, environment: str, cluster: str | None) -> str:
    """An application's name, with what sets those of an environment and of a cluster apart."""
    whole = argocd.suffixed(name, environment)
    return f"{whole}-{cluster}" if cluster else whole


def _labels(*deliveries: Delivery) -> dict[str, str]:
    """The labels of an object of Argo CD: the profile's own as far as all destinations have them."""
    every = (each.object_labels.items() for each in deliveries)
    common = set.intersection(*map(set, every))
    return {**object_labels(deliveries[0].stack, "argocd"), **dict(common)}


def _application(delivery: Delivery, name: str, share: str) -> tuple[Object, tuple[str, ...]]:
    labels = {**_labels(delivery), **delivery.labels, ENVIRONMENT: delivery.environment}
    if delivery.name:
        labels[CLUSTER] = delivery.name
    namespace = delivery.argocd.namespace if delivery.argocd else ""
    spec = _spec(delivery, share, delivery.inventories.get(share))
    return {
        "apiVersion": GROUP,
        "kind": "Application",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(sorted(labels.items()))},
        "spec": spec,
    }, _reasons(delivery.inventories.get(share))


def _spec(delivery: Delivery, share: str, inventory: Inventory | None) -> Object:
    argocd = delivery.argocd
    if argocd is None:
        return {}
    namespace = (inventory and inventory.main) or delivery.monitoring
    ignored = [DEFAULTED[index].entry() for index in sorted(inventory.defaulted)] if inventory else []
    return {
        "project": delivery.stack,
        "source": {
            "repoURL": argocd.repo_url,
            "targetRevision": argocd.target_revision,
            "path": f"{delivery.tree}/{delivery.folders[share]}",
        },
        "destination": {**destination(delivery.cluster), "namespace": namespace},
        "syncPolicy": _sync_policy(argocd),
        **({"ignoreDifferences": ignored} if ignored else {}),
    }


def _reasons(inventory: Inventory | None) -> tuple[str, ...]:
    return tuple(f"Ignored: {DEFAULTED[index].why}" for index in sorted(inventory.defaulted)) if inventory else ()


def _common(deliveries: Sequence[Delivery], share: str) -> Inventory | None:
    """What a share needs on any of several clusters; without a main namespace where they do not agree on one."""
    found = [each.inventories[share] for each in deliveries if share in each.inventories]
    if not found:
        return None
    mains = {each.main for each in found}
    return Inventory(
        identities=frozenset(),
        namespaces=frozenset().union(*(each.namespaces for each in found)),
        kinds=frozenset().union(*(each.kinds for each in found)),
        defaulted=frozenset().union(*(each.defaulted for each in found)),
        main=mains.pop() if len(mains) == 1 else "",
    )


def _sync_policy(argocd: ArgoCD) -> Object:
    automated = {"automated": {"prune": True, "selfHeal": True}} if argocd.automated else {}
    return {**automated, "syncOptions": ["ApplyOutOfSyncOnly=true"]}


def destination(cluster: Cluster) -> dict[str, str]:
    """The destination: by the API server's URL where it is given, else by the name that Argo CD knows."""
    if cluster.server:
        return {"server": cluster.server}
    return {"name": cluster.name} if cluster.name else {"server": IN_CLUSTER}


def _projects(deliveries: Sequence[Delivery]) -> list[Object]:
    """The project of the tree and, where Argo CD installs the chart, that of the chart."""
    project = _project(deliveries)
    charts = [(each.chart, destination(each.cluster)) for each in deliveries if each.chart]
    return [project, *([chart_project(project, charts, project["spec"]["sourceRepos"])] if charts else [])]


def _project(deliveries: Sequence[Delivery]) -> Object:
    """The project of a stack: its repository, its clusters and namespaces, its kinds, and nothing else."""
    first = deliveries[0]
    places = {
        (tuple(destination(each.cluster).items()), namespace)
        for each in deliveries
        for namespace in each.everything.namespaces
    }
    kinds = {kind for each in deliveries for kind in each.everything.kinds}
    return {
        "apiVersion": GROUP,
        "kind": "AppProject",
        "metadata": {
            "name": first.stack,
            "namespace": first.argocd.namespace if first.argocd else "argocd",
            "labels": dict(sorted(_labels(*deliveries).items())),
        },
        "spec": {
            "description": f"The observability stack {first.stack}, and nothing else.",
            "sourceRepos": sorted({each.argocd.repo_url for each in deliveries if each.argocd}),
            "destinations": [{**dict(cluster), "namespace": namespace} for cluster, namespace in sorted(places)],
            "clusterResourceWhitelist": _kinds(kinds, namespaced=False),
            "namespaceResourceWhitelist": _kinds(kinds, namespaced=True),
        },
    }


def _kinds(kinds: Iterable[tuple[str, str, bool]], *, namespaced: bool) -> list[dict[str, str]]:
    return [{"group": group, "kind": kind} for group, kind, scoped in sorted(kinds) if scoped is namespaced]
