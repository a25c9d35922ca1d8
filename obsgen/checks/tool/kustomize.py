"""The real kustomize builds every tree, and builds what obsgen builds in process."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from obsgen.checks.result import Told
from obsgen.findings import Finding, InputError, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.builds import BuiltTree
from obsgen.repository.files import KUSTOMIZATION_NAMES
from obsgen.source import Route, load_text
from obsgen.tools import Tool, run

ID = "tool/kustomize"
LEVEL = 6
SEVERITY = Severity.ERROR
TOOL = "kustomize"

_HINT = "Argo CD applies what kustomize builds; please report the difference, it is a fault of obsgen"
_QUOTE = "if it is written without quotes, write it in quotes: then every tool reads the same"


def work(repository: Repository) -> int:
    """How many kustomizations there are to build."""
    return len(repository.builds)


def check(repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
    """What kustomize refuses, and objects that it builds otherwise, unless another check has told the cause."""
    for tree in repository.samples:
        if not any(map(told.of_file, _kustomizations(tree))):
            yield from _tree(tool, tree, repository.trap_places)


def _kustomizations(tree: BuiltTree) -> list[str]:
    files = {tree.kustomization.document.file, *tree.files}
    return [file for file in files if Path(file).name in KUSTOMIZATION_NAMES]


def _tree(tool: Tool, tree: BuiltTree, traps: Container[Place]) -> Iterator[Finding]:
    place = tree.kustomization.document.place()
    answer = run(tool, ["build", str(tree.kustomization.path.parent)])
    if answer.returncode:
        if not tree.findings:
            reason = answer.stderr.strip().removeprefix("Error: ").splitlines()
            yield Finding(ID, SEVERITY, f"kustomize refuses this: {' '.join(reason)[:300]}", place)
        return
    if not tree.is_exact:
        return
    try:
        real = [one.value for one in load_text(answer.stdout, "kustomize.yaml") if one.value is not None]
    except InputError as problem:
        yield Finding(ID, SEVERITY, f"kustomize's output cannot be read: {problem.findings[0].message}", place)
        return
    yield from _differences(tree, {_identity(value): value for value in real}, traps)


def _differences(tree: BuiltTree, real: dict[tuple[str, ...], Any], traps: Container[Place]) -> Iterator[Finding]:
    place = tree.kustomization.document.place()
    for object_ in tree.objects:
        other = real.pop(_identity(object_.value), None)
        if other is None:
            yield Finding(ID, SEVERITY, f"kustomize does not build {object_}, which obsgen found here", place, _HINT)
            continue
        differing = ((object_.located.place(route), route, *pair) for route, *pair in _unequal(object_.value, other))
        # What YAML 1.1 readers see at a trap is another value: yaml/trap11 speaks of it.
        for found, route, ours, theirs in islice((each for each in differing if each[0] not in traps), 1):
            where = ".".join(map(str, route))
            message = (
                f"kustomize builds {object_} with {_shown(theirs)} at {where}, the other checks saw {_shown(ours)}"
            )
            yield Finding(ID, SEVERITY, message, found, _QUOTE if isinstance(theirs, str) else _HINT)
    for kind, namespace, name, _ in real:
        shown = f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
        message = f"kustomize builds {shown}, of which the other checks know nothing"
        yield Finding(ID, SEVERITY, message, place, _HINT)


def _shown(value: Any) -> str:
    """A value as a message can hold it."""
    text = "nothing" if value is None else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else "something else"


def _identity(value: Any) -> tuple[str, ...]:
    metadata = value.get("metadata") or {}
    return (
        str(value.get("kind")),
        str(metadata.get("namespace") or ""),
        str(metadata.get("name")),
        str(value.get("apiVersion")),
    )


def _unequal(one: Any, other: Any, route: Route = ()) -> Iterator[tuple[Route, Any, Any]]:
    """The smallest parts in which two values differ: where, and what each has there (None for nothing)."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            if key in one and key in other:
                yield from _unequal(one[key], other[key], (*route, key))
            else:
                yield (*route, key), one.get(key), other.get(key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _unequal(*pair, (*route, index))
    elif one != other:
        yield route, one, other
