"""What an AppProject of Argo CD allows: repositories, destinations, kinds of objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from obsgen.kustomize.kinds import is_cluster_scoped
from obsgen.repository.argocd.applications import GROUP, Application
from obsgen.repository.forges import repository_of
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.repository import Repository

DEFAULT = "default"
"""The project that every Argo CD has."""
_NOT = "!"
_OF_CLUSTERS, _OF_NAMESPACES = "clusterResourceWhitelist", "namespaceResourceWhitelist"


@dataclass(frozen=True, eq=False)
class Project:
    """An AppProject as written. Source of its meaning: argo-cd 3.6, pkg/apis/application/v1alpha1 (AppProject)."""

    object: KubeObject

    def allows_source(self, url: str) -> bool:
        """Whether Applications may deploy from a repository."""
        texts = [str(each.value) for each in self._at("sourceRepos").items()]
        denied = any(_is_repository(each[1:], url) for each in texts if each.startswith(_NOT))
        return not denied and any(_is_repository(each, url) for each in texts if not each.startswith(_NOT))

    def allows_destination(self, application: Application, namespace: str) -> bool | None:
        """Whether objects may go to a namespace of an Application's cluster; None if the files do not tell."""
        found = [_fits(each, application, namespace) for each in self._at("destinations").items()]
        return True if True in found else None if None in found else False

    def namespaces(self, application: Application | None = None) -> Iterator[Located]:
        """The namespaces of its destinations; only those of an Application's cluster, if one is given."""
        for each in self._at("destinations").items():
            namespace = each.at("namespace")
            is_text = isinstance(namespace.value, str)
            if is_text and (application is None or _fits(each, application, namespace.value)):
                yield namespace

    def list_for(self, object_: KubeObject) -> str:
        """The list that decides about an object's kind."""
        cluster = is_cluster_scoped(object_.api_version, object_.kind)
        return _OF_CLUSTERS if cluster else _OF_NAMESPACES

    def allows_kind(self, object_: KubeObject) -> bool:
        """Whether objects of a kind may be deployed: a missing list for namespaced kinds allows all of them."""
        allowed = self.list_for(object_)
        if any(_is_kind(each, object_) for each in self._at(allowed.replace("White", "Black")).items()):
            return False
        if allowed == _OF_NAMESPACES and self._at(allowed).value is None:
            return True
        # Of a custom kind without a namespace nobody knows here whether its objects live in one.
        both = (_OF_CLUSTERS, _OF_NAMESPACES) if "." in object_.group and not object_.namespace else (allowed,)
        return any(_is_kind(each, object_) for field in both for each in self._at(field).items())

    def _at(self, field: str) -> Located:
        return self.object.located.at("spec", field)


def projects(repository: Repository) -> dict[str, Project]:
    """The AppProjects of the files, by name."""
    found = (each for scope in repository.scopes.all for each in scope.of(GROUP, "AppProject"))
    return {each.name: Project(each) for each in found}


def used(applications: list[Application]) -> Iterator[tuple[Application, str]]:
    """Each Application and the project that it names."""
    for each in applications:
        name = each.text(each.spec.at("project").value)
        if name and "{{" not in name:
            yield each, name


def _is_repository(pattern: str, url: str) -> bool:
    if "*" in pattern:
        return fnmatchcase(url, pattern) or fnmatchcase(repository_of(url), repository_of(pattern))
    return repository_of(pattern) == repository_of(url)


def _fits(entry: Located, application: Application, namespace: str) -> bool | None:
    value = entry.value if isinstance(entry.value, dict) else {}
    if str(value.get("namespace", "")).startswith(_NOT) or str(value.get("server", "")).startswith(_NOT):
        return None
    if namespace and not fnmatchcase(namespace, str(value.get("namespace") or "")):
        return False
    for key in ("server", "name"):
        wanted = application.destination(key)
        if "{{" in wanted or value.get(key) == "*":
            return True if value.get(key) == "*" else None
        if wanted and value.get(key):
            return fnmatchcase(wanted, str(value[key]))
    return None


def _is_kind(entry: Located, object_: KubeObject) -> bool:
    value = entry.value if isinstance(entry.value, dict) else {}
    group, kind = str(value.get("group") or ""), str(value.get("kind") or "")
    return fnmatchcase(object_.group, group) and fnmatchcase(object_.kind, kind)
