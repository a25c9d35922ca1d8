"""From the exporter into Prometheus: who exposes some series, behind which Service, scraped by which monitor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from obsgen.checks.wording import listed
from obsgen.facts import Running
from obsgen.facts.read import CARRIED
from obsgen.findings import Finding, Place
from obsgen.knowledge.exposure import State as Exposure
from obsgen.knowledge.inventory import Known
from obsgen.signalpath.feeds import Fate
from obsgen.signalpath.graph import Graph, Selection, Target
from obsgen.signalpath.monitors import SELECTORS, Endpoint, Monitor
from obsgen.signalpath.prometheuses import Prometheus
from obsgen.signalpath.selectors import requirements
from obsgen.trace.defects import but, ids
from obsgen.trace.ground import Ground
from obsgen.trace.model import Hop, State, distinct
from obsgen.trace.wanted import Series, fates, is_sure

_NOT_HERE = "not among these files"
_OF_MONITOR = ids("path/not-selected", "path/refused", "path/enforced-namespace", "path/sample-limit")
_OF_TARGETS = ids("path/no-target", "path/no-port")
_OF_SELECTION = ids("path/not-selected", "path/unmanaged")


def upstream(ground: Ground, series: Sequence[Series]) -> tuple[Hop, ...]:
    """The hops of all series into Prometheus, those of one kind together."""
    found: list[tuple[Series, Fate]] = []
    unsure: dict[str, list[Fate]] = {}
    homeless: list[Series] = []
    for each in series:
        likely = _likely(ground, each)
        if len(likely) > 1 and not is_sure(ground, each, likely[0]):
            unsure[each.name] = likely
        elif likely:
            found += [(each, fate) for fate in likely]
        elif not each.is_of_prometheus:
            homeless.append(each)
    endpoints = list({id(fate.endpoint): fate.endpoint for _, fate in found}.values())
    return distinct(
        (
            *exporters(ground, series),
            *(hop for each in endpoints for hop in services(ground, each)),
            *_monitors(ground, found),
            *_one_of_many(unsure),
            *_unscraped(homeless),
            *(hop for each in endpoints for hop in prometheuses(ground, each)),
        )
    )


def _likely(ground: Ground, series: Series) -> list[Fate]:
    """The endpoints that surely bring a series; else, of those that may, the ones that store it if any does."""
    found = fates(ground, series)
    sure = [each for each in found if is_sure(ground, series, each)]
    kept = [each for each in found if each.kept is not False]
    monitors = ((each, each.endpoint.monitor) for each in kept)
    scraped = [each for each, one in monitors if one is None or ground.graph.is_scraped(one) is not False]
    return sure or scraped or kept or found


def _one_of_many(found: Mapping[str, list[Fate]]) -> Iterator[Hop]:
    """Series that several endpoints may bring, and nobody can say which: those of the same endpoints together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for name, each in found.items():
        together.setdefault(tuple(dict.fromkeys(_named(one.endpoint) for one in each)), []).append(name)
    for endpoints, names in together.items():
        text = f"{listed(sorted(names), 2)}, from one of {listed(endpoints)}: which one is not said"
        yield Hop("monitor", text, None, State.ASSUMED)


def _named(endpoint: Endpoint) -> str:
    return str(endpoint.monitor) if endpoint.monitor else f"scrape job {endpoint.located.value.get('job_name')}"


def exporters(ground: Ground, series: Iterable[Series]) -> Iterator[Hop]:
    """Who exposes the series, those of one exporter in one hop; each that is not exposed in one of its own."""
    by_owner: dict[str, list[Series]] = {}
    for each in series:
        lost = ground.defects.on(each.place, ids("signal/")) if each.place else ()
        component = each.verdict.rows[0].component if each.verdict.rows else ""
        if each.is_of_scrapes or each.is_of_prometheus:
            yield Hop("exporter", f"Prometheus itself writes {each.name}", findings=lost)
        elif lost or each.verdict.state != Exposure.THERE:
            yield Hop("exporter", _unexposed(each), known=State.ASSUMED, findings=lost)
        else:
            by_owner.setdefault(component, []).append(each)
    for component, found in by_owner.items():
        yield _exporter(ground, component, found)


def _unexposed(series: Series) -> str:
    what = {
        Exposure.UNKNOWN: "nobody has said who exposes it",
        Exposure.NEVER: "no version of any exporter known here exposes it",
        Exposure.GONE: "the version that runs no longer exposes it",
        Exposure.NOT_YET: "the version that runs does not expose it yet",
        Exposure.OFF: "it is exposed only with an option that is not chosen",
        Exposure.THERE: "exposed",
    }
    return f"{series.name}: {what[series.verdict.state]}"


def _exporter(ground: Ground, component: str, found: list[Series]) -> Hop:
    kinds = {row.type for each in found for row in each.verdict.rows[:1]}
    names = listed(sorted({_metric(each) for each in found}))
    since = {f"since {row.since}" for each in found for row in each.verdict.rows[:1] if row.since}
    more = [each.pop() for each in (kinds, since) if len(each) == 1]
    what = f"exposes {names}" + (f" ({', '.join(more)})" if more else "")
    if not component:
        return Hop("exporter", f"a declared metric: {what.removeprefix('exposes ')}")
    title = ground.repository.inventory.exporter(component).component.title
    running = [each for each in ground.facts.deployed(component) if _is_meant(each, found)]
    versions = sorted({version for each in running for version in each.versions if version})
    if versions or (running and not _has_versions(ground, component)):
        return Hop("exporter", " ".join(filter(None, (title, "/".join(versions), what))))
    return Hop("exporter", f"{title} {what}; which version runs is not said", known=State.ASSUMED)


def _metric(series: Series) -> str:
    rows: Sequence[Known] = series.verdict.rows
    return rows[0].metric if rows else series.name


def _is_meant(server: Running, found: list[Series]) -> bool:
    """Whether a query may ask for a server; of what an image alone tells nobody knows the name."""
    return not server.name or any(each.takes(server.name) is not False for each in found)


def _has_versions(ground: Ground, component: str) -> bool:
    return ground.repository.inventory.exporter(component).component.versions is not None


def services(ground: Ground, endpoint: Endpoint) -> Iterator[Hop]:
    """What an endpoint scrapes: Services with the Pods behind them, or Pods."""
    monitor, graph = endpoint.monitor, ground.graph
    if monitor is None or monitor.kind not in ("ServiceMonitor", "PodMonitor"):
        yield _elsewhere(endpoint)
        return
    targets = graph.targets(endpoint)
    lost = ground.defects.at(endpoint.located, _OF_TARGETS) + ground.defects.at(monitor.selector, _OF_TARGETS)
    lost += ground.defects.at(monitor.spec.at("namespaceSelector"), _OF_TARGETS)
    for target in targets:
        yield _target(ground, target)
    if not targets:
        behind = (each.object.located for each in graph.services_of(monitor))
        lost += tuple(found for each in behind for found in ground.defects.at(each, _OF_TARGETS))
        yield _nothing(graph, endpoint, monitor, tuple(dict.fromkeys(lost)))


def _elsewhere(endpoint: Endpoint) -> Hop:
    if endpoint.monitor is not None:
        return Hop("service", f"the targets that {endpoint.monitor} names", endpoint.place, State.ASSUMED)
    job = endpoint.located.value.get("job_name")
    return Hop("service", f"the targets of scrape job {job}", endpoint.place, State.ASSUMED)


def _target(ground: Ground, target: Target) -> Hop:
    service, workload, port = target.service, target.workload, target.container_port
    object_ = service.object if service else workload.object if workload else None
    parts = [str(object_)]
    if target.service_port:
        parts.append(f"port {target.service_port.name or ''} {target.service_port.number or ''}".replace("  ", " "))
    if service and workload:
        parts.append(f"to {workload.object}")
    if port and not target.service_port:
        parts.append(f"port {port.name} {port.number}".replace("  ", " "))
    findings: tuple[Finding, ...] = ground.defects.at(object_.located, _OF_TARGETS) if object_ else ()
    place = service.place if service else workload.place if workload else None
    return Hop("service", ", ".join(each.strip() for each in parts), place, State.FACT, findings)


def _nothing(graph: Graph, endpoint: Endpoint, monitor: Monitor, lost: tuple[Finding, ...]) -> Hop:
    """What would be scraped, if nothing of it is among the files."""
    found = graph.services_of(monitor) or graph.workloads_of(monitor)
    port = next((value for key in ("port", "targetPort", "portNumber") if (value := endpoint.at(key).value)), "")
    suffix = f", port {port}" if port else ""
    if found:
        place = found[0].place
        return Hop("service", f"{found[0].object}{suffix}", place, State.FACT, lost)
    what = "a Service" if monitor.kind == "ServiceMonitor" else "Pods"
    asks = ", ".join(map(str, requirements(monitor.selector.value))) or "any labels"
    inside = " or ".join(filter(None, monitor.namespaces or ())) or "any namespace"
    return Hop("service", f"{what} with {asks} in {inside}{suffix}, {_NOT_HERE}", None, State.ASSUMED, lost)


def _monitors(ground: Ground, found: Sequence[tuple[Series, Fate]]) -> Iterator[Hop]:
    """The monitors and jobs, each with how often it scrapes and what it does to the series."""
    by_endpoint: dict[int, list[tuple[Series, Fate]]] = {}
    for series, fate in found:
        by_endpoint.setdefault(id(fate.endpoint), []).append((series, fate))
    for each in by_endpoint.values():
        yield _monitor(ground, each)


def _monitor(ground: Ground, found: list[tuple[Series, Fate]]) -> Hop:
    endpoint = found[0][1].endpoint
    known = State.FACT if any(is_sure(ground, series, fate) for series, fate in found) else State.ASSUMED
    dropping = [(series, fate) for series, fate in found if fate.kept is False]
    lost = about(ground, endpoint)
    for series, _ in dropping:
        lost += ground.defects.on(series.place, ids("path/series-dropped")) if series.place else ()
    if known == State.ASSUMED and not lost:
        names = listed(sorted({series.name for series, _ in found}), 2)
        return Hop("monitor", f"{_who(ground.graph, endpoint)}, may bring {names}", endpoint.place, known)
    fate = ""
    if dropping:
        fate = f", drops {listed(sorted({series.name for series, _ in dropping}), 2)}"
    elif endpoint.metric_relabelings:
        fate = ", keeps the series" if all(each.kept for _, each in found) else ", may keep the series"
    return Hop("monitor", _who(ground.graph, endpoint) + fate, endpoint.place, known, tuple(dict.fromkeys(lost)))


def about(ground: Ground, endpoint: Endpoint) -> tuple[Finding, ...]:
    """What is wrong with an endpoint, or with all of its monitor."""
    if endpoint.monitor is None:
        return ground.defects.at(endpoint.located, but("path/series-dropped", "path/scraped-twice"))
    return ground.defects.at(endpoint.monitor.object.located, _OF_MONITOR)


def monitor_hop(ground: Ground, endpoint: Endpoint) -> Hop:
    """A monitor or job by itself."""
    return Hop("monitor", _who(ground.graph, endpoint), endpoint.place, State.FACT, about(ground, endpoint))


def _who(graph: Graph, endpoint: Endpoint) -> str:
    interval = graph.interval(endpoint)
    name = _named(endpoint)
    return f"{name}, every {seconds(interval)}" if interval else name


def seconds(milliseconds: int) -> str:
    """A duration as people write it: 90s, 5m."""
    whole = milliseconds / 1000
    return f"{whole / 60:g}m" if whole >= 120 and not whole % 60 else f"{whole:g}s"


def _unscraped(series: Iterable[Series]) -> Iterator[Hop]:
    names = sorted({each.name for each in series})
    if names:
        yield Hop("monitor", f"nothing among these files scrapes {listed(names)}", None, State.ASSUMED)


def prometheuses(ground: Ground, endpoint: Endpoint) -> Iterator[Hop]:
    """Who selects an endpoint's monitor."""
    monitor = endpoint.monitor
    if monitor is None:
        yield Hop(
            "prometheus",
            f"the configuration that job {endpoint.located.value.get('job_name')} stands in",
            endpoint.located.place((), key=True),
        )
        return
    found = ground.graph.selections(monitor)
    of = SELECTORS[monitor.kind]
    if not found:
        text = f"a Prometheus that selects {monitor}, {_NOT_HERE}"
        yield Hop("prometheus", text, None, State.ASSUMED)
    for each in _nearest(found):
        yield selected(ground, each, of)


def _nearest(found: Sequence[Selection]) -> Sequence[Selection]:
    """Those that select it, or may; all if none does."""
    return [each for each in found if each.answer is not False] or found


def selected(ground: Ground, selection: Selection, of: str) -> Hop:
    """Whether and by what a Prometheus selects a monitor or rules."""
    one = selection.prometheus
    verb = {True: "selects", False: "does not select", None: "may select"}[selection.answer]
    asks = by(one, of)
    findings: tuple[Finding, ...] = ()
    if selection.answer is False:
        findings = ground.defects.at(selection.object.located, _OF_SELECTION)
    if one.object is not None:
        findings += ground.defects.at(one.object.located, ids("path/unmanaged"))
    known = State.ASSUMED if selection.answer is None else State.FACT
    text = f"{one} {verb} {'it: it selects ' if selection.answer is False else ''}{asks}"
    return Hop("prometheus", text, one.place(of) or facts_place(ground), known, tuple(dict.fromkeys(findings)))


def by(one: Prometheus, of: str) -> str:
    """What a selector of a Prometheus asks for, in words."""
    if one.selector(of) is None:
        return f"nothing, without a {of}Selector"
    return ", ".join(map(str, requirements(one.selector(of)))) or "any labels"


def facts_place(ground: Ground) -> Place | None:
    """Where the facts of a tree stand."""
    return Place(str(Path(ground.root, CARRIED))) if ground.root else None
