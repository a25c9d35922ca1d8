"""Destinations of one stack that would overwrite each other on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from obsgen.findings import Finding, error
from obsgen.profile.load import Environment, LoadedProfile
from obsgen.render.delivery.deliveries import Delivery
from obsgen.render.manifest import Identity


def overlaps(profile: LoadedProfile, deliveries: Sequence[Delivery]) -> Iterator[Finding]:
    """One finding for each destination to which an earlier one brings objects of the same names."""
    earlier: dict[str | None, list[Delivery]] = {}
    for each in deliveries:
        if _where_is_known(profile.environments[each.environment]):
            yield from _overlap(profile, earlier.setdefault(each.cluster.key, []), each)
            earlier[each.cluster.key].append(each)


def _where_is_known(environment: Environment) -> bool:
    """Whether cluster and namespaces are as the profile wants them, and not what a mistake has left of them."""
    return not any(route[0] in ("cluster", "namespaces") for route in environment.merged.lost)


def _overlap(profile: LoadedProfile, earlier: Sequence[Delivery], one: Delivery) -> Iterator[Finding]:
    for other in earlier:
        shared = sorted(_identities(one) & _identities(other))
        if shared:
            _, kind, namespace, object_name = shared[0]
            more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
            both = f"'{other.label}' and '{one.label}' both bring"
            message = f"{both} {kind} {namespace}/{object_name}{more} to one cluster"
            place = profile.base.merged.document.place(one.route, key=True)
            hint = f"give '{one.label}' its own `cluster: {{name: …}}` or namespaces"
            yield error("profile/same-destination", message, place, hint)
            return


def _identities(one: Delivery) -> set[Identity]:
    """The objects of a destination; a namespace may well be brought by two."""
    return {identity for identity in one.everything.identities if identity[1] != "Namespace"}
