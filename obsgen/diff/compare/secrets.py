"""Secrets, and keys of them, that somebody must bring because of a change, and those that nothing needs any more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.trees import State, Tree, key_of
from obsgen.findings import Place
from obsgen.repository.alerting.mountedpaths import mounted
from obsgen.repository.keyrefs import SECRET, KeyReference, references
from obsgen.repository.objects import KubeObject
from obsgen.repository.providers import Provider, providers

Need = tuple[str, str, str]
"""The namespace and the name of a Secret, and the key in it."""
Needs = dict[Need, KeyReference]
_MOUNTING = frozenset(("Alertmanager", "Prometheus"))
_SILENT = frozenset(("ConfigMap", "PrometheusRule"))
"""Kinds that name no Secrets."""
_OF_PATHS = frozenset((*_MOUNTING, SECRET))
_PATH = re.compile(r"etc\W+(alertmanager|prometheus)\W+secrets")
"""However a text writes the slashes."""


def compare(pair: Pair) -> Iterator[Change]:
    """What must be there now, and what need not be any more; and which values are others."""
    yield from _values(pair)
    before, after = (each.tree.states.get(each.unit, each) for each in (pair.old, pair.new))
    if before is pair.old and not _may_differ(pair):
        return
    old, new = _needs(before), _needs(after)
    come = {need: each for need, each in new.items() if need not in old}
    gone = {need: each for need, each in old.items() if need not in new}
    yield from _renamed(pair, gone, come)
    known, wanted = ({need[:2] for need in side} for side in (old, new))
    for secret, found in _by_secret(come).items():
        more = [] if secret in known else [each for each in _every(after) if _secret(each) == secret]
        yield _needed(pair, secret, found, more)
    for secret, found in _by_secret(gone).items():
        more = [] if secret in wanted else [each for each in _every(before) if _secret(each) == secret]
        yield _free(pair, secret, found, more)


def secrets_needed(state: State) -> Iterator[tuple[str, str]]:
    """The Secrets that somebody must bring before a unit can run, each with what it must have."""
    for secret, found in _by_secret(_needs(state)).items():
        yield _full(*secret), _there(found)


def _may_differ(pair: Pair) -> bool:
    """Whether what differs names, or brings, other Secrets than before: then all that is needed is looked at."""
    found = [each for each in pair.changed if each.key.kind not in _SILENT]
    if any(each.key.kind in _OF_PATHS for each in found) and any(
        _has_paths(each.tree) for each in (pair.old, pair.new)
    ):
        return True
    sides = [[each.old for each in found if each.old], [each.new for each in found if each.new]]
    old, new = ({one for each in side for one in _said(each)} for side in sides)
    return old != new


def _said(object_: KubeObject) -> Iterator[tuple[object, ...]]:
    """The Secrets that an object names, and those that it brings."""
    yield from ((each.namespace, each.name, each.key) for each in _named(object_))
    yield from (("made", each.namespace, each.name, each.keys) for each in _made(object_))


@lru_cache(maxsize=4)
def _has_paths(tree: Tree) -> bool:
    """Whether a file names a path at which a server may find a Secret."""
    return any(_PATH.search(one.text) for each in tree.repository.readings for one in each.documents)


def _secret(reference: KeyReference) -> tuple[str, str]:
    return reference.namespace, reference.name


def _needs(state: State) -> Needs:
    """The Secrets that something names, and nothing among the files brings."""
    made: dict[tuple[str, str], list[Provider]] = {}
    for object_ in state.objects.values():
        for each in _made(object_):
            made.setdefault((each.namespace, each.name), []).append(each)
    found: Needs = {}
    for one in _every(state):
        need = (one.namespace, one.name, one.key)
        if need not in found and not _is_made(one, made.get(need[:2], ())):
            found[need] = one
    whole = {need[:2] for need in found if need[2]}
    return {need: one for need, one in found.items() if need[2] or need[:2] not in whole}


def _every(state: State) -> Iterator[KeyReference]:
    for object_ in state.objects.values():
        yield from _named(object_)
        if object_.kind in _MOUNTING:
            yield from _read(state.tree).get(id(object_), ())


@lru_cache(maxsize=4)
def _read(tree: Tree) -> dict[int, list[KeyReference]]:
    """What servers are told to read from mounted Secrets, by the server's identity."""
    found: dict[int, list[KeyReference]] = {}
    for each in mounted(tree.repository):
        if each.is_mounted and each.reference.kind == SECRET:
            found.setdefault(id(each.server), []).append(each.reference)
    return found


def _is_made(reference: KeyReference, found: Iterable[Provider]) -> bool:
    return any(not reference.key or each.keys is None or reference.key in each.keys for each in found)


@lru_cache(maxsize=65536)
def _made(object_: KubeObject) -> tuple[Provider, ...]:
    return tuple(each for each in providers(object_) if each.kind == SECRET)


@lru_cache(maxsize=65536)
def _named(object_: KubeObject) -> tuple[KeyReference, ...]:
    return tuple(each for each in references(object_) if each.kind == SECRET and not each.optional)


def _by_secret(needs: Needs) -> dict[tuple[str, str], dict[str, KeyReference]]:
    found: dict[tuple[str, str], dict[str, KeyReference]] = {}
    for (namespace, name, key), one in needs.items():
        found.setdefault((namespace, name), {})[key] = one
    return found


def _renamed(pair: Pair, gone: Needs, come: Needs) -> Iterator[Change]:
    """Secrets of another name with the same keys: told once, and taken out of both."""
    before, after = _by_secret(gone), _by_secret(come)
    for (namespace, name), keys in before.items():
        there = [
            each
            for each, found in after.items()
            if each[0] == namespace and found.keys() == keys.keys() and _spots(found) & _spots(keys)
        ]
        if len(there) == 1:
            other = there[0]
            old, new = next(iter(keys.values())), next(iter(after[other].values()))
            what = f"is asked for as {other[1]} now: it must be there by that name"
            places = _place(pair.old, old), _place(pair.new, new)
            yield Change(
                "change/secret-renamed",
                "~",
                _full(namespace, name),
                what,
                Risk.REVIEW,
                _users(after[other]),
                _covers(pair, [*keys.values(), *after[other].values()]),
                *places,
            )
            for key in keys:
                del gone[(namespace, name, key)]
                del come[(*other, key)]


def _needed(pair: Pair, secret: tuple[str, str], found: dict[str, KeyReference], more: list[KeyReference]) -> Change:
    """`more` are all references to a Secret that nothing asked for before."""
    what = _there(found) if more else f"must have {_keys(found)}, too"
    place, spots = _place(pair.new, next(iter(found.values()))), _covers(pair, [*found.values(), *more])
    return Change("change/secret-needed", "+", _full(*secret), what, Risk.REVIEW, _users(found), spots, None, place)


def _free(pair: Pair, secret: tuple[str, str], found: dict[str, KeyReference], more: list[KeyReference]) -> Change:
    what = "no longer needed" if more else f"no longer needs {_keys(found)}"
    place, spots = _place(pair.old, next(iter(found.values()))), _covers(pair, [*found.values(), *more])
    return Change("change/secret-free", "-", _full(*secret), what, Risk.SAFE, _users(found), spots, place, None)


def _there(found: dict[str, KeyReference]) -> str:
    keys = _keys(found)
    return f"must be there, with {keys}" if keys else "must be there"


def _keys(found: dict[str, KeyReference]) -> str:
    """The keys in words; nothing if nobody names one."""
    names = sorted(each for each in found if each)
    return f"the {'key' if len(names) == 1 else 'keys'} {', '.join(names)}" if names else ""


def _users(found: dict[str, KeyReference]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{each.owner} asks for it" for each in found.values()))


def _covers(pair: Pair, found: Iterable[KeyReference]) -> tuple[Spot, ...]:
    """The places that name a Secret, and its keys, in objects that are there on both sides."""
    return tuple(
        Spot(key_of(each.owner), part.route[len(each.owner.located.route) :])
        for each in found
        if all(key_of(each.owner) in side.objects for side in (pair.old, pair.new))
        for part in (each.located, each.key_located)
        if part.where is each.owner.located.where
    )


def _spots(found: dict[str, KeyReference]) -> set[tuple[Key, tuple[str, ...]]]:
    """Who names a Secret, and where, whatever the order of lists."""
    return {
        (key_of(each.owner), tuple(step for step in each.located.route if isinstance(step, str)))
        for each in found.values()
    }


def _full(namespace: str, name: str) -> str:
    return f"Secret {namespace}/{name}" if namespace else f"Secret {name}"


def _place(state: State, reference: KeyReference) -> Place:
    return state.tree.place(reference.located.place())


def _values(pair: Pair) -> Iterator[Change]:
    """Secrets among the files whose values differ: that they do, never what they are."""
    for thing in things(pair):
        if thing.kind != SECRET or thing.group or not (thing.old and thing.new):
            continue
        routes = [each.route for each in thing.leaves if each.route[:1] in (("data",), ("stringData",))]
        routes = [each for each in routes if len(each) == 2 and not _is_configuration(thing, str(each[1]))]
        if routes:
            names = sorted({str(each[1]) for each in routes})
            what = f"another value of {', '.join(names)}"
            yield thing.change("change/secret-value", "~", what, Risk.REVIEW, *routes)


def _is_configuration(thing: Thing, key: str) -> bool:
    """Whether a value is a file that others compare, such as Alertmanager's."""
    return any(key.endswith(each) for each in (".yaml", ".yml", ".json"))
