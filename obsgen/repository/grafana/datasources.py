"""Grafana's datasources wherever they are provisioned, and which of them a dashboard can ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath

from obsgen.facts import tree_facts
from obsgen.findings import InputError
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.objects import Embedded, KubeObject, Located
from obsgen.repository.scopes import Scope, Scopes
from obsgen.signalpath.selectors import selects
from obsgen.source import load_text

GROUP = "grafana.integreatly.org"
_VARIABLE = re.compile(r"\$\{?(\w+)|\[\[(\w+)")
_WITHOUT = frozenset(("-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana", "default", "__expr__", ""))
"""What stands for no datasource of the files."""
_GRAFANA_IMAGE = re.compile(r"(^|/)grafana(-oss|-enterprise)?(:|@|$)")


@dataclass(frozen=True, eq=False)
class Datasource:
    """One datasource: the mapping that describes it, its uid, and the Grafana that it is provisioned for.

    `home` is equal for those that come into one Grafana; `by_object` and `by_operator` tell how.
    """

    located: Located
    uid: str
    home: tuple[str, ...]
    tree: Path | None = None
    by_object: bool = False
    by_operator: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.located.at("name").value or "")

    @property
    def type(self) -> str:
        """Its type, such as `prometheus`."""
        return str(self.located.at("type").value or "")

    @property
    def is_default(self) -> bool:
        """Whether panels that name none ask it."""
        return self.located.at("isDefault").value is True


@dataclass(frozen=True, eq=False)
class Use:
    """A place of a dashboard that names a datasource: by uid or name, and the type that it expects if it says one."""

    located: Located
    wanted: str
    type: str
    board: Dashboard

    @property
    def variable(self) -> str:
        """The variable that stands for it; empty if it is named outright."""
        found = _VARIABLE.match(self.wanted)
        return (found[1] or found[2]) if found else ""

    @property
    def names_one(self) -> bool:
        """Whether it names a datasource of its own."""
        return not self.variable and self.wanted not in _WITHOUT


@dataclass(frozen=True, eq=False)
class Grafanas:
    """All datasources and dashboards of a repository."""

    datasources: list[Datasource]
    boards: list[Dashboard]
    is_there: bool
    """Whether a Grafana itself is among the files."""

    @cached_property
    def uses(self) -> list[Use]:
        """Every place of a dashboard that names a datasource."""
        return [use for board in self.boards for use in _uses(board.located, board)]

    def known(self, board: Dashboard) -> list[Datasource]:
        """The datasources that a board may ask: those of its tree, elsewhere all."""
        tree = tree_of(board.located.file)
        return [each for each in self.datasources if each.tree == tree]

    def knows_all(self, board: Dashboard) -> bool:
        """Whether a board may ask no others: a Grafana elsewhere has some besides those that objects bring it."""
        return self.is_there or not any(each.by_object for each in self.known(board))

    def named(self, use: Use) -> list[Datasource]:
        """The datasources that a use can mean."""
        return [each for each in self.known(use.board) if use.wanted in (each.uid, each.name)]


def grafanas(
    scopes: Scopes, values: Iterable[Located], files: Iterable[Located], boards: Iterable[Dashboard]
) -> Grafanas:
    """What objects, values of the chart and provisioning files say of Grafana."""
    values = list(values)
    found = [each for scope in scopes.all for each in _in_scope(scope, scopes)]
    found += [each for one in values for each in _in_values(one)]
    found += [each for one in files for each in _in_file(one)]
    runs = any(is_grafana(each) for scope in scopes.all for each in scope.objects)
    return Grafanas(found, list(boards), runs or bool(values))


def tree_of(file: str) -> Path | None:
    """The rendered tree that a file lies in."""
    found = tree_facts(Path(file))
    return found[0] if found else None


def is_grafana(object_: KubeObject) -> bool:
    """Whether an object runs Grafana, or makes its operator run one."""
    if (object_.group, object_.kind) == (GROUP, "Grafana"):
        return True
    containers = object_.located.at("spec", "template", "spec", "containers").items()
    return any(_GRAFANA_IMAGE.search(str(each.at("image").value or "")) for each in containers)


def _in_scope(scope: Scope, scopes: Scopes) -> Iterator[Datasource]:
    for object_ in scope.of(GROUP, "GrafanaDatasource"):
        yield from _of_operator(object_, scope, scopes)
    for kind, field in (("ConfigMap", "data"), ("Secret", "stringData")):
        for object_ in scope.of("", kind):
            home = (str(scope.folder or ""), object_.namespace, str(object_.metadata.get("labels")))
            for located in _texts(object_, field):
                yield from (replace(each, by_object=True) for each in _listed(located, home, scope.tree))


def _of_operator(object_: KubeObject, scope: Scope, scopes: Scopes) -> Iterator[Datasource]:
    spec = object_.located.at("spec")
    located = spec.at("datasource")
    if isinstance(located.value, dict):
        uid = str(spec.at("uid").value or located.at("uid").value or "")
        running = scopes.near(scope, GROUP, "Grafana")
        selector = spec.at("instanceSelector").value
        chosen = sorted(str(each) for each in running if selects(selector, labels_of(each)))
        yield Datasource(located, uid, (str(scope.folder or ""), *(chosen or [str(selector)])), scope.tree, True, True)


def labels_of(object_: KubeObject) -> dict[str, str]:
    """An object's labels."""
    found = object_.metadata.get("labels")
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _texts(object_: KubeObject, field: str) -> Iterator[Located]:
    """The documents of an object that speak of datasources."""
    data = object_.value.get(field)
    for key, text in data.items() if isinstance(data, dict) else ():
        if isinstance(text, str) and "datasources:" in text and "apiVersion" in text:
            try:
                documents = load_text(text, f"{key}.yaml")
            except InputError:
                continue
            outer = object_.located.at(field, key)
            yield from (Located(each.value, Embedded(each, outer, object_)) for each in documents)


def _in_file(located: Located) -> Iterator[Datasource]:
    home = (str(PurePath(located.file).parent),)
    if isinstance(located.value, dict) and located.value.get("apiVersion") == 1:
        yield from _listed(located, home, tree_of(located.file))


def _listed(located: Located, home: tuple[str, ...], tree: Path | None) -> Iterator[Datasource]:
    for each in located.at("datasources").items():
        if isinstance(each.value, dict) and each.value.get("name"):
            yield Datasource(each, str(each.value.get("uid") or ""), (*home, str(each.value.get("orgId", 1))), tree)


def _in_values(values: Located) -> Iterator[Datasource]:
    tree, home = tree_of(values.file), (values.file,)
    more = values.at("grafana", "additionalDataSources").items()
    yield from (Datasource(each, str(each.at("uid").value or ""), home, tree) for each in more)
    files = values.at("grafana", "datasources")
    for name in files.value if isinstance(files.value, dict) else ():
        for each in files.at(name, "datasources").items():
            yield Datasource(each, str(each.at("uid").value or ""), home, tree)


def _uses(part: Located, board: Dashboard) -> Iterator[Use]:
    if isinstance(part.value, list):
        for item in part.items():
            yield from _uses(item, board)
    elif isinstance(part.value, dict):
        for key in part.value:
            if key == "datasource":
                yield from _use(part.at(key), board)
            elif key not in ("__inputs", "__requires", "current", "options"):
                yield from _uses(part.at(key), board)


def _use(located: Located, board: Dashboard) -> Iterator[Use]:
    if isinstance(located.value, str):
        yield Use(located, located.value, "", board)
    elif isinstance(located.value, dict) and isinstance(located.value.get("uid"), str):
        yield Use(located.at("uid"), located.value["uid"], str(located.value.get("type") or ""), board)


def variables(board: Dashboard) -> dict[str, Located]:
    """The variables of a board, by name."""
    listed: Iterable[Located] = board.located.at("templating", "list").items()
    return {str(each.at("name").value): each for each in listed if isinstance(each.value, dict)}


def inputs(board: Dashboard) -> dict[str, Located]:
    """What a board asks of whoever imports it, by name."""
    listed: Iterable[Located] = board.located.at("__inputs").items()
    return {str(each.at("name").value): each for each in listed if isinstance(each.value, dict)}
