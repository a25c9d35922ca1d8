"""What things cost, as templates know it: prices of GPUs, budgets of teams, and the servers that money goes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsgen.profile.models import Settings
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance
from obsgen.units import UNITS, UnitError, parse

NOBODY = "none"
"""The team of a server that has none."""


def costs_context(settings: Settings, has: Mapping[str, bool], ledger: Ledger) -> dict[str, Any]:
    """`gpu_prices` in dollars an hour by model, `teams` with their budgets in dollars a day; `servers` comes later."""
    prices = [
        {"model": model, "price": price}
        for model, written in settings.gpu_prices.items()
        if (price := _money(written, "usd/hour", ("gpuPrices", model), ledger)) is not None
    ]
    teams = [
        {"name": name, "budget": team.budget and _money(team.budget, "usd/day", ("teams", name, "budget"), ledger)}
        for name, team in sorted(settings.teams.items())
    ]
    for text in _unused(settings, has):
        ledger.assume(text)
    return {"gpu_prices": prices, "teams": teams, "servers": []}


def _money(written: str, unit: str, route: Route, ledger: Ledger) -> float | None:
    try:
        return parse(written, UNITS[unit])
    except UnitError as problem:
        ledger.error("profile/unit", str(problem), route, problem.hint)
        return None


def _unused(settings: Settings, has: Mapping[str, bool]) -> Iterator[str]:
    """What the profile says of money that nothing takes."""
    if settings.gpu_prices and not has["gpuExporter"]:
        yield "gpuPrices are not used: nothing tells which pod holds which GPU (gpuExporter)"
    watched = has["gpuPrices"] or (settings.gpu_prices and has["gpuExporter"])
    budgets = sorted(name for name, team in settings.teams.items() if team.budget)
    if budgets and not watched:
        yield f"budgets of {', '.join(budgets)} are not watched: nothing tells what a GPU costs (gpuPrices)"


def servers_context(instances: Iterable[Instance]) -> list[dict[str, Any]]:
    """The servers, whatever their role, each with its team and the names of its signals; one inside another is it."""
    found: dict[str, Instance] = {}
    for instance in instances:
        found.setdefault(instance.name, instance)
    return [_server(each) for each in found.values()]


def _server(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "role": instance.role,
        "team": instance.team or NOBODY,
        "scraped": instance.target is not None,
        "signals": sorted(instance.signals),
    }
