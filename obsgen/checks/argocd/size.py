"""Objects that are too large for Argo CD to apply from its side."""

from __future__ import annotations

import json
from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.argocd.applications import Deployed
from obsgen.repository.objects import KubeObject

ID = "argocd/size"
LEVEL = 5
SEVERITY = Severity.ERROR

_LIMIT = 256 * 1024
"""Bytes of all annotations of an object; a client's apply keeps the whole object in one."""
_OPTIONS = "argocd.argoproj.io/sync-options"
_ENOUGH = ("ServerSideApply", "Replace")


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the object's name."""
    for each in repository.deployed:
        options = each.application.options()
        if not any(options.get(name) == "true" for name in _ENOUGH):
            yield from (_finding(object_, each) for object_ in each.objects or () if _is_large(object_))


def _is_large(object_: KubeObject) -> bool:
    annotations = object_.metadata.get("annotations")
    own = str(annotations.get(_OPTIONS, "")) if isinstance(annotations, dict) else ""
    if any(f"{name}=true" in own for name in _ENOUGH):
        return False
    return len(json.dumps(object_.value, separators=(",", ":"), default=str).encode()) > _LIMIT


def _finding(object_: KubeObject, each: Deployed) -> Finding:
    message = f"{object_} is too large for the annotation that an apply from the client's side writes"
    place = object_.located.place(("metadata", "name"))
    hint = f"add the annotation {_OPTIONS}: ServerSideApply=true"
    note = Note(f"{each.application.label} deploys it", each.source.located.place())
    return Finding(ID, SEVERITY, message, place, hint, (note,))
