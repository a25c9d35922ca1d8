"""Recorded series: new ones, those that are gone or renamed, and those that hold something else now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsgen.conventions import THRESHOLD_SERIES
from obsgen.diff.model import Change, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.queries.rules import Held, Match, held, matched, of_document, of_object, parts
from obsgen.diff.queries.sentences import asked, sentences
from obsgen.diff.queries.users import User, users
from obsgen.diff.trees import State

_LISTED = 2


def compare(pair: Pair) -> Iterator[Change]:
    """What recorded series hold now that they did not before; limits of alerts are told where the alerts are."""
    old, new = ([each for each in side if not each.rule.is_alert] for side in held(pair))
    plain = ([each for each in side if each.name != THRESHOLD_SERIES] for side in (old, new))
    for match in matched(*plain):
        yield from _changes(pair, match)
    yield from _limits(pair, *([each for each in side if each.name == THRESHOLD_SERIES] for side in (old, new)))


def _changes(pair: Pair, match: Match) -> Iterator[Change]:
    old, new = match
    if new is None and old:
        yield _gone(pair, match, old)
    elif old is None and new:
        yield match.change(pair, "change/recording-added", "+", "recorded now", Risk.SAFE, (new.text,))
    elif old and new:
        if old.name != new.name:
            asked, risk = _lost(pair.new, old.name)
            what = f"recorded instead of {old.name}{asked}"
            yield match.change(pair, "change/recording-renamed", "~", what, risk or Risk.REVIEW)
        yield from _differences(pair, old, new)


def _gone(pair: Pair, match: Match, old: Held) -> Change:
    asked, risk = _lost(pair.new, old.name)
    what = f"no longer recorded{asked}"
    return match.change(pair, "change/recording-removed", "-", what, risk or Risk.REVIEW, (old.text,))


def _lost(state: State, name: str) -> tuple[str, Risk | None]:
    """Who still asks for a series that nobody records any more, and what that risks."""
    found = [] if name in _recorded(state) else users(state, name)
    if not found:
        return "", None
    risk = Risk.STOPS_PAGING if found[0].kind == "alert" else Risk.LOSES_DATA
    return f", still asked by {_listed(found)}", risk


def _recorded(state: State) -> set[str]:
    rules = [each for key, object_ in state.objects.items() for each in of_object(key, object_)]
    rules += [each for path, located in state.documents.items() for each in of_document(path, located)]
    return {each.name for each in rules if not each.rule.is_alert}


def _listed(found: Sequence[User]) -> str:
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return f"{', '.join(map(str, found[:_LISTED]))}{more}"


def _differences(pair: Pair, old: Held, new: Held) -> Iterator[Change]:
    match, lines = Match(old, new), (*asked(old, new), f"- {old.text}", f"+ {new.text}")
    for said in sentences((pair.old.tree, pair.new.tree), old, new, parts(old, new)):
        yield match.change(pair, "change/recording-expression", "~", said.what, Risk.REVIEW, lines)
    for label in sorted({*old.labels, *new.labels}):
        before, after = (str(each.labels.get(label, "nothing")) for each in (old, new))
        if before != after:
            what = f"label {label} {before} → {after}"
            yield match.change(pair, "change/recording-label", "~", what, Risk.REVIEW)


def _limits(pair: Pair, old: Sequence[Held], new: Sequence[Held]) -> Iterator[Change]:
    """The limits that boards draw: they follow the alerts, so that only those which do not are told."""
    known = ([each for each in side if each.rule.is_alert] for side in held(pair))
    told = {each.name for match in matched(*known) for each in match if each}
    for match in matched(old, new):
        names = [str(each.labels.get("alert")) for each in (match.new, match.old) if each]
        values = [each.text if each else "nothing" for each in match]
        if told.isdisjoint(names):
            how = f"{values[0]} → {values[1]}" if values[0] != values[1] else "is found by other labels"
            what = f"limit of {names[0]} on boards {how}"
            yield match.change(pair, "change/recording-limit", "~", what, Risk.REVIEW)
