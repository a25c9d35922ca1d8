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
from obsgen.kustomize.nodes import Inline, Node
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
    merged = merge_nodes(Node(base), Node(patch))
    return None if merged is None else dict(merged.value)


def merge_nodes(base: Node, patch: Node) -> Node | None:
    """`strategic_merge` that also tells which values the patch wrote; both nodes stay as they are."""
    return _merge(base.copy(), patch.copy(), None)


def _merge(dest: Node | None, patch: Node | None, schema: MergeSchema | None) -> Node | None:
    """What becomes of `dest`, which is changed in place; None if it goes."""
    schema = schema or _own_schema(dest) or _own_schema(patch)
    shape = _shape(dest) or _shape(patch)
    if patch is not None and patch.shape not in ("", shape):
        _refuse_shape(shape, patch)
    if shape == "list":
        return _merge_list(dest, patch, schema or _NO_SCHEMA)
    if shape == "scalar":
        return _merge_scalar(dest, patch)
    return _merge_map(dest, patch, schema)


def _merge_map(dest: Node | None, patch: Node | None, schema: MergeSchema | None) -> Node | None:
    if patch is None:
        return _merge_fields(dest, None, schema) if dest and dest.shape else dest
    directive = _directive(patch)
    if not patch.shape or directive == "delete":
        return None
    if dest is None or not dest.shape or directive == "replace":
        dest = patch  # kustomize merges the patch with itself, which drops the nulls in it
    for side in (dest, patch):
        side.fields.pop(DIRECTIVE, None)
    return _merge_fields(dest, patch, schema)


def _merge_fields(dest: Node, patch: Node | None, schema: MergeSchema | None) -> Node:
    wanted = patch.fields if patch else {}
    if "" in dest.fields or "" in wanted:
        message = "kustomize cannot merge an object that has an empty key"
        raise InputError([error("kustomize/bad-patch", message, (patch or dest).place(), "use a JSON 6902 patch")])
    for key in dict.fromkeys([*dest.fields, *wanted]):
        merged = _merge(dest.get(key), wanted.get(key), schema.fields.get(key) if schema else None)
        if merged is None:
            dest.fields.pop(key, None)
        else:
            dest.fields[key] = merged
    return dest


def _merge_scalar(dest: Node | None, patch: Node | None) -> Node | None:
    if patch is None or not patch.shape:
        return dest if patch is None else None
    if dest is None or not isinstance(dest.value, str) or dest.value == patch.value:
        return patch
    if not isinstance(patch.value, str) and _as_written(dest).startswith(("'", '"', "|", ">")):
        # kustomize keeps the quotes or the block of what it replaces, so a number or boolean becomes text
        return patch.with_value(_as_written(patch) or scalar_text(patch))
    if isinstance(patch.value, str) and FRAGILE_TEXT.match(patch.value) and _as_written(dest).startswith(("|", ">")):
        _leave_out("text that does not fit into the block it replaces", patch)
    return patch


def _merge_list(dest: Node | None, patch: Node | None, schema: MergeSchema) -> Node | None:
    if patch is not None and not patch.shape:
        return None
    if not schema.keys:
        return patch or dest
    # A list that is not there yet is merged with itself, and its directives are not read.
    itself = patch is not None and (not _shape(dest) or dest is patch)
    owner = patch if itself else dest
    directive, new = ("merge", patch.items) if patch and itself else _list_directive(patch)
    if owner is None or directive == "delete":
        return None
    old = new if itself or directive == "replace" else owner.items
    if schema.keys == ("",):
        found: dict[str, Node] = {}
        for item in [*new, *old]:
            found.setdefault(scalar_text(item), item)
        owner.items[:] = found.values()
        return owner
    _demand_keys(old + new, schema.keys, patch or owner)
    owner.items[:] = _merge_items(old, new, schema, itself=itself)
    return owner


def _demand_keys(items: list[Node], keys: tuple[str, ...], place: Node) -> None:
    """Refuses lists that kustomize does the strangest things to: its way with gaps in keys is not followed."""
    for item in items:
        if not scalar_text(item.get(keys[0])):
            _leave_out(f"a list whose items lack {keys[0]}", place)
    identities = {_identity(item, keys) for item in items}
    for identity in identities:
        if any(identity[0] == other[0] and _gaps(identity) != _gaps(other) for other in identities):
            _leave_out(f"a list that has {keys[0]} {identity[0]} with and without {' or '.join(keys[1:])}", place)


def _identity(item: Node, keys: tuple[str, ...]) -> tuple[str, ...]:
    """What an item is known by, as texts: a port 8080 and a port "8080" are the same."""
    return tuple(scalar_text(item.get(key)) for key in keys)


def _gaps(identity: tuple[str, ...]) -> list[bool]:
    return [not text for text in identity]


def _merge_items(old: list[Node], new: list[Node], schema: MergeSchema, *, itself: bool) -> list[Node]:
    """The patch's items merged with their namesakes, then the rest of the old ones; of several the last stays."""
    names, new_names = ([_identity(item, schema.keys) for item in items] for items in (old, new))
    first, last = dict(reversed([*zip(names, old, strict=True)])), dict(zip(names, old, strict=True))
    patches = dict(reversed([*zip(new_names, new, strict=True)]))
    merged: dict[tuple[str, ...], Node] = {}
    for name in dict.fromkeys([*new_names, *names]):
        before, patch = first.get(name), patches.get(name)
        # kustomize forgets an item that is to replace its namesake.
        forgotten = not itself and patch is not None and _directive(patch) == "replace"
        after = _merge(before, patch, MergeSchema(fields=schema.fields))
        if after and after.fields:
            stays = last.get(name, after)
            merged[name] = after if stays is before and not forgotten else stays
    if any(part for name in merged for part in name[1:]):
        # By several keys, what was there before comes last, in its old order.
        for name in names:
            if name in merged:
                merged[name] = merged.pop(name)
    return list(merged.values())


def scalar_text(node: Node | None) -> str:
    """A scalar as it stands in YAML; empty for null, mappings, lists and what is not there."""
    if node is None or node.shape != "scalar":
        return ""
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def _list_directive(patch: Node | None) -> tuple[str, list[Node]]:
    """What a list's own `- $patch: …` item says, and the patch's other items."""
    items = patch.items if patch else []
    first = next((item for item in items if item.get(DIRECTIVE)), None)
    if first is None or len(first.fields) > 1:
        return "merge", items
    directive = _directive(first)
    return directive, [item for item in items if scalar_text(item.get(DIRECTIVE)) != directive]


def _directive(patch: Node) -> str:
    found = patch.get(DIRECTIVE)
    if found and found.value not in _DIRECTIVES:
        hint = "kustomize knows " + ", ".join(_DIRECTIVES)
        raise InputError([error("kustomize/bad-patch", f"unknown {DIRECTIVE} {found.value!r}", found.place(), hint)])
    return str(found.value) if found else "merge"


def _own_schema(part: Node | None) -> MergeSchema | None:
    return merge_schema(part.text("apiVersion"), part.text("kind")) if part else None


def _shape(part: Node | None) -> str:
    return part.shape if part else ""


def _as_written(part: Node) -> str:
    """A scalar as it stands in its file, quotes included; empty where its source shows none."""
    document = part.source.inner if isinstance(part.source, Inline) else part.source
    if not isinstance(document, Document):
        return ""
    place = document.place(part.route)
    return document.text.splitlines()[place.line - 1][place.column - 1 :][: place.length]


def _leave_out(what: str, part: Node) -> NoReturn:
    message = f"{what} is merged by kustomize in ways that are not followed here"
    raise InputError([Finding("kustomize/unsupported", Severity.INFO, message, part.place())])


def _refuse_shape(shape: str, patch: Node) -> NoReturn:
    message = f"the patch gives a {patch.shape} where the object has a {shape}"
    hint = "set this value to null in one patch and write it in the next, or use a JSON 6902 patch"
    raise InputError([error("kustomize/bad-patch", message, patch.place(), hint)])
