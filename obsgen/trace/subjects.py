"""The paths of alerts, panels, metrics, receivers, monitors and targets, hop by hop, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from obsgen.checks.wording import listed
from obsgen.findings import Place
from obsgen.knowledge.inventory import Known
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.destinations import Destination
from obsgen.repository.objects import Located
from obsgen.repository.queries.expressions import Expression, LogText
from obsgen.signalpath.delivery import Branch
from obsgen.signalpath.exporters import Service, Workload
from obsgen.signalpath.monitors import Endpoint
from obsgen.trace.defects import but
from obsgen.trace.downstream import delivery, place_of, receivers, route_hop, rule_hop, tells
from obsgen.trace.ground import Ground, Panel
from obsgen.trace.model import Hop, State, Trace, distinct
from obsgen.trace.papers import alerts_on, applications, boards, panel_hop, runbook
from obsgen.trace.upstream import monitor_hop, prometheuses, services, upstream
from obsgen.trace.wanted import Series, brought_by, of_expressions, of_lookups, of_name
from obsgen.trace.words import fires, shortened


def of_alert(ground: Ground, alert: Alert) -> Trace:
    """From the series of an alert to the person who is told."""
    asked = ground.expression(alert.rule)
    expression = ground.promql(alert.rule)
    lookups = ground.lookups(expression) if expression else []
    hops = (
        *_before(ground, [expression] if expression else []),
        *_of_logs(asked),
        rule_hop(ground, alert.rule),
        *delivery(ground, alert),
        *runbook(ground, alert.rule),
        *(_shown(ground, expression) if expression else ()),
        *applications(ground, alert.rule.located),
    )
    return _trace(ground, "alert", alert.name, fires(alert.rule, asked, lookups), place_of(alert.rule), hops)


def _trace(ground: Ground, kind: str, name: str, sentence: str, place: Place | None, hops: Iterable[Hop]) -> Trace:
    environments = (ground.environment,) if ground.environment else ()
    return Trace(kind, name, sentence, place, distinct(hops), ground.stack, environments)


def _shown(ground: Ground, expression: Expression) -> list[Hop]:
    """The panels on the series that an alert asks for; if there are none, on those behind them."""
    return list(boards(ground, _direct(expression))) or list(boards(ground, ground.series(expression)))


def _direct(expression: Expression) -> set[str]:
    """The names that an expression itself asks for."""
    return {each.name for each in expression.query.selectors() if each.name} if expression.query else set()


def _before(ground: Ground, expressions: Sequence[Expression]) -> Iterator[Hop]:
    """All that comes before some expressions: the way into Prometheus, and rules that record what they ask for."""
    yield from upstream(ground, of_expressions(ground, expressions))
    for each in ground.through(expressions):
        if each.expression.rule:
            hop = rule_hop(ground, each.expression.rule)
            yield Hop("recorded", f"{each.expression.rule.name}, {hop.text}", hop.place, hop.known, hop.findings)


def _of_logs(asked: Expression | LogText | None) -> Iterator[Hop]:
    """What an alert on log lines stands on."""
    if isinstance(asked, LogText):
        yield Hop("logs", "log lines that Loki stores", asked.located.place(), State.ASSUMED)


def of_panel(ground: Ground, panel: Panel) -> Trace:
    """From the series of a panel to the person who looks at it."""
    lost = ground.defects.at(panel.located, but("signal/", "path/", "dashboard/"))
    names = {name for each in panel.expressions for name in _direct(each)}
    shown = panel_hop(panel)
    hops = (
        *_before(ground, panel.expressions),
        Hop("panel", shown.text, shown.place, State.FACT, lost),
        *(_beside(_alert_hop(ground, each)) for each in alerts_on(ground, names)),
        *applications(ground, panel.located),
    )
    texts = [shortened(str(each.located.value)) for each in panel.expressions if each.query]
    sentence = f"shows {listed(texts, 1)}" if texts else "shows nothing that is asked in PromQL"
    return _trace(ground, "panel", panel.name, sentence, shown.place, hops)


def of_series(ground: Ground, name: str, names: Sequence[str]) -> Trace:
    """From who scrapes a metric to all that is made of it; `names` are those that it is stored under."""
    made = [each for one in names for each in ground.recorded.get(one, ())]
    plain = [series for each in names if each not in ground.recorded for series in _asked(ground, each)]
    first = next((row for each in plain for row in each.verdict.rows), None)
    hops = (
        *_before(ground, [each.expression for each in made]),
        *(rule_hop(ground, each.expression.rule) for each in made if each.expression.rule),
        *upstream(ground, plain),
        *_uses(ground, names),
    )
    place = place_of(made[0].expression.rule) if made and made[0].expression.rule else None
    return _trace(ground, "metric", name, _of_metric(first, plain, bool(made)), place, hops)


def _asked(ground: Ground, name: str) -> list[Series]:
    """A series as rules and panels ask for it, of which jobs; by its name alone where nobody says a job."""
    found = of_lookups(each for one in ground.expressions if name in _direct(one) for each in ground.lookups(one))
    return list({each.jobs: each for each in found if each.name == name and each.jobs}.values()) or [
        of_name(ground, name)
    ]


def _of_metric(known: Known | None, plain: Sequence[Series], is_made: bool) -> str:
    if is_made:
        return "recorded by a rule"
    if known is None:
        return "written by Prometheus" if any(each.is_of_scrapes for each in plain) else "not known here"
    unit = f" in {known.unit}" if known.unit not in ("", "bool", "count") else ""
    return ": ".join(filter(None, (f"{known.type}{unit}", " ".join(known.help.split()))))


def _uses(ground: Ground, names: Iterable[str]) -> Iterator[Hop]:
    """What is made of some series: rules that record of them, alerts with who is told, panels."""
    wanted = frozenset(names)
    for found in ground.recorded.values():
        for each in found:
            rule = each.expression.rule
            if rule and wanted & ground.series(each.expression) and rule.name not in wanted:
                yield Hop("recorded", rule.name, place_of(rule))
    yield from (_alert_hop(ground, each) for each in alerts_on(ground, wanted))
    yield from boards(ground, wanted)


def _alert_hop(ground: Ground, alert: Alert) -> Hop:
    """An alert with the receivers that are told of it."""
    ends = [each for each in delivery(ground, alert) if each.kind == "receiver"]
    lost = [finding for each in delivery(ground, alert) for finding in each.findings]
    told = listed(sorted({each.text for each in ends})) or "who is told stands elsewhere"
    own = rule_hop(ground, alert.rule)
    findings = tuple(dict.fromkeys((*own.findings, *lost)))
    return Hop("alert", f"{alert.name} → {told}", own.place, State.FACT if ends else State.ASSUMED, findings)


def _beside(hop: Hop) -> Hop:
    """A hop that stands beside a path: what breaks it does not break the path."""
    text = f"{hop.text}, a path that is broken" if hop.state == State.BROKEN else hop.text
    return Hop(hop.kind, text, hop.place, hop.known)


def of_receiver(ground: Ground, name: str, found: Sequence[tuple[Destination, Located]]) -> Trace:
    """Which alerts reach a receiver, and by which route."""
    hops: list[Hop] = []
    for destination, _ in found:
        branches = [each for each in destination.branches if each.receiver == name]
        for alert in ground.alerts:
            reached = _reached(ground, alert, destination, branches)
            if reached:
                hops.append(Hop("alert", f"{alert.name} by {reached}", place_of(alert.rule)))
    if not hops:
        hops.append(Hop("alert", "no alert of these files", None, State.ASSUMED))
    for destination, _ in found:
        branches = [each for each in destination.branches if each.receiver == name]
        hops += [route_hop(ground, destination, each) for each in branches]
    for destination, _ in found:
        branches = [each for each in destination.branches if each.receiver == name]
        hops += [hop for each in branches for hop in receivers(ground, each)]
    receiver = found[0][1]
    more = applications(ground, receiver)
    return _trace(ground, "receiver", name, f"tells {tells(receiver)}", receiver.place(("name",)), (*hops, *more))


def _reached(ground: Ground, alert: Alert, destination: Destination, branches: Sequence[Branch]) -> str:
    """By which labels an alert gets to one of some routes; empty if it does not."""
    if destination not in ground.repository.alerting.to(alert):
        return ""
    taken = [each for each in destination.routes(alert.labels) if any(each is one for one in branches)]
    asks = dict.fromkeys(f"{label}{sign}{value}" for each in taken for label, sign, value in each.matchers if label)
    return ", ".join(asks) or "whatever no other route takes" if taken else ""


def of_endpoints(ground: Ground, kind: str, name: str, endpoints: Sequence[Endpoint]) -> Trace:
    """What some endpoints scrape, who selects them, and all that is made of what they bring."""
    names = brought_by(ground, endpoints)
    hops = (
        *(hop for each in endpoints for hop in services(ground, each)),
        *(monitor_hop(ground, each) for each in endpoints),
        *(hop for each in endpoints for hop in prometheuses(ground, each)),
        *_uses(ground, names),
        *(hop for each in endpoints[:1] for hop in applications(ground, each.located)),
    )
    sentence = f"brings {listed(sorted(names))}" if names else "brings nothing that a rule or panel is known to ask for"
    return _trace(ground, kind, name, sentence, endpoints[0].place if endpoints else None, hops)


def of_target(ground: Ground, name: str, item: Service | Workload) -> Trace:
    """Who scrapes a Service or the Pods of a workload."""
    endpoints = [
        each
        for each in ground.endpoints
        if any(target.service is item or target.workload is item for target in ground.graph.targets(each))
    ]
    if endpoints:
        found = of_endpoints(ground, "target", name, endpoints)
        return Trace("target", name, found.sentence, item.place, found.hops, found.stack, found.environments)
    own = Hop("service", str(item.object), item.place)
    none = Hop("monitor", f"nothing among these files scrapes {item.object}", None, State.ASSUMED)
    return _trace(ground, "target", name, "scraped by nothing among these files", item.place, (own, none))
