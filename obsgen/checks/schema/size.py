"""Objects that come near, or over, the sizes that Kubernetes and the Prometheus operator accept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject
from obsgen.source import Route

ID = "schema/size"
LEVEL = 2
SEVERITY = Severity.ERROR

_KIB = 1024
_WARN_AT = 0.8


class Size(NamedTuple):
    """How large a part of an object is, what it may be at most (bytes), and what to do about it."""

    what: str
    route: Route
    size: int
    limit: int
    hint: str


def check(repository: Repository) -> Iterator[Finding]:
    """An error over a limit, a warning from 80 % of it."""
    for object_ in repository.objects:
        for size in _sizes(object_):
            if size.size > size.limit * _WARN_AT:
                yield _finding(object_, size)


def _finding(object_: KubeObject, size: Size) -> Finding:
    over = size.size > size.limit
    how = "over" if over else "near"
    message = f"{size.what} of {object_} has {size.size // _KIB} KiB, {how} the limit of {size.limit // _KIB} KiB"
    severity = SEVERITY if over else Severity.WARNING
    return Finding(ID, severity, message, object_.located.place(size.route, key=True), size.hint)


def _sizes(object_: KubeObject) -> Iterator[Size]:
    annotations = object_.metadata.get("annotations")
    yield Size(
        "the annotations", ("metadata", "annotations"), _pairs(annotations), 256 * _KIB, "move the text elsewhere"
    )
    if object_.group == "monitoring.coreos.com" and object_.kind == "PrometheusRule":
        rules = len(json.dumps(object_.value.get("spec")))
        yield Size("the rules", ("spec",), rules, 512 * _KIB, "split its groups over several objects")
    if not object_.group and object_.kind in ("ConfigMap", "Secret"):
        parts = [part for part in ("data", "stringData", "binaryData") if part in object_.value]
        data = sum(_data(object_, part) for part in parts)
        yield Size("the data", tuple(parts[:1]), data, _KIB * _KIB, f"split it over several {object_.kind}s")


def _data(object_: KubeObject, part: str) -> int:
    values = object_.value[part]
    size = sum(map(_bytes, values.values())) if isinstance(values, dict) else 0
    base64 = part == "binaryData" or (part == "data" and object_.kind == "Secret")
    return size * 3 // 4 if base64 else size


def _pairs(texts: object) -> int:
    return sum(_bytes(key) + _bytes(text) for key, text in texts.items()) if isinstance(texts, dict) else 0


def _bytes(text: object) -> int:
    return len(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else 0
