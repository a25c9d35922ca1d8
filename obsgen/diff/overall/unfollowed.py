"""What kustomizations say that is not followed here: that it differs is told, not what it makes of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.overall.unbuilt import called
from obsgen.diff.overall.unexplained import few_of, line_of
from obsgen.diff.parts.leaves import leaves
from obsgen.diff.trees import Tree
from obsgen.findings import Finding, Place
from obsgen.kustomize.generate import make_config_map
from obsgen.kustomize.kustomization import Kustomization, Run, is_remote
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.overrides import is_followed
from obsgen.repository.files import KUSTOMIZATION_NAMES
from obsgen.source import Document, Route, load_file

_FOLDERS = ("bases", "components", "resources")
_SECRETS = "secretGenerator"
_MADE = ("configMapGenerator", _SECRETS)
"""Keys of which what they make is told."""
_APPLIED = ("manifest", "incomplete manifest", "patch")
_DOCUMENTS = (".json", ".yaml", ".yml")
"""Endings of files that are compared by themselves."""
_SOURCES = ("env", "envs", "files", "literals")


def unfollowed(old: Tree, new: Tree, _: object = None) -> Iterator[tuple[Change, frozenset[Unit]]]:
    """What differs of it, by file, and who gets what is built of that."""
    if old.repository is new.repository:
        return
    before, after = _Left(old), _Left(new)
    for path in sorted({*before.keys, *after.keys}):
        keys = before.keys.get(path, frozenset()) | after.keys.get(path, frozenset())
        sides = _Sides(path, before.documents(path), after.documents(path))
        side = new if sides.new else old
        units = side.readers(str(side.folder / path))
        for change in (*_parts(sides, keys), *_secrets(sides, old.folder, new.folder)):
            yield change, units


class _Left:
    """What of one side is not followed: keys of kustomizations by file; other files as a whole."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.keys: dict[str, frozenset[str]] = {path: frozenset() for path in self._configurations()}
        for build in tree.repository.builds:
            for each in build.unsupported:
                path = tree.path(each.place.file)
                if not self._is_applied(path):
                    self.keys[path] = self.keys.get(path, frozenset()) | {*self._key(path, each)}

    def documents(self, path: str) -> list[Document]:
        """The documents of a file; none if it is not there."""
        file = self._tree.folder / path
        found = (each.documents for each in self._tree.repository.readings if each.real == file)
        return [each for each in next(found, ()) if each.value is not None]

    def _is_applied(self, path: str) -> bool:
        """Whether a file is one of manifests: its objects are told, whatever else becomes of them."""
        found = self._tree.repository.references.get(self._tree.folder / path, ())
        return any(each.role == "resource" for each in found)

    def _key(self, path: str, finding: Finding) -> Iterator[str]:
        """The key of a kustomization that a finding lies in, unless what it makes is told."""
        for document in self.documents(path) if Path(path).name in KUSTOMIZATION_NAMES else ():
            places = ((document.place((key,), key=True), key) for key in document.value)
            before = [(each.line, each.column, key) for each, key in places if each <= finding.place]
            yield from (key for _, _, key in sorted(before)[-1:] if key not in _MADE)

    def _configurations(self) -> Iterator[str]:
        """Files that only tell kustomize what to do, and look like objects."""
        repository = self._tree.repository
        named = {path for path, found in repository.references.items() if {each.role for each in found} == {"config"}}
        yield from (
            self._tree.path(each.path) for each in repository.entries if each.real in named and each.kind in _APPLIED
        )


@dataclass(frozen=True)
class _Sides:
    """A file on both sides: its documents, none where it is not there."""

    path: str
    old: list[Document]
    new: list[Document]

    @property
    def is_kustomization(self) -> bool:
        """Whether it is one, and not a file that one names."""
        return Path(self.path).name in KUSTOMIZATION_NAMES

    def change(self, id_: str, sign: str, subject: str, what: str, risk: Risk, route: Route, *more: str) -> Change:
        """What is told of a part of it."""
        old, new = (
            Place(self.path, docs[0].place(route, key=True).line) if docs else None for docs in (self.old, self.new)
        )
        return Change(id_, sign, subject, what, risk, more, (), old, new)


def _parts(sides: _Sides, keys: frozenset[str]) -> Iterator[Change]:
    """What differs of keys that are not followed, or of a whole file."""
    old, new = (_value(sides, documents, keys) for documents in (sides.old, sides.new))
    found = list(leaves(old, new))
    if found:
        lines = [line_of("", each, old, new) for each in found]
        what = f"{few_of(lines)} (what this makes of objects is not followed)"
        first = found[0].route
        route = first[:1] if first[:1] and first[0] in _FOLDERS else first  # references are told without the others
        id_, name = "change/kustomization-unfollowed", called(sides.path)
        yield sides.change(id_, "~", name, what, Risk.REVIEW, route, *lines)


def _value(sides: _Sides, documents: list[Document], keys: frozenset[str]) -> Any:
    if not sides.is_kustomization:
        values = [each.value for each in documents]
        return values[0] if len(values) == 1 else values or {}
    value = documents[0].value if documents else {}
    return {key: _without_followed(key, value[key]) for key in sorted(keys) if key in value}


def _without_followed(key: str, value: Any) -> Any:
    """The value of a key without what is followed of it, as far as that can be told apart."""
    if key in _FOLDERS and isinstance(value, list):
        return [each for each in value if isinstance(each, str) and is_remote(each)]
    if key == "images" and isinstance(value, list):
        return [each for each in value if not is_followed(each)] or value
    return value


class _Made(NamedTuple):
    """A Secret that a kustomization makes: its values, all else that is said of it, and whether its name tells them."""

    values: Mapping[str, Any]
    rest: Mapping[str, Any]
    hashed: bool


def _secrets(sides: _Sides, old: Path, new: Path) -> Iterator[Change]:
    """Secrets that are made of other values: that they are, never what they are."""
    if not sides.is_kustomization:
        return
    before, after = _generated(sides.old, old / sides.path), _generated(sides.new, new / sides.path)
    for name in {**before, **after}:
        was, now = before.get(name), after.get(name)
        if was is None:
            yield sides.change("change/object-added", "+", name, "new", Risk.SAFE, (_SECRETS,))
        elif now is None:
            yield sides.change("change/object-removed", "-", name, "gone", Risk.REVIEW, (_SECRETS,))
        elif what := _differs(was, now):
            more = ": Pods that use it restart" if now.hashed else ""
            yield sides.change("change/secret-value", "~", name, what + more, Risk.REVIEW, (_SECRETS,))


def _differs(was: _Made, now: _Made) -> str:
    both = (key for key in was.values if key in now.values and not key.endswith(_DOCUMENTS))
    other = sorted(key for key in both if was.values[key] != now.values[key])
    come, gone = (sorted(one.values.keys() - two.values.keys()) for one, two in ((now, was), (was, now)))
    words = (("another value of", other), ("now with", come), ("no longer with", gone))
    told = [f"{word} {', '.join(keys)}" for word, keys in words if keys]
    rest = sorted(key for key in {**was.rest, **now.rest} if was.rest.get(key) != now.rest.get(key))
    return "; ".join([*told, *(f"other {key}" for key in rest)])


def _generated(documents: list[Document], file: Path) -> dict[str, _Made]:
    """The Secrets that a kustomization makes, by name."""
    found: dict[str, _Made] = {}
    for document in documents[:1]:
        owner = Kustomization(file.parent, document, Node(document.value, document))
        for entry in owner.entries(_SECRETS):
            made = make_config_map(Run(load_file), owner, entry)
            if made:
                namespace = entry.text("namespace") or owner.content.text("namespace")
                parts = (made.node.get(field) for field in ("data", "binaryData"))
                values = {key: each for part in parts if part for key, each in part.value.items()}
                rest = {key: each for key, each in entry.value.items() if key not in _SOURCES}
                found[f"Secret {namespace}/{made.id.name}" if namespace else f"Secret {made.id.name}"] = _Made(
                    values, rest, made.hashed
                )
    return found
