"""The smallest patches that turn an object of a base into an environment's.

Differences in mappings make one untargeted strategic merge patch, which fails loudly where its object is missing.
Everything inside lists, and whatever kustomize 5.8 would get wrong in a merge, is JSON 6902 with a full target.
What comes out has been applied in process and gives the wanted object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from obsgen.findings import InputError, ObsgenError
from obsgen.kustomize.identity import object_id
from obsgen.kustomize.jsonpatch import apply_operations, pointer, same_json
from obsgen.kustomize.list_diff import Operation, list_operations
from obsgen.kustomize.merge import DIRECTIVE, FRAGILE_TEXT, strategic_merge
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.target import exactly
from obsgen.source import Route

Object = Mapping[str, Any]

_IDENTITY = ("/apiVersion", "/kind", "/metadata/name", "/metadata/namespace")
_EXACT_INTEGERS = 2**53


class UnpatchableError(ObsgenError):
    """A difference that no patch can make in kustomize 5.8."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One entry of a kustomization's `patches`: the content of a patch file and, for operations, their target."""

    content: dict[str, Any] | list[Operation]
    target: dict[str, str] | None = None

    def entry(self, path: str) -> dict[str, Any]:
        """The entry for `patches:` if the content is written to `path`."""
        return {"path": path} if self.target is None else {"path": path, "target": self.target}


@dataclass(slots=True)
class _Difference:
    """What is to be merged, and what is to be done by operations."""

    mergeable: bool
    leaves: dict[Route, Any] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def merges(self, route: Route) -> bool:
        """Whether a merge reaches what stands at `route`."""
        return self.mergeable and DIRECTIVE not in route and pointer(route) not in _IDENTITY

    def operate(self, name: str, route: Route, **more: Any) -> None:
        """Notes an operation."""
        self.operations.append({"op": name, "path": pointer(route), **more})


def delete_patch(base: Object) -> Patch:
    """The patch that removes an object, generated ones included; kustomize fails if it is not there."""
    return Patch({**_head(base), DIRECTIVE: "delete"})


def object_patches(base: Object, wanted: Object, labels: Mapping[str, str] | None = None) -> list[Patch]:
    """The patches that turn `base` into `wanted`, in the order in which they must be applied.

    `labels` are pairs that the kustomization sets on every object; no patch repeats them.
    A changed name, namespace, kind or version is one more operation; mind that kustomize then rewrites the
    references to the object that it knows of. UnpatchableError where `wanted` adds a null, which another patch
    would drop, or holds an integer that kustomize would round.
    """
    goal = _before_labels(base, wanted, labels or {})
    for mergeable in (True, False):
        difference = _Difference(mergeable)
        _compare_maps(base, goal, (), difference)
        patches = _patches(base, difference)
        if same_json(_patched(base, patches), _printed(goal)):
            _refuse_what_is_lost(goal, patches)
            return patches
    raise UnpatchableError(f"no patch turns {object_id(base)} into what it shall be")


def _patches(base: Object, difference: _Difference) -> list[Patch]:
    patches = []
    if difference.leaves:
        content = _head(base)
        for route, value in difference.leaves.items():
            _set(content, route, value)
        patches.append(Patch(content))
    if difference.operations:
        # What the object is called changes last: later operations would miss their target.
        operations = sorted(difference.operations, key=lambda operation: operation["path"] in _IDENTITY)
        patches.append(Patch(operations, exactly(object_id(base))))
    return patches


def _head(base: Object) -> dict[str, Any]:
    metadata = {key: base["metadata"][key] for key in ("name", "namespace") if base["metadata"].get(key)}
    return {"apiVersion": base["apiVersion"], "kind": base["kind"], "metadata": metadata}


def _set(content: dict[Any, Any], route: Route, value: Any) -> None:
    for step in route[:-1]:
        content = content.setdefault(step, {})
    content[route[-1]] = value


def _compare_maps(base: Object, wanted: Object, route: Route, out: _Difference) -> None:
    for key in sorted(base.keys() | wanted.keys(), key=str):
        here = (*route, key)
        if key in base and key in wanted:
            _compare(base[key], wanted[key], here, out)
        elif key in wanted:
            _write("add", None, wanted[key], here, out)
        elif out.merges(here):
            out.leaves[here] = None
        else:
            out.operate("remove", here)


def _compare(base: Any, wanted: Any, route: Route, out: _Difference) -> None:
    if same_json(base, wanted):
        return
    if isinstance(base, dict) and isinstance(wanted, dict):
        _compare_maps(base, wanted, route, out)
    elif isinstance(base, list) and isinstance(wanted, list):
        out.operations += list_operations(base, wanted, route, _item_operations)
    else:
        _write("replace", base, wanted, route, out)


def _write(name: str, base: Any, wanted: Any, route: Route, out: _Difference) -> None:
    if out.merges(route) and _is_mergeable(base, wanted):
        _refuse_nulls(wanted, pointer(route))
        out.leaves[route] = wanted
    else:
        out.operate(name, route, value=wanted)


def _item_operations(base: Any, wanted: Any, route: Route) -> list[Operation]:
    """The operations for an item of a list, where merging is no choice."""
    difference = _Difference(mergeable=False)
    _compare_maps(base, wanted, route, difference)
    return difference.operations


def _is_mergeable(base: Any, wanted: Any) -> bool:
    """Whether a strategic merge can put `wanted` in place of `base` without a list or a change of shape."""
    if isinstance(wanted, dict):
        return base is None and DIRECTIVE not in wanted and all(_is_mergeable(None, part) for part in wanted.values())
    if isinstance(wanted, list) or isinstance(base, dict | list):
        return False
    return not isinstance(base, str) or (isinstance(wanted, str) and not FRAGILE_TEXT.match(wanted))


def _before_labels(base: Object, wanted: Object, labels: Mapping[str, str]) -> Object:
    """What the patches must give, so that the kustomization's labels make `wanted` of it."""
    if not labels:
        return wanted
    old, mine = _labels(base), dict(_labels(wanted))
    for key, value in labels.items():
        if mine.pop(key, None) != value:
            raise UnpatchableError(f"{object_id(wanted)} lacks the label {key}={value} that all objects get")
        if key in old:
            mine[key] = old[key]
    metadata = {key: value for key, value in wanted["metadata"].items() if key != "labels"}
    if mine or "labels" in base["metadata"]:
        metadata["labels"] = mine
    return {**wanted, "metadata": metadata}


def _labels(object_: Object) -> Mapping[str, Any]:
    return object_["metadata"].get("labels") or {}


def _patched(base: Object, patches: Iterable[Patch]) -> Object | None:
    """What the patches make of `base`; None where one of them does not apply."""
    value: Any = base
    try:
        for patch in patches:
            if isinstance(patch.content, dict):
                value = strategic_merge(value, patch.content)
            else:
                value = apply_operations(Node(value), Node(patch.content), []).value
    except InputError:
        return None
    return _printed(value)


def _printed(object_: Object) -> Object:
    """An object as kustomize prints it, which is without empty annotations."""
    if object_["metadata"].get("annotations", True):
        return object_
    metadata = {key: value for key, value in object_["metadata"].items() if key != "annotations"}
    return {**object_, "metadata": metadata}


def _refuse_what_is_lost(goal: Object, patches: Iterable[Patch]) -> None:
    operations = [each for patch in patches if isinstance(patch.content, list) for each in patch.content]
    for operation in operations:
        if "value" in operation:
            _refuse_nulls(operation["value"], operation["path"])
    for where, part in _leaves(goal) if operations else ():
        if isinstance(part, int) and abs(part) > _EXACT_INTEGERS:
            raise UnpatchableError(f"{where} is {part}, which kustomize's JSON patches would round")


def _refuse_nulls(value: Any, where: str) -> None:
    for below, part in _leaves(value):
        if part is None:
            raise UnpatchableError(f"{where}{below} shall be null; leave the field out instead")


def _leaves(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """All scalars of a value, each with its JSON pointer."""
    if isinstance(value, dict | list):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(part, where + pointer((step,)))
    else:
        yield where, value
