"""Objectives: recorded rates of bad and of all events, their ratio over windows, and alerts on how fast budget burns.

Each objective records two series: how many bad events and how many events there are per second (for objectives in
minutes: whether this is a bad minute, and 1). Every longer window is the sum of the first over the sum of the second,
so that a busy hour counts for more than a quiet one and no query looks back over raw series. The window is a label.

The pairs of windows and their shares of the budget are those of Google's SRE workbook, chapter "Alerting on SLOs".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from obsgen.components.objectives import Objective
from obsgen.components.sentences import Measure
from obsgen.conventions import SERVICE_LABEL
from obsgen.promql.build import Expr, Matcher, added, aggregated, binary, call, number, ranged, scaled, selector, union
from obsgen.render.queries.phrases import SentenceError
from obsgen.render.queries.scopes import One, Scope, Source
from obsgen.render.queries.sentences import phrase
from obsgen.render.queries.windows import fitted
from obsgen.stack.model import Stored
from obsgen.units import duration, number_text

BAD = "obsgen:slo_bad:rate"
TOTAL = "obsgen:slo_total:rate"
ERRORS = "obsgen:slo_errors:ratio"
TARGET = "obsgen:slo_target:ratio"
LEFT = "obsgen:slo_budget_left:ratio"
WINDOW = "window"
OBJECTIVE = "objective"

SHORTEST = "5m"
"""The window of the recorded rates."""


class OutsideBucketsError(SentenceError):
    """A limit that no bucket tells anything about."""


@dataclass(frozen=True, slots=True)
class Burn:
    """Two windows that must both burn, and the share of the budget that is gone when the long one fires."""

    long: str
    short: str
    budget: float


PAGES = (Burn("1h", "5m", 0.02), Burn("6h", "30m", 0.05))
"""Somebody is called: days are left, or less."""
TICKETS = (Burn("1d", "2h", 0.10), Burn("3d", "6h", 0.10))
"""Somebody looks at it this week."""
SEVERITIES: Mapping[str, tuple[str, Sequence[Burn]]] = {"critical": ("2m", PAGES), "warning": ("15m", TICKETS)}
"""Severity to `for` and pairs of windows."""

WINDOWS = tuple(
    sorted({each for pair in (*PAGES, *TICKETS) for each in (pair.long, pair.short)}, key=lambda each: duration(each))
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An objective of one instance: its name, its sentences, and the figures that the profile chose."""

    name: str
    service: str
    stack: str
    objective: Objective
    target: float
    limit: float | None
    """The limit of a good event or minute, in the unit of its signal; None where events are counted as bad."""
    period: str


def labels_of(chosen: Chosen) -> dict[str, str]:
    """The labels by which an objective's series are told from all others."""
    return {OBJECTIVE: chosen.name, SERVICE_LABEL: chosen.service, "stack": chosen.stack}


def measured(chosen: Chosen, scope: Scope) -> tuple[Expr, Expr]:
    """How much is bad, and how much there is: events a second, or 0 and 1 in minutes."""
    objective = chosen.objective
    if objective.minutes is not None:
        return _minutes(chosen, scope)
    events = objective.events
    if events is None:
        raise SentenceError("an objective without events or minutes")
    if events.signal is not None:
        return _within(chosen, scope.source(None, events.signal, {}))
    total = _counted(events.of or (), objective, scope)
    # Counters of failures often begin with the first failure: until then, nothing is bad.
    return union([_counted(events.bad or (), objective, scope), _nothing(total)]), total


def _counted(signals: Sequence[str], objective: Objective, scope: Scope) -> Expr:
    """The summed rates of some signals."""
    said = [{"signal": name, "rate": SHORTEST, "by": list(objective.by)} for name in signals]
    return added([phrase(Measure.model_validate(each), scope).expr for each in said])


def _within(chosen: Chosen, source: Source) -> tuple[Expr, Expr]:
    """Events of a histogram beyond the limit, and all of them."""
    if source.signal.type != "histogram" or chosen.limit is None:
        raise SentenceError(f"{source.signal.name} is no histogram: nothing says how long each event took")
    by, window = source.stored_labels(chosen.objective.by), fitted(SHORTEST, source.interval).used
    good = union([aggregated("sum", by, _good(one, chosen.limit, window)) for one in source.series])
    total = union([aggregated("sum", by, _rate(f"{one.name}_count", found, window)) for one, found in source.series])
    return call("clamp_min", binary(total, "-", good), "0"), total


def _good(one: One, limit: float, window: str) -> Expr:
    """The rate of events up to the limit; between two edges of buckets, in proportion."""
    stored, matchers = one
    wanted = limit / stored.scale
    low = max((edge for edge in stored.buckets if edge <= wanted * (1 + 1e-9)), default=None)
    high = min((edge for edge in stored.buckets if edge >= wanted * (1 - 1e-9)), default=None)
    if low is None or high is None:
        raise OutsideBucketsError(f"the limit lies outside the buckets of {stored.name}")
    below = _bucket(stored, matchers, low, window)
    if low == high:
        return below
    part = (wanted - low) / (high - low)
    return added([_share(below, 1 - part), _share(_bucket(stored, matchers, high, window), part)])


def _share(rate: Expr, factor: float) -> Expr:
    """A share of a rate without the label that tells buckets apart, so that two of them can be added."""
    return scaled(Expr(f"sum without (le) ({rate.text})"), round(factor, 6))


def _bucket(stored: Stored, matchers: Sequence[Matcher], edge: float, window: str) -> Expr:
    """The rate of one bucket. Clients write whole numbers with and without `.0`."""
    text = number_text(edge)
    whole = "." not in text and "e" not in text
    chosen: Matcher = ("le", "=~", rf"{text}(\.0)?") if whole else ("le", "=", text)
    return _rate(f"{stored.name}_bucket", [*matchers, chosen], window)


def _rate(name: str, matchers: Sequence[Matcher], window: str) -> Expr:
    return call("rate", ranged(selector(name, matchers), window))


def _minutes(chosen: Chosen, scope: Scope) -> tuple[Expr, Expr]:
    """Whether this is a bad minute, and 1 where there is anything to judge."""
    sentence = chosen.objective.minutes
    if sentence is None or chosen.limit is None:
        raise SentenceError("a bad minute needs a condition with a limit")
    # Without traffic a mean or a share is NaN, which would make every sum over time NaN: such minutes do not count.
    said = binary(phrase(sentence, scope).expr, ">", Expr("-Inf"))
    operator = ">" if sentence.above is not None else "<"
    bad = binary(said, f"{operator} bool", number(chosen.limit))
    return bad, binary(_nothing(said), "+", number(1))


def _nothing(vector: Expr) -> Expr:
    """0 wherever there is something."""
    return binary(vector, "*", number(0))


def recorded(chosen: Chosen, scope: Scope) -> Iterator[tuple[str, Expr, dict[str, str]]]:
    """Recording rules: name, expression, labels."""
    labels = labels_of(chosen)
    bad, total = measured(chosen, scope)
    yield BAD, bad, labels
    yield TOTAL, total, labels
    yield TARGET, call("vector", number(chosen.target)), labels
    for window in (*WINDOWS, chosen.period):
        yield ERRORS, _over(chosen, window), {**labels, WINDOW: window}
    spent = scaled(selector(ERRORS, _matchers(chosen, window=chosen.period)), 1 / (1 - chosen.target))
    yield LEFT, binary(number(1), "-", spent), labels


def _over(chosen: Chosen, window: str) -> Expr:
    """The share of bad events in a window."""
    bad, total = (selector(name, _matchers(chosen)) for name in (BAD, TOTAL))
    if window == SHORTEST:
        return binary(bad, "/", total)
    return binary(call("sum_over_time", ranged(bad, window)), "/", call("sum_over_time", ranged(total, window)))


def _matchers(chosen: Chosen, **more: str) -> list[Matcher]:
    return [(label, "=", value) for label, value in {**labels_of(chosen), **more}.items()]


def burning(chosen: Chosen, pairs: Sequence[Burn]) -> Expr:
    """True while both windows of a pair burn faster than their share of the budget allows."""
    whole = _either([_pair(chosen, pair) for pair in pairs])
    return Expr(f"max without ({WINDOW}) ({whole.text})")


def _either(parts: Sequence[Expr]) -> Expr:
    """Vectors whose windows differ: an alert fires once, whichever pair it is."""
    whole = parts[0]
    for part in parts[1:]:
        whole = binary(whole, "or", part, f"ignoring ({WINDOW})")
    return whole


def _pair(chosen: Chosen, pair: Burn) -> Expr:
    limit = number(round(factor(pair, chosen.period) * (1 - chosen.target), 9))
    long, short = (
        binary(selector(ERRORS, _matchers(chosen, window=window)), ">", limit) for window in (pair.long, pair.short)
    )
    return binary(long, "and", short, f"ignoring ({WINDOW})")


def factor(pair: Burn, period: str) -> float:
    """How many times faster than allowed the budget burns: 14.4 where 2 % of 30 days are gone in an hour."""
    return pair.budget * duration(period) / duration(pair.long)
