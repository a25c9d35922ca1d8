"""Secrets that a difference might quote: collected from both sides, and taken out of all that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from obsgen.diff.difference import Difference
from obsgen.diff.model import Cause, Change, Unit
from obsgen.diff.trees import Tree
from obsgen.leaks import leaks
from obsgen.secrecy.hiding import hiding
from obsgen.secrecy.values import secrets_of
from obsgen.source import Document

Causes = Mapping[Change, tuple[Cause, ...]]


def hidden(difference: Difference, causes: Causes, old: Tree, new: Tree) -> tuple[Difference, Causes]:
    """The difference, and what brought its changes, without any secret of either side."""
    secrets = frozenset((*_in_files(old, new), *_in_objects(difference, old, new)))
    hide = hiding(secrets, _names(difference, old, new))
    changes: dict[Change, frozenset[Unit]] = {}
    why: dict[Change, tuple[Cause, ...]] = {}
    for each, units in difference.changes.items():
        shown = _hidden(each, hide)
        changes[shown] = changes.get(shown, frozenset()) | units
        why[shown] = tuple(dict.fromkeys((*why.get(shown, ()), *causes.get(each, ()))))
    return Difference(difference.units, changes), why


def _hidden(change: Change, hide: Callable[[str], str]) -> Change:
    details = tuple(map(hide, change.details))
    return replace(change, subject=hide(change.subject), what=hide(change.what), details=details)


def _in_files(old: Tree, new: Tree) -> Iterator[str]:
    """Secrets in files, as they are written and as they are meant; files that are the same are quoted nowhere."""
    both = [list(_documents(tree)) for tree in (old, new)]
    texts = [{each.text for each in side} for side in both]
    for document in (each for side in both for each in side if not all(each.text in known for known in texts)):
        yield from (document.text[each.start : each.start + each.length] for each in leaks(document.text))
        yield from secrets_of(document.value)


def _documents(tree: Tree) -> Iterator[Document]:
    for reading in tree.repository.readings:
        yield from reading.documents


def _in_objects(difference: Difference, old: Tree, new: Tree) -> Iterator[str]:
    """Secrets in what is applied: generators, patches and replacements bring them there from elsewhere."""
    seen: dict[int, Any] = {}
    for unit in {unit for units in difference.changes.values() for unit in units}:
        states = [tree.states[unit] for tree in (old, new) if unit in tree.states]
        for state in states:
            values = [each.value for each in state.objects.values()] + [each.value for each in state.documents.values()]
            for value in (each for each in values if id(each) not in seen):
                seen[id(value)] = value
                yield from secrets_of(value)


def _names(difference: Difference, old: Tree, new: Tree) -> frozenset[str]:
    """What everybody may know: the names of objects, and of where they are applied."""
    units = {each for unit in difference.units for each in unit}
    states = (state for tree in (old, new) for state in tree.states.values())
    return frozenset(units.union(*({key.name, key.namespace} for state in states for key in state.objects)))
