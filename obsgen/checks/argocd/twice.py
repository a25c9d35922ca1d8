"""Objects that two Applications deploy into one cluster."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.wording import listed
from obsgen.findings import Finding, Note, Severity
from obsgen.kustomize.kinds import is_cluster_scoped
from obsgen.repository import Repository
from obsgen.repository.argocd.applications import Application, Deployed
from obsgen.repository.objects import KubeObject

ID = "argocd/twice"
LEVEL = 5
SEVERITY = Severity.ERROR

Identity = tuple[str, str, str, str, str]


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the path of the second Application, with the objects that the two share."""
    first: dict[Identity, tuple[Deployed, KubeObject]] = {}
    shared: dict[tuple[int, int], tuple[Deployed, Deployed, list[KubeObject]]] = {}
    for each in repository.deployed:
        for object_ in each.objects or ():
            other, _ = first.setdefault(_identity(each.application, object_), (each, object_))
            if other.application.name != each.application.name:
                shared.setdefault((id(other), id(each)), (other, each, []))[2].append(object_)
    for one, two, objects in shared.values():
        yield _finding(one, two, objects)


def _identity(application: Application, object_: KubeObject) -> Identity:
    cluster = application.destination("name") or application.destination("server")
    scoped = is_cluster_scoped(object_.api_version, object_.kind)
    namespace = "" if scoped else object_.namespace or application.destination("namespace")
    return (cluster, object_.group, object_.kind, namespace, object_.name)


def _finding(one: Deployed, two: Deployed, objects: list[KubeObject]) -> Finding:
    names = listed(sorted(map(str, objects)))
    message = f"{one.application.label} and {two.application.label} both deploy {names}"
    hint = "each undoes what the other does, and pruning removes it: leave it to one of them"
    note = Note(one.application.label, one.source.located.place())
    return Finding(ID, SEVERITY, message, two.source.located.place(), hint, (note,))
