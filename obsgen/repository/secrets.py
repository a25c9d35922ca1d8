"""Secrets in files and in objects of kind Secret, with the values, so that no finding quotes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from obsgen.findings import Finding, Place
from obsgen.leaks import leaks
from obsgen.repository.kustomizations import Kustomization
from obsgen.repository.objects import KubeObject, Located
from obsgen.secrecy import is_secret, place_of, secret_values
from obsgen.secrecy.values import secrets_of
from obsgen.source import Document


@dataclass(frozen=True, slots=True)
class Exposed:
    """A secret: what it is called, where it stands, and what it is, which nobody may print."""

    what: str
    place: Place
    value: str = field(repr=False)


def in_texts(file: str, text: str) -> Iterator[Exposed]:
    """The secrets of a file."""
    for leak in leaks(text):
        yield Exposed(leak.what, place_of(leak, text, file), text[leak.start : leak.start + leak.length])


def in_secrets(objects: Iterable[KubeObject]) -> Iterator[Exposed]:
    """The values of Secrets."""
    for object_ in (one for one in objects if one.kind == "Secret" and not one.group):
        for field_, key, value in secret_values(object_.value):
            yield Exposed(f"the value of {key} in a Secret", object_.located.place((field_, key)), value)


def in_generators(kustomizations: Iterable[Kustomization]) -> Iterator[Exposed]:
    """The literals from which kustomizations generate Secrets."""
    for one in kustomizations:
        root = Located(one.document.value, one.document)
        for literal in (each for made in root.at("secretGenerator").items() for each in made.at("literals").items()):
            key, _, value = str(literal.value).partition("=")
            if is_secret(key, value):
                yield Exposed(f"the value of {key} in a Secret", literal.place(), value)


def quoted_by(findings: Iterable[Finding], documents: Iterable[Document]) -> set[str]:
    """What is secret by its name in the files that findings speak of; of most of it nothing is told."""
    files = {place.file for each in findings for place in (each.place, *(note.place for note in each.notes))}
    return {secret for each in documents if each.file in files for secret in secrets_of(each.value)}
