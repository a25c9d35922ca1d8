"""Secrets and ConfigMaps that something reads and that are not there, or lack the key."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import nearest
from obsgen.repository import Repository
from obsgen.repository.alerting.mountedpaths import mounted
from obsgen.repository.keyrefs import SECRET, KeyReference, references
from obsgen.repository.providers import Provider, Providers
from obsgen.repository.scopes import Scope

ID = "secret/missing"
LEVEL = 5
SEVERITY = Severity.ERROR

_EVERYWHERE = frozenset(("kube-root-ca.crt", "openshift-service-ca.crt"))
"""ConfigMaps that every namespace has."""


def check(repository: Repository) -> Iterator[Finding]:
    """An error at a key that is surely missing; a warning at a name if one like it is there, or a tree lacks it."""
    made = Providers(repository.scopes)
    for reference, scope in _all(repository):
        found = made.named(reference, scope)
        if found:
            yield from _key(reference, found)
        elif not _is_elsewhere(reference, scope, made):
            yield from _name(reference, scope, made)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Secrets and ConfigMaps that are neither among the files nor told by facts."""
    made = Providers(repository.scopes)
    for reference, scope in _all(repository):
        if not (reference.optional or made.named(reference, scope) or _is_elsewhere(reference, scope, made)):
            key = f" with the key {reference.key}" if reference.key else ""
            text = f"{reference.kind} {_full(reference)}{key} exists"
            yield Assumption(text, reference.located.place())


def _all(repository: Repository) -> Iterator[tuple[KeyReference, Scope]]:
    for scope in repository.scopes.all:
        for object_ in scope.objects:
            yield from ((each, scope) for each in references(object_))
    yield from ((path.reference, path.scope) for path in mounted(repository) if path.is_mounted)


def _is_elsewhere(reference: KeyReference, scope: Scope, made: Providers) -> bool:
    told = made.told(reference, scope) if reference.kind == SECRET else set()
    return reference.name in _EVERYWHERE or reference.name in told


def _key(reference: KeyReference, found: list[Provider]) -> Iterator[Finding]:
    known = [each for each in found if each.keys is not None]
    if not reference.key or reference.optional or len(known) < len(found):
        return
    keys = frozenset().union(*(each.keys or () for each in known))
    if reference.key not in keys:
        message = f"{reference.kind} {_full(reference)} has no key {reference.key}"
        note = Note(
            f"{known[0].object} has {', '.join(sorted(keys))}", known[0].object.located.place(("metadata", "name"))
        )
        yield Finding(
            ID, SEVERITY, message, reference.key_located.place(), nearest(reference.key, sorted(keys)), (note,)
        )


def _name(reference: KeyReference, scope: Scope, made: Providers) -> Iterator[Finding]:
    names = made.names(reference, scope)
    near = next((each for each in sorted(names) if is_slip(reference.name, each)), None)
    brings_all = not reference.optional and scope.tree is not None and (reference.kind != SECRET or scope.facts.secrets)
    if near or brings_all:
        message = f"no {reference.kind} {_full(reference)} is among the files"
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(sorted(names))}"
        yield Finding(ID, Severity.WARNING, message, reference.located.place(), hint)


def _full(reference: KeyReference) -> str:
    return f"{reference.namespace}/{reference.name}" if reference.namespace else reference.name
