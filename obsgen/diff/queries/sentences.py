"""What a difference between two expressions is called: a sentence that reads the same whichever rule has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from obsgen.diff.queries.expressions import Difference, Part
from obsgen.diff.queries.limits import compared, condition_text, limit_texts, limits_outside
from obsgen.diff.queries.nodes import bare, constant
from obsgen.diff.queries.rules import Held
from obsgen.diff.trees import Tree

ANOTHER = "another expression"


def asked(old: Held, new: Held) -> tuple[str, ...]:
    """Which series are asked for now that were not before, and which no longer, in a line for those who ask."""
    gone, come = (
        [each for each in one if each not in two] for one, two in ((old.asks, new.asks), (new.asks, old.asks))
    )
    words = (("asks", come), ("no longer asks", gone))
    return tuple(f"{word} {', '.join(dict.fromkeys(names))}" for word, names in words if names)


class Said(NamedTuple):
    """A difference in words. `looser` says whether fewer series pass; None if nobody knows."""

    part: Part
    what: str
    looser: bool | None = None


def sentences(trees: tuple[Tree, Tree], old: Held, new: Held, found: Sequence[Difference]) -> Iterator[Said]:
    """What the differences between two rules come to, equal ones once."""
    limits = [each for each in found if each.part is Part.LIMIT]
    others = (_other(trees, old, new, each) for each in found if each.part is not Part.LIMIT)
    yield from dict.fromkeys((*_limits(trees, old, new, limits), *others))


def _limits(trees: tuple[Tree, Tree], old: Held, new: Held, found: Sequence[Difference]) -> Iterator[Said]:
    """Limits that move the same way in one sentence; which ones they are is said where others stay."""
    outside = [each for each in found if not each.in_guard]
    all_differ = new.query is None or len(outside) >= limits_outside(new.query.root)
    texts: dict[bool | None, dict[str, None]] = {}
    told = {limit_texts(trees, (old.rule, new.rule), each) for each in outside}
    for each in found:
        before, after = limit_texts(trees, (old.rule, new.rule), each)
        if not (each.in_guard and (before, after) in told):
            name = "" if all_differ and not each.in_guard else _of(each)
            texts.setdefault(each.looser, {})[f"{before} → {after}{name}"] = None
    yield from (Said(Part.LIMIT, " and ".join(each), looser) for looser, each in texts.items())


def _of(found: Difference) -> str:
    """What a limit is of."""
    sides = [bare(each) for each in found.node.children] if found.node else []
    side = next((each for each in sides if constant(each) is None), None)
    return f" {'while' if found.in_guard else 'for'} {compared(side)}" if side else ""


def _other(trees: tuple[Tree, Tree], old: Held, new: Held, found: Difference) -> Said:
    match found.part:
        case Part.GUARD | Part.BRANCH:
            return Said(found.part, _condition(trees, old, new, found), found.looser)
        case Part.VALUE if not found.in_guard:
            return Said(found.part, _value(trees, old, new, found))
        case Part.VALUE:
            before, after = limit_texts(trees, (old.rule, new.rule), found)
            return Said(Part.OPERATION, f"{after} instead of {before}{_of(found)}")
        case Part.TURNED:
            what = f"turned round: {'fires' if new.rule.is_alert else 'holds'} on {found.new} instead of {found.old}"
        case Part.QUANTILE:
            what = f"quantile {found.old} → {found.new}"
        case Part.MATCHER:
            return Said(found.part, _matchers(found), found.looser)
        case Part.SERIES:
            what = f"asks {found.new} instead of {found.old}"
        case Part.WINDOW:
            what = f"window {found.old or 'now'} → {found.new or 'now'}"
        case Part.GROUPING:
            what = _grouping(found.old, found.new)
        case Part.NUMBER | Part.OPERATION:
            what = f"{found.new} instead of {found.old}"
        case _:
            what = ANOTHER
    return Said(found.part, what, found.looser)


def _value(trees: tuple[Tree, Tree], old: Held, new: Held, found: Difference) -> str:
    """The one value that lets an alert fire, or keeps it from it."""
    before, after = limit_texts(trees, (old.rule, new.rule), found)
    word = "all but " if found.node and found.node.name == "!=" else ""
    name = _of(found) if new.query is None or limits_outside(new.query.root) > 1 else ""
    verb = "fires on" if new.rule.is_alert else "holds"
    return f"{verb} {word}{after} instead of {word}{before}{name}"


def _condition(trees: tuple[Tree, Tree], old: Held, new: Held, found: Difference) -> str:
    """A condition that is new, or gone: of guards `and` lets fire while it holds, `unless` while it does not."""
    node, tree, rule = (found.node, trees[1], new.rule) if found.node else (found.before, trees[0], old.rule)
    if node is None:
        return ANOTHER
    text = condition_text(tree, rule, node.children[1])
    word = {"and": "only while", "unless": "silent while", "or": "also while"}[node.name]
    return f"{word} {text}" if found.node else f"no longer {word} {text}"


def _matchers(found: Difference) -> str:
    if found.old and found.new:
        return f"asks {found.new} instead of {found.old}"
    return f"only {found.new}" if found.new else f"no longer only {found.old}"


def _grouping(old: str, new: str) -> str:
    if old.startswith("by (") and new.startswith("by ("):
        before, after = (each[4:-1].split(", ") for each in (old, new))
        gone, come = ([each for each in one if each not in two] for one, two in ((before, after), (after, before)))
        if gone and come:
            return f"by {', '.join(come)} instead of {', '.join(gone)}"
        return f"no longer by {', '.join(gone)}" if gone else f"also by {', '.join(come)}"
    return f"{new or 'by nothing'} instead of {old or 'by nothing'}"
