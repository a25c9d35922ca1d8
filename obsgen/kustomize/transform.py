"""What a kustomization does to all of its objects: namespace, labels, annotations."""

from __future__ import annotations

from typing import Any

from obsgen.kustomize import fields
from obsgen.kustomize.identity import ObjectId
from obsgen.kustomize.kustomization import Kustomization, Run
from obsgen.kustomize.objects import Built, Objects
from obsgen.kustomize.trace import Traced

_ALL_LABELS = (
    *fields.LABELS,
    *fields.TEMPLATE_LABELS,
    *fields.VOLUME_CLAIM_LABELS,
    *fields.SELECTORS,
)


def transform(run: Run, owner: Kustomization, objects: Objects) -> None:
    """Applies `namespace`, `labels`, `commonLabels` and `commonAnnotations` to all objects."""
    namespace = owner.content.get("namespace")
    if namespace and namespace.value:
        _move(run, objects, namespace)
    for entry in owner.entries("labels"):
        pairs = entry.get("pairs")
        if pairs and pairs.value:
            _set_pairs(objects, _label_fields(entry.value), pairs)
        if entry.get("fields"):
            run.leave_out("labels.fields", entry.trace.at("fields").place(key=True))
    for name, where in (("commonLabels", _ALL_LABELS), ("commonAnnotations", fields.ANNOTATIONS)):
        if pairs := owner.mapping(name):
            _set_pairs(objects, where, pairs)


def _move(run: Run, objects: Objects, namespace: Traced) -> None:
    seen: dict[ObjectId, Built] = {}
    for slot in objects.slots():
        built = objects[slot].changed(fields.set_namespace(objects[slot].traced, namespace), remember=True)
        objects.put(slot, built)
        other = seen.setdefault(built.id, built)
        if other is not built:
            message = f"in namespace {namespace.value} there are two: {built.id}, also from {other.origin_place()}"
            run.report("kustomize/duplicate-object", message, built.origin_place(("metadata", "name")))


def _label_fields(entry: dict[str, Any]) -> tuple[fields.Field, ...]:
    if entry.get("includeSelectors"):
        return _ALL_LABELS
    return (
        *fields.LABELS,
        *(fields.TEMPLATE_LABELS if entry.get("includeTemplates") else ()),
        *(fields.VOLUME_CLAIM_LABELS if entry.get("includeVolumeClaimTemplates") else ()),
    )


def _set_pairs(objects: Objects, where: tuple[fields.Field, ...], pairs: Traced) -> None:
    for slot in objects.slots():
        objects.put(slot, objects[slot].changed(fields.set_pairs(objects[slot].traced, where, pairs)))
