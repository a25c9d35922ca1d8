"""What limits take to be so: money that may be spent, and what a server beside them reserves for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from obsgen.components.catalogue import ComponentFolder
from obsgen.profile.models import Objectives
from obsgen.profile.prometheus import Prometheus
from obsgen.stack.model import Instance
from obsgen.units import UNITS, duration, parse, text


def unsaid_money(name: str, folder: ComponentFolder, written: Mapping[str, str]) -> Iterator[str]:
    """Limits of money that the profile leaves open: nobody knows a budget but those who have it."""
    limits = folder.component.thresholds.items()
    unsaid = [(key, each) for key, each in limits if each.unit.startswith("usd") and key not in written]
    if unsaid:
        shown = ", ".join(
            f"{key} {text(parse(each.default, UNITS[each.unit]), UNITS[each.unit])}" for key, each in unsaid
        )
        yield f"alerts of {name} on money take for a limit {shown} (thresholds)"


def forgotten(server: str, folder: ComponentFolder, wanted: Objectives, prometheus: Prometheus) -> Iterator[str]:
    """Objectives over a time that a Prometheus of the tree's own does not remember."""
    for name, chosen in wanted.items() if prometheus.is_own else ():
        window = chosen.window or folder.objectives[name].window
        if duration(window) > duration(prometheus.retention):
            yield (
                f"objective {name} of {server} is over {window}, and Prometheus keeps {prometheus.retention}: what is "
                f"left of its budget is that of {prometheus.retention} (prometheus.retention)"
            )


def never_below(instances: Sequence[Instance]) -> Iterator[str]:
    """Limits that a healthy server of the stack exceeds, as it reserves that much when it starts."""
    for server in instances:
        for name, share in server.folder.component.reserves.items():
            reserved = parse(share, UNITS["ratio"])
            for other in instances:
                if other.thresholds.get(name, 1) <= reserved:
                    yield (
                        f"{server.name} is told to reserve less than {text(other.thresholds[name], UNITS['ratio'])}, "
                        f"the limit {name} of {other.name}: it takes {text(reserved, UNITS['ratio'])} when it starts, "
                        f"by which the alert would always fire (thresholds.{name})"
                    )
