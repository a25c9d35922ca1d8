"""Writing LogQL: whatever texts go in, Loki reads back exactly these texts and nothing else.

Metrics are `Expr` as in PromQL, whose operators LogQL shares; `aggregated`, `binary` and `number` of
`obsgen.promql.build` join them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from obsgen.logql.tokens import KEYWORDS, RANGE_FUNCTIONS
from obsgen.promql.build import Expr, Matcher
from obsgen.units import number_text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\x00"}


def text(value: str) -> str:
    """A string literal: in backticks where they spare escapes, as in regular expressions, else in double quotes."""
    if re.search(r'[\\"]', value) and not re.search(r"[`\n\r\0]", value):
        return f"`{value}`"
    return f'"{"".join(_ESCAPES.get(one, one) for one in value)}"'


def label(name: str) -> str:
    """A label's name as it is; ValueError for one that LogQL cannot name, such as `by` or `a.b`."""
    if not _NAME.match(name) or name.lower() in KEYWORDS:
        raise ValueError(f"LogQL cannot name a label '{name}'")
    return name


def selector(matchers: Iterable[Matcher]) -> str:
    """A stream selector, its matchers in order of their labels; one must ask for a value that is not empty."""
    return f"{{{', '.join(_match(*one) for one in sorted(matchers))}}}"


def contains(*texts: str) -> str:
    """Lines with any of these texts in them."""
    return f"|= {' or '.join(map(text, texts))}"


def lacks(*texts: str) -> str:
    """Lines with none of these texts in them."""
    return f"!= {' or '.join(map(text, texts))}"


def parsed(parser: str, labels: Mapping[str, str] | None = None) -> str:
    """`| json`, `| logfmt` or `| unpack`; with labels, only these are taken, each from its path."""
    pairs = (f"{label(name)}={text(path)}" for name, path in sorted((labels or {}).items()))
    return f"| {parser} {', '.join(pairs)}".rstrip()


def has(name: str, operator: str, value: str | float) -> str:
    """A label filter's comparison, with a text (`=`, `!=`, `=~`, `!~`) or a number (`==`, `>` and so on)."""
    if isinstance(value, str):
        return _match(name, operator, value)
    return f"{label(name)} {operator} {number_text(value)}"


def where(*filters: str) -> str:
    """A stage that keeps lines to which every one of these comparisons applies."""
    return f"| {' and '.join(filters)}"


def either(*filters: str) -> str:
    """A comparison that holds where one of several does."""
    return f"({' or '.join(filters)})"


def unwrapped(name: str, conversion: str = "") -> str:
    """`| unwrap label`, or with `duration` or `bytes` around the label."""
    return f"| unwrap {conversion}({label(name)})" if conversion else f"| unwrap {label(name)}"


def lines(streams: str, *stages: str) -> str:
    """A log query."""
    return " ".join((streams, *stages))


def over(function: str, query: str, window: str, parameter: float | None = None, by: Sequence[str] = ()) -> Expr:
    """A range aggregation of a log query; `window` such as `5m`, `parameter` the quantile."""
    if function not in RANGE_FUNCTIONS:
        raise ValueError(f"no range aggregation '{function}'")
    first = "" if parameter is None else f"{number_text(parameter)}, "
    grouping = f" by ({', '.join(map(label, by))})" if by else ""
    return Expr(f"{function}({first}{query} [{window}]){grouping}")


def _match(name: str, operator: str, value: str) -> str:
    return f"{label(name)}{operator}{text(value)}"
