"""Which findings are allowed, by comments, facts and profiles; and which of those words are out of date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from obsgen.causes import Causes
from obsgen.causes.profiles import tree_of
from obsgen.checks.result import Suppressed
from obsgen.facts import Facts, TreeFacts, facts_in, tree_facts
from obsgen.facts.read import CARRIED
from obsgen.findings import Finding, InputError, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.classify import FACTS, PROFILE
from obsgen.repository.objects import Located, lines_of
from obsgen.repository.shapes import REASON as ALIKE
from obsgen.source import Document, Route, load_file
from obsgen.suppression import Allowance, Allowed, as_date, comments


@dataclass(frozen=True, eq=False)
class Entry:
    """One entry of facts: what it says, where it is written, and the folder from which its paths count."""

    allowed: Allowed
    place: Place
    folder: Path
    repository: Repository
    is_whole: bool = True
    """Whether all that it speaks of is looked at; of a part nobody can say that it is not needed."""

    @property
    def id(self) -> str:
        """The finding that it allows."""
        return self.allowed.id

    @property
    def reason(self) -> str:
        """Why."""
        return self.allowed.reason

    @property
    def until(self) -> date | None:
        """The last day on which it holds."""
        return as_date(self.allowed.until or "")

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is this one, there."""
        if finding.id != self.id or not Path(finding.place.file).resolve().is_relative_to(self.folder):
            return False
        if self.allowed.file is not None:
            path = Path(finding.place.file).resolve().relative_to(self.folder).as_posix()
            return fnmatchcase(path, self.allowed.file)
        return (finding.place.file, finding.place.line) in self._lines

    @cached_property
    def _lines(self) -> frozenset[tuple[str, int]]:
        """The lines of the objects or rules that it names."""
        return frozenset((place.file, place.line) for part in self._parts() for place in lines_of(part))

    def _parts(self) -> Iterator[Located]:
        if self.allowed.object:
            kind, *namespace, name = self.allowed.object.split("/")
            for each in self.repository.objects:
                if (each.kind, each.name) == (kind, name) and namespace in ([], [each.namespace]):
                    yield each.located
        for rules in self.repository.rule_sets if self.allowed.alert else ():
            yield from (rule.located for rule in rules.rules if rule.name == self.allowed.alert)


class Allowances:
    """All that is allowed in a repository on a day."""

    def __init__(self, repository: Repository, today: date, causes: Causes) -> None:
        self._today = today
        self._repository = repository
        self._causes = causes
        self._sampled = any(one.reason == ALIKE for one in repository.unread)
        self._used: set[int] = set()
        read = [comments(text, file) for file, text in _texts(repository)]
        self.faults = [finding for _, findings in read for finding in findings]
        self._all: list[Allowance | Entry] = [one for allowances, _ in read for one in allowances]
        self._all += _entries(repository)
        self._read = {reading.file for reading in repository.readings}
        self._added: set[str] = set()
        self._by_id: dict[str, list[tuple[int, Allowance | Entry]]] = {}
        self._index(0)

    def _index(self, first: int) -> None:
        for number, one in enumerate(self._all[first:], first):
            if not self._is_over(one):
                self._by_id.setdefault(one.id, []).append((number, one))

    def suppressed(self, finding: Finding) -> Suppressed | None:
        """The finding as a suppressed one, if it is allowed where it stands, or at the line of the profile behind it.

        Every word for it counts as used.
        """
        told = self._causes.told(finding)
        if told is not finding and told.place.file not in self._read | self._added:
            self._add(told.place.file)
        found = [
            (number, one) for number, one in self._by_id.get(finding.id, ()) if one.covers(finding) or one.covers(told)
        ]
        self._used.update(number for number, _ in found)
        if not found:
            return None
        one = found[0][1]
        return Suppressed(finding, one.reason, one.until.isoformat() if one.until else "", one.place)

    def _add(self, profile: str) -> None:
        """Reads the comments of a profile that is not among what is checked."""
        self._added.add(profile)
        first = len(self._all)
        self._all += comments(self._causes.text(profile), profile)[0]
        self._index(first)

    def outdated(self, idle: Collection[str]) -> Iterator[Finding]:
        """Warnings about words that are over, and about those that no finding needed; `idle` checks did not run."""
        for number, one in enumerate(self._all):
            if self._is_over(one):
                message = f"{one.id} was allowed here until {one.until}"
                hint = "look at it again: correct it, or give another day"
                yield Finding("suppression/expired", Severity.WARNING, message, one.place, hint)
            elif number not in self._used and one.id not in idle and self._is_whole(one):
                message = f"{one.id} is allowed here, and nothing is found that needs it"
                yield Finding("suppression/unused", Severity.WARNING, message, one.place, "remove it")

    def _is_whole(self, one: Allowance | Entry) -> bool:
        """Whether all that somebody speaks of is looked at; a profile speaks of its trees."""
        if self._sampled or not one.is_whole or one.place.file in self._added:
            return False
        return one.place.file not in self._profiles or one.place.file in self._of_trees

    @cached_property
    def _profiles(self) -> frozenset[str]:
        """The profiles among what is checked."""
        return frozenset(each.document.file for each in self._repository.entries if each.kind == PROFILE)

    @cached_property
    def _of_trees(self) -> frozenset[str]:
        """The profiles of the trees among what is checked."""
        trees = {tree for reading in self._repository.readings if (tree := tree_of(reading.file))}
        return frozenset(source.file for tree in trees if (source := self._causes.profile(tree)))

    def _is_over(self, one: Allowance | Entry) -> bool:
        return one.until is not None and one.until < self._today


def _texts(repository: Repository) -> Iterator[tuple[str, str]]:
    """The YAML files that have been read, each with its text."""
    for reading in repository.readings:
        if reading.documents and not reading.file.endswith(".json"):
            yield reading.file, reading.documents[0].text


def _entries(repository: Repository) -> Iterator[Entry]:
    for entry in repository.entries:
        if entry.kind == FACTS:
            facts, _ = facts_in(entry.document)
            yield from _of_document(facts, entry.document, (), entry.real.parent, repository)
    folders = {Path(reading.file).parent for reading in repository.readings}
    trees = {carried[0]: carried[1] for folder in folders if (carried := tree_facts(folder / "x"))}
    for tree in sorted(trees):
        yield from _of_tree(tree, trees[tree], repository)


def _of_tree(tree: Path, facts: TreeFacts, repository: Repository) -> Iterable[Entry]:
    """The entries that a rendered tree carries, those that its environments share once."""
    above = next((path for path in repository.paths if tree.is_relative_to(path.resolve())), None)
    name = tree if above is None else above / tree.relative_to(above.resolve())
    try:
        (document,) = load_file(tree / CARRIED, str(name / CARRIED))
    except InputError:
        return ()
    once: dict[Allowed, Entry] = {}
    for kind, places in (("environments", facts.environments), ("others", facts.others)):
        for environment, one in places.items():
            for found in _of_document(one, document, (kind, environment), tree, repository):
                once.setdefault(found.allowed, replace(found, is_whole=above is not None))
    return once.values()


def _of_document(
    facts: Facts, document: Document, route: Route, folder: Path, repository: Repository
) -> Iterator[Entry]:
    for index, allowed in enumerate(facts.allow):
        yield Entry(allowed, document.place((*route, "allow", index, "id")), folder, repository)
