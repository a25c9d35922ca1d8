"""Sentences about signals as people say them, and which signals they speak of."""

from __future__ import annotations

from collections.abc import Mapping

from obsgen.components.rules import Alert
from obsgen.components.sentences import DEFAULT_WINDOW, Alternative, Condition, Measure

_OVER = {
    "avg": "average",
    "max": "highest",
    "min": "lowest",
    "increase": "increase",
    "deriv": "slope",
    "changes": "changes",
    "stddev": "standard deviation",
    "integral": "sum over time",
}


def alert_words(alert: Alert, kinds: Mapping[str, str]) -> str:
    """When an alert fires; `kinds` are the types of its component's signals by name."""
    ways = [_way(each, kinds) for each in alert.any_] or [_way(alert, kinds)]
    by = [f"by {', '.join(alert.by)}"] if alert.by else []
    when = [f"where {alert.when}"] if alert.when else []
    return "; ".join([", or ".join(ways), f"for {alert.for_}", *by, *when])


def _way(said: Alert | Alternative, kinds: Mapping[str, str]) -> str:
    words = _condition(said, kinds)
    if isinstance(said, Alternative) and said.when:
        words += f" (where {said.when})"
    for word, other in (("while", said.while_), ("unless", said.unless_)):
        if other:
            words += f", {word} {_condition(other, kinds)}"
    return words


def _condition(said: Condition, kinds: Mapping[str, str]) -> str:
    limits = [f"{word} {limit}" for word, limit in (("above", said.above), ("below", said.below)) if limit is not None]
    matched = [f"with {label} {' or '.join(values)}" for label, values in said.match.items()]
    return " ".join([_subject(said, kinds), *matched, *(["absent"] if said.absent else []), *limits])


def _subject(said: Measure, kinds: Mapping[str, str]) -> str:
    window = said.rate or DEFAULT_WINDOW
    if said.ratio:
        return f"share of {' + '.join(said.ratio.of)} in {' + '.join(said.ratio.to)} over {window}"
    if said.mean and said.mean.sum:
        return f"{said.mean.sum} for each of {said.mean.count} over {window}"
    if said.expr is not None:
        return "an expression"
    name = f"{said.signal} ({said.from_})" if said.from_ else f"{said.signal}"
    for function, wanted in (said.over or {}).items():
        return f"{_OVER[function]} of {name} over {wanted}"
    if said.quantile:
        return f"p{said.quantile * 100:g} of {name} over {window}"
    if said.mean:
        return f"mean of {name} over {window}"
    if said.rate is not None or (not said.from_ and kinds.get(said.signal or "") == "counter"):
        return f"rate of {name} over {window}"
    return f"{said.agg} of {name}" if said.agg else name
