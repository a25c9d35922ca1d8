"""What a name may mean in a place: an alert, a panel, a metric, a receiver, a monitor or a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from obsgen.knowledge.exposure import exposed
from obsgen.knowledge.inventory import Known
from obsgen.repository.alerting.destinations import Destination
from obsgen.repository.objects import KubeObject, Located
from obsgen.signalpath.exporters import Service, Workload
from obsgen.signalpath.monitors import Endpoint
from obsgen.trace import subjects
from obsgen.trace.ground import Ground
from obsgen.trace.model import Trace
from obsgen.trace.wanted import is_written


@dataclass(frozen=True, eq=False)
class Subject:
    """Something that a path can be told of: its kind, the names that it goes by, and its path.

    `key` is equal for the same thing in several environments.
    """

    kind: str
    names: tuple[str, ...]
    key: tuple[str, ...]
    trace: Callable[[], Trace]


def subjects_of(ground: Ground) -> Iterator[Subject]:
    """Everything in a place that has a name, metrics aside."""
    yield from _alerts(ground)
    yield from _panels(ground)
    yield from _receivers(ground)
    yield from _monitors(ground)
    yield from _targets(ground)


def _alerts(ground: Ground) -> Iterator[Subject]:
    seen: dict[str, int] = {}
    for each in ground.alerts:
        seen[each.name] = seen.get(each.name, 0) + 1
        key = ("alert", each.name, str(seen[each.name]))
        yield Subject("alert", (each.name,), key, partial(subjects.of_alert, ground, each))


def _panels(ground: Ground) -> Iterator[Subject]:
    seen: dict[str, int] = {}
    for each in ground.panels:
        if each.title:
            seen[each.name] = seen.get(each.name, 0) + 1
            names = (each.title, each.name, f"{each.board_title}/{each.title}")
            key = ("panel", each.name, str(seen[each.name]))
            yield Subject("panel", names, key, partial(subjects.of_panel, ground, each))


def _receivers(ground: Ground) -> Iterator[Subject]:
    found: dict[str, list[tuple[Destination, Located]]] = {}
    for destination in ground.destinations:
        for part in destination.parts:
            for receiver in part.located.at("receivers").items():
                name = receiver.at("name").value
                if isinstance(name, str) and name:
                    found.setdefault(name, []).append((destination, receiver))
    for name, each in found.items():
        trace = partial(subjects.of_receiver, ground, name, each)
        yield Subject("receiver", (name,), ("receiver", name), trace)


def _monitors(ground: Ground) -> Iterator[Subject]:
    by_name: dict[str, list[Endpoint]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for each in ground.endpoints:
        name = str(each.monitor) if each.monitor else f"scrape job {each.located.value.get('job_name')}"
        by_name.setdefault(name, []).append(each)
        names[name] = _names(each.monitor.object) if each.monitor else (name, str(each.located.value.get("job_name")))
    for name, found in by_name.items():
        trace = partial(subjects.of_endpoints, ground, "monitor", name, found)
        yield Subject("monitor", names[name], ("monitor", name), trace)


def _targets(ground: Ground) -> Iterator[Subject]:
    items: tuple[Service | Workload, ...] = (*ground.graph.services.all, *ground.graph.workloads.all)
    for each in items:
        name = str(each.object)
        trace = partial(subjects.of_target, ground, name, each)
        yield Subject("target", _names(each.object), ("target", name), trace)


def _names(object_: KubeObject) -> tuple[str, ...]:
    return (object_.name, f"{object_.namespace}/{object_.name}", f"{object_.kind}/{object_.name}", str(object_))


def series_named(ground: Ground, name: str) -> list[str]:
    """The series that a name means there: its own, those of a metric, or those of a signal of ours.

    A metric that nobody asks for counts where something is said to run that exposes it.
    """
    asked, inventory = ground.asked, ground.repository.inventory
    whole = [f"{name}{part}" for part in ("_bucket", "_sum", "_count")]
    used = [each for each in (name, *whole) if each in asked]
    if used or is_written(name):
        return used or [name]
    rows = [row for each in (name, *whole) for row in inventory.find(each) if _runs(ground, row)]
    return _distinct(row.name for row in rows) or _of_signal(ground, name, asked)


def _of_signal(ground: Ground, name: str, asked: frozenset[str]) -> list[str]:
    """The series of a signal that are asked for; else all that what runs there exposes."""
    component, _, signal = name.replace("/", ".").rpartition(".")
    rows = (row for row in ground.signals.get(signal, ()) if component in ("", row.component) and _runs(ground, row))
    names = _distinct(row.name for row in rows)
    return [each for each in names if each in asked] or names


def _runs(ground: Ground, row: Known) -> bool:
    """Whether something is said to run there that exposes a series."""
    if row.copied_by or (row.component and not ground.facts.running(row.component)):
        return False
    return exposed(ground.repository.inventory, row, ground.facts)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
