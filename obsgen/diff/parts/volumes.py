"""Objects that have volumes of their own, which are found by their names."""

from __future__ import annotations

from obsgen.repository.objects import KubeObject

CLAIM = "PersistentVolumeClaim"
_FIELDS = {
    "Alertmanager": "storage",
    "Prometheus": "storage",
    "StatefulSet": "volumeClaimTemplates",
    "ThanosRuler": "storage",
    "LokiStack": "",
    "TempoStack": "",
}
"""Where a kind says that it has volumes; those without such a field always have some."""


def keeps_volumes(object_: KubeObject) -> bool:
    """Whether an object has volumes that one of another name, or in another namespace, would not find."""
    if object_.kind == CLAIM:
        return True
    field = _FIELDS.get(object_.kind)
    return field is not None and (not field or bool(object_.located.at("spec", field).value))
