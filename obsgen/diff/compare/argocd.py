"""What Argo CD deploys, from where to where, by itself or not; and what it prunes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.overall.pruning import bringing, brought, clusters_of, stays
from obsgen.diff.overall.unexplained import many
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.queries.words import or_nothing
from obsgen.leaks import masked
from obsgen.repository.argocd.applications import GROUP
from obsgen.source import Route

_NAMED = 3
_PRECIOUS = ("CustomResourceDefinition", "Namespace", "PersistentVolumeClaim")
_HELPERS = frozenset(
    (
        "ClusterRole",
        "ClusterRoleBinding",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
    )
)
_WAVE = ("metadata", "annotations", "argocd.argoproj.io/sync-wave")
_OPTIONS = ("metadata", "annotations", "argocd.argoproj.io/sync-options")
_SOURCES = {"repoURL": "repository", "path": "path", "targetRevision": "revision", "chart": "chart", "ref": "ref"}
_SPECS = {"Application": ("spec",), "ApplicationSet": ("spec", "template", "spec")}
_SWITCHES = {
    "prune": ("prunes by itself what is gone", "no longer prunes by itself: what is gone stays in the cluster"),
    "selfHeal": ("undoes changes that others make in the cluster", "no longer undoes changes that others make"),
    "allowEmpty": ("may delete all that it brings", "no longer deletes all that it brings at once"),
}


def compare(pair: Pair) -> Iterator[Change]:
    """What reaches clusters otherwise than before."""
    yield from _pruned(pair)
    for thing in things(pair):
        if thing.group == GROUP and thing.kind in _SPECS:
            yield from _application(thing)
        yield from _settings(thing)


def _pruned(pair: Pair) -> Iterator[Change]:
    """The objects that are gone from the files, in one line."""
    gone = [each for each in things(pair) if isinstance(each.owner, Key) and each.new is None]
    if not gone:
        return
    how = bringing(pair.new)
    if not how.is_argocd:
        return
    elsewhere = brought(pair.new)
    mine = [each for each in gone if each.owner not in elsewhere]
    kept = [each for each in mine if isinstance(each.owner, Key) and stays(pair.old.objects[each.owner])]
    left = [each for each in mine if each not in kept] if how.prunes else []
    if left:
        precious = any(each.kind in _PRECIOUS for each in left)
        risk = Risk.DESTROYS if precious else Risk.REVIEW
        yield _together(left, "change/object-pruned", "will be pruned", risk)
    rest = kept if how.prunes else mine
    if rest:
        yield _together(rest, "change/object-left", "no longer deployed, and stays in the cluster", Risk.REVIEW)


def _together(gone: list[Thing], id_: str, what: str, risk: Risk) -> Change:
    names = [str(each.owner) for each in gone]
    listed = names if len(names) <= _NAMED else _counted(gone)
    details = tuple(names) if len(names) > _NAMED else ()
    subject = f"{len(gone)} {'object' if len(gone) == 1 else 'objects'}"
    spots = tuple(Spot(each.owner) for each in gone)
    old, new = gone[0].places()
    return Change(id_, "-", subject, f"{what}: {', '.join(listed)}", risk, details, spots, old, new)


def _counted(gone: list[Thing]) -> list[str]:
    """How many of which kinds: the few that mean most, then all others together."""
    kinds = Counter(each.kind for each in gone)
    order = sorted(kinds, key=lambda kind: (kind not in _PRECIOUS, kind in _HELPERS, -kinds[kind]))
    shown = order if len(order) <= _NAMED + 1 else order[:_NAMED]
    rest = len(gone) - sum(kinds[kind] for kind in shown)
    listed = [f"{kinds[kind]} {many(kind) if kinds[kind] > 1 else kind}" for kind in shown]
    return [*listed, f"{rest} others"] if rest else listed


def _settings(thing: Thing) -> Iterator[Change]:
    """What Argo CD is told of an object itself: when it is applied, and how."""
    if thing.old is None or thing.new is None:
        return
    old, new = thing.values(*_WAVE)
    if old != new:
        what = f"sync wave {or_nothing(old)} → {or_nothing(new)}"
        yield thing.change("change/object-wave", "~", what, Risk.SAFE, _WAVE)
    old, new = thing.values(*_OPTIONS)
    if old != new:
        what = f"sync options {or_nothing(old)} → {or_nothing(new)}"
        yield thing.change("change/object-options", "~", what, Risk.REVIEW, _OPTIONS)


def _application(thing: Thing) -> Iterator[Change]:
    spec = _SPECS[thing.kind]
    if _is_of_clusters(thing):
        yield thing.change("", "", "", Risk.SAFE)
    elif thing.old is None:
        _, where = _goes(thing, spec)
        yield thing.change("change/application-added", "+", f"deploys {where}", Risk.SAFE)
    elif thing.new is None:
        yield _gone(thing, spec)
    else:
        yield from _sources(thing, spec)
        yield from _destination(thing, spec)
        yield from _automation(thing, spec)
        yield from _clusters(thing)


def _is_of_clusters(thing: Thing) -> bool:
    """Whether it came or went with clusters of a fleet, of which each is told already."""
    sides = (thing.pair.old.tree, thing.pair.new.tree)
    here, other = sides if thing.new is None else sides[::-1]
    found = clusters_of(thing.owner, here) if isinstance(thing.owner, Key) and not (thing.old and thing.new) else ()
    return bool(found) and not any(each in other.states for each in found)


def _goes(thing: Thing, spec: Route) -> tuple[str, str]:
    """What an Application deploys and where to, before and after."""
    old, new = (_deploys(each) for each in thing.values(*spec))
    return old, new


def _deploys(spec: Any) -> str:
    if not isinstance(spec, dict):
        return "nothing"
    sources = [each for each in (spec.get("source"), *(spec.get("sources") or [])) if isinstance(each, dict)]
    names = [str(each.get("path") or each.get("chart")) for each in sources if each.get("path") or each.get("chart")]
    return f"{', '.join(names) or 'something'} to {_cluster(spec.get('destination'))}"


def _cluster(destination: Any) -> str:
    value = destination if isinstance(destination, dict) else {}
    return str(value.get("name") or value.get("server") or "its cluster")


def _gone(thing: Thing, spec: Route) -> Change:
    finalizers = thing.values("metadata", "finalizers")[0]
    cascades = thing.kind == "ApplicationSet" or any("resources-finalizer" in str(each) for each in finalizers or ())
    if thing.kind == "ApplicationSet" and thing.values("spec", "syncPolicy", "preserveResourcesOnDeletion")[0] is True:
        cascades = False
    what = f"no longer deploys {_goes(thing, spec)[0]}"
    if cascades:
        return thing.change("change/application-deleted", "-", f"{what}: all that it brought is deleted", Risk.DESTROYS)
    return thing.change("change/application-removed", "-", f"{what}: what it brought stays, and grows old", Risk.REVIEW)


def _sources(thing: Thing, spec: Route) -> Iterator[Change]:
    for leaf in thing.leaves:
        below = leaf.route[len(spec) :]
        if leaf.route[: len(spec)] != spec or below[:1] not in (("source",), ("sources",)):
            continue
        name = _SOURCES.get(str(below[-1]))
        old, new = thing.values(*leaf.route)
        if name and isinstance(old, str) and isinstance(new, str) and below[-1] == "targetRevision":
            chart = thing.values(*leaf.route[:-1], "chart")[1]
            what = f"{f'chart {chart}' if chart else 'revision'} {old} → {new}"
            yield thing.change("change/application-revision", "~", what, Risk.REVIEW, leaf.route)
        elif name and isinstance(old, str) and isinstance(new, str):
            what = masked(f"deploys from another {name}: {new} instead of {old}", "***")
            yield thing.change("change/application-source", "~", what, Risk.REVIEW, leaf.route)


def _destination(thing: Thing, spec: Route) -> Iterator[Change]:
    old, new = thing.values(*spec, "destination")
    if isinstance(old, dict) and isinstance(new, dict) and old != new:
        if _cluster(old) != _cluster(new):
            what = f"deploys to {_cluster(new)} instead of {_cluster(old)}: what is there stays, and grows old"
        else:
            what = f"namespace {or_nothing(old.get('namespace'))} → {or_nothing(new.get('namespace'))}"
        yield thing.change("change/application-destination", "~", what, Risk.REVIEW, (*spec, "destination"))


def _automation(thing: Thing, spec: Route) -> Iterator[Change]:
    route = (*spec, "syncPolicy", "automated")
    old, new = thing.values(*route)
    before, after = (_is_automatic(each) for each in (old, new))
    if before != after:
        what = "syncs by itself now" if after else "no longer syncs by itself: changes wait for somebody"
        risk = Risk.REVIEW if not after or (new or {}).get("prune") else Risk.SAFE
        yield thing.change("change/application-automation", "+" if after else "-", what, risk, route)
        return
    for key, (on, off) in _SWITCHES.items():
        one, other = ((each or {}).get(key) is True for each in (old, new))
        if one != other:
            what = on if other else off
            yield thing.change("change/application-automation", "+" if other else "-", what, Risk.REVIEW, (*route, key))


def _is_automatic(automated: Any) -> bool:
    return isinstance(automated, dict) and automated.get("enabled") is not False


def _clusters(thing: Thing) -> Iterator[Change]:
    """The elements of an ApplicationSet's lists: those that are new, those that are gone."""
    if thing.kind != "ApplicationSet":
        return
    old, new = (_elements(each) for each in thing.values("spec", "generators"))
    routes = [
        each.route for each in thing.leaves if each.route[:2] == ("spec", "generators") and "elements" in each.route
    ]
    come, gone = ([each for each in one if each not in other] for one, other in ((new, old), (old, new)))
    if come:
        what = f"deploys to {_names(come)}, too"
        yield thing.change("change/application-clusters", "+", what, Risk.SAFE, *routes)
    if gone:
        preserves = thing.values("spec", "syncPolicy", "preserveResourcesOnDeletion")[1] is True
        tail = "what it brought stays, and grows old" if preserves else "all that it brought is deleted there"
        risk = Risk.REVIEW if preserves else Risk.DESTROYS
        yield thing.change(
            "change/application-no-clusters", "-", f"no longer deploys to {_names(gone)}: {tail}", risk, *routes
        )


def _elements(generators: Any) -> list[str]:
    lists = [each.get("list") for each in generators or () if isinstance(each, dict)]
    elements = [one for each in lists if isinstance(each, dict) for one in each.get("elements") or ()]
    return [str(each.get("cluster") or each.get("name") or each) for each in elements if isinstance(each, dict)]


def _names(found: list[str]) -> str:
    return ", ".join(found) if len(found) <= _NAMED else f"{len(found)} clusters"
