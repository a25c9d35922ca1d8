"""What a kustomization does to all of its objects: namespace, labels, annotations."""

from __future__ import annotations

from typing import Any

from obsgen.kustomize import fields
from obsgen.kustomize.kustomization import Kustomization, Run
from obsgen.kustomize.objects import Objects
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
    if namespace and namespace.value and isinstance(namespace.value, str):
        for slot in objects.slots():
            moved = fields.set_namespace(objects[slot].traced, namespace)
            objects.put(slot, objects[slot].changed(moved, remember=True))
        report_collisions(run, objects)
    for entry in owner.entries("labels"):
        if pairs := entry.mapping("pairs"):
            _set_pairs(objects, _label_fields(entry.value), pairs)
        if entry.get("fields"):
            run.leave_out("labels.fields", entry.trace.at("fields").place(key=True))
    for name, where in (("commonLabels", _ALL_LABELS), ("commonAnnotations", fields.ANNOTATIONS)):
        if pairs := owner.content.mapping(name):
            _set_pairs(objects, where, pairs)


def report_collisions(run: Run, objects: Objects) -> None:
    """Notes objects that were moved or renamed onto one another."""
    for first, second in objects.collisions():
        message = f"this makes two of {second.id}; the other is from {first.origin_place()}"
        run.report("kustomize/duplicate-object", message, second.origin_place(("metadata", "namespace")))


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
