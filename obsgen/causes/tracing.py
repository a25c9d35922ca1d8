"""From findings in rendered trees to the lines of profiles that decide them; what is not certain stays where it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from obsgen.causes.deciding import VERSIONED, deciding, own_query, version_line
from obsgen.causes.profiles import profile_of, shown, tree_of
from obsgen.causes.standing import Standing, Standings
from obsgen.causes.view import View
from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.findings import Faults, Finding, InputError, Note, Place
from obsgen.profile.load import Environment, LoadedProfile, load_profile
from obsgen.repository import Repository
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.rules import Rule
from obsgen.stack.hub import with_clusters
from obsgen.stack.memo import Memo
from obsgen.stack.resolve import resolve

RENDERED = "rendered here"
_STAYS = ("json/", "kustomize/", "secret/", "tree/", "yaml/")
"""Findings about files as such, and those whose lines are hidden where they are told."""
_RENDER = "set `version:` to what runs, then render anew"


class Causes:
    """The lines of profiles behind what stands in a repository's rendered trees, each worked out when it is asked."""

    def __init__(self, repository: Repository, profiles: Mapping[Path, LoadedProfile] | None = None) -> None:
        """`profiles` are those of trees, where they are known already: others are looked for."""
        self._repository = repository
        self._standings = Standings(repository)
        self._profiles: dict[Path, _Source | None] = {}
        self._files = {reading.real: reading.file for reading in repository.readings}
        self._told: dict[Finding, Finding] = {}
        self._catalogues: dict[tuple[Path, ...], Catalogue] = {}
        for tree, profile in (profiles or {}).items():
            self._profiles[tree] = self._source(profile)

    def profile(self, tree: Path, like: str = "") -> _Source | None:
        """The profile of a tree, read; None if none can be told for certain."""
        if tree not in self._profiles:
            path = profile_of(tree)
            name = self._files.get(path.resolve(), shown(path, like)) if path else ""
            self._profiles[tree] = self._loaded(path, name) if path else None
        return self._profiles[tree]

    def _loaded(self, path: Path, name: str) -> _Source | None:
        try:
            return self._source(load_profile(path, name))
        except InputError:
            return None

    def _source(self, loaded: LoadedProfile) -> _Source:
        profile = with_clusters(loaded, Faults())
        own = [profile.folder / each for each in profile.base.settings.templates]
        return _Source(profile, self._catalogue((*self._repository.templates, *own)))

    def _catalogue(self, folders: tuple[Path, ...]) -> Catalogue:
        """The components that a profile can use; most profiles use the same, which are read once."""
        if folders == self._repository.templates:
            return self._repository.catalogue
        if folders not in self._catalogues:
            self._catalogues[folders] = catalogue(folders)
        return self._catalogues[folders]

    def text(self, profile: str) -> str:
        """The text of a profile that a finding was told in."""
        return next((each.text for each in self._profiles.values() if each and each.file == profile), "")

    def of(self, place: Place, check: str = "") -> Place | None:
        """The line that decides what stands at a place of a rendered tree, or what a check finds there."""
        found = self._view(place)
        spot = (place.file, place.line, place.column)
        exposing = self._exposing.get(spot, frozenset()) if check in VERSIONED else frozenset()
        return deciding(*found, check, exposing) if found else None

    def version(self, place: Place, components: Collection[str]) -> Place | None:
        """The line with the version of some components, by which the series of an expression there are chosen."""
        found = self._view(place)
        return version_line(*found, components) if found else None

    def query(self, place: Place) -> Place | None:
        """The query in the profile, if the alert there is one of its own that names series itself."""
        found = self._view(place)
        return own_query(*found) if found else None

    def told(self, finding: Finding) -> Finding:
        """The finding at the profile's line, with a note that says where it was rendered; else as it is."""
        if finding not in self._told:
            self._told[finding] = self._moved(finding)
        return self._told[finding]

    def _moved(self, finding: Finding) -> Finding:
        place = None if finding.id.startswith(_STAYS) else self.of(finding.place, finding.id)
        if place is None:
            return finding
        found = self._view(finding.place)
        by_version = finding.id in VERSIONED and found is not None and found[0].is_version(place)
        hint = _RENDER if by_version else finding.hint
        return replace(finding, place=place, hint=hint, notes=(*finding.notes, Note(RENDERED, finding.place)))

    def _view(self, place: Place) -> tuple[View, Standing] | None:
        """The environment of a profile that a place in a tree is of, and what stands there."""
        tree = tree_of(place.file)
        source = self.profile(tree, place.file) if tree else None
        if not tree or not source:
            return None
        standing = self._standings.at(place, tree)
        view = source.view(standing.environment, standing.cluster)
        return (view, standing) if view else None

    @cached_property
    def _exposing(self) -> dict[tuple[str, int, int], frozenset[str]]:
        """The components that expose the series at a place."""
        found: dict[tuple[str, int, int], frozenset[str]] = {}
        for lookup in self._repository.lookups:
            rows = (*lookup.verdict.rows, *lookup.verdict.instead)
            known = frozenset(row.component for row in rows if row.component)
            spot = (lookup.place.file, lookup.place.line, lookup.place.column)
            found[spot] = found.get(spot, frozenset()) | known
        return found


class _Source:
    """A profile and its environments, each resolved when it is first asked for."""

    def __init__(self, profile: LoadedProfile, known: Catalogue) -> None:
        self._profile, self._known = profile, known
        self._views: dict[tuple[str, str], View | None] = {}

    @property
    def file(self) -> str:
        """The profile's file, as findings call it."""
        return self._profile.file

    @property
    def text(self) -> str:
        """The profile's text."""
        return self._profile.base.merged.document.text

    def view(self, environment: str, cluster: str) -> View | None:
        """An environment, or one of its clusters; what all share without one."""
        key = (environment, cluster)
        if key not in self._views:
            found = self._environment(environment, cluster)
            self._views[key] = self._resolved(found) if found else None
        return self._views[key]

    def _environment(self, environment: str, cluster: str) -> Environment | None:
        for each in self._profile.destinations if cluster else ():
            if (each.environment, each.entry.name) == (environment, cluster):
                return each.variant
        return self._profile.environments.get(environment) if environment else self._profile.base

    def _resolved(self, environment: Environment) -> View | None:
        try:
            stack = resolve(environment, self._known, Faults(), Memo())
        except InputError:
            return None
        others = tuple(each.merged for each in self._profile.environments.values())
        return View(environment.merged, stack, others if environment is self._profile.base else ())


def cause_of(what: Finding | KubeObject | Located | Place | Rule, repository: Repository) -> Place | None:
    """The line of a profile that decides a finding, an object, a rule or any part of a rendered tree.

    None if that cannot be told for certain. Whoever asks often keeps `Causes`.
    """
    match what:
        case Finding(id=check, place=place):
            return Causes(repository).of(place, check)
        case Place():
            return Causes(repository).of(what)
        case Located():
            return Causes(repository).of(what.place())
        case Rule():
            return Causes(repository).of(what.located.place())
    return Causes(repository).of(what.located.place(("metadata", "name")))


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of which those that say the same at the same place are one, with the notes of all."""
    found: dict[tuple[object, ...], Finding] = {}
    for each in sorted(findings, key=lambda one: (one.sort_key, [note.place for note in one.notes])):
        key = (each.id, each.severity, each.message, each.place, each.hint)
        first = found.get(key)
        found[key] = replace(first, notes=tuple(dict.fromkeys((*first.notes, *each.notes)))) if first else each
    return list(found.values())
