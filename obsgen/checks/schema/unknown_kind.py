"""Objects of a kind that has no schema here: nothing can be said about their fields."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import schemas
from obsgen.causes.profiles import tree_of
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject

ID = "schema/unknown-kind"
LEVEL = 2
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """One finding an object, at its apiVersion if the kind is known under another one, else at its kind.

    Kinds of other operators are no mistake: of each kind one piece of information, except in a rendered tree.
    """
    foreign: dict[tuple[str, str], list[KubeObject]] = {}
    for object_ in repository.objects:
        if schemas.lookup(object_.api_version, object_.kind) is not None:
            continue
        if schemas.is_foreign(object_.api_version, object_.kind) and not tree_of(object_.located.file):
            foreign.setdefault((object_.api_version, object_.kind), []).append(object_)
        else:
            yield _unknown(object_)
    yield from map(_unchecked, foreign.values())


def _unknown(object_: KubeObject) -> Finding:
    known = object_.kind in schemas.known_kinds()
    place = object_.located.place(("apiVersion",) if known else ("kind",))
    message = f"no schema for {object_.api_version} {object_.kind}: {object_} cannot be checked"
    return Finding(ID, SEVERITY, message, place, schemas.nearest(object_.api_version, object_.kind))


def _unchecked(objects: list[KubeObject]) -> Finding:
    first = objects[0]
    others = f" and {len(objects) - 1} more" if len(objects) > 1 else ""
    message = f"no schema for {first.api_version} {first.kind}: the fields of {first}{others} are not checked"
    return Finding(ID, Severity.INFO, message, first.located.place(("kind",)))
