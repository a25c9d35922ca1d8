"""Argo CD's Applications, those that ApplicationSets make of lists too: what they deploy, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsgen.checks.objects import KubeObject, Located
from obsgen.checks.repositories import Mention, repository_of, roots
from obsgen.checks.repository import Repository
from obsgen.checks.scopes import Scope

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

    def destination(self, key: str) -> str:
        """The cluster's `server` or `name`, or the `namespace`."""
        return self.text(self.spec.at("destination", key).value)

    def options(self) -> dict[str, str]:
        """The sync options, such as CreateNamespace."""
        listed = self.spec.at("syncPolicy", "syncOptions").items()
        return {name: value for each in listed for name, _, value in [str(each.value).partition("=")]}


def applications(repository: Repository) -> list[Application]:
    """Every Application of the files, each once; of an ApplicationSet those of its lists."""
    found: dict[tuple[str, str, str], Application] = {}
    for scope in repository.scopes.all:
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


def mentions(repository: Repository) -> list[Mention]:
    """The paths that Applications name."""
    found = ((source, one) for one in applications(repository) for source in one.sources())
    return [Mention(source.repository, source.path, one.object.located.file) for source, one in found]


@dataclass(frozen=True, eq=False)
class Deployed:
    """What an Application deploys from this repository: the folder, and the objects that it builds."""

    application: Application
    source: Source
    folder: Path
    objects: tuple[KubeObject, ...] | None
    """None if nothing among the checked files says."""


def deployed(repository: Repository) -> Iterator[Deployed]:
    """Every folder of this repository that an Application deploys and that is there."""
    known = roots(mentions(repository))
    built = {one.kustomization.folder: one.objects for one in repository.builds}
    for one in applications(repository):
        for source in one.sources():
            root = known.get(source.repository)
            if root and (root / source.path).is_dir():
                folder = (root / source.path).resolve()
                yield Deployed(one, source, folder, built.get(folder) or _plain(folder, repository))


def _plain(folder: Path, repository: Repository) -> tuple[KubeObject, ...] | None:
    """The objects of a folder without a kustomization."""
    if any((folder / name).exists() for name in ("kustomization.yaml", "kustomization.yml", "Chart.yaml")):
        return None
    found = [each for each in repository.manifests if Path(each.located.file).resolve().parent == folder]
    return tuple(found) or None
