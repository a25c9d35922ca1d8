"""Runbooks and other texts: told where nothing else says why they differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.names.substitutions import Substitution, substitutions
from obsgen.diff.overall.derived import is_derived
from obsgen.diff.overall.wholes import STACK_IDS
from obsgen.diff.pairs import Pair
from obsgen.diff.scraping.series import few
from obsgen.diff.trees import ARGOCD, Tree
from obsgen.findings import Place

_RUNBOOKS = "runbooks"
_PROSE = (".md", ".rst", ".txt")
"""Endings of what only people read."""
_UNITS = 5
"""Units in which names are looked for that another one took: of many clusters the first will do."""
_OTHERS = "Queries and commands are those of "
"""How a runbook says where it has another text."""


def texts(old: Tree, new: Tree, told: Mapping[Change, Collection[Unit]]) -> Iterator[tuple[Change, frozenset[Unit]]]:
    """The texts that differ, by stack; those of alerts that have a line already are left out."""
    differing = [each for each in {**old.texts, **new.texts} if old.texts.get(each) != new.texts.get(each)]
    by_units: dict[frozenset[Unit], list[str]] = {}
    for path in differing:
        if _is_plain(path, old, new):
            by_units.setdefault(_units(path, old, new), []).append(path)
    whole = {unit for change, where in told.items() if change.id in STACK_IDS for unit in where}
    for units, paths in by_units.items():
        if units <= whole:
            continue  # the whole stack is new or gone
        names = frozenset(change.subject for change, where in told.items() if units.intersection(where))
        some = _Texts(old, new, units, names)
        yield from ((change, units) for change in some.changes(sorted(paths)))


@dataclass(frozen=True, eq=False)
class _Texts:
    """The texts of a stack, and the subjects of which something is told already."""

    old: Tree
    new: Tree
    units: frozenset[Unit]
    told: frozenset[str]

    def changes(self, paths: Iterable[str]) -> Iterator[Change]:
        """What is told of them: runbooks together, others by their paths."""
        differing = [each for each in paths if self._differs(each)]
        runbooks = [each for each in differing if _is_runbook(each) and PurePosixPath(each).stem not in self.told]
        yield from self._runbooks(runbooks)
        for path in differing:
            if not _is_runbook(path):
                yield self._other(path)

    def _runbooks(self, paths: list[str]) -> Iterator[Change]:
        changed = [each for each in paths if each in self.old.texts and each in self.new.texts]
        come = [each for each in paths if each not in self.old.texts]
        gone = [each for each in paths if each not in self.new.texts and PurePosixPath(each).stem in self._alerts]
        if changed:
            yield self._together("change/runbook-changed", "~", changed, "read differently", Risk.SAFE)
        if come:
            yield self._together("change/runbook-added", "+", come, "new", Risk.SAFE)
        if gone:
            what = "gone, and their alerts stay" if len(gone) > 1 else "gone, and its alert stays"
            yield self._together("change/runbook-removed", "-", gone, what, Risk.REVIEW)

    def _together(self, id_: str, sign: str, paths: list[str], what: str, risk: Risk) -> Change:
        names = [PurePosixPath(each).stem for each in paths]
        listed = few(names, "runbooks")
        many = len(names) > 1
        subject = listed if listed.endswith(" runbooks") else f"{'runbooks' if many else 'runbook'} {listed}"
        said = "reads differently" if what == "read differently" and not many else what
        return Change(id_, sign, subject, said, risk, tuple(names), (), *self._places(paths[0]))

    def _other(self, path: str) -> Change:
        if path not in self.old.texts:
            return Change("change/file-added", "+", path, "new", Risk.SAFE, (), (), *self._places(path))
        risk = Risk.SAFE if path.endswith(_PROSE) else Risk.REVIEW
        if path not in self.new.texts:
            return Change("change/file-removed", "-", path, "gone", risk, (), (), *self._places(path))
        return Change("change/file-changed", "~", path, "changed", risk, (), (), *self._places(path))

    def _places(self, path: str) -> tuple[Place | None, Place | None]:
        old, new = (Place(path) if path in side.texts else None for side in (self.old, self.new))
        return old, new

    def _differs(self, path: str) -> bool:
        """Whether a text says something else, names that others took aside."""
        before, after = (side.texts.get(path, b"").decode("utf-8", "replace") for side in (self.old, self.new))
        for each in self._names:
            before, after = each.neutral(before), each.neutral(after)
        if self._lone and _is_runbook(path):
            before, after = _without(before, self._lone), _without(after, self._lone)
        return "".join(before.split()) != "".join(after.split())

    @cached_property
    def _lone(self) -> frozenset[str]:
        """What runbooks call environments and clusters that one side does not have: those are told by themselves."""
        alone = [each for each in self.units if (each in self.old.states) != (each in self.new.states)]
        sides = [{each.environment for each in self.units if each in side.states} for side in (self.old, self.new)]
        return frozenset("/".join(filter(None, each[1:])) for each in alone) | (sides[0] ^ sides[1])

    @cached_property
    def _names(self) -> list[Substitution]:
        both = [each for each in sorted(self.units) if each in self.old.states and each in self.new.states]
        pairs = (Pair(self.old.states[each], self.new.states[each]) for each in both[:_UNITS])
        return list(dict.fromkeys(one for pair in pairs for one in substitutions(pair)))

    @cached_property
    def _alerts(self) -> frozenset[str]:
        return frozenset(rule.name for set_ in self.new.repository.rule_sets for rule in set_.rules if rule.is_alert)


def _is_runbook(path: str) -> bool:
    return _RUNBOOKS in PurePosixPath(path).parts[:-1] and path.endswith(".md")


def _without(text: str, names: Collection[str]) -> str:
    """A runbook without what it says of some environments alone: their figures, and sections of their own."""
    section = re.compile(rf"## On .* in (?:{'|'.join(map(re.escape, names))}) \(")
    kept, is_theirs = [], False
    for line in text.splitlines():
        is_theirs = bool(section.match(line)) if line.startswith("## ") else is_theirs
        first = line.removeprefix("|").partition("|")[0].strip() if line.startswith("|") else ""
        if not is_theirs and first not in names and not line.startswith(_OTHERS):
            kept.append(line)
    return "\n".join(kept)


@lru_cache(maxsize=4)
def _built(tree: Tree) -> frozenset[str]:
    """The files that objects hold: comparing those tells of them."""
    return frozenset().union(*(build.files for build in tree.repository.builds))


def _is_plain(path: str, *trees: Tree) -> bool:
    """Whether nothing else tells of a file."""
    return not any(is_derived(each, path) or str(each.folder / path) in _built(each) for each in trees)


def _units(path: str, old: Tree, new: Tree) -> frozenset[Unit]:
    """The units of the stack that a text is of; else its folder."""
    stack = old.stack_of(path) or new.stack_of(path)
    every = {*old.states, *new.states}
    found = frozenset(each for each in every if each.stack == stack and each.environment not in ("", ARGOCD))
    return found or frozenset((Unit(PurePosixPath(path).parent.as_posix()),))
