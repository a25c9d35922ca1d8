"""Reading facts: from trees, from files of kind Facts, and from flags."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.facts.model import Facts, FactsFile, Running, TreeFacts
from obsgen.findings import Finding, InputError, Place, error
from obsgen.source import Document, load_file, load_text, one_document
from obsgen.validation import translate

CARRIED = Path(".obsgen", "facts.json")
"""Where a rendered tree carries its facts."""

TEXT_KEYS = frozenset(("versions",))
"""Keys whose plain scalars are read as text: version 0.10 is not the number 0.1."""

_FILE: TypeAdapter[FactsFile] = TypeAdapter(FactsFile)
_TREE: TypeAdapter[TreeFacts] = TypeAdapter(TreeFacts)


def facts_in(document: Document) -> tuple[Facts, list[Finding]]:
    """The facts of a document of kind Facts, and what is wrong with it; with faults there are no facts."""
    document = load_text(document.text, document.file, TEXT_KEYS)[document.index]
    try:
        return _FILE.validate_python(document.value), []
    except ValidationError as problem:
        return Facts(), translate(problem, _FILE, "facts", lambda route, key: document.place(route, key=key))


def tree_facts(path: Path) -> tuple[Path, TreeFacts] | None:
    """The tree that a file lies in, if it is a rendered one, and the facts that it carries.

    Facts that cannot be read are none: `obsgen render --check` tells of files that are not as they were written.
    """
    for folder in path.resolve().parents:
        facts = _carried(folder)
        if facts:
            return folder, facts
    return None


@lru_cache(maxsize=4096)
def _carried(folder: Path) -> TreeFacts | None:
    path = folder / CARRIED
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return _TREE.validate_python(one_document(load_file(path), str(path), "facts").value)
    except (InputError, ValidationError):
        return None


def assumed(texts: Iterable[str], known: Iterable[str]) -> Facts:
    """The facts of flags such as `chat=0.12`: a component and the versions that run, joined by commas.

    InputError with a finding for each that names no component, or no version.
    """
    components, servers, faults = frozenset(known), [], []
    for text in texts:
        name, equals, versions = text.partition("=")
        found = tuple(each.strip() for each in versions.split(",") if each.strip())
        if name not in components or not equals or not found:
            hint = "write COMPONENT=VERSION or, during a roll-out, COMPONENT=VERSION,VERSION; see `obsgen explain`"
            faults.append(error("facts/assume", f"'{text}' says nothing that is known here", Place("--assume"), hint))
        servers.append(Running(component=name, versions=found))
    if faults:
        raise InputError(faults)
    return Facts(servers=tuple(servers))


def without_kind(facts: Facts) -> dict[str, Any]:
    """Facts as plain data with the keys of their file, defaults left out."""
    return facts.model_dump(by_alias=True, exclude_defaults=True, mode="json")
