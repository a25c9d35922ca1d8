"""Things that are called otherwise now, everywhere: told once, and taken as known by all that is compared after."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Any

from obsgen.diff.memory import Memory
from obsgen.diff.model import Change, Key, Risk, Spot, Unit
from obsgen.diff.names.roles import CLUSTER, HOME, NAMESPACE, SERVER, Role, roles, written
from obsgen.diff.overall.pruning import bringing, is_deleted
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.volumes import keeps_volumes
from obsgen.diff.trees import ARGOCD, State
from obsgen.repository.objects import KubeObject, Located, as_object

_LEAST = {CLUSTER: 1, HOME: 2, NAMESPACE: 2}
_PLACES = (HOME, NAMESPACE)
_MOVED = "change/namespace-renamed"
_OF_LABELS = 3
"""In how many places a name must stand before it is taken for one that many things share."""
_TOKENS = re.compile(r"[\w.-]+|\s+|[^\w\s.-]")


@dataclass(frozen=True)
class Substitution:
    """A name that stands in the place of another one; `roles` are those that it has."""

    roles: tuple[str, ...]
    old: str
    new: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![A-Za-z0-9_])(?:{re.escape(self.old)}|{re.escape(self.new)})(?![A-Za-z0-9_])")

    def neutral(self, text: str) -> str:
        """The text with one mark for both names: equal for texts that differ in nothing else."""
        return self._pattern.sub("\0", text)


def renamed(pair: Pair) -> tuple[Pair, list[Change]]:
    """The pair as if what has another name now had had it before, and a change for each of those names."""
    found = substitutions(pair)
    changes = []
    for each in found:
        before = pair
        pair = Pair(applied(pair.old, pair.new, each), pair.new)
        explained = {both.key for both in before.changed} - {both.key for both in pair.changed}
        covers = tuple(Spot(key) for key in sorted(explained))
        changes.append(replace(_change(each, before, pair), covers=covers))
    return pair, changes


def substitutions(pair: Pair) -> list[Substitution]:
    """The names that are gone everywhere, each with the one that stands there now as often."""
    before = [_value(each) for each in _differing(pair.old, pair.new)]
    after = [_value(each) for each in _differing(pair.new, pair.old)]
    if not before or not after:
        return []
    sides = ((pair.old, before), (pair.new, after))
    old, new = (sum((_roles(state, each) for each in values), Counter[Role]()) for state, values in sides)
    gone, come = _enough(old, new), _enough(new, old)
    found: dict[tuple[str, str], list[str]] = {}
    units = {each.cluster for each in pair.old.tree.states}
    for (role, name), count in sorted(gone.items()):
        if (role == CLUSTER and name in units) or not _is_ours((role, name), count, before):
            continue  # a cluster of a fleet is told as one that is gone, and one that is new
        there = [each for (other, each), now in come.items() if other == role and (now == count or _alone(role, gone))]
        if len(there) == 1 and _leaves_nothing(pair, role, name, there[0]):
            found.setdefault((name, there[0]), []).append(role)
    return [Substitution(tuple(_named(names, old_, pair)), old_, new_) for (old_, new_), names in found.items()]


def _enough(found: Counter[Role], other: Counter[Role]) -> dict[Role, int]:
    """The names that are on one side alone, and there often enough."""
    least = {each: _LEAST.get(each[0], _OF_LABELS) for each in found}
    return {each: count for each, count in found.items() if count >= least[each] and each not in other}


def _is_ours(role: Role, count: int, values: list[Any]) -> bool:
    """Whether the files give a name to something; a value that they only ask for means something of its own."""
    if role[0] == HOME or (role[0] in _LEAST and count >= _OF_LABELS):
        return True
    return any(role in written(each) for each in values)


def _alone(role: str, gone: Mapping[Role, int]) -> bool:
    return sum(each == role for each, _ in gone) == 1


def _leaves_nothing(pair: Pair, role: str, old: str, new: str) -> bool:
    """Whether the old name is gone from all objects, and the new one was nowhere before."""
    return not any((role, old) in _roles(pair.new, _value(each)) for each in _all(pair.new)) and not any(
        (role, new) in _roles(pair.old, _value(each)) for each in _all(pair.old)
    )


def _named(found: list[str], old: str, pair: Pair) -> list[str]:
    """The roles, the one that people know first: a server is known by its labels `service` and `job`."""
    servers = {each.name for world in pair.old.tree.repository.worlds for each in world.facts.servers}
    places = [NAMESPACE] if any(each in _PLACES or each.endswith("_namespace") for each in found) else []
    if places or CLUSTER in found:
        return [*places, *sorted(found, key=lambda each: (each != CLUSTER, each))]
    return [SERVER, *found] if old in servers else sorted(found)


def _all(state: State) -> Iterator[KubeObject | Located]:
    yield from state.objects.values()
    yield from state.documents.values()


def _differing(state: State, other: State) -> Iterator[KubeObject | Located]:
    for key, object_ in state.objects.items():
        there = other.objects.get(key)
        if there is None or there.value != object_.value:
            yield object_
    for path, located in state.documents.items():
        beside = other.documents.get(path)
        if beside is None or beside.value != located.value:
            yield located


def _value(part: KubeObject | Located) -> Any:
    return part.value


_KNOWN: Memory[Counter[Role]] = Memory()


def _roles(state: State, value: Any) -> Counter[Role]:
    """The roles in a value; clusters share most of their objects' values."""
    return _KNOWN.of(state.tree, value, lambda: roles(value))


def applied(old: State, new: State, each: Substitution) -> State:
    """The old state as if it had had the new name wherever the new state has it."""
    objects: dict[Key, KubeObject] = {}
    for key, object_ in old.objects.items():
        to = _key(key, old, new, each)
        there = new.objects.get(to)
        objects[to] = _object(object_, there, each) if there else object_
    documents = {}
    for path, located in old.documents.items():
        now = path if path in new.documents else _path(path, old, new, each)
        beside = new.documents.get(now)
        documents[now] = replace(located, value=_towards(located.value, beside.value, each)) if beside else located
    return State(old.unit, objects, documents, old.tree)


def _key(key: Key, old: State, new: State, each: Substitution) -> Key:
    """What an object is called now: the one that differs in the name alone, if it was not there before."""
    if key in new.objects:
        return key
    wanted = _neutral_key(key, each)
    return next((it for it in _by_neutral(new, each).get(wanted, ()) if it not in old.objects), key)


@lru_cache(maxsize=4)
def _by_neutral(state: State, each: Substitution) -> dict[Key, list[Key]]:
    found: dict[Key, list[Key]] = {}
    for key in state.objects:
        found.setdefault(_neutral_key(key, each), []).append(key)
    return found


def _neutral_key(key: Key, each: Substitution) -> Key:
    return Key(key.group, key.kind, each.neutral(key.namespace), each.neutral(key.name))


def _path(path: str, old: State, new: State, each: Substitution) -> str:
    wanted = each.neutral(path)
    return next((it for it in new.documents if it not in old.documents and each.neutral(it) == wanted), path)


def _object(old: KubeObject, new: KubeObject, each: Substitution) -> KubeObject:
    if old.value is new.value or old.value == new.value:
        return old
    made = as_object(replace(old.located, value=_towards(old.value, new.value, each)), old.document)
    return made or old


def _towards(old: Any, new: Any, each: Substitution, route: tuple[Any, ...] = ()) -> Any:
    """The old value with the new name where the new value has it in the same place."""
    if old == new or (route[-1:] == ("selector",) and NAMESPACE not in each.roles):
        return old  # what a monitor looks for is elsewhere: its name has not changed with ours
    if isinstance(old, dict) and isinstance(new, dict):
        return {key: value for item in old.items() for key, value in _item(*item, new, each, route)}
    if isinstance(old, list) and isinstance(new, list):
        return _items(old, new, each, route)
    if isinstance(old, str) and isinstance(new, str):
        return _text(old, new, each)
    return old


def _item(
    key: Any, value: Any, new: Mapping[Any, Any], each: Substitution, route: tuple[Any, ...]
) -> Iterator[tuple[Any, Any]]:
    now = key
    if key not in new and isinstance(key, str):
        wanted = each.neutral(key)
        now = next((it for it in new if isinstance(it, str) and each.neutral(it) == wanted), key)
    yield now, _towards(value, new[now], each, (*route, now)) if now in new else value


def _items(old: list[Any], new: list[Any], each: Substitution, route: tuple[Any, ...]) -> list[Any]:
    """Items that differ in the name alone become the new ones; those between them are taken in their order."""
    texts = [[each.neutral(json.dumps(it, sort_keys=True, default=str)) for it in side] for side in (old, new)]
    result = []
    for tag, i, j, k, m in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes():
        if tag == "equal":
            pairs = zip(old[i:j], new[k:m], strict=True)
            result += [_towards(one, other, each, (*route, 0)) for one, other in pairs]
        elif tag in ("replace", "delete"):
            result += [_nearest(one, new[k:m], n, each, (*route, 0)) for n, one in enumerate(old[i:j])]
    return result


def _nearest(one: Any, among: list[Any], index: int, each: Substitution, route: tuple[Any, ...]) -> Any:
    """An item as if it had the new name: like the one that has its own name, else the one in its place."""
    if isinstance(one, dict):
        for key in ("name", "alert", "record", "uid", "title"):
            named = [it for it in among if isinstance(it, dict) and _same(one.get(key), it.get(key), each)]
            if len(named) == 1:
                return _towards(one, named[0], each, route)
    return _towards(one, among[index], each, route) if index < len(among) else one


def _same(one: Any, other: Any, each: Substitution) -> bool:
    return isinstance(one, str) and isinstance(other, str) and each.neutral(one) == each.neutral(other)


@lru_cache(maxsize=4096)
def _text(old: str, new: str, each: Substitution) -> str:
    """By lines first; what differs in more than the name, such as another wrapping, word by word."""
    if each.neutral(old) == each.neutral(new):
        return new
    sides = (old.split("\n"), new.split("\n"))
    result: list[str] = []
    for is_equal, one, other in _blocks(*sides, each):
        result += other if is_equal else ["".join(_words("\n".join(one), "\n".join(other), each))] if one else []
    return "\n".join(result)


def _words(old: str, new: str, each: Substitution) -> Iterator[str]:
    for is_equal, one, other in _blocks(_TOKENS.findall(old), _TOKENS.findall(new), each):
        yield from other if is_equal else one


def _blocks(old: list[str], new: list[str], each: Substitution) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Parts of two texts that belong together, and whether they differ in the name alone."""
    marks = [[each.neutral(it) for it in side] for side in (old, new)]
    for tag, i, j, k, m in SequenceMatcher(None, marks[0], marks[1], autojunk=False).get_opcodes():
        yield tag == "equal", old[i:j], new[k:m]


def _change(each: Substitution, before: Pair, after: Pair) -> Change:
    touched = [key for key, object_ in before.old.objects.items() if after.old.objects.get(key) is not object_]
    volumes = [key for key in touched if key not in after.old.objects and keeps_volumes(before.old.objects[key])]
    risk = Risk.DESTROYS if volumes else Risk.REVIEW
    id_, subject, words = _said(each)
    if volumes:
        words = f"{volumes[0]} begins with empty volumes"
        words += f", {len(volumes) - 1} more, too" if len(volumes) > 1 else ""
    left = [key for key in touched if key not in after.old.objects and key not in before.new.objects]
    if left and each.roles[0] == NAMESPACE and bringing(before.new).is_argocd:
        words += f"; {_left(left, before, each.old)}"
    first = touched[0] if touched else None
    old = before.old.tree.place(before.old.objects[first].located.place()) if first else None
    details = tuple(sorted(map(str, left))) if each.roles[0] == NAMESPACE else ()
    return Change(id_, "~", subject, f"is {each.new} now: {words}", risk, details, (), old, _place(after, first, each))


def _left(gone: list[Key], pair: Pair, namespace: str) -> str:
    """What becomes of objects by the names that they no longer have."""
    pruned = [key for key in gone if is_deleted(pair.old.objects[key], pair.new)]
    counted = f"{len(pruned or gone)} {'object' if len(pruned or gone) == 1 else 'objects'} in {namespace}"
    return f"{counted} will be pruned" if pruned else f"{counted} will stay in the cluster"


def together(found: Mapping[Change, set[Unit]]) -> dict[Change, set[Unit]]:
    """Changes, with those of namespaces in which Argo CD's own unit has part told of the stack that it deploys."""
    moved = {
        (change.subject, unit.stack): change
        for change, units in found.items()
        for unit in units
        if change.id == _MOVED and unit.environment != ARGOCD
    }
    result: dict[Change, set[Unit]] = {}
    for change, units in found.items():
        for unit in units:
            told = moved.get((change.subject, unit.stack), change) if change.id == _MOVED else change
            result.setdefault(told if unit.environment == ARGOCD else change, set()).add(unit)
    return result


def _said(each: Substitution) -> tuple[str, str, str]:
    """The id, the subject, and what follows from another name."""
    role = each.roles[0]
    if role == NAMESPACE:
        words = "silences and targets by the old name no longer match"
        return _MOVED, f"namespace {each.old}", words
    if role == CLUSTER:
        words = "silences by the old name no longer match, and Argo CD must know it by the new one"
        return "change/cluster-renamed", f"cluster {each.old}", words
    subject = f"server {each.old}" if role == SERVER else f"label {role} {each.old}"
    return "change/label-renamed", subject, "silences, links and queries elsewhere by the old name no longer match"


def _place(pair: Pair, key: Key | None, each: Substitution) -> Any:
    if key is None:
        return None
    now = _key(key, pair.old, pair.new, each) if key not in pair.new.objects else key
    there = pair.new.objects.get(now)
    return pair.new.tree.place(there.located.place()) if there else None
