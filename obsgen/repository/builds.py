"""The objects as they are applied: what each kustomization that nobody includes builds, in process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from obsgen.findings import Finding, InputError, Place, Severity, error
from obsgen.kustomize.build import Build, build
from obsgen.kustomize.kustomization import Parts
from obsgen.kustomize.nodes import Inline
from obsgen.kustomize.objects import Built
from obsgen.repository.classify import kind_of
from obsgen.repository.files import Reading
from obsgen.repository.forms import KUSTOMIZATION, Misfit, metadata_misfits, misfits
from obsgen.repository.kustomizations import Kustomization
from obsgen.repository.objects import Embedded, KubeObject, Located, as_object
from obsgen.source import Document, Route, load_file

_NO_TARGET = "kustomize/no-target"
_LOSES = frozenset(
    f"kustomize/{name}" for name in ("bad-kustomization", "bad-object", "cycle", "missing-reference", "wrong-type")
)
"""Findings after which objects are missing from a build."""
_KEEPS_NAMES = frozenset(("configurations", "crds", "imageTags", "images", "openapi", "replicas", "validators"))
"""What is not followed here, yet neither adds nor renames an object."""


@dataclass(frozen=True, slots=True, eq=False)
class BuiltTree:
    """One kustomization built: its objects, what is wrong with it, what of it was not followed, files it read."""

    kustomization: Kustomization
    objects: tuple[KubeObject, ...]
    findings: tuple[Finding, ...]
    unsupported: tuple[Finding, ...]
    files: frozenset[str]

    @property
    def is_exact(self) -> bool:
        """Whether the real kustomize must build the very same objects."""
        return not self.unsupported and all(finding.severity != Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Origins:
    """The places of a built object's parts: in the manifest, patch or file that wrote them."""

    built: Built

    @property
    def file(self) -> str:
        """The file that brought the object in."""
        source = self.built.node.source
        return source.file if isinstance(source, Document) else self.place().file

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where the part was written last."""
        return self.built.origin_place(route, key=key)

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """Where a character was written; the string's beginning where its source knows no better."""
        source, there = self.built.node.origin(route)
        if isinstance(source, Document):
            return source.text_place(there, offset, length)
        if isinstance(source, Inline):
            outer = Located(None, source.outer, source.route)
            return Embedded(source.inner, outer).text_place(there, offset, length)
        text = Located(self.built.object, self).at(*route).value
        start = source.place(there)
        return _in_file(start, text, offset, length) if isinstance(text, str) else start


def _in_file(start: Place, text: str, offset: int, length: int) -> Place:
    """The place of a character of a text that was read from a file of its own."""
    before = text[:offset]
    return Place(start.file, start.line + before.count("\n"), offset - before.rfind("\n"), length)


def build_trees(kustomizations: Iterable[Kustomization], readings: Iterable[Reading]) -> list[BuiltTree]:
    """Builds the kustomizations; files that were read are not read again."""
    load, parts, shared = _Loader(readings), Parts(), Shared()
    return [_build(one, load, parts, shared) for one in kustomizations]


class Shared:
    """Objects that several builds have as they are: each is read once, and its value is the same one in all of them.

    The objects themselves are told apart: each is applied with others.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Built, KubeObject | None]] = {}

    def object_of(self, built: Built) -> KubeObject | None:
        """The object that was built; None if it does not say what it is."""
        key = id(built.node)  # as long as what was built is kept, no other node has it
        if not built.shared or key not in self._known:
            self._known[key] = built, as_object(Located(built.object, Origins(built)))
        found = self._known[key][1]
        return replace(found) if found else None


def _build(kustomization: Kustomization, load: _Loader, parts: Parts, shared: Shared) -> BuiltTree:
    made = build(kustomization.path.parent, load, parts, load.left_out)
    return BuiltTree(
        kustomization,
        tuple(object_ for built in made.objects if (object_ := shared.object_of(built))),
        tuple(made.findings if _is_whole(made) else (one for one in made.findings if one.id != _NO_TARGET)),
        made.unsupported,
        frozenset(map(str, made.files)),
    )


def _is_whole(made: Build) -> bool:
    """Whether a patch that misses has nothing to hit: an object may stand in what was not read, or not followed."""
    unread = any(finding.id in _LOSES or not finding.id.startswith("kustomize/") for finding in made.findings)
    return not unread and all(one.message.partition(":")[0] in _KEEPS_NAMES for one in made.unsupported)


def wrong_types(check: str, document: Document, misfits: Iterable[Misfit]) -> Iterator[Finding]:
    """An error for every value of a wrong form."""
    for misfit in misfits:
        if misfit.expected:
            what = ".".join(map(str, misfit.route)) or "a kustomization"
            yield error(check, f"{what} must be {misfit.expected}", document.place(misfit.route), misfit.hint)


def _sound(documents: list[Document]) -> list[Document]:
    """The documents, if they have the forms that a build relies on; else InputError with what is wrong."""
    faults: list[Finding] = []
    for document in documents:
        if kind_of(document.file, document.value) == "kustomization":
            faults += wrong_types("kustomize/wrong-type", document, misfits(document.value, KUSTOMIZATION))
        else:
            faults += wrong_types("object/wrong-type", document, metadata_misfits(document.value))
    if faults:
        raise InputError(faults)
    return documents


class _Loader:
    """Gives sound documents by path: those read already, others from disk, each once."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._known = {reading.path: reading for reading in readings}
        self.left_out = frozenset(path for path, reading in self._known.items() if reading.left_out)
        self._read: dict[Path, list[Document]] = {}

    def __call__(self, path: Path) -> list[Document]:
        reading = self._known.get(path)
        if reading is None:
            if path not in self._read:
                self._read[path] = load_file(path)
            return _sound(self._read[path])
        if reading.findings:
            raise InputError(reading.findings)
        return _sound(list(reading.documents))
