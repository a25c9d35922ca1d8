"""Objects that need one of their own namespace which stands in another one: roles, service accounts, selected Pods."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.scopes import Scope
from obsgen.signalpath.exporters import ByLabels, Workload, texts, workloads

ID = "object/other-namespace"
LEVEL = 2
SEVERITY = Severity.ERROR

_RBAC = "rbac.authorization.k8s.io"
_WORKLOADS = (("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("batch", "Job"))
_SELECTING = {
    ("", "Service"): ("spec", "selector"),
    ("policy", "PodDisruptionBudget"): ("spec", "selector", "matchLabels"),
}


def check(repository: Repository) -> Iterator[Finding]:
    """An error where what is needed is among the files applied together, and only in other namespaces."""
    for scope in repository.scopes.all:
        for binding in scope.of(_RBAC, "RoleBinding"):
            yield from _of_binding(scope, binding)
        for binding in scope.of(_RBAC, "ClusterRoleBinding"):
            yield from _of_subjects(scope, binding)
        for group, kind in _WORKLOADS:
            for workload in scope.of(group, kind):
                named = workload.located.at("spec", "template", "spec", "serviceAccountName")
                yield from _named(scope, workload, ("", "ServiceAccount"), named, workload.namespace)
        pods = ByLabels(workloads(each for kind in _WORKLOADS for each in scope.of(*kind)))
        for (group, kind), route in _SELECTING.items():
            for selecting in scope.of(group, kind):
                yield from _selected(pods, selecting, selecting.located.at(*route))


def _of_binding(scope: Scope, binding: KubeObject) -> Iterator[Finding]:
    role = binding.located.at("roleRef")
    if role.at("kind").value == "Role":
        yield from _named(scope, binding, (_RBAC, "Role"), role.at("name"), binding.namespace)
    yield from _of_subjects(scope, binding)


def _of_subjects(scope: Scope, binding: KubeObject) -> Iterator[Finding]:
    for subject in binding.located.at("subjects").items():
        if subject.at("kind").value == "ServiceAccount":
            namespace = str(subject.at("namespace").value or binding.namespace)
            yield from _named(scope, binding, ("", "ServiceAccount"), subject.at("name"), namespace)


def _named(
    scope: Scope, needing: KubeObject, kind: tuple[str, str], name: Located, namespace: str
) -> Iterator[Finding]:
    """A finding if objects of that kind and name are there, but none in the namespace.

    What holds for a whole cluster may well mean somebody else's: there the namespace must be nearly the right one.
    """
    found = [each for each in scope.of(*kind) if each.name == name.value] if name.value else []
    is_own = bool(needing.namespace) or any(is_slip(namespace, each.namespace) for each in found)
    if namespace and is_own and found and all(each.namespace not in ("", namespace) for each in found):
        yield _finding(needing, f"{kind[1]} {name.value}", namespace, found[0], name)


def _selected(pods: ByLabels[Workload], selecting: KubeObject, selector: Located) -> Iterator[Finding]:
    """A finding if Pods with such labels are made, but none in the namespace."""
    made = pods.having(texts(selector.value)) if selecting.namespace else []
    if made and all(each.namespace not in ("", selecting.namespace) for each in made):
        yield _finding(selecting, "Pods with these labels", selecting.namespace, made[0].object, selector)


def _finding(needing: KubeObject, what: str, namespace: str, other: KubeObject, at: Located) -> Finding:
    message = f"{needing} needs {what} in namespace {namespace}; there is one in {other.namespace} only"
    note = Note(f"{other}", other.located.place(("metadata", "namespace")))
    return Finding(ID, SEVERITY, message, at.place(), "put both into one namespace", (note,))
