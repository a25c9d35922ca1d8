"""Programs with metrics of their own: what a profile declares of them becomes signals, and a board that shows all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from obsgen.components.boards import Dashboard, Row
from obsgen.components.catalogue import ComponentFolder
from obsgen.components.head import Component
from obsgen.components.scrape import Endpoint
from obsgen.components.signals import Series, Signal
from obsgen.conventions import TARGET_LABELS
from obsgen.hints import ALIKE, closest
from obsgen.profile.metrics import DeclaredMetric, own_signals
from obsgen.profile.models import Application
from obsgen.source import Route
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Target

PANEL_WIDTH = 8

Match = Mapping[str, tuple[str, ...]]
"""Labels and the values that they may have."""


def declared(
    folder: ComponentFolder, application: Application, route: Route, ledger: Ledger, spoken_of: Collection[str] = ()
) -> ComponentFolder:
    """The component as this application uses it: under its name, with the declared metrics among the signals.

    `spoken_of` are the signals that the profile's own alerts name.
    """
    signals = dict(folder.signals)
    mine: dict[str, str] = {}
    for metric, name, match in _meant(application):
        said, place = application.metrics[metric], (*route, "metrics", metric)
        _know_labels(said, (*place, "labels"), ledger)
        if said.signal and name not in folder.signals and name not in spoken_of:
            _nobodys(name, folder, application, (*place, "signal"), ledger)
        if name in mine:
            message = f"'{name}' is what {mine[name]} is, too"
            ledger.error("profile/metric", message, place, "give one of them a `signal:` of its own", key=True)
        elif _fits(folder.signals.get(name), name, said, (*place, "signal"), ledger):
            signals[name] = _signal(metric, said, match, folder.signals.get(name))
        mine[name] = metric
    named = {name: signal for name, signal in signals.items() if signal.series}
    used = replace(folder, name=application.name, signals=named, component=_exporting(folder.component, application))
    return _with_board(used, application, folder.signals)


def _know_labels(said: DeclaredMetric, route: Route, ledger: Ledger) -> None:
    """Notes labels of a metric that are Prometheus' own."""
    for ours, real in said.labels.items():
        if "le" in (ours, real):
            message = "'le' is the edge of a histogram's bucket: Prometheus and obsgen add it themselves"
            ledger.error("profile/metric", message, route, "leave it out", key=True)


def _nobodys(name: str, folder: ComponentFolder, application: Application, route: Route, ledger: Ledger) -> None:
    """Tells of a signal that no alert and no board speaks of."""
    meant = closest(name, folder.signals, ALIKE)
    if meant:
        message = f"no alert and no board knows a signal '{name}'"
        ledger.error("profile/metric", message, route, f"did you mean '{meant}'?")
    else:
        ledger.assume(
            f"no alert and no panel of {folder.name} speaks of {application.name}'s signal {name}: it is there for "
            f"alerts of your own (applications.{application.name}.metrics)"
        )


def _exporting(component: Component, application: Application) -> Component:
    """The component, which knows the labels on the application's page that a scrape has, too."""
    if component.scrape is None:
        return component
    found = {real for said in application.metrics.values() for real in said.labels.values()} & set(TARGET_LABELS)
    every = tuple(dict.fromkeys((*component.scrape.page_labels, *sorted(found - {"cluster"}))))
    return component.model_copy(update={"scrape": component.scrape.model_copy(update={"page_labels": every})})


def _meant(application: Application) -> Iterator[tuple[str, str, Match]]:
    """Each metric with each of the signals that it stands for."""
    for metric, said in application.metrics.items():
        yield from ((metric, name, match) for name, match in own_signals(metric, said).items())


def with_pages(target: Target | None, application: Application) -> Target | None:
    """The target with the application's further pages."""
    if target is None:
        return None
    pages = [
        Endpoint.model_construct(
            port=page.port or target.port, port_number=None if page.port else target.port_number, path=page.path,
            interval=page.interval, when=None,
        )
        for page in application.pages
    ]  # fmt: skip
    return replace(target, also=(*target.also, *pages), keep=application.keep)


def _fits(known: Signal | None, name: str, said: DeclaredMetric, route: Route, ledger: Ledger) -> bool:
    """Whether a metric is what the component's sentences take the signal for."""
    if known is None or (known.type, known.unit) == (said.type, said.unit):
        return True
    message = f"'{name}' is a {known.type} in {known.unit}, not a {said.type} in {said.unit}"
    ledger.error("profile/metric", message, route, f"write type: {known.type}, unit: {known.unit}; or another signal")
    return False


def _signal(metric: str, said: DeclaredMetric, match: Match, known: Signal | None) -> Signal:
    row = {"name": metric, "match": {label: list(values) for label, values in match.items()}}
    series = Series.model_validate({**row, **({"buckets": list(said.buckets)} if said.buckets else {})})
    told = said.help or (known.help if known else f"{metric}, as the profile declares it")
    aggregate = known.aggregate if known else None
    return Signal.model_construct(
        help=told, type=said.type, unit=said.unit, aggregate=aggregate, scope="target", labels=said.labels,
        series=(series,),
    )  # fmt: skip


def _with_board(folder: ComponentFolder, application: Application, known: Collection[str]) -> ComponentFolder:
    """The component's board under the application's name, with a row for what its own panels do not show."""
    boards: dict[str, Dashboard] = {}
    documents = dict(folder.documents)
    scrape = folder.component.scrape
    honours = application.honor_labels if application.honor_labels is not None else scrape and scrape.honor_labels
    exported = scrape.page_labels if scrape and not honours else ()
    more = _others(application, known, exported)
    for stem, board in folder.dashboards.items():
        name = application.name if len(folder.dashboards) == 1 else f"{application.name}-{stem}"
        named = {"title": application.title or application.name, "rows": (*board.rows, *more)}
        boards[name] = board.model_copy(update=named)
        documents[f"dashboards/{name}.yaml"] = documents[f"dashboards/{stem}.yaml"]
    return replace(folder, dashboards=boards, documents=documents)


def _others(application: Application, known: Collection[str], exported: Collection[str]) -> list[Row]:
    """A row with a panel for each declared metric that is none of the signals that the component knows; else none."""
    metrics = [(metric, said) for metric, said in application.metrics.items() if not said.signal.keys() & set(known)]
    panels = [_panel(next(iter(own_signals(metric, said))), metric, said, exported) for metric, said in metrics]
    return [Row.model_validate({"title": "All metrics", "collapsed": True, "panels": panels})] if panels else []


def _panel(signal: str, metric: str, said: DeclaredMetric, exported: Collection[str]) -> dict[str, Any]:
    """How a metric is shown: what a counter grows by, what a gauge is, the quantiles of a histogram."""
    head = {"title": metric, "description": said.help or f"{metric}, as the profile declares it.", "width": PANEL_WIDTH}
    if said.type == "histogram":
        queries = [{"signal": signal, "quantile": q, "legend": f"p{round(q * 100)}"} for q in (0.5, 0.95, 0.99)]
        return {**head, "queries": queries}
    stored = [f"exported_{real}" if real in exported else real for real in said.labels.values()]
    legend = " ".join(f"{{{{{label}}}}}" for label in stored)
    return {**head, "signal": signal, "by": list(said.labels), "legend": legend or "{{job}}"}
