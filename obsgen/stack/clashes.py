"""Names that a resolved profile gives twice: told before one thing overwrites another in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from obsgen.findings import Finding, error
from obsgen.profile.environments import Merged
from obsgen.profile.load import LoadedProfile
from obsgen.source import Route
from obsgen.stack.labels import contradicting_labels
from obsgen.stack.model import Instance, Stack
from obsgen.stack.servers import listed


def clashes(profile: LoadedProfile, stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Everything of a profile's environments that would overwrite, or hide, something else."""
    yield from contradicting_labels(profile)
    for stack in stacks:
        environment = profile.environments[stack.environment] if stack.environment else profile.base
        # A change of an alert that is at fault may be the one that sets two apart.
        if not any("alerts" in route for route in environment.merged.lost):
            yield from _same_alert(stack, environment.merged)
        yield from _same_target(stack, environment.merged)


def _same_target(stack: Stack, merged: Merged) -> Iterator[Finding]:
    """Servers that are found by the same labels at the same page: every series would be stored once for each."""
    routes = {server.name: route for _, route, server in listed(stack.settings)}
    seen: dict[Any, str] = {}
    for each in stack.instances:
        if each.target is None or not each.monitored or each.name not in routes:
            continue
        target = each.target
        page = (target.port, target.port_number, target.path, target.monitor)
        first = seen.setdefault((target.namespace, tuple(sorted(target.selector.items())), *page), each.name)
        if first != each.name and "selector" not in {route[-1] for route in merged.lost if route}:
            message = f"{each.name} is scraped where {first} is: every series would be there twice, under two jobs"
            hint = "write a selector that only its own Service has, or make one server of the two"
            yield error("profile/same-target", message, merged.place(routes[each.name]), hint)


def _same_alert(stack: Stack, merged: Merged) -> Iterator[Finding]:
    """Alerts of one server that would have the same name: nobody could tell which of them fires."""
    seen: set[tuple[str, str]] = set()
    for instance in stack.instances:
        for name, route in _alert_names(instance) if instance.sure else ():
            if (instance.name, name) in seen:
                message = f"{instance.name} has two alerts called '{name}'"
                yield error("profile/same-alert", message, merged.place(route, key=True), "give one another name")
            seen.add((instance.name, name))


def _alert_names(instance: Instance) -> Iterator[tuple[str, Route]]:
    """The names that an instance's alerts will have, kept names first, and where each was chosen."""
    chosen: list[tuple[str, Route]] = []
    for key, alert in instance.folder.alerts.items():
        change = instance.changes.get(key)
        wanted = instance.folder.origin("alerts.yaml", key, "when").holds(alert.when, instance.context)
        if not wanted or (change and not change.enabled):
            continue
        if change and change.name:
            chosen.append((change.name, ("alerts", key)))
        else:
            yield key, ("alerts", key)
    yield from chosen
    for name in instance.own_alerts:
        yield name, ("alerts", name)
