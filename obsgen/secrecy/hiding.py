"""Takes secrets out of what is told: where they are named, and wherever else they are quoted."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator

from obsgen.findings import redacted
from obsgen.leaks import without
from obsgen.secrecy.texts import named

MASK = "***"


def hiding(secrets: Iterable[str], ordinary: Collection[str] = ()) -> Callable[[str], str]:
    """Hides secrets in a text; those that are ordinary, such as the names of objects, where they are named alone."""
    meant = (each for each in secrets if each.strip() and each not in ordinary)
    known = frozenset(form for each in meant for form in _forms(each))
    # Whole secrets first: where one ends, a text alone cannot always tell.
    return lambda text: masked_names(redacted(without(text, known)))


def masked_names(text: str) -> str:
    """A text without the values whose names in it ask for a secret."""
    for leak in reversed(named(text)):
        text = f"{text[: leak.start]}{MASK}{text[leak.start + leak.length :]}"
    return text


def _forms(secret: str) -> Iterator[str]:
    """How reports write a secret: as it is, in one line, and in JSON."""
    yield secret
    yield " ".join(secret.split())
    yield json.dumps(secret)[1:-1]
