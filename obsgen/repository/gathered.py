"""Files and folders, read once: documents, kustomizations, and the objects as written and as applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from obsgen.findings import Place
from obsgen.repository.alerting.alertmanagers import RouteTable
from obsgen.repository.builds import BuiltTree, build_trees
from obsgen.repository.classify import CHECKED, ROUTE_CASES, kind_of
from obsgen.repository.files import KUSTOMIZATION_NAMES, Reading, Unread, is_helm
from obsgen.repository.kustomizations import Kustomization, Reference, roots
from obsgen.repository.objects import KubeObject, Located, as_object
from obsgen.repository.shapes import REASON as ALIKE
from obsgen.repository.shapes import Shapes, few_of_each
from obsgen.source import Document


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A document, where it lies, and what it is (see `classify.kind_of`)."""

    document: Document
    path: Path
    real: Path
    """The path without links."""
    kind: str


@dataclass(frozen=True)
class Gathered:
    """The documents and objects that were found under the given paths.

    Parts are worked out when first asked for, and kept.
    """

    paths: tuple[Path, ...]
    readings: tuple[Reading, ...]
    every_build: bool = False
    """Whether kustomizations that differ in names and figures alone are all built."""

    def few_built(self) -> Self:
        """The same files, of whose overlays that are alike a few are built; what is known of the files is kept."""
        few = replace(self, every_build=False)
        few.__dict__.update({name: getattr(self, name) for name in ("entries", "kustomizations", "references")})
        return few

    @cached_property
    def entries(self) -> list[Entry]:
        """All documents that are not empty, in the order of their files."""
        found = []
        for reading in self.readings:
            for document in reading.documents:
                kind = kind_of(reading.file, document.value)
                if kind != "empty":
                    found.append(Entry(document, reading.path, reading.real, _or_helm(kind, document)))
        return found

    @cached_property
    def kustomizations(self) -> list[Kustomization]:
        """All kustomizations, by folder."""
        return [
            Kustomization(entry.document, entry.path, entry.path.parent.resolve())
            for entry in self.entries
            if entry.kind == "kustomization"
        ]

    @cached_property
    def references(self) -> dict[Path, list[Reference]]:
        """What kustomizations name, by the resolved path of the file or folder."""
        found: dict[Path, list[Reference]] = {}
        for kustomization in self.kustomizations:
            for reference in kustomization.references():
                found.setdefault(reference.path, []).append(reference)
        return found

    @cached_property
    def builds(self) -> list[BuiltTree]:
        """The builds of the kustomizations that no other one includes; of many alike a few."""
        return build_trees(self.chosen, self.readings)

    @cached_property
    def samples(self) -> list[BuiltTree]:
        """One build of each shape, for tools that take their time."""
        if self.every_build:
            return self.builds
        one_each = few_of_each([one.kustomization for one in self.builds], self._shapes, 1)
        return [one for one in self.builds if one.kustomization in one_each]

    @cached_property
    def chosen(self) -> list[Kustomization]:
        """The kustomizations that are built."""
        found = roots(self.kustomizations)
        if self.every_build:
            return found
        few = {one.folder for one in few_of_each(found, self._shapes)}
        wanted = few | {table.target for table in self.route_tables}
        return [one for one in found if one.folder in wanted]

    def shape_of(self, kustomization: Kustomization) -> str:
        """Equal for kustomizations that differ in names and figures alone."""
        return self._shapes.of(kustomization)

    @cached_property
    def _shapes(self) -> Shapes:
        documents: dict[Path, list[Any]] = {}
        for entry in self.entries:
            documents.setdefault(entry.real, []).append(entry.document.value)
        return Shapes(self.kustomizations, documents)

    @cached_property
    def manifests(self) -> list[KubeObject]:
        """The objects as written; patches, kustomize's own configuration and orphans left out."""
        return [object_ for entry in self.entries if entry.kind == "manifest" for object_ in self._objects_in(entry)]

    @cached_property
    def orphans(self) -> dict[Path, str]:
        """Manifests that nobody applies: files of a folder that is kustomized, and which kustomization forgot them.

        A folder is kustomized if it has a kustomization, or files that one lists.
        """
        owners = {one.folder: one.document.file for one in self.kustomizations if one.is_sound}
        for path in self.references:
            owner = next((owners[folder] for folder in path.parent.parents if folder in owners), "")
            owners.setdefault(path.parent, owner)
        files = {entry.real for entry in self._of("manifest")} - self.references.keys()
        return {path: owners[path.parent] for path in sorted(files) if owners.get(path.parent)}

    @cached_property
    def objects(self) -> list[KubeObject]:
        """The objects as applied: built where a kustomization builds them, as written elsewhere; each once."""
        built = [object_ for one in self.builds for object_ in one.objects]
        return [*_distinct(built), *self._unbuilt]

    @cached_property
    def _unbuilt(self) -> list[KubeObject]:
        """The objects that no kustomization builds."""
        covered = {file for one in self.builds for file in one.files}
        return [one for one in self.manifests if one.located.file not in covered]

    @cached_property
    def trap_places(self) -> frozenset[Place]:
        """Where scalars stand that mean something else to YAML 1.1 readers."""
        return frozenset(trap.place for entry in self.entries for trap in entry.document.traps)

    @cached_property
    def broken_files(self) -> frozenset[str]:
        """Files that could not be read, of which that has been told."""
        return frozenset(reading.file for reading in self._broken)

    @cached_property
    def unread(self) -> list[Unread]:
        """Files that were not checked, or not all of their documents, each with the reason."""
        found = [Unread(one.file, one.excuse) for one in self.readings if one.excuse and one not in self._broken]
        found += [Unread(entry.document.file, reason) for entry in self.entries if (reason := self.excuse(entry))]
        left = {one.document.file for one in roots(self.kustomizations)} - {one.document.file for one in self.chosen}
        found += [Unread(file, ALIKE) for file in sorted(left)]
        return list(dict.fromkeys(found))

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing under the paths can be checked: no file of a known sort, not even a broken one."""
        return not self._broken and all(map(self.excuse, self.entries))

    @cached_property
    def route_tables(self) -> list[RouteTable]:
        """The cases of alerts and the receivers that they must reach."""
        tables = self._of(ROUTE_CASES)
        return [RouteTable(Located(entry.document.value, entry.document), entry.path) for entry in tables]

    def excuse(self, entry: Entry) -> str:
        """Why no check looks at a document; empty if some do."""
        path = entry.real
        roles = {reference.role for reference in self.references.get(path, ())}
        if entry.kind in ("manifest", "incomplete manifest", "patch") and not roles:
            if self._broken_folders.intersection(path.parents):
                return "its kustomization cannot be read"
            return "a patch that no kustomization names" if entry.kind == "patch" else ""
        return "" if entry.kind in CHECKED or roles & {"resource", "patch"} else entry.kind

    @cached_property
    def _broken(self) -> list[Reading]:
        """The files that could not be read and should be: what a kustomization names has no excuse."""
        faulty = (one for one in self.readings if one.findings)
        return [one for one in faulty if not one.excuse or one.real in self.references]

    @cached_property
    def _broken_folders(self) -> frozenset[Path]:
        """The folders whose kustomization could not be read: nobody knows what the manifests below are for."""
        return frozenset(one.path.parent.resolve() for one in self._broken if one.path.name in KUSTOMIZATION_NAMES)

    def _of(self, kind: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.kind == kind)

    def _objects_in(self, entry: Entry) -> Iterator[KubeObject]:
        path = entry.real
        roles = {reference.role for reference in self.references.get(path, ())}
        if path in self.orphans or (roles and "resource" not in roles) or self.excuse(entry):
            return
        whole = Located(entry.document.value, entry.document)
        is_list = whole.value["kind"].endswith("List") and "items" in whole.value
        for located in whole.at("items").items() if is_list else [whole]:
            object_ = as_object(located, entry.document)
            if object_:
                yield object_


def _or_helm(kind: str, document: Document) -> str:
    """The kind, unless the manifest's name is a template: then the file parses as YAML by chance."""
    object_ = as_object(Located(document.value, document)) if kind == "manifest" else None
    return "Helm template" if object_ and "{{" in object_.name and is_helm(document.text) else kind


def _distinct(objects: Iterable[KubeObject]) -> Iterator[KubeObject]:
    """Each object once: overlays mostly build the same ones."""
    seen: set[tuple[str, str]] = set()
    for object_ in objects:
        key = (object_.located.file, object_.fingerprint)
        if key not in seen:
            seen.add(key)
            yield object_
