"""The real kubeconform on every object, strict, with the schemas that obsgen carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from obsgen import schemas
from obsgen.checks.result import Told
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject
from obsgen.source import Route
from obsgen.tools import Tool, ToolError, run

ID = "tool/kubeconform"
LEVEL = 6
SEVERITY = Severity.ERROR
TOOL = "kubeconform"

_EXTRA = re.compile(r"additional propert(?:y|ies) '([^']+)'")


def work(repository: Repository) -> int:
    """How many objects have a schema; schema/unknown-kind names the others."""
    return len(_known(repository))


def check(repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
    """Every object that kubeconform refuses or skips though our own check of the same schemas does not."""
    objects = _known(repository)
    with TemporaryDirectory(prefix="obsgen-") as folder:
        for number, object_ in enumerate(objects):
            Path(folder, f"{number}.json").write_text(json.dumps(object_.value, default=str), encoding="utf-8")
        for answer in _answers(tool, folder):
            object_ = objects[int(Path(answer["filename"]).stem)]
            if answer.get("status") != "statusValid" and not _is_known_bad(object_):
                yield from _findings(object_, answer)


def _known(repository: Repository) -> list[KubeObject]:
    return [one for one in repository.objects if schemas.lookup(one.api_version, one.kind)]


def _is_known_bad(object_: KubeObject) -> bool:
    """Whether schema/invalid has told of the object, in better words."""
    schema = schemas.lookup(object_.api_version, object_.kind)
    return bool(schema and any(schemas.errors(object_.value, schema)))


def _answers(tool: Tool, folder: str) -> list[dict[str, Any]]:
    options = ["-strict", "-verbose", "-output", "json", "-schema-location", schemas.kubeconform_location()]
    answer = run(tool, [*options, folder])
    try:
        resources: list[dict[str, Any]] = json.loads(answer.stdout)["resources"]
    except (ValueError, KeyError):
        raise ToolError(f"kubeconform gave no result: {answer.stderr.strip()[:300]}") from None
    return resources


def _findings(object_: KubeObject, answer: dict[str, Any]) -> Iterator[Finding]:
    if answer.get("status") == "statusSkipped":
        yield Finding(ID, SEVERITY, f"kubeconform skips {object_}", object_.located.place(("kind",)))
        return
    faults = answer.get("validationErrors") or [{"path": "", "msg": answer.get("msg", "refused")}]
    for fault in faults:
        route = _route(object_.value, fault["path"])
        extra = _EXTRA.search(fault["msg"])
        key = bool(extra) or "missing propert" in fault["msg"]
        place = object_.located.place((*route, extra[1]) if extra else route, key=key)
        yield Finding(ID, SEVERITY, f"kubeconform: {fault['msg']}", place)


def _route(value: Any, pointer: str) -> Route:
    """A JSON pointer as a route: numbers are indexes where a list stands."""
    route: list[str | int] = []
    for part in pointer.strip("/").split("/") if pointer.strip("/") else []:
        step: str | int = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and part.isdigit():
            step = int(part)
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        route.append(step)
    return tuple(route)
