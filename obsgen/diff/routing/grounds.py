"""What decides who is told of a unit's alerts: its rules, and the Alertmanagers, wherever those are applied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from obsgen.conventions import HUB
from obsgen.diff.memory import Memory
from obsgen.diff.model import Key, Unit
from obsgen.diff.trees import ARGOCD, State, Tree
from obsgen.facts import Facts, tree_facts
from obsgen.repository import chartvalues
from obsgen.repository.alerting.alertmanagers import RESOURCE, Configuration, in_objects, in_values
from obsgen.repository.alerting.alerts import OPERATOR
from obsgen.repository.alerting.destinations import as_branch
from obsgen.repository.classify import ALERTMANAGER, CHART_VALUES, kind_of
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.rules import LOKI_RULE_OBJECTS, RULE_OBJECTS
from obsgen.repository.scopes import Scope

_ALERTMANAGERS = frozenset((RESOURCE, (OPERATOR, "Alertmanager")))
_SERVERS = frozenset(((OPERATOR, "Prometheus"), (OPERATOR, "ThanosRuler")))
_PLAIN = frozenset((*RULE_OBJECTS, *LOKI_RULE_OBJECTS, *_SERVERS, ("", "Namespace")))
_TEXTS = frozenset((("", "Secret"), ("", "ConfigMap")))
_CHARTS = frozenset(("Application", "HelmRelease"))
_VALUES = frozenset((CHART_VALUES, "Helm values"))


@dataclass(frozen=True, eq=False)
class Ground:
    """The objects and files that decide it for one unit."""

    state: State
    objects: Mapping[Key, KubeObject]
    documents: Mapping[str, Located]

    @cached_property
    def key(self) -> str:
        """Equal where all is equal; what servers add to alerts counts only where a route asks for it."""
        tree, asked = self.state.tree, self._asked
        parts = [f"{key}:{_digest(tree, each.value, _server(each, asked))}" for key, each in self.objects.items()]
        parts += [f"{path}:{_digest(tree, each.value)}" for path, each in self.documents.items()]
        return blake2b("\n".join(sorted(parts)).encode()).hexdigest()

    @cached_property
    def configurations(self) -> list[Configuration]:
        """The configurations of Alertmanager."""
        return [one for each in self._parts for one in each.configurations]

    @cached_property
    def scope(self) -> Scope:
        """The objects as what is applied together."""
        unit, objects = self.state.unit, tuple(self.objects.values())
        files = (each.located.file for each in self.state.objects.values())
        found = next((carried for file in files if (carried := tree_facts(Path(file)))), None)
        if found is None or not unit.environment:
            return Scope(objects, Facts(), None, found[0] if found else None)
        return Scope(objects, found[1].of(unit.environment, unit.cluster), None, found[0])

    @property
    def _parts(self) -> Iterator[_Part]:
        yield from (_of_object(self.state.tree, each) for each in self.objects.values())
        yield from (_of_file(self.state.tree, path, each) for path, each in self.documents.items())

    @property
    def _asked(self) -> frozenset[str]:
        """The labels that routes ask for."""
        return frozenset().union(*(each.asked for each in self._parts))


class _Part(NamedTuple):
    """What an object or file holds of Alertmanager: configurations, and the labels that their routes ask for."""

    configurations: tuple[Configuration, ...] = ()
    asked: frozenset[str] = frozenset()


def ground(state: State) -> Ground:
    """What decides for a unit: its own Alertmanagers, else the central cluster's, else any that there are."""
    tree = state.tree
    objects = {key: each for key, each in state.objects.items() if _counts(each)}
    documents = dict(_documents(state))
    if not _has_alertmanager(tree, objects, documents):
        for other in _others(state):
            brought = _brought(tree, other)
            objects, documents = {**brought.objects, **objects}, {**brought.documents, **documents}
    return Ground(state, objects, documents)


def configurations_of(located: Located | None, object_: KubeObject | None, path: str) -> tuple[Configuration, ...]:
    """The configurations that an object, or a file by its path, holds; those that cannot be read are left out."""
    if object_ is not None:
        values = chartvalues.in_objects([object_])
        found = [*in_objects([object_]), *(one for each in values for one in in_values(each))]
    else:
        found = list(_in_file(path, located)) if located else []
    return tuple(each for each in found if not each.broken)


def _in_file(path: str, located: Located) -> Iterator[Configuration]:
    kind = kind_of(path, located.value)
    if kind == ALERTMANAGER:
        yield Configuration(located)
    elif kind in _VALUES:
        yield from in_values(chartvalues.of_document(located))


class _Brought(NamedTuple):
    """What a unit has of Alertmanagers."""

    objects: Mapping[Key, KubeObject]
    documents: Mapping[str, Located]


_BROUGHT: WeakKeyDictionary[Tree, dict[Unit, _Brought]] = WeakKeyDictionary()


def _brought(tree: Tree, unit: Unit) -> _Brought:
    known, state = _BROUGHT.setdefault(tree, {}), tree.states[unit]
    if unit not in known:
        objects = {key: each for key, each in state.objects.items() if _is_alertmanager(each)}
        files = {path: each for path, each in state.documents.items() if _of_file(tree, path, each).configurations}
        known[unit] = _Brought(objects, files)
    return known[unit]


def _others(state: State) -> Iterator[Unit]:
    """Where the Alertmanagers of a unit without any may be: in the central cluster, or anywhere outside of trees."""
    unit = state.unit
    if unit.environment:
        central = (Unit(unit.stack, HUB), Unit(unit.stack, ARGOCD))
        yield from (each for each in central if each in state.tree.states and each != unit)
    else:
        yield from (each for each in _outside(state.tree) if each != unit)


_OUTSIDE: WeakKeyDictionary[Tree, list[Unit]] = WeakKeyDictionary()


def _outside(tree: Tree) -> list[Unit]:
    """The units outside of rendered trees that have an Alertmanager."""
    if tree not in _OUTSIDE:
        units = (each for each in tree.states if not each.environment)
        _OUTSIDE[tree] = [each for each in units if _has_alertmanager(tree, *_brought(tree, each))]
    return _OUTSIDE[tree]


def _documents(state: State) -> Iterator[tuple[str, Located]]:
    """The files of a unit and, before them, those of its stack and environment."""
    unit, states = state.unit, state.tree.states
    above = (Unit(unit.stack), Unit(unit.stack, unit.environment)) if unit.environment not in ("", ARGOCD) else ()
    for each in dict.fromkeys((*above, unit)):
        if each in states:
            yield from states[each].documents.items()


def _counts(object_: KubeObject) -> bool:
    return (object_.group, object_.kind) in _PLAIN or _is_alertmanager(object_)


def _is_alertmanager(object_: KubeObject) -> bool:
    """Whether an object is, or may hold, a configuration; ConfigMaps may hold rules as well."""
    kind = (object_.group, object_.kind)
    if kind not in _TEXTS:
        return kind in _ALERTMANAGERS or object_.kind in _CHARTS
    fields = [object_.value.get(field) for field in ("data", "stringData")]
    pairs = [pair for each in fields if isinstance(each, dict) for pair in each.items()]
    return any(str(key).startswith("alertmanager") or "groups:" in str(text)[:4096] for key, text in pairs)


def _has_alertmanager(tree: Tree, objects: Mapping[Key, KubeObject], documents: Mapping[str, Located]) -> bool:
    if any((each.group, each.kind) in _ALERTMANAGERS for each in objects.values()):
        return True
    found = (
        *(_of_object(tree, each) for each in objects.values()),
        *(_of_file(tree, *each) for each in documents.items()),
    )
    return any(each.configurations for each in found)


_PARTS = Memory["_Part"]()


def _of_object(tree: Tree, object_: KubeObject) -> _Part:
    return _PARTS.of(tree, object_.value, lambda: _part(configurations_of(None, object_, "")))


def _of_file(tree: Tree, path: str, located: Located) -> _Part:
    return _PARTS.of(tree, located.value, lambda: _part(configurations_of(located, None, path)))


def _part(found: tuple[Configuration, ...]) -> _Part:
    roots = [as_branch(each, each.root) for each in found if each.root]
    return _Part(found, frozenset(asked[0] for root in roots for branch in root.all for asked in branch.matchers))


_DIGESTS = Memory[str]()


def _digest(tree: Tree, value: Any, instead: Any = None) -> str:
    if instead is not None:
        return json.dumps(instead, sort_keys=True, default=str)
    return _DIGESTS.of(
        tree, value, lambda: blake2b(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
    )


def _server(object_: KubeObject, asked: frozenset[str]) -> Any:
    """What a Prometheus does to the labels of alerts that routes ask for; None for all other objects."""
    if (object_.group, object_.kind) not in _SERVERS:
        return None
    spec = object_.located.at("spec")
    labels = spec.at("externalLabels").value
    changes = ("alerting", "enforcedNamespaceLabel", "additionalAlertRelabelConfigs", "prometheusExternalLabelName")
    added = {key: value for key, value in labels.items() if key in asked} if isinstance(labels, dict) else {}
    return [added, *(spec.at(key).value for key in changes)]
