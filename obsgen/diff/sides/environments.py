"""One environment of two trees, or two environments of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from obsgen.diff.model import Unit
from obsgen.diff.names.roles import CLUSTER, NAMESPACE
from obsgen.diff.names.substitutions import Substitution, applied
from obsgen.diff.trees import ARGOCD, State, Tree
from obsgen.findings import ObsgenError
from obsgen.hints import nearest
from obsgen.repository import Repository
from obsgen.repository.queries.meanings import Meaning
from obsgen.tree.paths import OWN

_ENVIRONMENT = "environment"


@dataclass(frozen=True, eq=False)
class Part(Tree):
    """Some units of a whole side, perhaps under other names."""

    whole: Tree = field(kw_only=True)
    chosen: Mapping[Unit, State] = field(kw_only=True)

    @cached_property
    def states(self) -> dict[Unit, State]:
        """What is applied, by unit."""
        return dict(self.chosen)

    @cached_property
    def repository(self) -> Repository:
        """The files of the whole side, which are read once."""
        return self.whole.repository

    @cached_property
    def meanings(self) -> dict[str, list[Meaning]]:
        """What expressions mean, by their texts."""
        return self.whole.meanings

    @cached_property
    def texts(self) -> dict[str, bytes]:
        """None: runbooks and the README are those of all environments."""
        return {}


def only(old: Tree, new: Tree, environment: str) -> tuple[Tree, Tree]:
    """Both sides with one environment alone, and what Argo CD is told of it."""
    return _of_environment(old, environment), _of_environment(new, environment)


def _of_environment(tree: Tree, environment: str) -> Tree:
    word = _word(environment)
    chosen: dict[Unit, State] = {}
    for unit, state in tree.states.items():
        chosen.setdefault(Unit(unit.stack), State(Unit(unit.stack), {}, {}, tree))
        if unit.environment == environment:
            chosen[unit] = state
        elif unit.environment == ARGOCD:
            mine = {key: each for key, each in state.objects.items() if word.search(key.name)}
            chosen[unit] = replace(state, objects=mine, documents={})
    return _part(tree, tree.label, chosen)


def between(tree: Tree, one: str, other: str) -> tuple[Tree, Tree]:
    """Two environments of a side as if they were two sides of the second one.

    What differs because they are two (their names, clusters and namespaces) is no difference. Clusters are compared
    with those of the same name; without any such, the first with the first.
    """
    old: dict[Unit, State] = {}
    new: dict[Unit, State] = {}
    for stack in sorted({each.stack for each in tree.states}):
        before, after = (_clusters(tree, stack, each) for each in (one, other))
        for name in sorted({*before, *after}):
            unit = Unit(stack, other, name)
            if name in after:
                new[unit] = after[name]
            if name in before:
                old[unit] = _alike(before[name], after.get(name), unit, tree)
    return _part(tree, one, old), _part(tree, other, new)


def _clusters(tree: Tree, stack: str, environment: str) -> dict[str, State]:
    """The states of an environment by cluster; where there is one alone its name does not count."""
    found = {each.cluster: state for each, state in tree.states.items() if each[:2] == (stack, environment)}
    return {"": next(iter(found.values()))} if len(found) == 1 else found


def _alike(old: State, new: State | None, unit: Unit, tree: Tree) -> State:
    state = replace(old, unit=unit)
    for each in _by_nature(tree, old.unit, new.unit) if new else ():
        state = applied(state, new, each) if new else state
    return state


def _by_nature(tree: Tree, one: Unit, other: Unit) -> Iterator[Substitution]:
    """Names that differ because environments do, the longest first."""
    before, after = (_names(tree, each) for each in (one, other))
    pairs = {(role, before[role, key], name) for (role, key), name in after.items() if (role, key) in before}
    for role, was, now in sorted(pairs, key=lambda each: (-len(each[1]), each)):
        if was != now:
            yield Substitution((role,), was, now)


def _names(tree: Tree, unit: Unit) -> dict[tuple[str, str], str]:
    """The names that are an environment's own, by role and by what has them; a tree says them among its facts."""
    facts = _facts(tree, unit.stack).get("environments", {})
    mine = facts.get(f"{unit.environment}/{unit.cluster}") or facts.get(unit.environment) or {}
    found = {(_ENVIRONMENT, ""): unit.environment}
    parts = [("", mine), ("prometheus", mine.get("prometheus")), ("boards", mine.get("boards"))]
    parts += [(str(each.get("name")), each) for each in mine.get("servers", ())]
    for name, part in parts:
        for key, role in (("cluster", CLUSTER), ("namespace", NAMESPACE)):
            if isinstance(part, dict) and isinstance(part.get(key), str):
                found[role, name] = part[key]
    return found


def _facts(tree: Tree, stack: str) -> dict[str, Any]:
    try:
        found = json.loads((tree.folder / "out" / stack / OWN / "facts.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def check(wanted: Iterable[str], known: Iterable[str]) -> None:
    """ObsgenError if an environment is none of those that are there."""
    names = sorted({*known} - {"", ARGOCD})
    for each in wanted:
        if each not in names:
            raise ObsgenError(f"no environment '{each}': {nearest(each, names)}")


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")


def _part(tree: Tree, label: str, chosen: Mapping[Unit, State]) -> Tree:
    return Part(label, tree.folder, tree.paths, tree.stack, whole=tree, chosen=chosen)
