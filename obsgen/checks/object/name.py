"""Names and labels that the API server refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen import schemas
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject
from obsgen.source import Route

ID = "object/name"
LEVEL = 1
SEVERITY = Severity.ERROR

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")
_PATH_SEGMENT = re.compile(r"(?!\.\.?\Z)[^/%]+\Z")
_KEY_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\Z")

_LABEL_KINDS = {("", "Namespace"), ("", "Service")}
_LAX_GROUP = "rbac.authorization.k8s.io"
_WORKLOADS = frozenset(("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"))
_OF_WORKLOADS: tuple[Route, ...] = (("spec", "template", "metadata", "labels"), ("spec", "selector", "matchLabels"))


def check(repository: Repository) -> Iterator[Finding]:
    """One finding for each name, label key, label value or annotation key of a wrong form."""
    for object_ in repository.objects:
        yield from _names(object_)
        for route in (("metadata", "labels"), *(_OF_WORKLOADS if object_.kind in _WORKLOADS else ())):
            yield from _pairs(object_, route, values=True)
        yield from _pairs(object_, ("metadata", "annotations"), values=False)


def _names(object_: KubeObject) -> Iterator[Finding]:
    if not object_.name:
        known = schemas.lookup(object_.api_version, object_.kind)  # then its schema asks for the name
        if not known and object_.metadata and not object_.metadata.get("generateName"):
            place = object_.located.place(("metadata",), key=True)
            yield Finding(ID, SEVERITY, f"this {object_.kind} has no name", place, "give it a metadata.name")
        return
    fault = _name_fault(object_)
    if fault:
        place = object_.located.place(("metadata", "name"))
        yield Finding(ID, SEVERITY, f"'{object_.name}' is no valid name for a {object_.kind}", place, fault)
    namespace = object_.namespace
    if namespace and (not _LABEL.match(namespace) or len(namespace) > 63):
        place = object_.located.place(("metadata", "namespace"))
        hint = "lower-case letters, digits and '-', at most 63 characters"
        yield Finding(ID, SEVERITY, f"'{namespace}' is no valid namespace", place, hint)


def _name_fault(object_: KubeObject) -> str:
    name = object_.name
    if object_.group == _LAX_GROUP:
        return "" if _PATH_SEGMENT.match(name) else "it must not contain '/' or '%'"
    if (object_.group, object_.kind) in _LABEL_KINDS:
        good = _LABEL.match(name) and len(name) <= 63
        return "" if good else "lower-case letters, digits and '-', at most 63 characters"
    good = _SUBDOMAIN.match(name) and len(name) <= 253
    return "" if good else "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit"


def _pairs(object_: KubeObject, route: Route, *, values: bool) -> Iterator[Finding]:
    pairs = object_.located.at(*route).value
    for key, value in pairs.items() if isinstance(pairs, dict) else ():
        fault = _key_fault(str(key))
        if fault:
            place = object_.located.place((*route, key), key=True)
            yield Finding(ID, SEVERITY, f"'{key}' is no valid {'label' if values else 'annotation'} key", place, fault)
        if values and isinstance(value, str) and value and (len(value) > 63 or not _KEY_NAME.match(value)):
            place = object_.located.place((*route, key))
            hint = "at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
            yield Finding(ID, SEVERITY, f"'{value}' is no valid label value", place, hint)


def _key_fault(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if slash and (not _SUBDOMAIN.match(prefix.lower()) or len(prefix) > 253):
        return "before the '/' a DNS name must stand, such as app.example.com"
    good = _KEY_NAME.match(name) and len(name) <= 63
    return "" if good else "at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
