"""Arguments of containers that take away metrics which somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.components.head import Component, Switch
from obsgen.findings import Finding, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.containers import containers, runs
from obsgen.repository.objects import Located

ID = "signal/switched-off"
LEVEL = 4
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the argument; where it touches some series only, if an expression asks for one of them."""
    inventory = repository.inventory
    known = [inventory.exporter(name).component for name in sorted(inventory.components)]
    switching = [each for each in known if each.switches]
    asked = {lookup.name for lookup in repository.lookups}
    for container in (each for object_ in repository.objects for each in containers(object_)):
        image = str(container.value.get("image") or "")
        for component in (each for each in switching if runs(image, each.images)):
            yield from _judged(container, component, asked)


def _judged(container: Located, component: Component, asked: set[str]) -> Iterator[Finding]:
    for switch in component.switches:
        place = _place(container, switch) if not switch.series or asked & set(switch.series) else None
        if place:
            yield Finding(ID, SEVERITY, f"{component.title}: this argument {switch.text}", place, switch.hint)


def _place(container: Located, switch: Switch) -> Place | None:
    """Where the argument stands; an option and its value may be two."""
    found = [each for key in ("command", "args") for each in container.at(key).items()]
    for at, one in enumerate(found):
        following = f" {found[at + 1].value}" if at + 1 < len(found) else ""
        if re.search(switch.argument, str(one.value)) or re.match(switch.argument, f"{one.value}{following}"):
            return one.place()
    return None
