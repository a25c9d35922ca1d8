"""Fields of kustomization files that kustomize does not have: it stops at them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Severity

ID = "kustomize/unknown-field"
LEVEL = 1
SEVERITY = Severity.ERROR

_FIELDS = """
    apiVersion bases buildMetadata commonAnnotations commonLabels components configMapGenerator configurations crds
    generatorOptions generators helmChartInflationGenerator helmCharts helmGlobals imageTags images kind
    labels metadata namePrefix nameSuffix namespace openapi patches patchesJson6902 patchesStrategicMerge
    replacements replicas resources secretGenerator sortOptions transformers validators vars
"""
_KNOWN = frozenset(_FIELDS.split())


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the key."""
    for kustomization in repository.kustomizations:
        value = kustomization.document.value
        for key in value if isinstance(value, dict) else ():
            if key not in _KNOWN:
                near = get_close_matches(str(key), sorted(_KNOWN), 1)
                hint = f"did you mean '{near[0]}'?" if near else ""
                place = kustomization.document.place((key,), key=True)
                yield Finding(ID, SEVERITY, f"a kustomization has no field '{key}'", place, hint)
