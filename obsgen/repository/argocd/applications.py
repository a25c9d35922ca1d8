"""Argo CD's Applications, those that ApplicationSets make of lists too: what they deploy, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsgen.repository.builds import build_trees
from obsgen.repository.files import KUSTOMIZATION_NAMES, Reading
from obsgen.repository.forges import Mention, repository_of, roots
from obsgen.repository.kustomizations import Kustomization
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.scopes import Scope, Scopes

GROUP = "argoproj.io"
_TEMPLATE = re.compile(r"\{\{-?\s*\.?([\w.-]+)\s*-?\}\}")


@dataclass(frozen=True, eq=False)
class Source:
    """A folder of a repository that an Application deploys; `located` is where the path stands."""

    repository: str
    path: str
    located: Located


@dataclass(frozen=True, eq=False)
class Application:
    """An Application, or one that an ApplicationSet makes: `spec` as written, `values` that fill its templates."""

    object: KubeObject
    spec: Located
    values: dict[str, str]
    scope: Scope

    @property
    def name(self) -> str:
        """Its name."""
        template = self.object.located.at("spec", "template", "metadata", "name").value
        return self.text(template) if self.object.kind == "ApplicationSet" else self.object.name

    @property
    def label(self) -> str:
        """What people call it."""
        return f"Application {self.name}"

    def text(self, value: Any) -> str:
        """A text with its templates filled in, as far as that is known."""
        return _TEMPLATE.sub(lambda match: self.values.get(match[1], match[0]), str(value or ""))

    def sources(self) -> Iterator[Source]:
        """The folders that it deploys; charts, and paths that are not known, are left out."""
        for located in (self.spec.at("source"), *self.spec.at("sources").items()):
            value = located.value if isinstance(located.value, dict) else {}
            path = self.text(value.get("path")).strip("/")
            if value.get("repoURL") and path and not value.get("chart") and "{{" not in path:
                yield Source(repository_of(self.text(value["repoURL"])), path, located.at("path"))

    def releases(self, chart: str) -> Iterator[Located]:
        """The `helm` of each source that is a chart of this name."""
        for located in (self.spec.at("source"), *self.spec.at("sources").items()):
            if isinstance(located.value, dict) and located.value.get("chart") == chart:
                yield located.at("helm")

    def destination(self, key: str) -> str:
        """The cluster's `server` or `name`, or the `namespace`."""
        return self.text(self.spec.at("destination", key).value)

    def options(self) -> dict[str, str]:
        """The sync options, such as CreateNamespace."""
        listed = self.spec.at("syncPolicy", "syncOptions").items()
        return {name: value for each in listed for name, _, value in [str(each.value).partition("=")]}


def applications(scopes: Scopes) -> list[Application]:
    """Every Application of the files, each once; of an ApplicationSet those of its lists."""
    found: dict[tuple[str, str, str], Application] = {}
    for scope in scopes.all:
        for object_ in scope.of(GROUP, "Application"):
            one = Application(object_, object_.located.at("spec"), {}, scope)
            found.setdefault((object_.located.file, object_.name, one.name), one)
        for object_ in scope.of(GROUP, "ApplicationSet"):
            for values in _elements(object_):
                one = Application(object_, object_.located.at("spec", "template", "spec"), values, scope)
                found.setdefault((object_.located.file, object_.name, one.name), one)
    return list(found.values())


def _elements(object_: KubeObject) -> Iterator[dict[str, str]]:
    generators = object_.located.at("spec", "generators").items()
    lists = [each.at("list", "elements") for each in generators if isinstance(each.value, dict)]
    if len(generators) == 1 and lists[0].value:
        for each in lists[0].items():
            if isinstance(each.value, dict):
                yield {str(key): str(value) for key, value in each.value.items()}


def mentions(applications: Iterable[Application]) -> list[Mention]:
    """The paths that Applications name."""
    found = ((source, one) for one in applications for source in one.sources())
    return [Mention(source.repository, source.path, one.object.located.file) for source, one in found]


@dataclass(frozen=True, eq=False)
class Deployed:
    """What an Application deploys from this repository: the folder, and the objects that it builds."""

    application: Application
    source: Source
    folder: Path
    objects: tuple[KubeObject, ...] | None
    """None if nothing among the checked files says."""


@dataclass(frozen=True)
class Folders:
    """What the folders of a repository hold: builds by folder, kustomizations by folder, and all that was read."""

    built: dict[Path, tuple[KubeObject, ...]]
    kustomizations: dict[Path, Kustomization]
    manifests: Sequence[KubeObject]
    readings: Sequence[Reading]


def deployed(applications: Sequence[Application], folders: Folders) -> Iterator[Deployed]:
    """Every folder of this repository that an Application deploys and that is there."""
    known = roots(mentions(applications))
    built = dict(folders.built)
    plain: dict[Path, list[KubeObject]] = {}
    for each in folders.manifests if known else ():
        plain.setdefault(Path(each.located.file).resolve().parent, []).append(each)
    for one in applications:
        for source in one.sources():
            root = known.get(source.repository)
            if root is None or not (root / source.path).is_dir():
                continue
            folder = (root / source.path).resolve()
            part = folders.kustomizations.get(folder)
            if folder not in built and part and len(built) - len(folders.built) < _MOST_PARTS:
                built[folder] = build_trees([part], folders.readings)[0].objects
            yield Deployed(one, source, folder, built.get(folder) or _plain(folder, plain))


_MOST_PARTS = 40
"""Parts of larger kustomizations that are built for an Application of their own; of many alike the first will do."""


def _plain(folder: Path, manifests: Mapping[Path, Sequence[KubeObject]]) -> tuple[KubeObject, ...] | None:
    """The objects of a folder without a kustomization."""
    if any((folder / name).exists() for name in (*KUSTOMIZATION_NAMES, "Chart.yaml")):
        return None
    return tuple(manifests.get(folder, ())) or None
