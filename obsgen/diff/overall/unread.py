"""Files that cannot be read: on the newer side that is an error; what they held on the older one is not compared.

A text inside a Secret or a ConfigMap that Alertmanager is configured by counts as its file: whoever cannot read the
one does not know what the other says. What is just as unreadable on both sides has not changed.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from obsgen.diff.difference import Difference
from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.sides.asked import Side, Sides
from obsgen.diff.trees import Tree
from obsgen.findings import Finding, InputError, Place
from obsgen.repository.alerting.alertmanagers import Configuration, in_objects
from obsgen.source import load_text

_HOLDERS = ("ConfigMap", "Secret")
_MARK = "alertmanager"


@dataclass(frozen=True)
class Readable:
    """Both sides without the files that cannot be read, what is told of those, and what one must know of them."""

    old: Tree
    new: Tree
    changes: Mapping[Change, frozenset[Unit]]
    notes: tuple[str, ...] = ()

    def told(self, difference: Difference, known: frozenset[Unit] | None = None) -> Difference:
        """The difference with what is told of such files, as far as it concerns the units that are `known`."""
        mine = {each: units if known is None else units & known for each, units in self.changes.items()}
        return Difference(
            difference.units, {**{each: units for each, units in mine.items() if units}, **difference.changes}
        )


def readable(both: Sides) -> Readable:
    """Both sides as far as they can be read. InputError with what cannot be on the newer one, and could be before."""
    old, new = both.old.tree, both.new.tree
    before, now = _broken(both.old, new), _broken(both.new, old)
    same = {path for path in now if path in before and _bytes(old, path) == _bytes(new, path)}
    faults = [_at(both.new, fault) for path, fault in now.items() if path not in same]
    if faults:
        raise InputError(faults)
    if not before:
        return Readable(old, new, {})
    left = frozenset(before)
    old, new = replace(old, left_out=left), replace(new, left_out=left)
    mine = {path: fault for path, fault in before.items() if path not in same}
    changes = {_change(path, fault, new): _units(path, old, new) for path, fault in mine.items()}
    return Readable(old, new, changes, tuple(_note(path, before[path]) for path in sorted(same)))


def _broken(side: Side, other: Tree) -> dict[str, Finding]:
    """Why files cannot be read, by their paths; what was rendered for this can be."""
    if side.is_rendered:
        return {}
    tree, repository = side.tree, side.tree.repository
    broken = (each for each in repository.readings if each.file in repository.broken_files)
    found = {tree.path(each.path): each.findings[0] for each in broken}
    for fault in _inside(tree, other):
        found.setdefault(tree.path(fault.place.file), fault)
    return found


def _inside(tree: Tree, other: Tree) -> Iterator[Finding]:
    """Alertmanager's configurations in objects that are no YAML; of files that are the same on both sides none."""
    for object_ in tree.repository.manifests:
        if object_.kind in _HOLDERS and object_.document and _MARK in object_.document.text:
            path = tree.path(object_.located.file)
            if _bytes(tree, path) != _bytes(other, path):
                yield from (fault for each in in_objects([object_]) if each.broken and (fault := _fault(each)))


def _fault(configuration: Configuration) -> Finding | None:
    """Why a text is no YAML, at its place in the file; None if it is YAML of another sort, such as an encrypted one."""
    located = configuration.located
    is_secret = configuration.owner is not None and configuration.owner.kind == "Secret"
    key, is_plain = str(located.route[-1]), not (is_secret and located.route[-2] == "data")
    try:
        text = str(located.value) if is_plain else base64.b64decode(located.value, validate=True).decode()
        load_text(text, key)
    except (binascii.Error, UnicodeDecodeError):
        return None
    except InputError as problem:
        fault = problem.findings[0]
        lines = text.splitlines(keepends=True)[: fault.place.line - 1]
        offset = min(sum(map(len, lines)) + fault.place.column - 1, max(len(text) - 1, 0))
        place = located.text_place((), offset, fault.place.length) if is_plain else located.place()
        return replace(fault, message=f"{key}: {fault.message}", place=place)
    return None


def _bytes(tree: Tree, path: str) -> bytes | None:
    try:
        return (tree.folder / path).read_bytes()
    except OSError:
        return None


def _at(side: Side, fault: Finding) -> Finding:
    """A fault where people find it: from here, or in a commit."""
    file, mark = fault.place.file, side.source.mark
    shown = f"{side.tree.path(file)}{mark}" if mark else os.path.relpath(file)
    return replace(fault, place=replace(fault.place, file=shown))


def _change(path: str, fault: Finding, new: Tree) -> Change:
    place, is_there = replace(fault.place, file=path), _bytes(new, path) is not None
    why, details = f"could not be read before (line {place.line})", (f"{fault.id}: {fault.message}",)
    if not is_there:
        return Change("change/file-unread", "-", path, f"gone, and {why}", Risk.REVIEW, details, (), place, None)
    what = f"{why}: what it holds is not compared"
    return Change("change/file-unread", "~", path, what, Risk.REVIEW, details, (), place, Place(path))


def _units(path: str, old: Tree, new: Tree) -> frozenset[Unit]:
    side = new if _bytes(new, path) is not None else old
    return side.readers(str(Path(side.folder, path)))


def _note(path: str, fault: Finding) -> str:
    return f"{path}:{fault.place.line} cannot be read on either side ({fault.message}): it is not compared"
