"""Where an instance's metrics are scraped: the component's defaults, the profile's choices, what was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from obsgen.components.catalogue import HEAD, ComponentFolder
from obsgen.components.scrape import Scrape
from obsgen.profile.models import ServerSettings, Settings
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Target
from obsgen.stack.surroundings import shown


def target_of(
    folder: ComponentFolder,
    server: ServerSettings,
    namespace: str,
    context: Mapping[str, Any],
    settings: Settings,
    route: Route,
    ledger: Ledger,
    sure: bool = True,
) -> Target | None:
    """The scrape target of an instance; None if its component exposes nothing of its own.

    `sure` says that the component's defaults can be judged: its options are not at fault, nor what would replace them.
    """
    scrape = folder.component.scrape
    if scrape is None or not folder.origin(HEAD, "scrape", "when").holds(scrape.when, context):
        return None
    _check_port(scrape, server, route, ledger)
    defaults = ledger.unless(not sure)
    port, number = _port(folder, scrape, server, context, route, defaults)
    openshift = settings.prometheus.mode == "openshift"
    if openshift and server.honor_labels:
        hint = "remove honorLabels: boards and alerts follow the exported_ labels"
        ledger.error(
            "profile/honor-labels", "user-workload monitoring overrides honorLabels", (*route, "honorLabels"), hint
        )
    wanted = scrape.honor_labels if server.honor_labels is None else server.honor_labels
    return Target(
        monitor=scrape.monitor,
        namespace=namespace,
        selector=_selector(folder, server, context, route, defaults),
        port=port,
        port_number=number,
        path=server.path or scrape.path,
        scheme=scrape.scheme,
        interval=server.interval or scrape.interval or settings.prometheus.scrape_interval,
        honor_labels=wanted and not openshift,
        page_labels=scrape.page_labels,
        attach_node=scrape.attach_node,
        authorization=_authorization(folder, scrape, context),
        rendered=server.monitor,
        also=tuple(
            each
            for index, each in enumerate(scrape.also)
            if folder.origin(HEAD, "scrape", "also", index, "when").holds(each.when, context)
        ),
    )


def _authorization(folder: ComponentFolder, scrape: Scrape, context: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The Secret and the key in it that hold the bearer token; None where no Secret is named."""
    if scrape.authorization is None:
        return None
    rendered = folder.origin(HEAD, "scrape", "authorization").texts(dict(scrape.authorization), context)
    return rendered if rendered["secret"] else None


def _selector(
    folder: ComponentFolder, server: ServerSettings, context: Mapping[str, Any], route: Route, ledger: Ledger
) -> Mapping[str, str]:
    scrape = folder.component.scrape
    if server.selector is not None or scrape is None:
        return server.selector or {}
    rendered = folder.origin(HEAD, "scrape", "selector").texts(scrape.selector, context)
    selector = {key: value for key, value in rendered.items() if value}
    if not selector:
        message = f"nothing says by which labels {server.name} is found: every target would be scraped"
        ledger.error("profile/selector", message, route, "write `selector:` with labels, such as {app: chat}")
    if not scrape.deployed:
        bearer = "pods carry" if scrape.monitor == "pod" else "Service carries"
        ledger.assume(f"{server.name}'s {bearer} {shown(selector)} (selector)")
    return selector


def _check_port(scrape: Scrape, server: ServerSettings, route: Route, ledger: Ledger) -> None:
    """Notes ports by which nothing would be scraped."""
    if server.port and server.port_number:
        ledger.error("profile/port", "a port has a name or a number", (*route, "portNumber"), "remove portNumber")
    elif server.port_number and scrape.monitor == "service":
        hint = "write `port:` with the name that the Service gives it"
        ledger.error("profile/port", "a Service's port is found by its name", (*route, "portNumber"), hint)
    if server.port and server.port.isdigit():
        or_number = ", or portNumber" if scrape.monitor == "pod" else ""
        hint = f"write the port's name, which the Service or pod gives it, such as http{or_number}"
        ledger.error(
            "profile/port", f"port '{server.port}' is a number and would match nothing", (*route, "port"), hint
        )


def _port(
    folder: ComponentFolder,
    scrape: Scrape,
    server: ServerSettings,
    context: Mapping[str, Any],
    route: Route,
    ledger: Ledger,
) -> tuple[str | None, int | None]:
    """Name or number of the port; pods may be scraped by number, Services need the port's name."""
    if server.port or server.port_number:
        return server.port, server.port_number
    port = scrape.port and folder.origin(HEAD, "scrape", "port").text(scrape.port, context)
    if not port and (scrape.port_number is None or scrape.monitor == "service"):
        ledger.error("profile/port", f"nothing says on which port {server.name} is scraped", route, "write `port:`")
    if not scrape.deployed:
        told = f'names its port "{port}"' if port else f"declares port {scrape.port_number}"
        ledger.assume(f"{server.name}'s {'container' if scrape.monitor == 'pod' else 'Service'} {told} (port)")
    return port, scrape.port_number
