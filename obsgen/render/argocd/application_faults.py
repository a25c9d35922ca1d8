"""Applications that would overwrite each other, and folders of a tree that none of them syncs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.conventions import HUB
from obsgen.findings import Finding, error
from obsgen.profile.destinations import ArgoCD
from obsgen.profile.load import Environment, LoadedProfile
from obsgen.render.argocd.applications import application_name
from obsgen.render.delivery.deliveries import Delivery, label
from obsgen.render.delivery.layout import Layout


def same_names(profile: LoadedProfile, deliveries: Iterable[Delivery], *, whole: bool) -> Iterator[Finding]:
    """Applications of one name, on one or on two destinations.

    `deliveries` are `whole` unless something is at fault. Then folders may be missing, or all of a destination: what
    the profile lists is compared all the same.
    """
    known = {each.label: each.folders for each in deliveries}
    seen: dict[tuple[str, str], str] = {}
    for environment, cluster, argocd in _destinations(profile):
        here = label(environment, cluster)
        listed = () if whole else (each.share for each in argocd.applications)
        for written, _ in argocd.shares(profile.stack, dict.fromkeys((*known.get(here, ()), *listed))):
            name = application_name(argocd, written, environment, cluster)
            key = (argocd.namespace, name)
            if key in seen:
                yield _same_name(profile.environments[environment], name, written, (seen[key], here))
            seen.setdefault(key, here)


def _same_name(environment: Environment, name: str, written: str, where: tuple[str, str]) -> Finding:
    both = f"application '{name}' is there in '{where[0]}' and in '{where[1]}'"
    message = f"two applications are called '{written}'" if where[0] == where[1] else both
    hint = "give it another name, or the environment another `suffix:`"
    return error("profile/same-application", message, environment.merged.place(("argocd",), key=True), hint)


def _destinations(profile: LoadedProfile) -> Iterator[tuple[str, str | None, ArgoCD]]:
    """Environment, cluster and Argo CD of each destination for which the profile says it without a mistake."""
    placed = {each.environment for each in profile.destinations} - {HUB}
    alone = ((name, None, each) for name, each in profile.environments.items() if name not in placed)
    listed = ((each.environment, each.entry.name, each.variant) for each in profile.destinations)
    for environment, cluster, variant in (*alone, *listed):
        argocd = variant.settings.argocd
        if argocd and not _is_in_doubt(variant):
            yield environment, cluster, argocd


def _is_in_doubt(environment: Environment) -> bool:
    """Whether what is said of Argo CD is what a mistake has left of it."""
    return any(route[0] == "argocd" for route in environment.merged.lost)


def unsynced(profile: LoadedProfile, deliveries: Iterable[Delivery], layout: Layout) -> Iterator[Finding]:
    """A finding for each folder that a destination has while applications sync only others.

    What the profile syncs and an environment takes away by `null` is meant to be left out there.
    """
    base = profile.base.settings.argocd
    meant = {each.share for each in base.applications} if base else set()
    for each in deliveries:
        environment, argocd = profile.environments[each.environment], each.argocd
        if argocd and argocd.per == layout.per and not _is_in_doubt(environment):
            synced = {share for _, share in argocd.shares(each.stack, each.folders)}
            place = environment.merged.place(("argocd", "applications"), key=True)
            for folder in sorted(each.folders.keys() - synced - meant - {""}):
                hint = f"add {{name: …, {layout.per}: {folder}}}, or write applicationPer: {layout.per} for one of each"
                message = f"no application syncs the {layout.per} '{folder}'"
                yield error("profile/part-not-synced", message, place, hint)
