"""Strategic merge as kustomize 5.8 does it: by its own rules, which are not quite those of the API server.

Lists of built-in kinds merge by key, new items first; lists of other kinds are replaced. Mind that kustomize
walks the whole object, so a patch of one label also rewrites the merged lists of a Deployment: it drops
duplicates, and everything before an item that lacks the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from obsgen.findings import Finding, InputError, Severity, error
from obsgen.kustomize.kinds import MergeSchema, merge_schema
from obsgen.kustomize.merge_lists import merge_keyed, merge_scalars, scalar_text
from obsgen.kustomize.trace import Traced, traced_list, untraced
from obsgen.source import Document

DIRECTIVE = "$patch"
FRAGILE_TEXT = re.compile(r"\s|.*(\t| \Z| \n|\n[ \n])", re.DOTALL)
"""Text that is spoilt or refused when kustomize puts it into the block that a replaced text stood in."""

_DIRECTIVES = ("merge", "replace", "delete")
_NO_SCHEMA = MergeSchema()


def strategic_merge(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object that `patch` makes of `base`, which stays as it is; None if the patch deletes it.

    InputError where the patch gives a mapping, list or scalar for a value of another shape.
    """
    merged = merge_traced(untraced(base), untraced(patch))
    return None if merged is None else merged.value


def merge_traced(base: Traced, patch: Traced) -> Traced | None:
    """`strategic_merge` that also tells which values the patch wrote."""
    return _merge(base, patch, None)


def _merge(dest: Traced | None, patch: Traced | None, schema: MergeSchema | None) -> Traced | None:
    schema = schema or _own_schema(dest) or _own_schema(patch)
    shape = _shape(dest) or _shape(patch)
    if patch is not None and _shape(patch) not in (None, shape):
        _refuse_shape(shape, patch)
    if shape == "list":
        return _merge_list(dest, patch, schema or _NO_SCHEMA)
    if shape == "scalar":
        return _merge_scalar(dest, patch)
    return _merge_map(dest, patch, schema)


def _merge_map(dest: Traced | None, patch: Traced | None, schema: MergeSchema | None) -> Traced | None:
    if patch is None:
        return _merge_fields(dest, None, schema) if dest and dest.value is not None else dest
    directive = _directive(patch)
    if patch.value is None or directive == "delete":
        return None
    patch = _without_directive(patch)
    if dest is None or dest.value is None or directive == "replace":
        dest = patch  # kustomize merges the patch with itself, which drops the nulls in it
    return _merge_fields(_without_directive(dest), patch, schema)


def _merge_fields(dest: Traced, patch: Traced | None, schema: MergeSchema | None) -> Traced:
    fields = schema.fields if schema else {}
    wanted = patch.value if patch else {}
    if "" in dest.value or "" in wanted:
        message = "kustomize cannot merge an object that has an empty key"
        hint = "use a JSON 6902 patch"
        raise InputError([error("kustomize/bad-patch", message, (patch or dest).trace.place(), hint)])
    changed: dict[str, Traced] = {}
    removed = []
    for key in [*dest.value, *(key for key in wanted if key not in dest.value)]:
        before = dest.get(key)
        after = _merge(before, patch.get(key) if patch else None, fields.get(key))
        if after is None:
            removed.append(key)
        elif after is not before:
            changed[key] = after
    if not changed and not removed:
        return dest
    kept = {key: value for key, value in dest.value.items() if key not in removed}
    values = kept | {key: after.value for key, after in changed.items()}
    return Traced(values, dest.trace.having({key: after.trace for key, after in changed.items()}))


def _merge_scalar(dest: Traced | None, patch: Traced | None) -> Traced | None:
    if patch is None or patch.value is None:
        return dest if patch is None else None
    if dest is None or not isinstance(dest.value, str) or dest.value == patch.value:
        return patch
    if not isinstance(patch.value, str) and _as_written(dest).startswith(("'", '"', "|", ">")):
        # kustomize keeps the quotes or the block of what it replaces, so a number or boolean becomes text
        return Traced(_as_written(patch) or scalar_text(patch.value), patch.trace)
    if isinstance(patch.value, str) and FRAGILE_TEXT.match(patch.value) and _as_written(dest).startswith(("|", ">")):
        _leave_out("text that does not fit into the block it replaces", patch)
    return patch


def _merge_list(dest: Traced | None, patch: Traced | None, schema: MergeSchema) -> Traced | None:
    if patch is not None and patch.value is None:
        return None
    if not schema.keys:
        return patch or dest
    # A list that is not there yet is merged with itself, and its directives are not read.
    itself = patch is not None and (dest is None or dest.value is None or dest.value is patch.value)
    owner = patch if itself else dest
    directive, new = ("merge", patch.items()) if patch and itself else _list_directive(patch)
    if owner is None or directive == "delete":
        return None
    old = new if itself or directive == "replace" else owner.items()
    if schema.keys == ("",):
        return traced_list(merge_scalars(old, new), owner.trace)
    _demand_key(old + new, schema.keys[0], patch or owner)
    element = MergeSchema(fields=schema.fields)

    def merge(one: Traced | None, other: Traced | None) -> Traced | None:
        return _merge(one, other, element)

    def is_lost(item: Traced) -> bool:
        return not itself and _directive(item) == "replace"

    return traced_list(merge_keyed(old, new, schema.keys, merge, is_lost), owner.trace)


def _demand_key(items: list[Traced], key: str, place: Traced) -> None:
    for item in items:
        if not isinstance(item.value, dict) or not scalar_text(item.value.get(key)):
            _leave_out(f"a list whose items lack {key}", place)


def _list_directive(patch: Traced | None) -> tuple[str, list[Traced]]:
    """What a list's own `- $patch: …` item says, and the patch's other items."""
    items = patch.items() if patch else []
    first = next((item for item in items if item.get(DIRECTIVE)), None)
    if first is None or len(first.value) > 1:
        return "merge", items
    directive = _directive(first)
    return directive, [item for item in items if item.get(DIRECTIVE) is None or item.value[DIRECTIVE] != directive]


def _directive(patch: Traced) -> str:
    found = patch.get(DIRECTIVE)
    if found and found.value not in _DIRECTIVES:
        hint = "kustomize knows " + ", ".join(_DIRECTIVES)
        raise InputError(
            [error("kustomize/bad-patch", f"unknown {DIRECTIVE} {found.value!r}", found.trace.place(), hint)]
        )
    return str(found.value) if found else "merge"


def _without_directive(patch: Traced) -> Traced:
    if DIRECTIVE not in patch.value:
        return patch
    return Traced({key: value for key, value in patch.value.items() if key != DIRECTIVE}, patch.trace)


def _own_schema(part: Traced | None) -> MergeSchema | None:
    if part is None or not isinstance(part.value, dict):
        return None
    return merge_schema(part.value.get("apiVersion"), part.value.get("kind"))


def _shape(part: Traced | None) -> str | None:
    if part is None or part.value is None:
        return None
    return "map" if isinstance(part.value, dict) else "list" if isinstance(part.value, list) else "scalar"


def _as_written(part: Traced) -> str:
    """A scalar as it stands in its file, quotes included; empty where its source shows none."""
    document = part.trace.source
    if not isinstance(document, Document):
        return ""
    place = part.trace.place()
    return document.text.splitlines()[place.line - 1][place.column - 1 :][: place.length]


def _leave_out(what: str, part: Traced) -> NoReturn:
    message = f"{what} is merged by kustomize in ways that are not followed here"
    raise InputError([Finding("kustomize/unsupported", Severity.INFO, message, part.trace.place())])


def _refuse_shape(shape: str | None, patch: Traced) -> NoReturn:
    message = f"the patch gives a {_shape(patch)} where the object has a {shape}"
    hint = "set this value to null in one patch and write it in the next, or use a JSON 6902 patch"
    raise InputError([error("kustomize/bad-patch", message, patch.trace.place(), hint)])
