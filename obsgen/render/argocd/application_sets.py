"""ApplicationSets: one object from which Argo CD makes the Applications of all clusters of an environment.

Facts: argo-cd docs/operator-manual/applicationset: GoTemplate.md (missingkey=error), Generators-List.md,
Generators-Git.md (directories, exclude), Generators-Cluster.md (Secrets by labels; .name), Template.md (templatePatch).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsgen.conventions import CLUSTER, DOMAIN, ENVIRONMENT
from obsgen.findings import Finding, error
from obsgen.profile.destinations import ApplicationSet, ArgoCD
from obsgen.profile.load import Destination, LoadedProfile
from obsgen.render.delivery.deliveries import Delivery

Object = dict[str, Any]

_NAMES = {"list": "{{ .cluster }}", "git": "{{ index .path.segments %d }}", "clusters": "{{ .name }}"}
"""What stands for the cluster's name, by generator."""
STACK_LABEL = f"{DOMAIN}/stack"
"""The label of a cluster's Secret in Argo CD by which the generator of clusters finds it."""


def application_sets(
    clusters: Sequence[Delivery], name: str, share: str, spec: Mapping[str, Any], labels: Mapping[str, str]
) -> Object:
    """The set of Applications of some clusters; `spec` is that of the first one's Application."""
    argocd, chosen = clusters[0].argocd, clusters[0].application_set
    if argocd is None or chosen is None:
        return {}
    whole = argocd.suffixed(name, clusters[0].environment)
    named = cluster_name(clusters[0], chosen)
    template = {
        "metadata": {"name": f"{whole}-{named}", "labels": dict(sorted({**labels, CLUSTER: named}.items()))},
        "spec": _templated(clusters, chosen, spec, named, share),
    }
    patch = {"templatePatch": _PATCH} if any(each.labels for each in clusters) else {}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {
            "name": whole,
            "namespace": argocd.namespace,
            "labels": dict(sorted(labels.items())),
        },
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [_generator(clusters, argocd, chosen, share)],
            "template": template,
            **patch,
        },
    }


_PATCH = "metadata:\n  labels: {{ toJson .labels }}\n"
"""Labels differ from cluster to cluster, which a template of fixed keys cannot say."""


def cluster_name(cluster: Delivery, chosen: ApplicationSet) -> str:
    """The expression for a cluster's name."""
    name = _NAMES[chosen.generator]
    return name % (cluster.tree.count("/") + 3) if chosen.generator == "git" else name


def _templated(
    clusters: Sequence[Delivery], chosen: ApplicationSet, spec: Mapping[str, Any], named: str, share: str
) -> Object:
    first = clusters[0]
    path = f"{first.tree}/overlays/{first.environment}/{named}"
    by_server = chosen.generator == "list" and first.cluster.server
    address = {"server": "{{ .server }}"} if by_server else {"name": named}
    namespace = {"namespace": spec["destination"]["namespace"]} if _agree(clusters, share) else {}
    source = {**spec["source"], "path": f"{path}/{share}" if share else path}
    return {**spec, "source": source, "destination": {**address, **namespace}}


def _agree(clusters: Sequence[Delivery], share: str) -> bool:
    """Whether most objects are in the same namespace everywhere."""
    return len({each.inventories[share].main for each in clusters if share in each.inventories}) == 1


def _generator(clusters: Sequence[Delivery], argocd: ArgoCD, chosen: ApplicationSet, share: str) -> Object:
    first = clusters[0]
    top = f"{first.tree}/overlays/{first.environment}"
    match chosen.generator:
        case "list":
            labelled = any(each.labels for each in clusters)
            elements = [_element(each, labelled) for each in sorted(clusters, key=lambda each: each.label)]
            return {"list": {"elements": elements}}
        case "git":
            shares = sorted({name for each in clusters for name in each.folders if name})
            found = [{"path": f"{top}/*/{share}" if share else f"{top}/*"}]
            parts = [] if share else [{"path": f"{top}/{name}", "exclude": True} for name in shares]
            source = {"repoURL": argocd.repo_url, "revision": argocd.target_revision}
            return {"git": {**source, "directories": [*found, *parts]}}
        case _:
            labels = {STACK_LABEL: first.stack, ENVIRONMENT: first.environment, **chosen.selector}
            return {"clusters": {"selector": {"matchLabels": dict(sorted(labels.items()))}}}


def _element(cluster: Delivery, labelled: bool) -> Object:
    """A cluster in a list; where one has labels all have, as a missing key is an error."""
    server = {"server": cluster.cluster.server} if cluster.cluster.server else {}
    labels = {"labels": dict(sorted(cluster.labels.items()))} if labelled else {}
    return {"cluster": cluster.name, **server, **labels}


def set_faults(profile: LoadedProfile) -> Iterator[Finding]:
    """Clusters that the generator of their environment's ApplicationSet cannot speak of."""
    first: dict[str, Destination] = {}
    for each in profile.destinations:
        argocd = each.variant.settings.argocd
        chosen = argocd.application_set if argocd else None
        fault = _fault(each, first.setdefault(each.environment, each), chosen) if chosen else None
        if fault:
            message, key, hint = fault
            place = profile.base.merged.place((*each.route, key), True)
            yield error("profile/application-set", message, place, hint)


def _fault(each: Destination, first: Destination, chosen: ApplicationSet) -> tuple[str, str, str] | None:
    """What is wrong, at which key, and what to do."""
    if chosen.generator == "list":
        if bool(each.cluster.server) != bool(first.cluster.server):
            message = f"{each.environment} has clusters with `server` and clusters without: one template cannot be both"
            return message, "server" if each.cluster.server else "name", "name the server of all, or of none"
        return None
    for key, what in (("server", "the URL"), ("labels", "labels")):
        if getattr(each.entry, key):
            message = f"the generator '{chosen.generator}' knows nothing of {what} of a cluster"
            return message, key, f"remove `{key}`, or write `generator: list`"
    return None
