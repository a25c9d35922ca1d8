"""What things cost, as templates know it: prices of GPUs, budgets of teams, and the servers that money goes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from obsgen.components.catalogue import HEAD, Catalogue
from obsgen.hints import nearest
from obsgen.profile.models import Price, Settings
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance

NOBODY = "none"
"""The team of a server that has none."""


def costs_context(settings: Settings, catalogue: Catalogue, has: Mapping[str, bool], ledger: Ledger) -> dict[str, Any]:
    """What texts may speak of: `prices` in dollars a token, `gpu_prices` in dollars an hour by model, `teams` with
    their budgets in dollars a day; `servers` comes later.
    """
    gpu_prices = [
        {"model": model, "price": price}
        for model, written in settings.gpu_prices.items()
        if (price := ledger.quantity(written, "usd/hour", ("gpuPrices", model))) is not None
    ]
    teams = [
        {"name": name, "budget": team.budget and ledger.quantity(team.budget, "usd/day", ("teams", name, "budget"))}
        for name, team in sorted(settings.teams.items())
    ]
    for text in _unused(settings, has):
        ledger.assume(text)
    prices = _token_prices(settings.prices, catalogue, ledger)
    return {"prices": prices, "gpu_prices": gpu_prices, "teams": teams, "servers": []}


def _token_prices(
    table: Mapping[str, Mapping[str, Price]], catalogue: Catalogue, ledger: Ledger
) -> list[dict[str, Any]]:
    """The price table in dollars a token: provider, model, input, output. Notes providers that no component knows."""
    known = sorted({provider for name in catalogue.names for provider in catalogue.head(name).covers}) if table else []
    for provider in sorted(table.keys() - set(known)):
        message = f"no component reads the usage of a provider '{provider}'"
        ledger.error("profile/unknown-provider", message, ("prices", provider), nearest(provider, known), key=True)
    priced = [
        (provider, model, price) for provider, some in sorted(table.items()) for model, price in sorted(some.items())
    ]
    return [
        {"provider": provider, "model": model, **_both_ways(price, ("prices", provider, model), ledger)}
        for provider, model, price in priced
    ]


def _both_ways(price: Price, route: Route, ledger: Ledger) -> dict[str, float]:
    written = {"input": price.input, "output": price.output}
    return {way: ledger.quantity(text, "usd/token", (*route, way), "price: ") or 0.0 for way, text in written.items()}


def _unused(settings: Settings, has: Mapping[str, bool]) -> Iterator[str]:
    """What the profile says of money that nothing takes."""
    if settings.gpu_prices and not has["gpuExporter"]:
        yield "gpuPrices are not used: nothing tells which pod holds which GPU (gpuExporter)"
    watched = has["gpuPrices"] or (settings.gpu_prices and has["gpuExporter"])
    budgets = sorted(name for name, team in settings.teams.items() if team.budget)
    if budgets and not watched:
        yield f"budgets of {', '.join(budgets)} are not watched: nothing tells what a GPU costs (gpuPrices)"


def unused_prices(table: Collection[str], instances: Sequence[Instance], ledger: Ledger) -> None:
    """Tells of providers whose prices, given in the profile, nothing takes."""
    for provider in sorted(table):
        sources = [each for each in instances if provider in each.covers]
        if not any(_takes_prices(each) for each in sources):
            names = ", ".join(each.name for each in sources)
            reason = f"{names} counts its cost itself" if names else "no provider covers it"
            ledger.assume(f"prices of {provider} are not used: {reason} (prices)")


def _takes_prices(instance: Instance) -> bool:
    condition = instance.folder.component.uses_prices
    return condition is not None and instance.folder.origin(HEAD, "usesPrices").holds(condition, instance.context)


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
