"""Secrets that a difference might quote: collected from the files, and taken out of all that is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from obsgen.diff.difference import Difference
from obsgen.diff.model import Cause, Change, Unit
from obsgen.diff.trees import Tree
from obsgen.findings import redacted
from obsgen.leaks import leaks, without
from obsgen.secrecy import decoded, secret_values
from obsgen.source import Document

_SHORT = 8
"""Shorter secrets are words that others may use too: they are hidden where they stand alone."""


Causes = Mapping[Change, tuple[Cause, ...]]


def hidden(difference: Difference, causes: Causes, old: Tree, new: Tree) -> tuple[Difference, Causes]:
    """The difference, and what brought its changes, without any secret of either side."""
    hide = _hiding(old, new)
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


def _hiding(old: Tree, new: Tree) -> Callable[[str], str]:
    """Hides what is secret in a text. Files that are the same on both sides are quoted nowhere."""
    both = [list(_documents(tree)) for tree in (old, new)]
    texts = [{each.text for each in side} for side in both]
    differing = [each for side in both for each in side if not all(each.text in known for known in texts)]
    secrets = sorted({secret for each in differing for secret in _secrets(each) if secret.strip()}, key=len)
    long = [each for each in reversed(secrets) if len(each) >= _SHORT]
    short = [re.escape(each) for each in secrets if len(each) < _SHORT]
    words = re.compile(rf"(?<!\w)(?:{'|'.join(short)})(?!\w)") if short else None

    def hide(text: str) -> str:
        text = without(redacted(text), long)
        return words.sub("***", text) if words else text

    return hide


def _documents(tree: Tree) -> Iterator[Document]:
    for reading in tree.repository.readings:
        yield from reading.documents


def _secrets(document: Document) -> Iterator[str]:
    """What looks like a secret in a file, and the values of its Secret, as they are written and as they are meant."""
    yield from (document.text[each.start : each.start + each.length] for each in leaks(document.text))
    value = document.value
    if isinstance(value, dict) and value.get("kind") == "Secret":
        for field, _, each in secret_values(value):
            yield from (each, decoded(each)) if field == "data" else (each,)
