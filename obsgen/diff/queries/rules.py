"""The rules of a unit on both sides: where they stand, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from obsgen import logql
from obsgen.conventions import SERVICE_LABEL
from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.queries.expressions import Difference, Part, differences
from obsgen.diff.queries.logs import log_differences
from obsgen.findings import Place
from obsgen.promql import PromqlError, Query, parse
from obsgen.repository.classify import kind_of
from obsgen.repository.embedded import embedded_documents
from obsgen.repository.objects import Embedded, KubeObject, Located
from obsgen.repository.queries.expressions import is_logql
from obsgen.repository.queries.rules import Rule, RuleSet, rules_of, rules_of_object, rules_of_text


@dataclass(frozen=True, eq=False)
class Held:
    """A rule of one side: the part of an object or file that it stands in, its group, and the whole set."""

    spot: Spot
    rule: Rule
    group: Located
    for_loki: bool

    @property
    def name(self) -> str:
        """The alert's or the recorded series' name."""
        return self.rule.name

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or f"{'an alert' if self.rule.is_alert else 'a rule'} without a name"

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.rule.located.place()

    @property
    def labels(self) -> dict[str, Any]:
        """The labels that it sets."""
        found = self.rule.value.get("labels")
        return found if isinstance(found, dict) else {}

    @property
    def text(self) -> str:
        """Its expression in one line."""
        return " ".join(self.rule.expr.split())

    @cached_property
    def query(self) -> Query | None:
        """Its expression, if it is PromQL."""
        try:
            return None if self.for_loki else parse(self.rule.expr)
        except PromqlError:
            return None

    @cached_property
    def log_query(self) -> logql.Query | None:
        """Its expression, if it is LogQL that can be read."""
        try:
            return logql.parse(self.rule.expr) if self.for_loki else None
        except (logql.LogqlError, logql.NotUnderstoodError):
            return None

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The series that it asks for, sorted; of LogQL nothing."""
        return tuple(sorted(each.name for each in self.query.selectors())) if self.query else ()


class Match(NamedTuple):
    """A rule on both sides; None where it is not there."""

    old: Held | None
    new: Held | None

    def change(self, pair: Pair, id_: str, sign: str, what: str, risk: Risk, details: tuple[str, ...] = ()) -> Change:
        """What is told of it, by its present title."""
        shown = self.new or self.old
        return Change(
            id_,
            sign,
            shown.title if shown else "",
            what,
            risk,
            details,
            tuple(Spot(*each.spot) for each in self if each),
            pair.old.tree.place(self.old.place) if self.old else None,
            pair.new.tree.place(self.new.place) if self.new else None,
        )


_HELD: WeakKeyDictionary[Pair, tuple[list[Held], list[Held]]] = WeakKeyDictionary()


def held(pair: Pair) -> tuple[list[Held], list[Held]]:
    """The rules of the objects and files that differ, of both sides."""
    if pair not in _HELD:
        _HELD[pair] = _held(pair)
    return _HELD[pair]


def _held(pair: Pair) -> tuple[list[Held], list[Held]]:
    old = [each for both in pair.changed if both.old for each in of_object(both.key, both.old)]
    new = [each for both in pair.changed if both.new for each in of_object(both.key, both.new)]
    old += [each for one in pair.documents if one.old for each in of_document(one.path, one.old)]
    new += [each for one in pair.documents if one.new for each in of_document(one.path, one.new)]
    return old, new


def matched(old: Iterable[Held], new: Iterable[Held]) -> list[Match]:
    """The rules that differ, those of one name and the most labels in common together; renamed ones too."""
    _, before, after = _equal(list(old), list(new))
    found: list[Match] = []
    for is_pair in (_same_labels, _same_server, _same_name, _same_meaning, _same_but_limits):
        for one in list(before):
            there = [other for other in after if is_pair(one, other)]
            if there and (len(there) == 1 or is_pair is not _same_but_limits):
                before.remove(one)
                after.remove(there[0])
                found.append(Match(one, there[0]))
    found += [Match(one, None) for one in before]
    return [*found, *(Match(None, one) for one in after)]


def parts(old: Held, new: Held) -> list[Difference]:
    """Where the expressions of two rules differ; by their texts where one of them cannot be read."""
    if old.query and new.query:
        return _differences(old.rule.expr, new.rule.expr)
    if old.log_query and new.log_query:
        return log_differences(old.log_query.root, new.log_query.root, (old.text, new.text))
    return [Difference(Part.SHAPE, old.text, new.text)] if old.rule.expr.split() != new.rule.expr.split() else []


def paired(old: Iterable[Held], new: Iterable[Held]) -> list[Match]:
    """The rules that are there on both sides, whether they differ or not."""
    equal, before, after = _equal(list(old), list(new))
    return [*equal, *(each for each in matched(before, after) if each.old and each.new)]


@lru_cache(maxsize=4096)
def _differences(old: str, new: str) -> list[Difference]:
    """Those of two expressions: clusters have the same ones."""
    return differences(parse(old).root, parse(new).root)


def _equal(old: list[Held], new: list[Held]) -> tuple[list[Match], list[Held], list[Held]]:
    """Those that are the same on both sides, wherever they stand, and what is left on each."""
    left = list(new)
    found: list[Match] = []
    rest = []
    for each in old:
        same = next((other for other in left if other.rule.value == each.rule.value), None)
        if same is None:
            rest.append(each)
        else:
            left.remove(same)
            found.append(Match(each, same))
    return found, rest, left


def _same_name(old: Held, new: Held) -> bool:
    return old.name == new.name and old.rule.is_alert == new.rule.is_alert


def _same_labels(old: Held, new: Held) -> bool:
    return _same_name(old, new) and old.labels == new.labels


def _same_server(old: Held, new: Held) -> bool:
    return _same_name(old, new) and old.labels.get(SERVICE_LABEL) == new.labels.get(SERVICE_LABEL)


def _same_meaning(old: Held, new: Held) -> bool:
    """Whether two rules may be one that was renamed: they ask the same, and it is more than a constant."""
    return old.rule.is_alert == new.rule.is_alert and old.asks == new.asks and not parts(old, new) and _asks(old)


def _asks(rule: Held) -> bool:
    return bool(rule.asks or rule.for_loki or rule.query is None)


def _same_but_limits(old: Held, new: Held) -> bool:
    """Whether only limits differ, and how the rule is called."""
    are_alike = old.rule.is_alert and new.rule.is_alert and old.asks == new.asks
    found = parts(old, new) if are_alike else []
    return bool(found) and all(each.part in (Part.LIMIT, Part.VALUE) for each in found)


def of_object(key: Key, object_: KubeObject) -> Iterator[Held]:
    """The rules that an object is made of, or holds as text."""
    yield from (each for spot, set_ in sets_of_object(key, object_) for each in of_set(spot, set_))


def of_document(path: str, located: Located) -> Iterator[Held]:
    """The rules of a file."""
    yield from (each for spot, set_ in sets_of_document(path, located) for each in of_set(spot, set_))


def sets_of_object(key: Key, object_: KubeObject) -> Iterator[tuple[Spot, RuleSet]]:
    """The sets of rules in an object, each with the part that it is."""
    set_ = rules_of_object(object_)
    if set_:
        yield Spot(key, ("spec", "groups")), set_
    elif object_.kind == "ConfigMap":
        for located in embedded_documents([object_], set()):
            if kind_of("", located.value) == "rules" and isinstance(located.where, Embedded):
                route = located.where.outer.route[len(object_.located.route) :]
                yield Spot(key, route), rules_of_text(located)


def sets_of_document(path: str, located: Located) -> Iterator[tuple[Spot, RuleSet]]:
    """The set of rules that a file is, if it is one."""
    if kind_of(path, located.value) == "rules":
        yield Spot(path, ("groups",)), RuleSet(located, is_object=False)


def of_set(spot: Spot, set_: RuleSet) -> Iterator[Held]:
    """The rules of a set."""
    for_loki = is_logql(set_)
    for group in set_.groups:
        yield from (Held(spot, rule, group, for_loki) for rule in rules_of(group))
