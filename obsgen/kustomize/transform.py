"""What a kustomization does to all of its objects: namespace, labels, annotations, and references that follow."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.kustomize import fields
from obsgen.kustomize.kustomization import Kustomization, Run
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.objects import Built, Objects

_ALL_LABELS = (
    *fields.LABELS,
    *fields.TEMPLATE_LABELS,
    *fields.VOLUME_CLAIM_LABELS,
    *fields.SELECTORS,
)
# The kinds whose names kustomize knows where to find in other objects.
_REFERRED = """
    ClusterRole ConfigMap Deployment IngressClass PersistentVolume PersistentVolumeClaim PriorityClass ReplicaSet
    ReplicationController Role Secret Service ServiceAccount StatefulSet StorageClass ValidatingAdmissionPolicy
"""


def transform(run: Run, owner: Kustomization, objects: Objects) -> None:
    """Applies `namespace`, `labels`, `commonLabels` and `commonAnnotations` to all objects."""
    namespace = owner.content.get("namespace")
    if namespace and owner.content.text("namespace"):
        for built in objects:
            moved = built.node.copy()
            fields.set_namespace(moved, namespace)
            objects.change(built, moved, remember=True)
        report_collisions(run, objects)
    for entry in owner.entries("labels"):
        if pairs := entry.mapping("pairs"):
            _set_pairs(objects, _label_fields(entry), pairs)
        if narrowed := entry.get("fields"):
            run.leave_out("labels.fields", narrowed.place(key=True))
    for name, where in (("commonLabels", _ALL_LABELS), ("commonAnnotations", fields.ANNOTATIONS)):
        if pairs := owner.content.mapping(name):
            _set_pairs(objects, where, pairs)


def report_collisions(run: Run, objects: Objects) -> None:
    """Notes objects that were moved or renamed onto one another."""
    for first, second in objects.collisions():
        message = f"this makes two of {second.id}; the other is from {first.origin_place()}"
        run.report("kustomize/duplicate-object", message, second.origin_place(("metadata", "namespace")))


def _label_fields(entry: Node) -> tuple[fields.Field, ...]:
    options = entry.value
    if options.get("includeSelectors"):
        return _ALL_LABELS
    return (
        *fields.LABELS,
        *(fields.TEMPLATE_LABELS if options.get("includeTemplates") else ()),
        *(fields.VOLUME_CLAIM_LABELS if options.get("includeVolumeClaimTemplates") else ()),
    )


def _set_pairs(objects: Objects, where: tuple[fields.Field, ...], pairs: Node) -> None:
    for built in objects:
        fields.set_pairs(built.own(), where, pairs)


def follow_references(run: Run, objects: Objects) -> None:
    """Rewrites references to moved service accounts and services; notes renamed objects as not followed.

    kustomize rewrites references to whatever was renamed or moved. Moves matter in the two places that name a
    namespace: subjects of role bindings and services of webhooks.
    """
    if not any(built.former_ids for built in objects):
        return  # nothing was renamed or moved: no object need be looked into, or copied
    for built in objects:
        if built.id.kind in _REFERRED.split() and built.first_id.name != built.id.name:
            place = built.origin_place(("metadata", "name"))
            run.leave_out(f"references to {built.first_id}, which is now named {built.id.name}", place)
        for reference, kind in _references(built):
            _follow(objects, reference, kind)


def _references(built: Built) -> Iterator[tuple[Node, str]]:
    """The references of an object that name a namespace, and the kind that they refer to."""
    if built.id.kind in ("RoleBinding", "ClusterRoleBinding"):
        subjects = built.own().get("subjects")
        yield from ((subject, "ServiceAccount") for subject in (subjects.items if subjects else ()))
    if built.id.kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        webhooks = built.own().get("webhooks")
        found = (webhook.get("clientConfig", "service") for webhook in (webhooks.items if webhooks else ()))
        yield from ((service, "Service") for service in found if service)


def _follow(objects: Objects, reference: Node, kind: str) -> None:
    """Puts a reference by name and namespace into the namespace where its object is now."""
    name, namespace = reference.text("name"), reference.get("namespace")
    found = {
        candidate.id: candidate
        for candidate in objects.named(name)
        # Only objects that a transformer has touched have former identities, and kustomize looks at no other.
        if any(former.kind == kind and former.name == name for former in candidate.former_ids)
        and (namespace is None or namespace.value in (candidate.first_id.namespace, candidate.id.namespace))
    }
    where = next(iter(found.values())).node.get("metadata", "namespace") if len(found) == 1 else None
    if where:
        reference.fields["namespace"] = where
