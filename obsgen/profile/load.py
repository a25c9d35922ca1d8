"""Reading a profile: all of its faults at once, each where it was written.

A value that is at fault is told and left out, so that the rest of the profile can be looked at in the same run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.findings import Finding, InputError, error
from obsgen.profile.environments import DEFAULT_ENVIRONMENT, Mark, Merged, merge
from obsgen.profile.models import OWN_ALERT, Profile, Settings
from obsgen.profile.shape import NAMED_LISTS
from obsgen.source import Document, Route, load_text, one_document, read_text
from obsgen.validation import MOST_FAULTS, translate, without_tags

MAX_PROFILE_BYTES = 1024 * 1024
TEXT_KEYS = frozenset(("version", "targetRevision", "known"))
UNNAMED = "unnamed"
"""Stands for the name of a stack that has none, while the rest of its profile is looked at."""
MOST_ROUNDS = 12
"""How often values are left out: what needs them goes in the next round, but keys are not nested deeper than this."""

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


@dataclass(frozen=True)
class Environment:
    """The settings of one environment and where each was written; `name` is None for the profile without any."""

    name: str | None
    settings: Settings
    merged: Merged


@dataclass(frozen=True)
class LoadedProfile:
    """A profile; values with faults of form, which `faults` tells, are left out."""

    file: str
    folder: Path
    base: Environment
    environments: Mapping[str, Environment]
    faults: tuple[Finding, ...] = ()

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.base.settings.stack


def load_profile(path: Path, shown: str | None = None) -> LoadedProfile:
    """Reads a profile; InputError if nothing of it can be read."""
    shown = shown or str(path)
    text = read_text(path, shown, MAX_PROFILE_BYTES)
    return _load(one_document(load_text(text, shown, TEXT_KEYS), shown, "profile"), shown, path.parent)


def parse_profile(text: str, shown: str = "profile.yaml", folder: Path = Path()) -> LoadedProfile:
    """A profile from its text, as `load_profile` reads it from a file."""
    return _load(one_document(load_text(text, shown, TEXT_KEYS), shown, "profile"), shown, folder)


def _load(document: Any, shown: str, folder: Path) -> LoadedProfile:
    if not isinstance(document.value, dict):
        raise InputError(
            [error("profile/value", "a profile is a mapping of keys", document.place(), "see `obsgen init`")]
        )
    faults = _faults_of_file(document)
    names = _environment_names(document)
    readings = _read(document, names)
    for each in readings.values():
        faults += each.faults()
    for _ in range(MOST_ROUNDS):
        wrong = [each for each in readings.values() if each.problem]
        if not wrong:
            return _loaded(readings, faults, shown, folder)
        rest = _without(document, {route for each in wrong for route in each.faulty_routes()})
        if rest is None:
            break
        document, readings = rest, _read(rest, names)
    raise InputError(faults)


def _faults_of_file(document: Document) -> list[Finding]:
    """The faults of the profile as it is written, environments aside."""
    try:
        _PROFILE.validate_python(document.value)
    except ValidationError as problem:
        return translate(problem, _PROFILE, "profile", lambda route, key: document.place(route, key=key))
    return []


def _environment_names(document: Document) -> list[str]:
    """The environments, in their own order: how a mapping is written down says nothing."""
    every = document.value.get("environments")
    named = every.items() if isinstance(every, dict) else ()
    return sorted(name for name, value in named if isinstance(name, str) and isinstance(value, dict | None))


@dataclass(frozen=True)
class _Reading:
    """The settings of one environment, or what keeps them from being read."""

    merged: Merged
    settings: Settings | None
    problem: ValidationError | None

    def faults(self) -> list[Finding]:
        """Everything that is wrong with the form of the settings."""
        told = translate(self.problem, _SETTINGS, "profile", self.merged.place) if self.problem else []
        return [*self.merged.faults, *told]

    def faulty_routes(self) -> Iterator[Route]:
        """The values in the file without which the rest of the settings could be read; none if too many are wrong."""
        every = self.problem.errors(include_url=False) if self.problem else []
        for fault in every if len(every) <= MOST_FAULTS else ():
            route = without_tags(fault["loc"])
            if fault["type"] == "missing" and len(route) > 1:
                route = route[:-1]
            if OWN_ALERT in fault["loc"]:
                # Half a sentence would be told as a sentence that makes no sense.
                route = route[:2]
            yield self.merged.written_at(_without_items(route))


def _without_items(route: Route) -> Route:
    """A route that does not lead into a list, unless its items have names: they alone can be told from the others."""
    for length, step in enumerate(route):
        if isinstance(step, int) and route[:length] not in NAMED_LISTS:
            return route[:length]
    return route


def _without(document: Document, routes: Collection[Route]) -> Document | None:
    """The document without the values at the routes; None if that cannot be had."""
    value = deepcopy(document.value)
    for route in routes:
        holder = value
        try:
            for step in route[:-1]:
                holder = holder[step]
            holder[route[-1]] = Mark.GONE
        except (KeyError, IndexError, TypeError):
            return None
    return replace(document, value=value) if routes else None


def _read(document: Document, names: Iterable[str]) -> dict[str | None, _Reading]:
    """The profile without environments, under None, and each of its environments."""
    return {name: _reading(merge(document, name)) for name in (None, *names)}


def _reading(merged: Merged) -> _Reading:
    unnamed = {"stack": UNNAMED} if ("stack",) in merged.lost else {}
    try:
        return _Reading(merged, _SETTINGS.validate_python({**merged.value, **unnamed}), None)
    except ValidationError as problem:
        return _Reading(merged, None, problem)


def _loaded(
    readings: Mapping[str | None, _Reading], faults: Sequence[Finding], shown: str, folder: Path
) -> LoadedProfile:
    every = {name: Environment(name, each.settings, each.merged) for name, each in readings.items() if each.settings}
    base = every.pop(None)
    environments = {str(name): each for name, each in every.items()}
    if not environments:
        environments[DEFAULT_ENVIRONMENT] = Environment(DEFAULT_ENVIRONMENT, base.settings, base.merged)
    return LoadedProfile(shown, folder, base, environments, tuple(faults))
