"""What an environment is beside the others: which servers it leaves out, with whom it shares a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from obsgen.conventions import HUB
from obsgen.stack.model import Stack

_ROLES = {
    "modelServer": "model server",
    "gpuExporter": "GPU exporter",
    "exporter": "exporter",
    "provider": "provider",
    "application": "application",
}


def with_left_out(base: Stack, stack: Stack) -> Stack:
    """The stack of an environment, with the profile's servers that it has not."""
    if stack.environment == HUB:
        return stack  # it has none of them
    names = {instance.name for instance in stack.instances}
    missing = (each for each in base.instances if each.name not in names and each.role in _ROLES)
    return replace(stack, left_out=tuple(dict.fromkeys(f"{_ROLES[each.role]} {each.name}" for each in missing)))


def with_neighbours(stacks: Mapping[str, Stack]) -> dict[str, Stack]:
    """The stacks of all environments; those whose boards meet on one cluster assume that no Grafana loads both."""
    return {
        name: replace(stack, assumptions=(*stack.assumptions, *_kept_apart(stack, stacks)))
        for name, stack in stacks.items()
    }


def _kept_apart(stack: Stack, stacks: Mapping[str, Stack]) -> Iterator[str]:
    others = [other.environment for other in stacks.values() if other is not stack and _boards_meet(stack, other)]
    if others:
        yield (
            f"Grafana's sidecar of {stack.environment} loads ConfigMaps of {stack.boards_namespace} alone: the boards "
            f"of {', '.join(filter(None, others))} on the same cluster have the same uids (grafana.sidecarLabel, or "
            "cluster.name)"
        )


def _boards_meet(one: Stack, other: Stack) -> bool:
    """Whether one sidecar that looks everywhere, as is usual, would find the boards of both."""
    ours, theirs = one.settings.grafana, other.settings.grafana
    return (
        one.is_destination
        and other.is_destination
        and one.settings.cluster.key == other.settings.cluster.key
        and {ours.delivery, theirs.delivery} == {"sidecar"}
        and ours.sidecar_label == theirs.sidecar_label
    )
