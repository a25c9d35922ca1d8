"""What stands at a place of a rendered tree: of which environment, of which object, which part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from obsgen.conventions import COMPONENT, ENVIRONMENT, SERVICE_LABEL
from obsgen.findings import InputError, Place
from obsgen.repository import Repository
from obsgen.repository.objects import Embedded, Located, lines_of
from obsgen.repository.queries.rules import Rule, distinct_rules
from obsgen.source import Document, Route, load_file
from obsgen.tree.paths import OWN

Line = tuple[str, int]
"""A file and one of its lines."""

_OVERLAYS, _VALUES, _TESTS = "overlays", "values", "tests"


@dataclass(frozen=True)
class Standing:
    """A spot of a tree. `parts` are the names on its file's way from the tree's root; `environment` is empty for base.

    `kind`, `name` and `component` are of the object that it belongs to, empty where it belongs to none; `route` leads
    to the part of that object, or of the file. `rule` is the rule that it stands in, `field` the rule's key; `receiver`
    the receiver of an Alertmanager.
    """

    tree: Path
    parts: tuple[str, ...]
    place: Place
    environment: str = ""
    cluster: str = ""
    kind: str = ""
    name: str = ""
    component: str = ""
    route: Route = ()
    value: Any = None
    rule: Rule | None = None
    field: str = ""
    receiver: str = ""

    @property
    def is_board(self) -> bool:
        """Whether it is a dashboard."""
        return self.parts[-1].endswith(".json") or self.kind == "GrafanaDashboard"

    @property
    def words(self) -> list[str]:
        """The keys on the way to the part, the nearest first."""
        return [step for step in reversed(self.route) if isinstance(step, str)]

    @property
    def job(self) -> str:
        """The job of Prometheus' own configuration that the part belongs to."""
        value, found = self.value, ""
        for step in self.route:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return found
            found = str(value["job_name"]) if isinstance(value, dict) and "job_name" in value else found
        return found


class Standings:
    """Finds out what stands where in a repository; files are looked into only when something is asked of them."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lines_of_rules: dict[str, dict[Line, list[tuple[Rule, str]]]] = {}
        self._trees: dict[Path, list[Rule]] = {}
        self._receivers: dict[str, dict[Line, str]] = {}
        self._documents = {reading.file: reading.documents for reading in repository.readings}

    def at(self, place: Place, tree: Path) -> Standing:
        """What stands at a place in a tree."""
        parts = Path(place.file).resolve().relative_to(tree).parts
        environment, cluster = _environment(parts)
        rule, field = self._rule(place, tree)
        here = Standing(tree, parts, place, environment, cluster, rule=rule, field=field)
        here = replace(here, receiver=self._receivers_in(place.file).get((place.file, place.line), ""))
        document = self._document(place)
        if document is None:
            return here
        kind, name, component, route = self._object(document, _route(document, place), parts, tree)
        if parts[0] == OWN:
            environment, cluster = _of_facts(route)
        return replace(
            here,
            environment=environment or _labelled(document.value),
            cluster=cluster,
            kind=kind,
            name=name,
            component=component,
            route=route,
            value=document.value,
        )

    def _document(self, place: Place) -> Document | None:
        """The document of a file that a place is in."""
        if Path(place.file).parent.name == OWN and place.file not in self._documents:
            self._documents[place.file] = _carried(place.file)
        documents = self._documents.get(place.file, ())
        if len(documents) < 2:
            return documents[0] if documents else None
        begun = [each for each in documents if each.place().line <= place.line]
        return begun[-1] if begun else documents[0]

    def _rule(self, place: Place, tree: Path) -> tuple[Rule | None, str]:
        """The one rule that is written at a line, and its key there."""
        found = self._rules_at(place.file, tree).get((place.file, place.line), [])
        return found[0] if len({_meant(rule) for rule, _ in found}) == 1 else (None, "")

    def _rules_at(self, file: str, tree: Path) -> dict[Line, list[tuple[Rule, str]]]:
        """The rules that may be written in a file of a tree by their lines, each with its key there.

        They are those that the file brings in; a patch may hold parts of any in the tree.
        """
        if file not in self._lines_of_rules:
            rules = self._rules.get(file) or self._rules_of(tree)
            found = self._lines_of_rules.setdefault(file, {})
            for rule, key in ((each, key) for each in rules for key in each.value):
                for line in _lines(rule.located.at(key)):
                    found.setdefault(line, []).append((rule, key))
        return self._lines_of_rules[file]

    @cached_property
    def _rules(self) -> dict[str, list[Rule]]:
        """The rules by the file that brings them in."""
        found: dict[str, list[Rule]] = {}
        for each in distinct_rules(self._repository.rule_sets):
            found.setdefault(each.located.file, []).append(each)
        return found

    def _rules_of(self, tree: Path) -> list[Rule]:
        if tree not in self._trees:
            inside = (found for file, found in self._rules.items() if Path(file).resolve().is_relative_to(tree))
            self._trees[tree] = [rule for found in inside for rule in found]
        return self._trees[tree]

    def _receivers_in(self, file: str) -> dict[Line, str]:
        """The names of receivers by the lines of a file in which they are written."""
        if file not in self._receivers:
            every = (each for one in self._repository.alertmanagers for each in one.located.at("receivers").items())
            here = (each for each in every if file in _files(each))
            found = {line: str(each.at("name").value or "") for each in here for line in _lines(each)}
            self._receivers[file] = found
        return self._receivers[file]

    def _object(
        self, document: Document, route: Route, parts: tuple[str, ...], tree: Path
    ) -> tuple[str, str, str, Route]:
        """The object that a part of a file belongs to: kind, name, component, and the route inside it."""
        value, file = document.value, parts[-1]
        if isinstance(value, list):
            target, inside = self._patched(document), _pointed(value, route)
            kind, name = str(target.get("kind", "")), str(target.get("name", ""))
            return kind, name, self._component(kind, name, tree), inside
        if not isinstance(value, dict) or "kind" not in value:
            return "", Path(file).stem, self._component_of_board(document, tree), route
        metadata = value.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        kind, name = str(value["kind"]), str(metadata.get("name", ""))
        labels = metadata.get("labels")
        own = labels.get(COMPONENT) if isinstance(labels, dict) else None
        return kind, name, str(own or self._component(kind, name, tree)), route

    def _patched(self, patch: Document) -> Mapping[str, Any]:
        """The target that a kustomization names for a patch."""
        path = Path(patch.file).resolve()
        for reference_of in self._repository.kustomizations:
            for reference in reference_of.references() if reference_of.folder == path.parent else ():
                if reference.path == path and reference.route[:1] == ("patches",):
                    target = reference_of.document.at((*reference.route[:2], "target"))
                    return target if isinstance(target, dict) else {}
        return {}

    def _component(self, kind: str, name: str, tree: Path) -> str:
        """The component of an object of the tree, if all of that kind and name have the same."""
        if not (kind and name):
            return ""
        found = set()
        for each in self._repository.manifests:
            labels = each.metadata.get("labels") if (each.kind, each.name) == (kind, name) else None
            if isinstance(labels, dict) and COMPONENT in labels and tree in Path(each.located.file).resolve().parents:
                found.add(str(labels[COMPONENT]))
        return found.pop() if len(found) == 1 else ""

    def _component_of_board(self, board: Document, tree: Path) -> str:
        """The component of the ConfigMap that a kustomization makes of a board."""
        path = Path(board.file)
        for one in self._repository.kustomizations:
            whole = Located(one.document.value, one.document)
            for each in whole.at("configMapGenerator").items() if one.folder.is_relative_to(tree) else ():
                component = each.at("options", "labels", COMPONENT).value
                if component and path.name in [file.value for file in each.at("files").items()]:
                    return str(component)
        return ""


def _meant(rule: Rule) -> tuple[str, ...]:
    """What an overlay's change leaves as it is: the rule's name, its server, the alert whose limit it records."""
    labels = rule.value.get("labels")
    return (rule.name, *(str(labels.get(key)) for key in (SERVICE_LABEL, "alert") if isinstance(labels, dict)))


def _lines(part: Located) -> set[Line]:
    return {(place.file, place.line) for place in lines_of(part)}


def _files(part: Located) -> set[str]:
    """The files that a part is written in: the text of a string stands in one, objects may be patched."""
    if isinstance(part.where, Embedded):
        return {part.place().file}
    keys = part.value if isinstance(part.value, dict) else range(len(part.items()))
    return {part.place().file, part.place((), key=True).file}.union(*(_files(part.at(key)) for key in keys))


def _environment(parts: tuple[str, ...]) -> tuple[str, str]:
    """The environment and the cluster that a file of a tree is for, by its way there."""
    match parts:
        case (first, environment, cluster, _, *_) if first == _OVERLAYS:
            return environment, cluster
        case (first, environment, *_) if first == _OVERLAYS:
            return environment, ""
        case (first, file) if first in (_VALUES, _TESTS):
            return Path(file).stem.removeprefix("routes-"), ""
        case (first, environment, file) if first == _VALUES:
            return environment, Path(file).stem
        case (_, environment, _, *_) if parts[0] not in ("base", "runbooks"):
            return environment, ""
    return "", ""


def _carried(file: str) -> tuple[Document, ...]:
    """What a tree carries beside what is checked."""
    try:
        return tuple(load_file(Path(file), file))
    except InputError:
        return ()


def _of_facts(route: Route) -> tuple[str, str]:
    """The environment and the cluster that facts of a tree are of."""
    environment, _, cluster = str(route[1] if len(route) > 1 else "").partition("/")
    return environment, cluster


def _labelled(value: Any) -> str:
    """The environment that an object's label names, as those of Argo CD have."""
    try:
        return str(value["metadata"]["labels"][ENVIRONMENT])
    except (KeyError, TypeError):
        return ""


def _route(document: Document, place: Place) -> Route:
    """The innermost part of a document that begins at a place or before it."""
    spot, begun = (place.line, place.column), (0, 0)
    found: Route = ()
    for route, (key, value) in document.places().items():
        start = min((each.line, each.column) for each in (key, value))
        if begun <= start <= spot:
            found, begun = route, start
    return found


def _pointed(patch: list[Any], route: Route) -> Route:
    """What an operation of a JSON patch points at."""
    operation = patch[route[0]] if route and isinstance(route[0], int) and route[0] < len(patch) else None
    path = operation.get("path") if isinstance(operation, dict) else None
    steps = str(path or "").split("/")[1:]
    return tuple(int(step) if step.isdigit() else step.replace("~1", "/").replace("~0", "~") for step in steps)
