"""Sentences about log lines to LogQL: counted per second, or with a field's numbers taken out of them.

Fields are read when a query is asked, and only those that it needs: a parser without names would make a series of each
of their values. A line that cannot be parsed fails the whole query, unless it is left out (`__error__=""`); see Loki's
documentation, "LogQL: pipeline errors".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from obsgen.components.sentences import DEFAULT_WINDOW, Measure
from obsgen.logql import build
from obsgen.logql.tokens import KEYWORDS
from obsgen.promql.build import Expr, Matcher, added, aggregated, binary, call, none_of, one_of, scaled, union
from obsgen.render.queries.phrases import OVER_TIME, Phrase, SentenceError
from obsgen.render.queries.scopes import One, Source
from obsgen.render.queries.windows import Window
from obsgen.stack.model import StoredLog
from obsgen.units import RATES

Taken = Literal["lines", "numbers"]
"""What a range holds: lines to be counted, or the numbers of a field."""

_INTACT = build.where(build.has("__error__", "=", ""))


def log_phrase(measure: Measure, source: Source) -> Phrase:
    """The LogQL of a sentence about one signal."""
    if measure.absent:
        return _absent(measure, source)
    kinds = {"histogram": _histogram, "counter": _counter, "gauge": _gauge}
    if source.signal.type not in kinds:
        raise SentenceError(f"{source.signal.name} is log lines: a counter, a histogram or a gauge")
    vector, unit = kinds[source.signal.type](measure, source)
    return _phrase(scaled(vector, measure.times or 1), measure, measure.unit or unit, source)


def log_ratio(measure: Measure, of: Sequence[Source], to: Sequence[Source]) -> Phrase:
    """Lines of some signals for each line of others."""
    tops, bottoms = ([_sum(measure, each, "rate") for each in some] for some in (of, to))
    ratio = binary(added(tops), "/", added(bottoms))
    return _phrase(scaled(ratio, measure.times or 1), measure, measure.unit or "ratio", *of)


def log_mean(measure: Measure, total: Source, count: Source) -> Phrase:
    """What one signal adds up, for each line of another."""
    mean = binary(_sum(measure, total, "rate"), "/", _sum(measure, count, "rate"))
    return _phrase(scaled(mean, measure.times or 1), measure, measure.unit or total.signal.unit, total)


def log_lines(one: One) -> str:
    """The lines themselves, for people to read."""
    return _query(one, (), "lines")


def streams(matchers: Sequence[Matcher]) -> str:
    """Every line of some streams."""
    return build.lines(build.selector(matchers))


def _phrase(expr: Expr, measure: Measure, unit: str, *sources: Source) -> Phrase:
    labels = {ours: real for ours in ("cluster", "namespace") if (real := sources[0].signal.labels.get(ours))}
    kept = {ours: real for ours, real in labels.items() if real in sources[0].kept}
    for source in sources:
        kept |= {ours: real for ours in measure.by if (real := source.signal.labels.get(ours))}
    window = _window(measure)
    return Phrase(expr, unit, kept, Window(window, window), "logql")


def _window(measure: Measure) -> str:
    """Logs are not scraped: a window is as long as it is said to be, on boards as in rules."""
    wanted = next(iter((measure.over or {}).values()), None) or measure.rate or DEFAULT_WINDOW
    return DEFAULT_WINDOW if wanted == "$__rate_interval" else wanted


def _counter(measure: Measure, source: Source) -> tuple[Expr, str]:
    if measure.quantile:
        raise SentenceError(f"{source.signal.name} is a counter: it has no quantile")
    _function(measure, "increase")
    counted = "sum_over_time" if _has_numbers(source) else "count_over_time"
    function = counted if measure.over else "rate"
    unit = source.signal.unit
    return _sum(measure, source, function), unit if measure.over else RATES.get(unit, unit)


def _histogram(measure: Measure, source: Source) -> tuple[Expr, str]:
    _needs_numbers(source)
    if measure.quantile:
        return _ranged(measure, source, "quantile_over_time", measure.quantile), source.signal.unit
    if measure.mean is not None:
        return _ranged(measure, source, "avg_over_time"), source.signal.unit
    if measure.over:
        function = _function(measure, "increase", *OVER_TIME)
        if function == "increase":
            return _counted(measure, source, "count_over_time"), "requests"
        return _ranged(measure, source, OVER_TIME[function]), source.signal.unit
    if measure.rate is not None:
        return _counted(measure, source, "rate"), "requests/s"
    raise SentenceError(f"{source.signal.name} is a histogram: say quantile, mean: true, or rate: true for its count")


def _gauge(measure: Measure, source: Source) -> tuple[Expr, str]:
    _needs_numbers(source)
    if measure.quantile or measure.rate is not None:
        raise SentenceError(f"{source.signal.name} is a gauge: it has no rate and no quantile")
    if not measure.over and measure.agg in ("sum", "count"):
        raise SentenceError(f"{source.signal.name} is a field of log lines: `agg` knows avg, max and min")
    function = _function(measure, *OVER_TIME) if measure.over else measure.agg or "avg"
    return _ranged(measure, source, OVER_TIME[function]), source.signal.unit


def _absent(measure: Measure, source: Source) -> Phrase:
    gone = [call("absent_over_time", f"{_query(one, (), 'lines')} [{_window(measure)}]") for one in source.series]
    expr = gone[0]
    for each in gone[1:]:
        expr = binary(expr, "and", each, "on ()")
    real = source.signal.labels.get("namespace", "namespace")
    return Phrase(expr, "bool", {"namespace": real}, Window(_window(measure), _window(measure)), "logql")


def _function(measure: Measure, *known: str) -> str:
    function: str = next(iter(measure.over or ()), known[0])
    if function not in known:
        raise SentenceError(f"log lines have no `{function}`: {', '.join(known)}")
    return function


def _has_numbers(source: Source) -> bool:
    return any(stored.log and stored.log.field for stored, _ in source.series)


def _needs_numbers(source: Source) -> None:
    if not _has_numbers(source):
        raise SentenceError(f"{source.signal.name} has no `field` whose numbers could be taken")


def _sum(measure: Measure, source: Source, function: str) -> Expr:
    """A counter's lines, or what their field adds up to."""
    if source.signal.type == "histogram":
        return _counted(measure, source, function)
    return _summed(measure, source, function, "numbers" if _has_numbers(source) else "lines")


def _counted(measure: Measure, source: Source, function: str) -> Expr:
    """How many lines have the field."""
    return _summed(measure, source, function, "lines")


def _summed(measure: Measure, source: Source, function: str, taken: Taken) -> Expr:
    labels, window = _labels(measure, source), _window(measure)
    return _joined(measure, source, lambda query: aggregated("sum", labels, build.over(function, query, window)), taken)


def _ranged(measure: Measure, source: Source, function: str, parameter: float | None = None) -> Expr:
    """A function over the numbers of all lines of a window, those of several streams together."""
    labels = _labels(measure, source)

    def of(query: str) -> Expr:
        whole = build.over(function, query, _window(measure), parameter, labels)
        return whole if labels else Expr(f"{whole.text} by ()")

    return _joined(measure, source, of, "numbers")


def _joined(measure: Measure, source: Source, wrap: Callable[[str], Expr], taken: Taken) -> Expr:
    """Each kind of lines by itself, joined by `or`; numbers in the signal's unit."""
    parts = []
    for one in source.series:
        part = wrap(_query(one, measure.by, taken))
        parts.append(scaled(part, one[0].scale) if taken == "numbers" else part)
    return union(parts)


def _labels(measure: Measure, source: Source) -> list[str]:
    """The labels that a result keeps: those of streams that tell where it comes from, then those asked for."""
    asked = (source.signal.labels.get(ours) for ours in measure.by)
    return list(dict.fromkeys([*source.kept, *(label for label in asked if label)]))


def _query(one: One, by: Sequence[str], taken: Taken) -> str:
    """A log query: streams, lines that can count, the fields that matter, what they must be."""
    stored, matchers = one
    log = stored.log
    if log is None:
        raise SentenceError("log lines and metrics cannot stand in one sentence: their queries have two languages")
    of_streams = {real for _, real in log.streams}
    conditions = [*_conditions(log), *(each for each in matchers if each[0] not in of_streams)]
    counted = log.field if taken == "lines" and log.field else None
    conditions += [(_name(log, counted), "!=", "")] if counted else []
    read = _read(log, by, [name for name, _, _ in conditions])
    stages = [*_likely(log), *_parsers(log, read)]
    if read and taken == "lines":
        stages.append(_INTACT)
    if conditions:
        stages.append(build.where(*(build.has(*each) for each in conditions)))
    if taken == "numbers" and log.field:
        stages += [build.unwrapped(_name(log, log.field)), _INTACT]
    return build.lines(build.selector([each for each in matchers if each[0] in of_streams]), *stages)


def _conditions(log: StoredLog) -> list[Matcher]:
    wanted = [one_of(_name(log, field), values) for field, values in log.where]
    return wanted + [none_of(_name(log, field), values) for field, values in log.where_not]


def _read(log: StoredLog, by: Sequence[str], named: Sequence[str]) -> dict[str, str]:
    """The fields that a query needs, by the labels that they become."""
    fields = [field for field, _ in (*log.where, *log.where_not)] + ([log.field] if log.field else [])
    own = {ours: field for ours, field in log.fields if ours in by or ours in named}
    return {**{_name(log, field): field for field in fields}, **own}


def _likely(log: StoredLog) -> Iterator[str]:
    """What a line holds that has a field: looking for that spares reading most of the others."""
    needed = [field for field, _ in log.where] + ([log.field] if log.field else [])
    needed += [field for field, values in log.where_not if values == ("",)]
    yield from dict.fromkeys(build.contains(field.rpartition(".")[2]) for field in needed)


def _parsers(log: StoredLog, read: dict[str, str]) -> Iterator[str]:
    if not read:
        return
    if log.parse == "logfmt":
        if log.text:
            yield build.parsed("json", {"line": log.text})
            yield '| line_format "{{.line}}"'
        yield build.parsed("logfmt", read)
    else:
        inside = [log.inside] if log.inside else []
        yield build.parsed("json", {label: _path([*inside, *field.split(".")]) for label, field in read.items()})


def _path(steps: Sequence[str]) -> str:
    """A path in a JSON line; a step that is no plain word stands in brackets."""
    return ".".join(step if re.fullmatch(r"\w+", step) else f'["{step}"]' for step in steps).replace(".[", "[")


def _name(log: StoredLog, field: str) -> str:
    """The label that a field becomes: never one that a stream, or the language, has already."""
    name = re.sub(r"\W", "_", field)
    taken = {*(real for _, real in log.streams), *(ours for ours, _ in log.fields), *KEYWORDS}
    return f"field_{name}" if {name, name.lower()} & taken else name
