"""The real kustomize builds every tree, and builds what obsgen builds in process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen.checks.builds import BuiltTree
from obsgen.checks.repository import Repository
from obsgen.checks.result import Told
from obsgen.checks.shapes import distinct_trees
from obsgen.findings import Finding, InputError, Severity
from obsgen.source import load_text
from obsgen.tools import Tool, run

ID = "tool/kustomize"
LEVEL = 6
SEVERITY = Severity.ERROR
TOOL = "kustomize"


def work(repository: Repository) -> int:
    """How many kustomizations there are to build."""
    return len(repository.builds)


def check(repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
    """What kustomize refuses though obsgen does not, and objects that it builds otherwise."""
    for tree in distinct_trees(repository.builds):
        yield from _tree(tool, tree)


def _tree(tool: Tool, tree: BuiltTree) -> Iterator[Finding]:
    document = tree.kustomization.document
    answer = run(tool, ["build", str(tree.kustomization.path.parent)])
    if answer.returncode:
        if not tree.findings:
            reason = answer.stderr.strip().removeprefix("Error: ").splitlines()
            yield Finding(ID, SEVERITY, f"kustomize refuses this: {' '.join(reason)[:300]}", document.place())
        return
    if not tree.is_exact:
        return
    try:
        real = [one.value for one in load_text(answer.stdout, "kustomize.yaml") if one.value is not None]
    except InputError as problem:
        yield Finding(
            ID, SEVERITY, f"kustomize's output cannot be read: {problem.findings[0].message}", document.place()
        )
        return
    yield from _differences(tree, {_identity(value): value for value in real})


def _differences(tree: BuiltTree, real: dict[tuple[str, ...], Any]) -> Iterator[Finding]:
    place = tree.kustomization.document.place()
    for object_ in tree.objects:
        other = real.pop(_identity(object_.value), None)
        if other is None:
            yield Finding(ID, SEVERITY, f"kustomize does not build {object_}, obsgen does", place)
        elif other != object_.value:
            route = _first_difference(object_.value, other)
            where = ".".join(map(str, route))
            message = f"kustomize builds {object_} otherwise than obsgen, at {where}"
            yield Finding(ID, SEVERITY, message, object_.located.place(route))
    for kind, namespace, name, _ in real:
        yield Finding(ID, SEVERITY, f"kustomize builds {kind} {namespace}/{name}, obsgen does not", place)


def _identity(value: Any) -> tuple[str, ...]:
    metadata = value.get("metadata") or {}
    return (
        str(value.get("kind")),
        str(metadata.get("namespace") or ""),
        str(metadata.get("name")),
        str(value.get("apiVersion")),
    )


def _first_difference(one: Any, other: Any) -> tuple[str | int, ...]:
    """The route of the first part in which two values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *other]:
            if key not in one or key not in other or one[key] != other[key]:
                return (key, *_first_difference(one.get(key), other.get(key)))
    if isinstance(one, list) and isinstance(other, list):
        for index, (left, right) in enumerate(zip(one, other, strict=False)):
            if left != right:
                return (index, *_first_difference(left, right))
    return ()
