"""JSON 6902 patches as kustomize 5.8 applies them, which is a little more loosely than the RFC.

`replace` of a key that is not there adds it, negative indexes count from the end, and whatever stands before a
path's first slash is ignored. kustomize takes these in silence, so here they are warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from obsgen.findings import Finding, InputError, Severity, error
from obsgen.hints import did_you_mean
from obsgen.kustomize.nodes import Node

Path = tuple[str, ...]

_INDEX = re.compile(r"[+-]?[0-9]+\Z")
_OPERATIONS = ("add", "copy", "move", "remove", "replace", "test")


class _OperationError(Exception):
    """Why an operation does not apply; `field` of the operation is to blame."""

    def __init__(self, check: str, message: str, hint: str = "", field: str = "path") -> None:
        self.check, self.message, self.hint, self.field = check, message, hint, field
        super().__init__(message)


def pointer(route: Iterable[str | int]) -> str:
    """A route as a JSON pointer: `("a/b", 0)` is `/a~1b/0`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in route)


def apply_operations(target: Node, operations: Node, warnings: list[Finding]) -> Node:
    """The object after all operations of a patch; InputError for the first that does not apply.

    What kustomize accepts although it hardly is what was meant is added to `warnings`.
    """
    target = target.copy()
    for operation in operations.copy().items:
        try:
            _warn_of_loose_path(operation, warnings)
            target = _apply(target, operation, warnings)
        except _OperationError as fault:
            place = operation.origin_place((fault.field,))
            raise InputError([error(fault.check, fault.message, place, fault.hint)]) from None
    return target


def _apply(target: Node, operation: Node, warnings: list[Finding]) -> Node:
    """Changes the target, or gives another one in its place."""
    name, path = _text(operation, "op"), _path(operation, "path")
    value = operation.get("value") or operation.with_value(None)
    match name:
        case "add":
            _add(target, path, value)
        case "remove":
            _taken(target, path)
        case "replace" if not path:
            return _whole(value)
        case "replace":
            _replace(target, path, value, operation, warnings)
        case "test":
            _test(target, path, operation.get("value"))
        case "move":
            _add(target, path, _taken(target, _path(operation, "from"), "from"))
        case "copy":
            _add(target, path, _read(target, _path(operation, "from"), "from").copy())
        case _:
            hint = did_you_mean(name, _OPERATIONS) or "known: " + ", ".join(_OPERATIONS)
            raise _OperationError("kustomize/bad-patch", f"unknown operation {name!r}", hint, "op")
    return target


def _add(target: Node, path: Path, value: Node) -> None:
    owner, name = _owner(target, path)
    if owner.shape == "list":
        owner.items.insert(_index(owner, name, added=1), value)
    else:
        owner.fields[name] = value


def _taken(target: Node, path: Path, field: str = "path") -> Node:
    """What stood at `path`, where it no longer is."""
    owner, name = _owner(target, path, field)
    taken: Node = owner.parts.pop(_key(owner, name, path, field))
    return taken


def _whole(value: Node) -> Node:
    if value.shape != "map":
        raise _OperationError("kustomize/bad-patch", "only a mapping can take an object's place", field="op")
    return value


def _replace(target: Node, path: Path, value: Node, operation: Node, warnings: list[Finding]) -> None:
    owner, name = _owner(target, path)
    if owner.shape == "list":
        owner.items[_index(owner, name)] = value
        return
    if name not in owner.fields:
        hint = did_you_mean(name, map(str, owner.fields)) or "write op: add if that is meant"
        _warn(operation, f"there is nothing at {pointer(path)} to replace; kustomize adds it", hint, warnings)
    owner.fields[name] = value


def _test(target: Node, path: Path, wanted: Node | None) -> None:
    found = _read(target, path).value
    if wanted is None:
        raise _OperationError("kustomize/bad-patch", "op: test needs a value", field="op")
    if not same_json(found, wanted.value):
        message = f"{pointer(path)} is {_shown(found)}, not {_shown(wanted.value)}"
        raise _OperationError("kustomize/failed-test", message, _whereabouts(target, path, wanted.value), "value")


def _read(target: Node, path: Path, field: str = "path") -> Node:
    """The value at `path`; null for a key that a mapping lacks, as kustomize has it."""
    if not path:
        return target
    owner, name = _owner(target, path, field)
    if owner.shape == "list":
        return owner.items[_index(owner, name)]
    return owner.fields.get(name) or owner.with_value(None)


def _owner(target: Node, path: Path, field: str = "path") -> tuple[Node, str]:
    """The mapping or list that holds the last part of `path`, and that part."""
    if not path:
        raise _OperationError("kustomize/bad-path", "the path names the whole object", "begin with a slash", field)
    for depth, step in enumerate(path[:-1], 1):
        target = target.parts[_key(target, step, path[:depth], field)]
        if target.shape not in ("map", "list"):
            message = f"{pointer(path[:depth])} is {_shown(target.value)}: nothing can stand below it"
            raise _OperationError("kustomize/bad-path", message, field=field)
    return target, path[-1]


def _key(owner: Node, name: str, path: Path, field: str) -> str | int:
    """The key or index of a part that must be there."""
    if owner.shape == "list":
        return _index(owner, name)
    if name not in owner.fields:
        hint = did_you_mean(name, map(str, owner.fields))
        raise _OperationError("kustomize/bad-path", f"there is nothing at {pointer(path)}", hint, field)
    return name


def _index(owner: Node, name: str, added: int = 0) -> int:
    """The position that `name` means in a list that is about to grow by `added`."""
    size = len(owner.items)
    if name == "-" and added:
        return size
    if not _INDEX.match(name):
        raise _OperationError("kustomize/bad-path", f"{name!r} is no index of a list")
    index = int(name) + size + added if int(name) < 0 else int(name)
    if not 0 <= index < size + added:
        hint = "the list has " + (f"items 0 to {size - 1}" if size else "no items")
        raise _OperationError("kustomize/bad-path", f"there is no item {name}", hint)
    return index


def _whereabouts(target: Node, path: Path, wanted: Any) -> str:
    """Where the tested value stands instead, if the path ends in a list's item or in a field of one."""
    for rest in ((), path[-1:]):
        items = _owner(target, path[: len(path) - len(rest)])[0].items if len(path) > len(rest) else []
        for index, item in enumerate(items):
            found = item.get(*rest)
            if found and same_json(found.value, wanted):
                return f"item {index} has that value"
    return ""


def same_json(one: Any, other: Any) -> bool:
    """Equality of JSON values: unlike in Python, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _path(operation: Node, field: str) -> Path:
    parts = _text(operation, field).split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _text(operation: Node, field: str) -> str:
    found = operation.get(field)
    if found is None or not isinstance(found.value, str):
        raise _OperationError("kustomize/bad-patch", f"an operation needs a text as its {field}", field=field)
    return found.value


def _warn_of_loose_path(operation: Node, warnings: list[Finding]) -> None:
    for field in {"path", "from"} & operation.fields.keys():
        text = _text(operation, field)
        if text and not text.startswith("/"):
            message = f"path {text!r} does not begin with a slash; kustomize ignores what stands before the first"
            _warn(operation, message, f"did you mean {'/' + text!r}?", warnings, field)


def _warn(operation: Node, message: str, hint: str, warnings: list[Finding], field: str = "path") -> None:
    place = operation.origin_place((field,))
    warnings.append(Finding("kustomize/bad-path", Severity.WARNING, message, place, hint))


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
    return f"{value!r:.60}"
