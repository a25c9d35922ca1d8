"""Objects that Argo CD applies before what they need."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.kustomize.kinds import is_cluster_scoped
from obsgen.repository import Repository
from obsgen.repository.argocd.applications import GROUP
from obsgen.repository.keyrefs import references
from obsgen.repository.objects import KubeObject
from obsgen.repository.scopes import Scope

ID = "argocd/wave"
LEVEL = 5
SEVERITY = Severity.ERROR

_WAVE, _HOOK = "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/hook"
_WAITED_FOR = frozenset(("DaemonSet", "Deployment", "Job", "StatefulSet"))
"""Kinds whose health decides whether the next wave begins."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the wave of what comes too late; objects of one wave are applied in a good order by themselves."""
    for scope in repository.scopes.all:
        first = min(map(wave, scope.objects), default=0)
        late = [each for each in scope.objects if wave(each) > first]
        for needed in late:
            yield from _of(needed, scope)


def wave(object_: KubeObject) -> int:
    """The wave in which an object is applied."""
    annotations = object_.metadata.get("annotations")
    text = annotations.get(_WAVE) if isinstance(annotations, dict) else None
    try:
        return int(str(text)) if text is not None else 0
    except ValueError:
        return 0


def _of(needed: KubeObject, scope: Scope) -> Iterator[Finding]:
    """The first object that needs one and comes before it."""
    for other in scope.objects:
        annotations = other.metadata.get("annotations") or {}
        if wave(other) < wave(needed) and _HOOK not in annotations and _needs(other, needed):
            message = f"{other} needs {needed}, which comes in a later wave"
            place = needed.located.place(("metadata", "annotations", _WAVE))
            hint = f"give it a wave of {wave(other)} or less"
            note = Note(str(other), other.located.place(("metadata", "name")))
            yield Finding(ID, SEVERITY, message, place, hint, (note,))
            return


def _needs(object_: KubeObject, other: KubeObject) -> bool:
    if (other.group, other.kind) == ("", "Namespace"):
        return object_.namespace == other.name and not is_cluster_scoped(object_.api_version, object_.kind)
    if other.kind == "CustomResourceDefinition":
        spec = other.located.at("spec")
        return (spec.at("group").value, spec.at("names", "kind").value) == (object_.group, object_.kind)
    if (other.group, other.kind) == (GROUP, "AppProject"):
        return object_.kind == "Application" and bool(object_.located.at("spec", "project").value == other.name)
    if object_.kind not in _WAITED_FOR or object_.namespace != other.namespace:
        return False
    if other.kind == "ServiceAccount":
        return bool(object_.located.at("spec", "template", "spec", "serviceAccountName").value == other.name)
    found = references(object_) if other.kind in ("ConfigMap", "Secret") else ()
    return any((each.kind, each.name) == (other.kind, other.name) and not each.optional for each in found)
