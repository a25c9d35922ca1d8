"""The forms that kustomizations, and the metadata of objects, must have: which keys, and what under each."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from obsgen.source import Route

Form = Any
"""`str`, `int`, `bool` or `dict` (any mapping); `[form]` for lists; a dict of forms for mappings of those keys."""


class Misfit(NamedTuple):
    """A key that may not stand where it does (`expected` empty), or a value of another form than expected."""

    route: Route
    expected: str
    hint: str = ""


_OPTIONS = {"annotations": dict, "disableNameSuffixHash": bool, "immutable": bool, "labels": dict}
_TARGET = dict.fromkeys(("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"), str)
_GENERATOR = {
    "behavior": str,
    "env": str,
    "envs": [str],
    "files": [str],
    "literals": [str],
    "name": str,
    "namespace": str,
    "options": _OPTIONS,
}
_LABELS = {
    "fields": [dict],
    "includeSelectors": bool,
    "includeTemplates": bool,
    "includeVolumeClaimTemplates": bool,
    "pairs": dict,
}
_IMAGE = dict.fromkeys(("digest", "name", "newName", "newTag", "tagSuffix"), str)
_PATCH = {"options": dict, "patch": str, "path": str, "target": _TARGET}
_TEXTS = ("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace")
_FILES = """
    bases buildMetadata components configurations crds generators patchesStrategicMerge resources transformers
    validators
"""
_MAPPINGS = ("commonAnnotations", "commonLabels", "helmGlobals", "metadata", "openapi", "sortOptions")
_LISTS = ("helmChartInflationGenerator", "helmCharts", "imageTags", "replacements", "vars")
KUSTOMIZATION: Form = {
    **dict.fromkeys(_TEXTS, str),
    **{key: [str] for key in _FILES.split()},
    **dict.fromkeys(_MAPPINGS, dict),
    **{key: [dict] for key in _LISTS},
    "configMapGenerator": [_GENERATOR],
    "generatorOptions": _OPTIONS,
    "images": [_IMAGE],
    "labels": [_LABELS],
    "patches": [_PATCH],
    "patchesJson6902": [_PATCH],
    "replicas": [{"count": int, "name": str}],
    "secretGenerator": [{**_GENERATOR, "type": str}],
}
_IDENTITY: Form = {"annotations": dict, "labels": dict, "name": str, "namespace": str}

_WORDS = {str: "text", int: "a whole number", bool: "true or false", dict: "a mapping"}


def misfits(value: Any, form: Form, route: Route = ()) -> Iterator[Misfit]:
    """Everything in which a value differs from a form; null counts as absent."""
    if value is None:
        return
    if isinstance(form, dict):
        yield from _in_mapping(value, form, route)
    elif isinstance(form, list):
        if not isinstance(value, list):
            yield Misfit(route, "a list", "start each item on its own line with '- '")
            return
        for index, item in enumerate(value):
            yield from misfits(item, form[0], (*route, index))
    elif not isinstance(value, form):
        yield Misfit(route, _WORDS[form])


def metadata_misfits(value: Any) -> Iterator[Misfit]:
    """What of an object's kind and metadata is not of the form that every tool relies on."""
    if not isinstance(value, dict):
        return
    yield from misfits(value.get("apiVersion"), str, ("apiVersion",))
    yield from misfits(value.get("kind"), str, ("kind",))
    metadata = value.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        yield Misfit(("metadata",), _WORDS[dict])
    elif metadata:
        for key, form in _IDENTITY.items():
            yield from misfits(metadata.get(key), form, ("metadata", key))


def _in_mapping(value: Any, form: dict[str, Form], route: Route) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield Misfit(route, _WORDS[dict])
        return
    for key, inner in value.items():
        if key in form:
            yield from misfits(inner, form[key], (*route, key))
        else:
            near = get_close_matches(str(key), sorted(form), 1)
            yield Misfit((*route, key), "", f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(form)}")
