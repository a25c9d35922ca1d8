"""Reading a profile: all of its faults at once, each where it was written.

A value that is at fault is told and left out, so that the rest of the profile can be looked at in the same run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.conventions import HUB
from obsgen.findings import Finding, InputError, error
from obsgen.profile.clusters import (
    CLUSTERS,
    Listed,
    hub_of,
    joined,
    listed,
    nobodys,
    on_cluster,
    on_hub,
    placed,
    variants,
)
from obsgen.profile.destinations import Cluster, ClusterEntry, Hub
from obsgen.profile.environments import DEFAULT_ENVIRONMENT, NOT_OF_HUB, Mark, Merged, merge
from obsgen.profile.mending import behind, renamed, slips
from obsgen.profile.models import OWN_ALERT, Profile, Settings
from obsgen.profile.shape import NAMED_LISTS
from obsgen.secrecy import in_text
from obsgen.source import Document, Route, load_text, one_document, read_text
from obsgen.validation import MOST_FAULTS, translate, without_tags

MAX_PROFILE_BYTES = 1024 * 1024
TEXT_KEYS = frozenset(("version", "targetRevision", "known"))
UNNAMED = "unnamed"
"""Stands for the name of a stack that has none, while the rest of its profile is looked at."""
MOST_ROUNDS = 12
"""How often values are left out: what needs them goes in the next round, but keys are not nested deeper than this."""

_OF_CLUSTER = tuple(Cluster.model_fields)
_Key = str | int | None
"""An environment, the first cluster with certain values, or None for the profile itself."""

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


@dataclass(frozen=True)
class Environment:
    """The settings of one environment and where each was written; `name` is None for the profile without any."""

    name: str | None
    settings: Settings
    merged: Merged
    around: Mapping[str, Any] = field(default_factory=lambda: {HUB: None, CLUSTERS: []})
    """What texts may say of other clusters: on the hub its settings, and the clusters that it shows."""


@dataclass(frozen=True)
class Destination:
    """A cluster that an environment is brought to; `variant` are the environment's settings with the cluster's values.

    Clusters of one environment with equal values share one variant. `route` is where the profile lists the cluster.
    """

    entry: ClusterEntry
    variant: Environment
    route: Route

    @property
    def environment(self) -> str:
        """The environment's name."""
        return str(self.variant.name)

    @property
    def cluster(self) -> Cluster:
        """What the cluster is called and where it runs; what it leaves open is as the environment says."""
        own = {key: value for key in _OF_CLUSTER if (value := getattr(self.entry, key)) is not None}
        return self.variant.settings.cluster.model_copy(update=own)


@dataclass(frozen=True)
class LoadedProfile:
    """A profile; values with faults of form, which `faults` tells, are left out.

    Environments that destinations name are brought to those clusters, and to no other. The hub, if there is one, is
    the last of the environments.
    """

    file: str
    folder: Path
    base: Environment
    environments: Mapping[str, Environment]
    faults: tuple[Finding, ...] = ()
    destinations: tuple[Destination, ...] = ()
    hub: Hub | None = None

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
    leaked = in_text(document.text, shown)
    faults: list[Finding] = []
    try:
        document = joined(document, shown, folder, TEXT_KEYS)
    except InputError as problem:
        faults += problem.findings
    faults += _faults_of_file(document)
    names = _environment_names(document)
    faults += _second_hub(document)
    clusters, misplaced = placed(document, listed(document), names)
    readings = _read(document, names, clusters)
    faults += misplaced
    faults += nobodys({entry.environment: _below(readings, entry).merged for _, entry in clusters})
    for each in readings.values():
        faults += each.faults()
    faults += [each for each in leaked if not any(_covers(other, each) for other in faults)]
    for _ in range(MOST_ROUNDS):
        wrong = [each for each in readings.values() if each.problem]
        if not wrong:
            return _loaded(document, readings, clusters, faults, shown, folder)
        meant = {route: key for each in wrong for route, key in each.slips()}
        rest = _mended(document, wrong, meant)
        if rest is None:
            break
        document, readings = rest, _read(rest, names, clusters)
        told = [(*route[:-1], key) for route, key in meant.items()]
        faults += [fault for each in readings.values() for fault in behind(document, told, each.faults())]
    raise InputError(faults)


def _covers(told: Finding, leak: Finding) -> bool:
    """Whether a finding tells of a secret what another does."""
    one, other = told.place, leak.place
    beside = other.column < one.column or other.column + other.length > one.column + one.length
    return (told.id, one.file, one.line) == (leak.id, other.file, other.line) and not beside


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
    sound = (name for name, value in named if isinstance(name, str) and isinstance(value, dict | None))
    return sorted(name for name in sound if name != HUB or document.value.get(HUB) is None)


def _second_hub(document: Document) -> list[Finding]:
    """An environment that would lie in the hub's folder."""
    every = document.value.get("environments")
    if document.value.get(HUB) is None or not isinstance(every, dict) or HUB not in every:
        return []
    message = f"an environment called '{HUB}' would lie in the folder of the hub"
    place = document.place(("environments", HUB), key=True)
    return [error("profile/reserved-name", message, place, "write what differs there below `hub.values`")]


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

    def slips(self) -> Iterator[tuple[Route, str]]:
        """Unknown keys in the file, each with the one that was meant."""
        every = slips(self.problem, _SETTINGS, self.merged.value) if self.problem else ()
        yield from ((self.merged.written_at(route), key) for route, key in every)

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


def _mended(document: Document, wrong: Sequence[_Reading], meant: Mapping[Route, str]) -> Document | None:
    """The document with keys as they were meant or, where no such slip is left, without what is wrong."""
    if meant:
        return renamed(document, meant, TEXT_KEYS)
    return _without(document, {route for each in wrong for route in each.faulty_routes()})


def _without(document: Document, routes: Collection[Route]) -> Document | None:
    """The document without the values at the routes; None if that cannot be had."""
    value = deepcopy(document.value)
    for route in sorted(routes, key=len):
        if any(route[:length] in routes for length in range(len(route))):
            continue
        holder = value
        try:
            for step in route[:-1]:
                holder = holder[step]
            holder[route[-1]] = Mark.GONE
        except (KeyError, IndexError, TypeError):
            return None
    return replace(document, value=value) if routes else None


def _read(document: Document, names: Iterable[str], clusters: Listed) -> dict[_Key, _Reading]:
    """The profile without environments, under None, each of its environments, the hub, clusters with own values."""
    found: dict[_Key, _Reading] = {name: _reading(merge(document, name)) for name in (None, *names)}
    if document.value.get(HUB) is not None:
        found[HUB] = _reading(on_hub(document, found[None].merged, NOT_OF_HUB))
    entries = dict(clusters)
    for index in dict.fromkeys(variants(clusters).values()):
        found[index] = _reading(on_cluster(_below(found, entries[index]).merged, index))
    return found


def _below(readings: Mapping[_Key, _Reading], entry: ClusterEntry) -> _Reading:
    """What a cluster's values are laid on: its environment, or the profile where there are no environments."""
    return readings.get(entry.environment, readings[None])


def _reading(merged: Merged) -> _Reading:
    unnamed = {"stack": UNNAMED} if ("stack",) in merged.lost else {}
    try:
        return _Reading(merged, _SETTINGS.validate_python({**merged.value, **unnamed}), None)
    except ValidationError as problem:
        return _Reading(merged, None, problem)


def _loaded(
    document: Document,
    readings: Mapping[_Key, _Reading],
    clusters: Listed,
    faults: Sequence[Finding],
    shown: str,
    folder: Path,
) -> LoadedProfile:
    names = {index: str(entry.environment) for index, entry in clusters}
    every = {key: _environment(names[key] if isinstance(key, int) else key, each) for key, each in readings.items()}
    base = every[None]
    environments = {key: each for key, each in every.items() if isinstance(key, str)}
    if not environments.keys() - {HUB}:
        environments = {DEFAULT_ENVIRONMENT: replace(base, name=DEFAULT_ENVIRONMENT), **environments}
    own = variants(clusters)
    destinations = []
    for index, entry in clusters:
        variant = every[own[index]] if index in own else environments[names[index]]
        destinations.append(Destination(entry, variant, (CLUSTERS, index)))
    return LoadedProfile(shown, folder, base, environments, tuple(faults), tuple(destinations), hub_of(document))


def _environment(name: str | None, reading: _Reading) -> Environment:
    assert reading.settings is not None  # noqa: S101  # nothing is wrong any more
    return Environment(name, reading.settings, reading.merged)
