"""Kustomizations that do not build any more, and those that do again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from obsgen.checks.kustomize import unknown_field
from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.trees import Tree
from obsgen.findings import Finding, Severity
from obsgen.repository.files import KUSTOMIZATION_NAMES

BROKEN = "change/kustomization-broken"
"""What a line of a profile never brings: trees are rendered whole."""
_MISSING = "kustomize/missing-reference"
_ABSENT = " does not exist"
_BUILDS = ("kustomize/", "object/")
"""What kustomize stops at; files that cannot be read are told by themselves."""


class _Fault(NamedTuple):
    """Why something is not built: the file in which that stands, by its path, and the reason."""

    path: str
    id: str
    message: str


def unbuilt(old: Tree, new: Tree, _: object = None) -> Iterator[tuple[Change, frozenset[Unit]]]:
    """What is not built for something that is wrong on one side alone."""
    if old.repository is new.repository:
        return
    before, after = _faults(old), _faults(new)
    for fault, (found, units) in after.items():
        if fault not in before:
            yield _broken(fault, found, old, new), units
    for fault, (found, units) in before.items():
        if fault not in after and _is_in(fault.path, new) and not any(each.path == fault.path for each in after):
            what = f"is built again; it was not: {_reason(fault)}"
            place = old.place(found.place)
            yield (
                Change("change/kustomization-mended", "+", called(fault.path), what, Risk.REVIEW, (), (), place),
                units,
            )


def _broken(fault: _Fault, found: Finding, old: Tree, new: Tree) -> Change:
    was_there, place = _is_in(fault.path, old), new.place(found.place)
    what = f"is not built{' any more' if was_there else ''}: {_reason(fault)}"
    risk, hint = Risk.STOPS_PAGING if was_there else Risk.REVIEW, (found.hint,) if found.hint else ()
    return Change(BROKEN, "-", called(fault.path), what, risk, hint, (), None, place)


def _faults(tree: Tree) -> dict[_Fault, tuple[Finding, frozenset[Unit]]]:
    """Everything that builds stop at, and who gets what would have been built."""
    found: dict[_Fault, tuple[Finding, frozenset[Unit]]] = {}
    for finding, file in _findings(tree):
        fault, units = (
            _Fault(tree.path(finding.place.file), finding.id, _plain(finding.message, tree)),
            tree.readers(file),
        )
        found[fault] = finding, found[fault][1] | units if fault in found else units
    return found


def _findings(tree: Tree) -> Iterator[tuple[Finding, str]]:
    """What kustomize stops at, and the kustomization that is not built for it."""
    for build in tree.repository.builds:
        wrong = (each for each in build.findings if each.severity == Severity.ERROR and each.id.startswith(_BUILDS))
        yield from ((each, build.kustomization.document.file) for each in wrong)
    yield from ((each, each.place.file) for each in unknown_field.check(tree.repository))


def _plain(message: str, tree: Tree) -> str:
    """A reason without the folder in which a side lies for the moment."""
    return message.replace(f"{tree.folder}/", "").replace(str(tree.folder), ".")


def _reason(fault: _Fault) -> str:
    if fault.id == _MISSING and fault.message.endswith(_ABSENT):
        return f"it names {fault.message.removesuffix(_ABSENT)}, which is not there"
    return fault.message


def called(path: str) -> str:
    """What people call a file: a kustomization by its folder."""
    return f"kustomization {Path(path).parent.as_posix()}" if Path(path).name in KUSTOMIZATION_NAMES else path


def _is_in(path: str, tree: Tree) -> bool:
    return (tree.folder / path).is_file()
