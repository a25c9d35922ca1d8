"""Routes that no alert can reach: one before them takes everything that they would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import Configuration, routes_below
from obsgen.repository.objects import Located
from obsgen.signalpath.reach import hidden

ID = "alertmanager/unreachable-route"
LEVEL = 2
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the route that is hidden."""
    for one in repository.alertmanagers:
        for route in one.routes():
            yield from _among(one, routes_below(route))


def _among(one: Configuration, beside: list[Located]) -> Iterator[Finding]:
    for index, before in hidden([_native(one, each) for each in beside]):
        place = beside[before].place((), key=True)
        message = f"no alert gets here: the route in line {place.line} takes all that this one would"
        hint = "remove one of them, put this one first, or write continue: true there"
        yield Finding(ID, SEVERITY, message, beside[index].place((), key=True), hint)


def _native(one: Configuration, route: Located) -> dict[str, Any]:
    old = {key: route.value[key] for key in ("match", "match_re") if isinstance(route.value.get(key), dict)}
    matchers = [one.text(each) for each in one.matchers(route)]
    return {"matchers": matchers, "continue": route.value.get("continue"), **old}
