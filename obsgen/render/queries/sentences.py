"""Sentences about signals to PromQL, or LogQL: the same for alerts, recording rules and panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from obsgen.components.sentences import Condition, Measure
from obsgen.promql.build import Expr, Matcher, added, aggregated, binary, call, number, ranged, scaled, selector, union
from obsgen.render.queries.log_sentences import log_mean, log_phrase, log_ratio
from obsgen.render.queries.phrases import OVER_TIME, Phrase, SentenceError
from obsgen.render.queries.scopes import One, Scope, Source
from obsgen.render.queries.windows import Window, fitted
from obsgen.units import INTEGRALS, RATES, duration

_STEP = "5m"
"""Of integrals: a sum of steps, as a mean over the window would take what ran for an hour for what ran all day."""


_TARGET = ("namespace", "job", "instance", "pod")
"""Labels that tell one scrape target from another."""


def phrase(measure: Measure, scope: Scope) -> Phrase:
    """The query of a sentence that is not an `expr`: LogQL where it speaks of log lines."""
    if measure.ratio is not None:
        return _ratio(measure, scope)
    if measure.mean is not None and measure.mean.sum is not None:
        return _mean(measure, scope)
    source = scope.source(measure.from_, measure.signal or "", measure.match)
    if source.signal.is_log:
        return log_phrase(measure, source)
    if measure.absent:
        return _absent(source)
    kinds = {"histogram": _histogram, "counter": _counter}
    vector, unit = kinds.get(source.signal.type, _gauge)(measure, source, scope)
    unit = measure.unit or unit
    return Phrase(scaled(vector, measure.times or 1), unit, _labels(measure, source), _window(measure, source, scope))


def _window(measure: Measure, source: Source, scope: Scope) -> Window | None:
    """The window that a sentence about this source looks back over; None for a gauge as it is."""
    if measure.over:
        return _over(measure, source)[1]
    return None if source.signal.type == "gauge" else _rated(measure, source, scope)


def _rated(measure: Measure, source: Source, scope: Scope) -> Window:
    """The window of rates."""
    return fitted(measure.rate or scope.window, source.interval)


def _over(measure: Measure, source: Source) -> tuple[str, Window]:
    """The function over time that a sentence asks for, and its window."""
    ((function, window),) = (measure.over or {}).items()
    return function, fitted(window, source.interval)


def _labels(measure: Measure, *sources: Source) -> dict[str, str]:
    """Our labels to the stored ones that the sentence's result keeps."""
    # The namespace of a series about the whole cluster is that of its exporter, not of what an alert speaks of.
    alien = "namespace" if sources[0].signal.scope == "cluster" else None
    kept = {label: label for label in sources[0].kept if label != alien}
    for source in sources:
        kept |= {ours: stored for ours in measure.by if (stored := source.stored_label(ours))}
    return kept


def _absent(source: Source) -> Phrase:
    vectors = [call("absent", selector(stored.name, matchers)) for stored, matchers in source.series]
    gone = reduce(lambda left, right: binary(left, "and", right, "on ()"), dict.fromkeys(vectors))
    return Phrase(gone, "bool", {"namespace": "namespace"})


def _gauge(measure: Measure, source: Source, scope: Scope) -> tuple[Expr, str]:
    if measure.quantile or measure.rate is not None:
        raise SentenceError(f"{source.signal.name} is a gauge: it has no rate and no quantile")
    vector, factor = _joined(source, lambda _, series: _over_time(measure, source, series))
    unit, lasting = _unit_over_time(measure, source)
    function = measure.agg or source.signal.aggregate
    return scaled(aggregated(function, source.stored_labels(measure.by), vector), factor * lasting), unit


def _unit_over_time(measure: Measure, source: Source) -> tuple[str, float]:
    """The unit of a gauge over time; for an integral also the share of that unit that one step of it lasts."""
    unit = source.signal.unit
    if "integral" not in (measure.over or {}):
        return unit, 1
    if source.signal.type != "gauge" or unit not in INTEGRALS:
        hint = f"gauges in {', '.join(INTEGRALS)} have one"
        raise SentenceError(f"{source.signal.name}, a {source.signal.type} in {unit}, has no integral: {hint}")
    whole, seconds = INTEGRALS[unit]
    return whole, duration(_STEP) / seconds


def _over_time(measure: Measure, source: Source, series: Expr) -> Expr:
    """The function over time that a sentence asks for, or the series as it is."""
    if not measure.over:
        return series
    function, window = _over(measure, source)
    if function == "integral":
        return call("sum_over_time", Expr(f"{series.text}[{window.used}:{_STEP}]"))
    return call(OVER_TIME.get(function, function), ranged(series, window.used))


def _counter(measure: Measure, source: Source, scope: Scope) -> tuple[Expr, str]:
    if measure.quantile:
        raise SentenceError(f"{source.signal.name} is a counter: it has no quantile")
    _unit_over_time(measure, source)
    vector, factor = _joined(source, lambda one, series: _growth(measure, source, one, series, scope))
    function = measure.agg or "sum"
    grown = scaled(aggregated(function, source.stored_labels(measure.by), vector), factor)
    counted = "increase" in (measure.over or {}) or "changes" in (measure.over or {})
    unit = source.signal.unit if counted else RATES.get(source.signal.unit, source.signal.unit)
    return grown, unit


def _growth(measure: Measure, source: Source, one: One, series: Expr, scope: Scope) -> Expr:
    """How a counter grew: per second, or over a window."""
    if not measure.over:
        return _rate(one, series, _rated(measure, source, scope).used)
    grown = _over_time(measure, source, series)
    function, window = _over(measure, source)
    if function == "increase" and one[0].starts_at == "first":
        return binary(_newborn(one[1], series, window.used), "or", grown)
    return grown


def _rate(one: One, series: Expr, window: str) -> Expr:
    """A counter's growth per second. Boards leave out what a series was born with: their window has no fixed length."""
    rate = call("rate", ranged(series, window))
    if one[0].starts_at != "first" or window.startswith("$"):
        return rate
    return binary(scaled(_newborn(one[1], series, window), 1 / duration(window)), "or", rate)


def _newborn(matchers: Sequence[Matcher], series: Expr, window: str) -> Expr:
    """Series that did not exist a window ago, before their first event: `rate` and `increase` would miss that one.

    Only where its target was scraped already: a series that is new because its target is has counted for long.
    """
    up = selector("up", [each for each in matchers if each[0] in _TARGET]).text
    newborn = binary(series, "unless", Expr(f"{series.text} offset {window}"))
    seen = binary(Expr(f"{up} offset {window}"), "==", number(1))
    return binary(newborn, "and", seen, f"on ({', '.join(_TARGET)})")


def _histogram(measure: Measure, source: Source, scope: Scope) -> tuple[Expr, str]:
    window = _rated(measure, source, scope).used
    labels = source.stored_labels(measure.by)
    if measure.quantile:
        return _quantile(measure.quantile, source, labels, window), source.signal.unit
    if measure.mean is not None:
        total, factor = _rates(source, "_sum", window)
        count, _ = _rates(source, "_count", window)
        mean = binary(aggregated("sum", labels, total), "/", aggregated("sum", labels, count))
        return scaled(mean, factor), source.signal.unit
    if "increase" in (measure.over or {}):
        grown, _ = _joined(source, lambda _, series: _over_time(measure, source, series), "_count")
        return aggregated("sum", labels, grown), "requests"
    if measure.rate is not None:
        return aggregated("sum", labels, _rates(source, "_count", window)[0]), "requests/s"
    raise SentenceError(f"{source.signal.name} is a histogram: say quantile, mean: true, or rate: true for its count")


def _quantile(quantile: float, source: Source, labels: Sequence[str], window: str) -> Expr:
    buckets, factor = _rates(source, "_bucket", window)
    return scaled(call("histogram_quantile", number(quantile), aggregated("sum", [*labels, "le"], buckets)), factor)


def _rates(source: Source, suffix: str, window: str) -> tuple[Expr, float]:
    return _joined(source, lambda _, series: call("rate", ranged(series, window)), suffix)


def _joined(source: Source, wrap: Callable[[One, Expr], Expr], suffix: str = "") -> tuple[Expr, float]:
    """Each series wrapped in a function, joined by `or`; a factor that all share is left for the outside."""
    scales = {stored.scale for stored, _ in source.series}
    shared = scales.pop() if len(scales) == 1 else None
    parts = []
    for one in source.series:
        stored, matchers = one
        part = wrap(one, selector(stored.name + suffix, matchers))
        parts.append(part if shared is not None else scaled(part, stored.scale))
    return union(parts), 1.0 if shared is None else shared


def _ratio(measure: Measure, scope: Scope) -> Phrase:
    """Summed signals over summed signals: `match` of the sentence narrows both. Factors that all share cancel out."""
    assert measure.ratio is not None  # noqa: S101  # the caller dispatched on it
    part = {**measure.match, **measure.ratio.match}
    tops = [scope.source(measure.from_, name, part) for name in measure.ratio.of]
    bottoms = [scope.source(measure.from_, name, measure.match) for name in measure.ratio.to]
    if any(source.signal.is_log for source in (*tops, *bottoms)):
        return log_ratio(measure, tops, bottoms)
    parts = [_summed(source, measure, scope) for source in [*tops, *bottoms]]
    factors = {factor for _, factor in parts}
    plain = [vector if len(factors) == 1 else scaled(vector, factor) for vector, factor in parts]
    ratio = binary(added(plain[: len(tops)]), "/", added(plain[len(tops) :]))
    window = _window(measure, tops[0], scope)
    return Phrase(scaled(ratio, measure.times or 1), measure.unit or "ratio", _labels(measure, *tops), window)


def _summed(source: Source, measure: Measure, scope: Scope) -> tuple[Expr, float]:
    window = _rated(measure, source, scope).used
    if source.signal.type == "histogram":
        vector, factor = _rates(source, "_count", window)
    elif source.signal.type == "counter":
        vector, factor = _joined(source, lambda one, series: _rate(one, series, window))
    else:
        vector, factor = _joined(source, lambda _, series: _over_time(measure, source, series))
    return aggregated("sum", source.stored_labels(measure.by), vector), factor


def _mean(measure: Measure, scope: Scope) -> Phrase:
    """The growth of one counter over that of another."""
    assert measure.mean is not None  # noqa: S101  # the caller dispatched on it
    total = scope.source(measure.from_, measure.mean.sum or "", measure.match)
    count = scope.source(measure.from_, measure.mean.count or "", measure.match)
    if total.signal.is_log or count.signal.is_log:
        return log_mean(measure, total, count)
    top, top_factor = _summed(total, measure, scope)
    bottom, bottom_factor = _summed(count, measure, scope)
    mean = scaled(binary(top, "/", bottom), top_factor / bottom_factor)
    unit, window = measure.unit or total.signal.unit, _rated(measure, total, scope)
    return Phrase(scaled(mean, measure.times or 1), unit, _labels(measure, total), window)


def condition(sentence: Condition, limit: float, base: Phrase) -> Expr:
    """A phrase compared with its limit."""
    return binary(base.expr, ">" if sentence.above is not None else "<", number(limit))


def joined(alert: Expr, operator: str, labels: dict[str, str], other: Expr, other_labels: dict[str, str]) -> Expr:
    """An alert that fires only while (`and`), or only `unless`, another condition holds for the same labels."""
    common = [stored for stored in labels.values() if stored in other_labels.values()]
    return binary(alert, operator, other, f"on ({', '.join(common)})")
