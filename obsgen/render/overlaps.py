"""Environments of one stack that would overwrite each other on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsgen.findings import Finding, error
from obsgen.profile.load import Environment, LoadedProfile
from obsgen.render.manifest import Identity
from obsgen.render.objects import Rendered
from obsgen.stack.neighbours import cluster_key


def overlaps(profile: LoadedProfile, environments: Mapping[str, Rendered]) -> Iterator[Finding]:
    """One finding for each environment that brings objects which an earlier one brings to the same cluster."""
    earlier: list[tuple[str, Rendered]] = []
    for name, rendered in environments.items():
        if _where_is_known(profile.environments[name]):
            yield from _overlap(profile, earlier, name, rendered)
            earlier.append((name, rendered))


def _where_is_known(environment: Environment) -> bool:
    """Whether cluster and namespaces are as the profile wants them, and not what a mistake has left of them."""
    return not any(route[0] in ("cluster", "namespaces") for route in environment.merged.lost)


def _overlap(
    profile: LoadedProfile, earlier: list[tuple[str, Rendered]], name: str, rendered: Rendered
) -> Iterator[Finding]:
    for other, theirs in earlier:
        shared = sorted(_identities(rendered) & _identities(theirs))
        if shared and cluster_key(rendered.stack) == cluster_key(theirs.stack):
            _, kind, namespace, object_name = shared[0]
            more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
            message = f"'{other}' and '{name}' both bring {kind} {namespace}/{object_name}{more} to one cluster"
            place = profile.base.merged.document.place(("environments", name), key=True)
            hint = f"give '{name}' its own `cluster: {{name: …}}` or namespaces"
            yield error("profile/same-destination", message, place, hint)
            return


def _identities(rendered: Rendered) -> set[Identity]:
    """The objects of an environment; a namespace may well be brought by two."""
    every = (each.identity for each in (*rendered.objects, *rendered.board_maps))
    return {identity for identity in every if identity[1] != "Namespace"}
