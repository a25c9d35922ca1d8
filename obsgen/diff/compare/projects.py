"""What an AppProject of Argo CD allows: rights that are new, rights that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen.diff.model import Change, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.leaks import masked
from obsgen.repository.argocd.applications import GROUP

_LISTS = ("sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist")
_DENIED = ("clusterResourceBlacklist", "namespaceResourceBlacklist")
_NAMED = 3


def compare(pair: Pair) -> Iterator[Change]:
    """What Applications may do that they might not before, and the other way round."""
    for thing in things(pair):
        if thing.group == GROUP and thing.kind == "AppProject" and thing.old and thing.new:
            yield from _project(thing)


def _project(thing: Thing) -> Iterator[Change]:
    wider: list[str] = []
    narrower: list[str] = []
    fields = []
    for field in (*_LISTS, *_DENIED):
        old, new = thing.values("spec", field)
        come, gone = _differing(field, old, new)
        if field in _DENIED:
            come, gone = gone, come
        wider, narrower = [*wider, *come], [*narrower, *gone]
        fields += [("spec", field)] if old != new else []
    if wider:
        what = f"allows more: {_few(wider)}"
        yield thing.change("change/project-wider", "▲", what, Risk.REVIEW, *fields, details=tuple(wider))
    if narrower:
        what = f"allows less: {_few(narrower)}"
        yield thing.change("change/project-narrower", "▼", what, Risk.SAFE, *fields, details=tuple(narrower))


def _differing(field: str, old: Any, new: Any) -> tuple[list[str], list[str]]:
    """The rights that are new and those that are gone; without a list of kinds all of a namespace are allowed."""
    everything = ["all kinds in namespaces"] if field == "namespaceResourceWhitelist" else []
    before, after = (everything if each is None else [_right(one) for one in each] for each in (old, new))
    return [each for each in after if each not in before], [each for each in before if each not in after]


def _right(entry: Any) -> str:
    if not isinstance(entry, dict):
        return masked(str(entry), "***")
    if "kind" in entry:
        group, kind = str(entry.get("group") or ""), str(entry["kind"])
        return kind if kind != "*" else f"all kinds of {group or 'the core'}"
    cluster = str(entry.get("name") or entry.get("server") or "*")
    namespace = str(entry.get("namespace") or "*")
    where = "all clusters" if cluster == "*" else cluster
    return f"all namespaces of {where}" if namespace == "*" else f"{namespace} in {where}"


def _few(rights: list[str]) -> str:
    if len(rights) <= _NAMED:
        return ", ".join(rights)
    return f"{', '.join(rights[:_NAMED])} and {len(rights) - _NAMED} more"
