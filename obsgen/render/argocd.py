"""Argo CD: an Application for each environment or part, and a project that allows exactly what is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsgen.conventions import ENVIRONMENT, IN_CLUSTER, file_name, header, object_labels
from obsgen.profile.destinations import ArgoCD
from obsgen.render.manifest import Manifest
from obsgen.render.objects import Rendered
from obsgen.tree.serialise import yaml_bytes

_GROUP = "argoproj.io/v1alpha1"


def argocd_files(environments: Mapping[str, Rendered]) -> dict[str, bytes]:
    """The files of `argocd/<stack>/`; none where the profile does not ask for Argo CD."""
    asking = {name: rendered for name, rendered in environments.items() if rendered.stack.settings.argocd}
    if not asking:
        return {}
    objects = [app for name, rendered in asking.items() for app in _applications(name, rendered)]
    objects.append(_project(list(asking.values())))
    stack = objects[-1]["metadata"]["name"]
    files = {file_name(each["kind"], each["metadata"]["name"]): each for each in objects}
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(files),
    }
    return {
        name: yaml_bytes(each, header(stack, "argocd"))
        for name, each in {**files, "kustomization.yaml": kustomization}.items()
    }


def application_names(environment: str, rendered: Rendered) -> list[tuple[str, str]]:
    """The Applications of an environment: name, and the part they sync ('' is all)."""
    argocd = rendered.stack.settings.argocd
    if argocd is None:
        return []
    suffix = f"-{environment}" if argocd.suffix is None else argocd.suffix
    if not argocd.applications:
        return [(f"{rendered.stack.name}{suffix}", "")]
    present = {each.part for each in (*rendered.objects, *rendered.board_maps)}
    return [(f"{app.name}{suffix}", app.part) for app in argocd.applications if app.part in present]


def _applications(environment: str, rendered: Rendered) -> Iterator[dict[str, Any]]:
    argocd, stack = rendered.stack.settings.argocd, rendered.stack
    if argocd is None:
        return
    for name, part in application_names(environment, rendered):
        overlay = f"{argocd.path or f'out/{stack.name}'}/overlays/{environment}"
        labels = {**object_labels(stack.name, "argocd"), **stack.settings.labels, ENVIRONMENT: environment}
        yield {
            "apiVersion": _GROUP,
            "kind": "Application",
            "metadata": {"name": name, "namespace": argocd.namespace, "labels": dict(sorted(labels.items()))},
            "spec": {
                "project": stack.name,
                "source": {
                    "repoURL": argocd.repo_url,
                    "targetRevision": argocd.target_revision,
                    "path": f"{overlay}/{part}" if part else overlay,
                },
                "destination": {**_cluster(rendered), "namespace": _main_namespace(rendered, part)},
                "syncPolicy": _sync_policy(argocd),
            },
        }


def _sync_policy(argocd: ArgoCD) -> dict[str, Any]:
    automated = {"automated": {"prune": True, "selfHeal": True}} if argocd.automated else {}
    return {**automated, "syncOptions": ["ApplyOutOfSyncOnly=true"]}


def _cluster(rendered: Rendered) -> dict[str, str]:
    """The destination: by the API server's URL where it is given, else by the name that Argo CD knows."""
    cluster = rendered.stack.settings.cluster
    if cluster.server:
        return {"server": cluster.server}
    return {"name": cluster.name} if cluster.name else {"server": IN_CLUSTER}


def _main_namespace(rendered: Rendered, part: str) -> str:
    """The namespace that most of an application's objects are in; each object names its own."""
    found = [namespace for each in _all(rendered) if each.part == part or not part if (namespace := _namespace(each))]
    return max(sorted(set(found)), key=found.count) if found else rendered.stack.namespaces["monitoring"]


def _all(rendered: Rendered) -> Iterable[Manifest]:
    return (*rendered.objects, *rendered.board_maps)


def _namespace(manifest: Manifest) -> str:
    return str(manifest.object["metadata"].get("namespace", ""))


def _project(environments: Iterable[Rendered]) -> dict[str, Any]:
    """The project of a stack: its repository, its clusters and namespaces, its kinds, and nothing else."""
    rendered = list(environments)
    stack, argocd = rendered[0].stack, rendered[0].stack.settings.argocd
    destinations = {
        (tuple(_cluster(each).items()), _namespace(m)) for each in rendered for m in _all(each) if _namespace(m)
    }
    kinds = {(m.identity[0], m.identity[1], bool(_namespace(m))) for each in rendered for m in _all(each)}
    labels = {**object_labels(stack.name, "argocd"), **stack.settings.labels}
    return {
        "apiVersion": _GROUP,
        "kind": "AppProject",
        "metadata": {
            "name": stack.name,
            "namespace": argocd.namespace if argocd else "argocd",
            "labels": dict(sorted(labels.items())),
        },
        "spec": {
            "description": f"The observability stack {stack.name}, and nothing else.",
            "sourceRepos": sorted(
                {each.stack.settings.argocd.repo_url for each in rendered if each.stack.settings.argocd}
            ),
            "destinations": [{**dict(cluster), "namespace": namespace} for cluster, namespace in sorted(destinations)],
            "clusterResourceWhitelist": _kinds(kinds, namespaced=False),
            "namespaceResourceWhitelist": _kinds(kinds, namespaced=True),
        },
    }


def _kinds(kinds: Iterable[tuple[str, str, bool]], *, namespaced: bool) -> list[dict[str, str]]:
    return [{"group": group, "kind": kind} for group, kind, scoped in sorted(kinds) if scoped is namespaced]
