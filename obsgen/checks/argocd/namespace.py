"""Namespaces that Applications deploy to and that nobody makes."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.argocd.applications import Application

ID = "argocd/namespace"
LEVEL = 5
SEVERITY = Severity.WARNING

_ALWAYS = frozenset(("default", "kube-node-lease", "kube-public", "kube-system"))


def check(repository: Repository) -> Iterator[Finding]:
    """A warning where the files make a namespace of nearly that name."""
    made = {each.name: each for scope in repository.scopes.all for each in scope.of("", "Namespace")}
    for application, name in _needed(repository, set(made)):
        near = next((each for each in sorted(made) if is_slip(name, each)), None)
        if near:
            message = f"nobody makes the namespace {name} that {application.label} deploys to"
            place = application.spec.place(("destination", "namespace"))
            note = Note(f"the files make {near}", made[near].located.place(("metadata", "name")))
            hint = f"did you mean {near!r}? else add CreateNamespace=true to its syncOptions"
            yield Finding(ID, SEVERITY, message, place, hint, (note,))


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Namespaces that are there already."""
    made = {each.name for scope in repository.scopes.all for each in scope.of("", "Namespace")}
    for application, name in _needed(repository, made):
        yield Assumption(f"the namespace {name} exists", application.spec.place(("destination", "namespace")))


def _needed(repository: Repository, made: set[str]) -> Iterator[tuple[Application, str]]:
    for each in repository.applications:
        name = each.destination("namespace")
        if name and "{{" not in name and name not in made | _ALWAYS and each.options().get("CreateNamespace") != "true":
            yield each, name
