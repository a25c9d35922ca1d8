"""Applications whose project is not there, or does not allow what they deploy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Severity
from obsgen.hints import did_you_mean
from obsgen.kustomize.kinds import is_cluster_scoped
from obsgen.repository import Repository, chartvalues
from obsgen.repository.argocd.applications import Application, Deployed
from obsgen.repository.argocd.projects import DEFAULT, Project, projects, used
from obsgen.repository.objects import KubeObject, Located

ID = "argocd/project"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at what the project lacks; a project that may be elsewhere is a warning."""
    known = projects(repository)
    every = repository.applications
    named = _namespaces(repository, known.values())
    for application, name in used(every):
        if name in known:
            yield from _allowed(application, known[name], named)
            yield from _of_charts(application, known[name], repository.chart_values)
        elif known and name != DEFAULT:
            severity = SEVERITY if any(is_slip(name, each) for each in known) else Severity.WARNING
            place = application.spec.place(("project",))
            message = f"no AppProject {name} is among the files"
            yield Finding(ID, severity, message, place, did_you_mean(name, known))
    for each in repository.deployed:
        project = known.get(each.application.text(each.application.spec.at("project").value))
        if project:
            yield from _objects(each, project)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Projects of an Argo CD whose projects are not among the files."""
    known = projects(repository)
    for application, name in used(repository.applications):
        if not known and name != DEFAULT:
            text = f"Argo CD has a project {name} that allows what {application.label} deploys"
            yield Assumption(text, application.spec.place(("project",)))


def _namespaces(repository: Repository, known: Iterable[Project]) -> Counter[str]:
    """How often a namespace is named by Applications, projects and what is deployed: a slip is rarely made twice."""
    found = Counter(each.destination("namespace") for each in repository.applications)
    found.update(str(each.value) for project in known for each in project.namespaces())
    found.update({object_.namespace for each in repository.deployed for object_ in each.objects or ()})
    return found


def _allowed(application: Application, project: Project, named: Counter[str]) -> Iterator[Finding]:
    sources = (application.spec.at("source"), *application.spec.at("sources").items())
    for source in sources:
        url = application.text(source.at("repoURL").value)
        if url and "{{" not in url and not project.allows_source(url):
            yield _lacks(project, "sourceRepos", f"the repository {url}", application)
    namespace = application.destination("namespace")
    for found in _reached(application, project, namespace):
        near = _near(application, project, namespace)
        is_own = near is not None and named[near.value] > named[namespace]
        at = application.spec.at("destination", "namespace")
        yield _at_slip(found, at, near.value) if near and is_own else found


def _reached(application: Application, project: Project, namespace: str) -> Iterator[Finding]:
    if project.allows_destination(application, namespace) is False:
        found = _lacks(project, "destinations", f"namespace {namespace} of {_cluster(application)}", application)
        yield _at_slip(found, _near(application, project, namespace), namespace)


def _at_slip(found: Finding, near: Located | None, meant: str) -> Finding:
    return replace(found, place=near.place(), hint=f"did you mean {meant!r}?") if near else found


def _near(application: Application, project: Project, namespace: str) -> Located | None:
    """The namespace of the Application's cluster that is nearly the wanted one."""
    return next((each for each in project.namespaces(application) if is_slip(each.value, namespace)), None)


def _of_charts(application: Application, project: Project, values: Iterable[Located]) -> Iterator[Finding]:
    """Namespaces that a chart deploys to besides the Application's, where the values that it gets are here."""
    for helm in application.releases(chartvalues.CHART):
        own = [each for each in values if _is_given(each, helm)]
        if own and not (helm.at("values").value or helm.at("parameters").value):
            for namespace in chartvalues.namespaces_besides(own):
                yield from _reached(application, project, namespace)


def _is_given(values: Located, helm: Located) -> bool:
    if values.where is helm.where:
        return values.route[: len(helm.route)] == helm.route
    file = Path(values.file).resolve().as_posix()
    named = [str(each.value).removeprefix("$values/") for each in helm.at("valueFiles").items()]
    return any(file.endswith(f"/{each}") for each in named if each.strip("./"))


def _objects(each: Deployed, project: Project) -> Iterator[Finding]:
    """The first object of each kind, and of each namespace, that the project does not allow."""
    seen: set[tuple[str, str]] = set()
    own = each.application.destination("namespace")
    for object_ in each.objects or ():
        kind, namespace = (object_.group, object_.kind), ("namespace", object_.namespace)
        if kind not in seen and not project.allows_kind(object_):
            seen.add(kind)
            what = f"{object_.kind} of {object_.group or 'the core group'}"
            yield _lacks(project, project.list_for(object_), what, each.application, object_)
        elsewhere = object_.namespace not in ("", own) and not is_cluster_scoped(object_.api_version, object_.kind)
        if elsewhere and namespace not in seen:
            seen.add(namespace)
            if project.allows_destination(each.application, object_.namespace) is False:
                what = f"namespace {object_.namespace} of {_cluster(each.application)}"
                lacks = _lacks(project, "destinations", what, each.application, object_)
                yield _at_slip(lacks, _near(each.application, project, object_.namespace), object_.namespace)


def _cluster(application: Application) -> str:
    return application.destination("name") or application.destination("server") or "its cluster"


def _lacks(
    project: Project, field: str, what: str, application: Application, object_: KubeObject | None = None
) -> Finding:
    message = f"{project.object} does not allow {what}, which {application.label} deploys"
    if field in ("sourceRepos", "destinations") and object_ is None:
        verb = "from" if field == "sourceRepos" else "to"
        message = f"{project.object} does not allow {what}, {verb} which {application.label} deploys"
    place = project.object.located.place(("spec", field), key=True)
    about = object_ or application.object
    note = Note(str(object_ or application.label), about.located.place(("metadata", "name")))
    return Finding(ID, SEVERITY, message, place, f"add it to {field}", (note,))
