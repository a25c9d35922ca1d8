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
from obsgen.kustomize.trace import Traced, drop, edit, insert, put
from obsgen.source import Route

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


def apply_operations(target: Traced, operations: Traced, warnings: list[Finding]) -> Traced:
    """The object after all operations of a patch; InputError for the first that does not apply.

    What kustomize accepts although it hardly is what was meant is added to `warnings`.
    """
    for operation in operations.items():
        try:
            _warn_of_loose_path(operation, warnings)
            target = _apply(target, operation, warnings)
        except _OperationError as fault:
            place = operation.trace.at(fault.field).place()
            raise InputError([error(fault.check, fault.message, place, fault.hint)]) from None
    return target


def _apply(target: Traced, operation: Traced, warnings: list[Finding]) -> Traced:
    name, path = _text(operation, "op"), _path(operation, "path")
    value = operation.get("value") or Traced(None, operation.trace)
    match name:
        case "add":
            return _add(target, path, value)
        case "remove":
            return _remove(target, path)
        case "replace":
            if _is_new_key(target, path):
                message = f"there is nothing at {pointer(path)} to replace; kustomize adds it"
                hint = _near(target, path) or "write op: add if that is meant"
                _warn(operation, message, hint, warnings)
            return _replace(target, path, value)
        case "test":
            return _test(target, path, operation.get("value"))
        case "move":
            source = _path(operation, "from")
            return _add(_remove(target, source, "from"), path, _read(target, source, "from"))
        case "copy":
            return _add(target, path, _read(target, _path(operation, "from"), "from"))
    hint = did_you_mean(name, _OPERATIONS) or "known: " + ", ".join(_OPERATIONS)
    raise _OperationError("kustomize/bad-patch", f"unknown operation {name!r}", hint, "op")


def _add(target: Traced, path: Path, value: Traced) -> Traced:
    owner, name = _owner(target, path)
    if isinstance(target.find(owner).value, dict):
        return edit(target, owner, lambda part: put(part, name, value))
    index = _index(target.find(owner), name, added=1)
    return edit(target, owner, lambda part: insert(part, index, value))


def _remove(target: Traced, path: Path, field: str = "path") -> Traced:
    owner, name = _owner(target, path, field)
    return edit(target, owner, lambda part: drop(part, _existing(part, name, path, field)))


def _replace(target: Traced, path: Path, value: Traced) -> Traced:
    if not path:
        if isinstance(value.value, dict):
            return value
        raise _OperationError("kustomize/bad-patch", "only a mapping can take an object's place", field="op")
    owner, name = _owner(target, path)
    if isinstance(target.find(owner).value, dict):
        return edit(target, owner, lambda part: put(part, name, value))
    return edit(target, owner, lambda part: put(part, _index(part, name), value))


def _test(target: Traced, path: Path, wanted: Traced | None) -> Traced:
    found = _read(target, path)
    if wanted is None:
        raise _OperationError("kustomize/bad-patch", "op: test needs a value", field="op")
    if not same_json(found.value, wanted.value):
        message = f"{pointer(path)} is {_shown(found.value)}, not {_shown(wanted.value)}"
        raise _OperationError("kustomize/failed-test", message, _whereabouts(target, path, wanted.value), "value")
    return target


def _read(target: Traced, path: Path, field: str = "path") -> Traced:
    """The value at `path`; null for a key that a mapping lacks, as kustomize has it."""
    if not path:
        return target
    owner, name = _owner(target, path, field)
    part = target.find(owner)
    return part.get(name) or Traced(None, part.trace) if isinstance(part.value, dict) else part.at(_index(part, name))


def _owner(target: Traced, path: Path, field: str = "path") -> tuple[Route, str]:
    """The route of the mapping or list that holds the last part of `path`, and that part."""
    if not path:
        raise _OperationError("kustomize/bad-path", "the path names the whole object", "begin with a slash", field)
    route: Route = ()
    for depth, step in enumerate(path[:-1]):
        found = _existing(target, step, path[: depth + 1], field)
        route, target = (*route, found), target.at(found)
        if not isinstance(target.value, dict | list):
            message = f"{pointer(route)} is {_shown(target.value)}: nothing can stand below it"
            raise _OperationError("kustomize/bad-path", message, field=field)
    return route, path[-1]


def _existing(owner: Traced, name: str, path: Path, field: str) -> str | int:
    if isinstance(owner.value, list):
        return _index(owner, name)
    if name not in owner.value:
        hint = did_you_mean(name, map(str, owner.value))
        raise _OperationError("kustomize/bad-path", f"there is nothing at {pointer(path)}", hint, field)
    return name


def _index(owner: Traced, name: str, added: int = 0) -> int:
    """The position that `name` means in a list that is about to grow by `added`."""
    length = len(owner.value) + added
    if name == "-" and added:
        return length - 1
    if not _INDEX.match(name):
        raise _OperationError("kustomize/bad-path", f"{name!r} is no index of a list")
    index = int(name) + length if int(name) < 0 else int(name)
    if not 0 <= index < length:
        hint = "the list has " + (f"items 0 to {len(owner.value) - 1}" if owner.value else "no items")
        raise _OperationError("kustomize/bad-path", f"there is no item {name}", hint)
    return index


def _is_new_key(target: Traced, path: Path) -> bool:
    if not path:
        return False
    part = target.find(_owner(target, path)[0])
    return isinstance(part.value, dict) and path[-1] not in part.value


def _near(target: Traced, path: Path) -> str:
    return did_you_mean(path[-1], map(str, target.find(_owner(target, path)[0]).value))


def _whereabouts(target: Traced, path: Path, wanted: Any) -> str:
    """Where the tested value stands instead, if the path goes through a list that has it elsewhere."""
    for depth in range(len(path) - 1, -1, -1):
        route = _owner(target, path[: depth + 1])[0]
        items = target.find(route).value
        if isinstance(items, list):
            rest = path[depth + 1 :]
            return next(
                (
                    f"item {index} has that value"
                    for index, item in enumerate(items)
                    if (not rest and same_json(item, wanted))
                    or (len(rest) == 1 and isinstance(item, dict) and same_json(item.get(rest[0]), wanted))
                ),
                "",
            )
    return ""


def same_json(one: Any, other: Any) -> bool:
    """Equality of JSON values: unlike in Python, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _path(operation: Traced, field: str) -> Path:
    parts = _text(operation, field).split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _text(operation: Traced, field: str) -> str:
    found = operation.get(field)
    if found is None or not isinstance(found.value, str):
        raise _OperationError("kustomize/bad-patch", f"an operation needs a text as its {field}", field=field)
    return found.value


def _warn_of_loose_path(operation: Traced, warnings: list[Finding]) -> None:
    for field in {"path", "from"} & operation.value.keys():
        text = _text(operation, field)
        if text and not text.startswith("/"):
            message = f"path {text!r} does not begin with a slash; kustomize ignores what stands before the first"
            _warn(operation, message, f"did you mean {'/' + text!r}?", warnings, field)


def _warn(operation: Traced, message: str, hint: str, warnings: list[Finding], field: str = "path") -> None:
    place = operation.trace.at(field).place()
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
