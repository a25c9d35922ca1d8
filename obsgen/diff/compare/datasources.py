"""Grafana's datasources: new ones, those that are gone or asked elsewhere, and the boards that then ask nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.leaves import leaves
from obsgen.diff.parts.shown import route_text, shown
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.trees import Tree
from obsgen.findings import InputError, Place, redacted
from obsgen.repository.grafana.datasources import GROUP, Use, is_grafana, tree_of, variables
from obsgen.repository.objects import Embedded, Located
from obsgen.source import load_text

_TEXTS = ("data", "stringData")
_LISTS = ("datasources", "additionalDataSources")
_TOLD = frozenset(("isDefault", "name", "type", "uid", "url"))
_HIDDEN = "secureJsonData"


@dataclass(frozen=True, eq=False)
class _Source:
    """A datasource of one side: what is said of it, and the part of an object or file that says so."""

    spots: tuple[Spot, ...]
    located: Located
    uid: str

    @property
    def value(self) -> dict[str, Any]:
        found: dict[str, Any] = self.located.value
        return found

    @property
    def name(self) -> str:
        return str(self.value.get("name") or self.uid or "without a name")

    @property
    def type(self) -> str:
        return str(self.value.get("type") or "")

    @property
    def address(self) -> tuple[str, str]:
        return self.type, str(self.value.get("url") or "")


def compare(pair: Pair) -> Iterator[Change]:
    """What Grafana can ask now that it could not before, and what it asks elsewhere."""
    every = list(things(pair))
    old = [each for thing in every if thing.old for each in _in(thing.owner, thing.old)]
    new = [each for thing in every if thing.new for each in _in(thing.owner, thing.new)]
    for one, other in _matched(old, new):
        yield from _Match(pair, one, other).changes()
    yield from (change for thing in every for change in _provisioning(thing))


def _provisioning(thing: Thing) -> Iterator[Change]:
    """What files for Grafana say besides the datasources, such as which ones it deletes."""
    for field in _TEXTS:
        old, new = (_rests(each.at(field)) if each else {} for each in (thing.old, thing.new))
        for key in (each for each in old if each in new and old[each] != new[each]):
            keys = sorted({name for name in {**old[key], **new[key]} if old[key].get(name) != new[key].get(name)})
            yield thing.change("change/datasource-changed", "~", f"other {', '.join(keys)}", Risk.REVIEW, (field, key))


def _rests(texts: Located) -> dict[str, dict[str, Any]]:
    """What texts say besides the datasources, by key."""
    found = {str(text.route[-1]): _documents(text) for text in _items(texts)}
    return {
        key: {name: value for each in documents for name, value in each.value.items() if name not in _LISTS}
        for key, documents in found.items()
        if documents
    }


def _matched(old: list[_Source], new: list[_Source]) -> Iterator[tuple[_Source | None, _Source | None]]:
    """Those of one uid, of one name, or of one address belong together."""
    before, after = list(old), list(new)
    for key in ("uid", "name", "address"):
        for one in list(before):
            wanted = getattr(one, key)
            other = next((each for each in after if wanted and getattr(each, key) == wanted), None)
            if other:
                before.remove(one)
                after.remove(other)
                yield one, other
    yield from ((one, None) for one in before)
    yield from ((None, one) for one in after)


@dataclass(frozen=True, eq=False)
class _Match:
    """A datasource on both sides; None where it is not there."""

    pair: Pair
    old: _Source | None
    new: _Source | None

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        if old is None and new:
            yield self._change("change/datasource-added", "+", f"new, {new.type}", Risk.SAFE)
        elif new is None and old:
            lost = self._asking(old, old.uid, old.name)
            yield self._change("change/datasource-removed", "-", f"gone{_who(lost)}", _risk(lost), lost)
        elif old and new and (old.value != new.value or old.uid != new.uid):
            yield from self._differences(old, new)

    def _differences(self, old: _Source, new: _Source) -> Iterator[Change]:
        if old.uid != new.uid:
            lost = self._asking(old, old.uid)
            what = f"uid {old.uid or 'none'} → {new.uid or 'none'}{_who(lost)}"
            yield self._change("change/datasource-uid", "~", what, _risk(lost), lost)
        if old.name != new.name:
            yield self._change("change/datasource-changed", "~", f"renamed from {old.name}", Risk.REVIEW)
        for key in ("type", "url"):
            one, other = (redacted(str(each.value.get(key) or "none")) for each in (old, new))
            if old.value.get(key) != new.value.get(key):
                what = f"{key} {one} → {other}" if one != other else f"another {key}"
                yield self._change("change/datasource-changed", "~", what, Risk.REVIEW)
        if bool(old.value.get("isDefault")) != bool(new.value.get("isDefault")):
            what = "the default now" if new.value.get("isDefault") else "no longer the default"
            yield self._change(
                "change/datasource-default", "~", f"{what}: panels that name none ask another one", Risk.REVIEW
            )
        yield from self._others(old, new)

    def _others(self, old: _Source, new: _Source) -> Iterator[Change]:
        found = [each for each in leaves(old.value, new.value) if each.route and each.route[0] not in _TOLD]
        secrets = any(each.route[0] == _HIDDEN for each in found)
        plain = [each for each in found if each.route[0] != _HIDDEN]
        if secrets:
            yield self._change("change/datasource-changed", "~", "another secret", Risk.REVIEW)
        lines = []
        for each in plain:
            one, other = (shown("", each.route, value, new.value) for value in (each.old, each.new))
            differ = f" {one or 'none'} → {other or 'none'}" if one != other else ""
            lines.append(f"{route_text(each.route, new.value)}{differ}")
        if lines:
            more = f", {len(lines) - 2} more" if len(lines) > 2 else ""
            yield self._change(
                "change/datasource-changed", "~", f"{', '.join(lines[:2])}{more}", Risk.REVIEW, tuple(lines)
            )

    def _asking(self, old: _Source, *names: str) -> tuple[str, ...]:
        """The boards that ask for a datasource that is no longer there: by name, or as the only one of its type."""
        left = self._left()
        if any(each.uid in names or each.name in names for each in left):
            return ()
        alone = self.new is None and self._runs_grafana and not any(each.type == old.type for each in left)
        grafanas = self.pair.new.tree.repository.grafanas
        uses = (each for each in grafanas.uses if self._is_here(each.board.located.file))
        found = (each for each in uses if each.wanted in names or (alone and _type(each) == old.type))
        return tuple(sorted({str(each.board.located.at("title").value) for each in found}))

    @property
    def _runs_grafana(self) -> bool:
        """Whether Grafana is among what is applied: one elsewhere has datasources of its own besides."""
        values = any(
            "grafana" in each.value for each in self.pair.new.documents.values() if isinstance(each.value, dict)
        )
        return values or any(map(is_grafana, self.pair.new.objects.values()))

    def _is_here(self, file: str) -> bool:
        """Whether a file is of this stack, or of no rendered tree."""
        tree = tree_of(file)
        return tree is None or tree.name == self.pair.new.unit.stack

    def _left(self) -> list[_Source]:
        """All datasources of the new side."""
        found = [each for key, one in self.pair.new.objects.items() for each in _in(key, one.located)]
        return found + [each for path, part in self.pair.new.documents.items() for each in _in(path, part)]

    def _change(self, id_: str, sign: str, what: str, risk: Risk, details: tuple[str, ...] = ()) -> Change:
        shown_ = self.new or self.old
        spots = tuple(spot for each in (self.old, self.new) if each for spot in each.spots)
        places = _place(self.pair.old.tree, self.old), _place(self.pair.new.tree, self.new)
        subject = f"datasource {shown_.name if shown_ else ''}"
        return Change(id_, sign, subject, what, risk, details, spots, *places)


def _in(owner: Key | str, part: Located) -> Iterator[_Source]:
    """The datasources of an object or file."""
    if isinstance(owner, Key) and (owner.group, owner.kind) == (GROUP, "GrafanaDatasource"):
        located, spec = part.at("spec", "datasource"), part.at("spec")
        if isinstance(located.value, dict):
            uid = str(spec.at("uid").value or located.at("uid").value or "")
            yield _Source((Spot(owner, located.route), Spot(owner, spec.at("uid").route)), located, uid)
        return
    for text in (text for key in _TEXTS if isinstance(owner, Key) for text in _items(part.at(key))):
        found = (one for each in _documents(text) for one in _listed(each))
        yield from (_Source((Spot(owner, text.route),), one, _uid(one)) for one in found)
    if not isinstance(owner, Key) or owner.kind in ("Application", "HelmRelease"):
        yield from (_Source((Spot(owner, each.route),), each, _uid(each)) for each in _listed(part))


def _documents(text: Located) -> list[Located]:
    """The documents of a text that speak of datasources."""
    if not isinstance(text.value, str) or "datasources:" not in text.value:
        return []
    try:
        found = load_text(text.value, "datasources.yaml")
    except InputError:
        return []
    return [Located(each.value, Embedded(each, text)) for each in found if isinstance(each.value, dict)]


def _listed(part: Located) -> Iterator[Located]:
    """The datasources of provisioning files, and of values of Grafana's chart, wherever these stand."""
    for each in _items(part):
        if each.route[-1] in _LISTS and isinstance(each.value, list):
            yield from (one for one in each.items() if isinstance(one.value, dict) and one.value.get("name"))
        else:
            yield from _listed(each)


def _items(part: Located) -> list[Located]:
    return [part.at(key) for key in part.value] if isinstance(part.value, dict) else []


def _uid(located: Located) -> str:
    return str(located.at("uid").value or "")


def _type(use: Use) -> str:
    """The type of datasource that a board asks for without naming one."""
    variable = variables(use.board).get(use.variable) if use.variable else None
    return str(variable.at("query").value) if variable and variable.at("type").value == "datasource" else ""


def _who(boards: tuple[str, ...]) -> str:
    if not boards:
        return ""
    asks = "asks" if len(boards) == 1 else "ask"
    return f": {boards[0] if len(boards) == 1 else f'{len(boards)} dashboards'} {asks} it, without an answer now"


def _risk(boards: tuple[str, ...]) -> Risk:
    return Risk.LOSES_DATA if boards else Risk.REVIEW


def _place(tree: Tree, source: _Source | None) -> Place | None:
    return tree.place(source.located.place()) if source else None
