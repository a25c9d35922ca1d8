"""References that follow an object into another namespace.

kustomize rewrites references to whatever was renamed or moved. Moves are followed here, in the two places that
name a namespace: subjects of role bindings and services of webhooks. Renames are not.
"""

from __future__ import annotations

from collections.abc import Callable

from obsgen.kustomize.kustomization import Run
from obsgen.kustomize.objects import Built, Objects
from obsgen.kustomize.trace import Traced, edit, put

# The kinds whose names kustomize knows where to find in other objects.
_REFERRED = frozenset(
    (
        "ClusterRole",
        "ConfigMap",
        "Deployment",
        "IngressClass",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "PriorityClass",
        "ReplicaSet",
        "ReplicationController",
        "Role",
        "Secret",
        "Service",
        "ServiceAccount",
        "StatefulSet",
        "StorageClass",
        "ValidatingAdmissionPolicy",
    )
)
_BINDINGS = frozenset(("RoleBinding", "ClusterRoleBinding"))
_WEBHOOKS = frozenset(("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"))


def follow_references(run: Run, objects: Objects) -> None:
    """Rewrites references to moved service accounts and services; notes renamed objects as unsupported."""
    for slot in objects.slots():
        built = objects[slot]
        if built.id.kind in _REFERRED and built.first_id.name != built.id.name:
            place = built.origin_place(("metadata", "name"))
            run.leave_out(f"references to {built.first_id}, which is now named {built.id.name}", place)
        if followed := _followed(objects, built):
            objects.put(slot, built.changed(followed))


def _followed(objects: Objects, built: Built) -> Traced | None:
    kind = built.object.get("kind")
    if kind in _BINDINGS:
        return _each(built.traced, "subjects", lambda subject: _moved(objects, built, subject, "ServiceAccount"))
    if kind in _WEBHOOKS:
        return _each(built.traced, "webhooks", lambda webhook: _service_moved(objects, built, webhook))
    return None


def _each(target: Traced, field: str, change: Callable[[Traced], Traced]) -> Traced:
    items = target.get(field)
    if items is None or not isinstance(items.value, list):
        return target
    for index, item in enumerate(items.items()):
        items = put(items, index, change(item))
    return put(target, field, items)


def _service_moved(objects: Objects, built: Built, webhook: Traced) -> Traced:
    config = webhook.get("clientConfig")
    if config is None or config.get("service") is None:
        return webhook
    return edit(webhook, ("clientConfig", "service"), lambda service: _moved(objects, built, service, "Service"))


def _moved(objects: Objects, referrer: Built, reference: Traced, kind: str) -> Traced:
    """A reference with name and namespace, in the namespace where its object is now."""
    name, namespace = reference.get("name"), reference.get("namespace")
    if name is None:
        return reference
    found = {
        candidate.id: candidate
        for candidate in map(objects.__getitem__, objects.named(str(name.value)))
        # Only objects that a transformer has touched have former identities, and kustomize looks at no other.
        if any(former.kind == kind and former.name == name.value for former in candidate.former_ids)
        and (namespace is None or namespace.value in (candidate.first_id.namespace, candidate.id.namespace))
    }
    if len(found) != 1:
        return reference
    moved = next(iter(found.values()))
    where = moved.traced.at("metadata").get("namespace")
    return put(reference, "namespace", where) if where else reference
