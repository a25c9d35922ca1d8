"""One side of a difference: the files below a folder, and what each environment and cluster gets of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from obsgen.diff.model import Key, Unit
from obsgen.findings import Place, error
from obsgen.repository import Repository, read_repository
from obsgen.repository.files import SKIPPED_FOLDERS, Reading
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.meanings import Meaning
from obsgen.tree.paths import RECORD

ARGOCD = "argo cd"
"""The unit of a stack's Applications, which Argo CD's own cluster gets."""
_OVERLAYS = "overlays"
_APPLIED = frozenset(("manifest", "incomplete manifest", "kustomization", "patch"))


@dataclass(frozen=True, eq=False)
class State:
    """What a unit gets on one side: objects, and documents that are none, by their path below the side's folder."""

    unit: Unit
    objects: Mapping[Key, KubeObject]
    documents: Mapping[str, Located]
    tree: Tree


@dataclass(frozen=True, eq=False)
class Tree:
    """One side: what it is called, its folder, and the paths below it that are looked at.

    `stack` is whose tree the folder itself is, if it is one. `left_out` are files, by their paths below the folder,
    that count as if nobody could read them.
    """

    label: str
    folder: Path
    paths: tuple[Path, ...]
    stack: str = ""
    left_out: frozenset[str] = field(default=frozenset(), kw_only=True)

    @cached_property
    def repository(self) -> Repository:
        """The files, read; every kustomization is built."""
        found = read_repository([each for each in self.paths if each.exists()], every_build=True)
        if not self.left_out:
            return found
        known = (_unread(each) if self.path(each.path) in self.left_out else each for each in found.readings)
        return replace(found, readings=tuple(known))

    @cached_property
    def sample(self) -> Repository:
        """The same files; of many overlays that are alike a few are built, as is enough to judge what they say."""
        few = self.repository.few_built()
        return few if len(few.chosen) < len(self.repository.builds) else self.repository

    @cached_property
    def states(self) -> dict[Unit, State]:
        """What is applied, by unit."""
        objects: dict[Unit, dict[Key, KubeObject]] = {}
        documents: dict[Unit, dict[str, Located]] = {}
        for unit, found in self._objects():
            objects.setdefault(unit, {})[key_of(found)] = found
        units = frozenset(objects)
        for path, located in self._documents():
            documents.setdefault(self._owner(path, units), {})[path] = located
        every = sorted({*objects, *documents})
        return {each: State(each, objects.get(each, {}), documents.get(each, {}), self) for each in every}

    @cached_property
    def meanings(self) -> dict[str, list[Meaning]]:
        """What expressions mean, by their texts."""
        found: dict[str, list[Meaning]] = {}
        for each in self.sample.meanings:
            if each.expression.query:
                found.setdefault(each.expression.query.text, []).append(each)
        return found

    @cached_property
    def texts(self) -> dict[str, bytes]:
        """The files that are neither YAML nor JSON, by path below the folder; what obsgen remembers is left out."""
        read = {each.real for each in self.repository.readings}
        files = sorted(file for path in self.paths for file in _files(path.resolve()) if file not in read)
        return {each.relative_to(self.folder).as_posix(): each.read_bytes() for each in files}

    def part(self, stacks: Collection[str]) -> Repository:
        """The sample of some stacks, and of all that is of no rendered tree; the whole where that is not much more."""
        whole = self.sample
        roots = ((each, self._root(each.path.resolve().parent)) for each in whole.readings)
        kept = tuple(each for each, root in roots if root is None or self._called(root) in stacks)
        return whole if 2 * len(kept) > len(whole.readings) else replace(whole, readings=kept)

    def readers(self, file: str) -> frozenset[Unit]:
        """The units that are built of a file; whoever it is for where no kustomization reads it."""
        found = self._readers.get(file)
        if found is None:
            path = self.path(file)
            found = frozenset(unit for unit, state in self.states.items() if path in state.documents)
        return found or frozenset((self._unit((self.folder / file).resolve().parent),))

    def alike(self, units: frozenset[Unit]) -> frozenset[Unit]:
        """Some units, and those that the sample leaves out since they are like one of them."""
        if self.sample is self.repository:
            return units
        shapes = {self._shapes[each] for each in units if each in self._shapes}
        return units | {each for each, shape in self._shapes.items() if shape in shapes}

    @cached_property
    def _shapes(self) -> dict[Unit, str]:
        found = (each.kustomization for each in self.repository.builds)
        return {self._unit(each.folder): self.sample.shape_of(each) for each in found}

    @cached_property
    def _readers(self) -> dict[str, frozenset[Unit]]:
        found: dict[str, set[Unit]] = {}
        for build in self.repository.builds:
            unit = self._unit(build.kustomization.folder)
            if unit in self.states:
                for file in build.files:
                    found.setdefault(file, set()).add(unit)
        return {file: frozenset(units) for file, units in found.items()}

    def stack_of(self, path: str) -> str:
        """The stack that a file below the folder is of; empty if it is of no rendered tree."""
        root = self._root((self.folder / path).parent)
        return self._called(root) if root else ""

    def path(self, file: str | Path) -> str:
        """A file's path below the side's folder; of one that lies elsewhere the way there."""
        return Path(os.path.relpath(Path(file).resolve(), self.folder)).as_posix()

    def place(self, place: Place) -> Place:
        """A place as people know it: below the side's folder, wherever that lies for the moment."""
        return Place(self.path(place.file), place.line, place.column, place.length)

    def _objects(self) -> Iterator[tuple[Unit, KubeObject]]:
        covered = set[str]()
        for build in self.repository.builds:
            covered |= build.files
            unit = self._unit(build.kustomization.folder)
            if not unit.environment and self._root(build.kustomization.folder) in self._with_overlays:
                continue  # overlays apply it
            yield from ((unit, each) for each in build.objects)
        for each in self.repository.manifests:
            if each.located.file not in covered:
                yield self._unit(Path(each.located.file).resolve().parent), each

    def _documents(self) -> Iterator[tuple[str, Located]]:
        files = {file for build in self.repository.builds for file in build.files}
        covered = {Path(file).resolve() for file in files}
        for entry in self.repository.entries:
            if entry.kind not in _APPLIED and entry.real not in covered:
                yield self.path(entry.path), Located(entry.document.value, entry.document)

    def _unit(self, folder: Path) -> Unit:
        """The unit that a kustomization's folder is: an overlay of a rendered tree, or the folder itself."""
        root = self._root(folder)
        if root is None:
            return Unit(self.path(folder))
        if root.parent.name == "argocd":
            return Unit(self._called(root), ARGOCD)
        match folder.relative_to(root).parts:
            case (first, environment) if first == _OVERLAYS:
                return Unit(self._called(root), environment)
            case (first, environment, cluster) if first == _OVERLAYS:
                return Unit(self._called(root), environment, cluster)
        return Unit(self._called(root))

    def _owner(self, path: str, units: Collection[Unit]) -> Unit:
        """The unit that a file is for: the environment, or the cluster, whose name its path has."""
        file = self.folder / path
        root = self._root(file.parent)
        if root is None:
            return Unit(Path(path).parent.as_posix())
        *parts, name = file.relative_to(root).parts
        words = [*parts, name.partition(".")[0].removeprefix("routes-")]
        stack = self._called(root)
        environments = {each.environment for each in units if each.stack == stack}
        at = next((index for index, each in enumerate(words) if each in environments), None)
        if at is None:
            return Unit(stack)
        cluster = Unit(stack, *words[at : at + 2])
        return cluster if cluster.cluster and (cluster in units or at + 2 < len(words)) else Unit(stack, words[at])

    def _called(self, root: Path) -> str:
        """The stack of a rendered tree."""
        return self.stack if self.stack and root == self.folder else root.name

    def _root(self, folder: Path) -> Path | None:
        """The rendered tree that a folder is of."""
        for each in (folder, *folder.parents):
            if each not in self._roots:
                self._roots[each] = (each / RECORD).is_file()
            if self._roots[each]:
                return each
            if each == self.folder:
                return None
        return None

    @cached_property
    def _with_overlays(self) -> frozenset[Path | None]:
        """The rendered trees whose overlays are what is applied."""
        folders = [build.kustomization.folder for build in self.repository.builds]
        return frozenset(self._root(each) for each in folders if self._unit(each).environment) - {None}

    @cached_property
    def _roots(self) -> dict[Path, bool]:
        return {}


def _unread(reading: Reading) -> Reading:
    fault = error("file/unreadable", f"{reading.file} is not compared", Place(reading.file))
    return replace(reading, documents=(), findings=(fault,), excuse="", left_out=True)


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder that are no links, those aside that nobody reads."""
    for root, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each not in SKIPPED_FOLDERS]
        wanted = (Path(root, each) for each in names if each not in SKIPPED_FOLDERS)
        yield from (each for each in wanted if each.is_file() and not each.is_symlink())


def key_of(object_: KubeObject) -> Key:
    """What makes an object the same one on both sides."""
    return Key(object_.group, object_.kind, object_.namespace, object_.name)
