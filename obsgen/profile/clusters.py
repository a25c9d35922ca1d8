"""The clusters of a profile: where their list stands, which environment each gets, what differs on it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.conventions import HUB
from obsgen.findings import Finding, InputError, Place, error
from obsgen.hints import nearest
from obsgen.profile.destinations import ClusterEntry, Hub
from obsgen.profile.environments import DEFAULT_ENVIRONMENT, EVERYWHERE, Merged, lay
from obsgen.profile.names import RelativePath
from obsgen.source import Document, Route, load_text, one_document, read_text

CLUSTERS, FILE = "clusters", "clustersFile"
_ENTRY: TypeAdapter[ClusterEntry] = TypeAdapter(ClusterEntry)
_HUB: TypeAdapter[Hub] = TypeAdapter(Hub)
_PATH: TypeAdapter[str] = TypeAdapter(RelativePath)
_NOT_BY_CLUSTER = {
    **dict.fromkeys(EVERYWHERE, ("is the same on every cluster", "write it at the profile's top")),
    "cluster": ("is what stands beside `values`", "write name, server, provider and region there"),
    "argocd": ("is that of the whole environment", "write it below the environment, or at the profile's top"),
}
_HERE = ("name", "server")
"""What only one cluster can have."""

Listed = list[tuple[int, ClusterEntry]]
"""Clusters of a sound form, each with its index in the list."""


@dataclass(frozen=True, slots=True)
class Joined(Document):
    """A profile whose list of clusters stands in a file of its own."""

    clusters: Document | None = None

    def place(self, route: Route = (), *, key: bool = False) -> Place:
        """Where a value stands, in whichever of the two files."""
        if self.clusters and route[:1] == (CLUSTERS,):
            return self.clusters.place(route[1:], key=key and len(route) > 1)
        return Document.place(self, route, key=key)

    def text_place(self, route: Route, offset: int, length: int = 1) -> Place:
        """Where a character of a text stands, in whichever of the two files."""
        if self.clusters and route[:1] == (CLUSTERS,):
            return self.clusters.text_place(route[1:], offset, length)
        return Document.text_place(self, route, offset, length)


def joined(document: Document, shown: str, folder: Path, text_keys: frozenset[str]) -> Document:
    """The profile with the clusters of the file that it names; InputError if those cannot be read."""
    name = document.value.get(FILE)
    if not _is_path(name):
        return document
    if CLUSTERS in document.value:
        message = "the clusters stand in the profile and in a file"
        raise InputError([error("profile/clusters", message, document.place((FILE,), key=True), "remove one of them")])
    beside = str(Path(shown).parent / name)
    text = read_text(folder / name, beside)
    found = one_document(load_text(text, beside, text_keys), beside, "list of clusters")
    if not isinstance(found.value, list):
        message = f"{name} is not a list of clusters"
        raise InputError([error("profile/clusters", message, found.place(), "write - {name: …} for each cluster")])
    value = {**document.value, CLUSTERS: found.value}
    return Joined(document.file, document.text, value, document.index, document.traps, document._shared, found)


def _is_path(name: Any) -> bool:
    try:
        _PATH.validate_python(name)
    except ValidationError:
        return False
    return True


def listed(document: Document) -> Listed:
    """The clusters of a profile; those whose form is at fault, of which that is told, are left out."""
    raw = document.value.get(CLUSTERS)
    found = []
    for index, item in enumerate(raw if isinstance(raw, list) else ()):
        try:
            found.append((index, _ENTRY.validate_python(item)))
        except ValidationError:
            continue
    return found


def hub_of(document: Document) -> Hub | None:
    """The hub, if there is one of a sound form."""
    try:
        return _HUB.validate_python(document.value[HUB]) if document.value.get(HUB) is not None else None
    except ValidationError:
        return None


def placed(document: Document, clusters: Listed, names: Sequence[str]) -> tuple[Listed, list[Finding]]:
    """The clusters with their environments filled in, and what is wrong with those; `names` are the environments."""
    known = list(names) or [DEFAULT_ENVIRONMENT]
    found: Listed = []
    faults: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for index, entry in clusters:
        environment = entry.environment or (known[0] if len(known) == 1 else "")
        fault = _fault(entry, environment, known, seen)
        if fault:
            check, message, key, hint = fault
            faults.append(error(check, message, document.place((CLUSTERS, index, key)), hint))
        else:
            found.append((index, entry.model_copy(update={"environment": environment})))
        seen.add((environment, entry.name))
    return found, faults


def _fault(
    entry: ClusterEntry, environment: str, known: Sequence[str], seen: Collection[tuple[str, str]]
) -> tuple[str, str, str, str] | None:
    """What is wrong with the place of a cluster: check, message, key, hint."""
    if not environment:
        hint = f"write `environment:` {' or '.join(known)}"
        return "profile/missing-key", f"cluster '{entry.name}' names no environment", "name", hint
    if environment not in known:
        return (
            "profile/unknown-environment",
            f"no environment '{environment}'",
            "environment",
            nearest(environment, known),
        )
    if (environment, entry.name) in seen:
        message = f"{environment} has two clusters called '{entry.name}'"
        return "profile/duplicate-name", message, "name", "give one of them another name"
    return None


def nobodys(environments: Mapping[str | None, Merged]) -> Iterator[Finding]:
    """Names of one cluster in environments that have clusters of their own: nothing would have them."""
    for name, merged in environments.items():
        cluster = merged.value.get("cluster")
        for key in _HERE:
            if isinstance(cluster, dict) and cluster.get(key) is not None:
                message = f"{name} has clusters of its own: this {key} would be nobody's"
                hint = "move it to `clusters`, or to the environment that has no others"
                yield error("profile/clusters", message, merged.place(("cluster", key)), hint)


def variants(clusters: Listed) -> dict[int, int]:
    """For each cluster with values of its own, by index, the first one of its environment with equal values."""
    first: dict[tuple[str | None, str], int] = {}
    found = {}
    for index, entry in clusters:
        if entry.values:
            key = (entry.environment, json.dumps(entry.values, sort_keys=True, default=str))
            found[index] = first.setdefault(key, index)
    return found


def on_cluster(below: Merged, index: int) -> Merged:
    """The raw settings of an environment with the values of a cluster."""
    changes = below.document.value[CLUSTERS][index].get("values")
    return lay(below, changes, (CLUSTERS, index, "values"), _NOT_BY_CLUSTER)


def on_hub(document: Document, below: Merged, servers: Collection[str]) -> Merged:
    """The raw settings of the hub: the profile's without its servers, with the hub's own cluster and values."""
    hub = document.value[HUB] if isinstance(document.value[HUB], dict) else {}
    value = {key: each for key, each in below.value.items() if key not in servers}
    origins = {**below.origins, ("cluster",): (HUB, "cluster")}
    start = replace(below, value={**value, "cluster": hub.get("cluster") or {}}, origins=origins, faults=[])
    refused = {
        **dict.fromkeys(EVERYWHERE, ("is the same on the hub", "write it at the profile's top")),
        "cluster": ("is what stands beside `values`", "write it there"),
        **dict.fromkeys(servers, ("is not the hub's: it only shows the other clusters", "remove it")),
    }
    return lay(start, hub.get("values"), (HUB, "values"), refused)
