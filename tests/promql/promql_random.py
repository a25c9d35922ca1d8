"""Random expressions: sound ones over a few metrics, and the same with a token lost, doubled or put in."""

from __future__ import annotations

from random import Random

from obsgen.promql.tokens import tokens

METRICS = ["up", "errors_total", "requests_total", "info", "queue", "latency_bucket", "gone"]
LABELS = ["job", "instance", "pod", "code", "le", "version", "node"]
MATCHERS = ['job="a"', 'pod=""', 'instance=~"1|2"', 'code!="404"', 'le!~"x.*"', 'version="1.2"', '__name__!="up"']
RANGES = ["5m", "1h30m", "90s", "10m:1m", "5m:", "250ms"]
NUMBERS = ["0", "1", "-1", "2.5", "1e3", "0x1F", "Inf", "NaN", "100", ".5"]
SAME = ["abs", "ceil", "exp", "floor", "ln", "sqrt", "sgn", "round", "sort", "sort_desc", "timestamp", "minute"]
OVER_TIME = ["avg", "min", "max", "sum", "count", "last", "present", "stddev", "stdvar"]
OF_RANGES = ["rate", "increase", "irate", "delta", "idelta", "deriv", "changes", "resets", "absent_over_time"]
AGGREGATORS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]
COMPARISONS = ["==", "!=", ">", "<", ">=", "<="]
STRAY = ["(", ")", "}", "by", "on", "bool", "offset", "5m", "[5m]", ",", "and", "-", "up", "{}", '"x"', "1", "==", "@"]


def expression(r: Random, depth: int = 3) -> str:
    """An expression that asks for series or numbers."""
    return vector(r, depth) if r.random() < 0.95 else scalar(r, depth)


def mutated(r: Random, text: str) -> str:
    """The expression with one token more or less: mostly none any more."""
    found = [token.text for token in tokens(text)]
    at = r.randrange(len(found))
    choice = r.random()
    if choice < 0.4:
        del found[at]
    elif choice < 0.6:
        found.insert(at, found[at])
    else:
        found.insert(at, r.choice(STRAY))
    return " ".join(found)


def vector(r: Random, depth: int) -> str:
    """An expression that asks for series."""
    if depth == 0:
        return _selector(r)

    def below() -> str:
        return vector(r, depth - 1)

    forms = [
        lambda: _selector(r),
        lambda: f"({below()})",
        lambda: f"-{below()}",
        lambda: f"{r.choice(SAME)}({below()})",
        lambda: f"{r.choice(OF_RANGES)}({_range(r, depth)})",
        lambda: f"{r.choice(OVER_TIME)}_over_time({_range(r, depth)})",
        lambda: _aggregate(r, below()),
        lambda: _aggregate(r, below()),
        lambda: _binary(r, depth),
        lambda: _binary(r, depth),
        lambda: _relabelled(r, below()),
        lambda: f"histogram_quantile({scalar(r, 0)}, {below()})",
        lambda: f"absent({below()})",
        lambda: f"vector({scalar(r, depth - 1)})",
        lambda: f"{r.choice(['clamp_min', 'clamp_max'])}({below()}, {scalar(r, 0)})",
    ]
    return r.choice(forms)()


def scalar(r: Random, depth: int) -> str:
    """An expression that is one number."""
    if depth == 0 or r.random() < 0.6:
        return r.choice(NUMBERS)
    forms = [
        "time()",
        f"scalar({vector(r, depth - 1)})",
        f"({scalar(r, depth - 1)} {r.choice('+-*/%^')} {scalar(r, depth - 1)})",
        f"({scalar(r, depth - 1)} {r.choice(COMPARISONS)} bool {scalar(r, depth - 1)})",
    ]
    return r.choice(forms)


def _selector(r: Random) -> str:
    matchers = ", ".join(r.sample(MATCHERS, r.choice([0, 0, 1, 2])))
    offset = r.choice(["", "", "", " offset 1m", " offset -1m", " @ end()", " @ 600"])
    return r.choice(METRICS) + (f"{{{matchers}}}" if matchers else "") + offset


def _range(r: Random, depth: int) -> str:
    if r.random() < 0.8:
        return f"{r.choice(METRICS)}[{r.choice(RANGES)}]" + r.choice(["", "", " offset 1m"])
    return f"({vector(r, depth - 1)})[{r.choice(['10m:1m', '5m:'])}]"


def _labels(r: Random) -> str:
    return ", ".join(r.sample(LABELS, r.randrange(3)))


def _aggregate(r: Random, inside: str) -> str:
    name, grouping = r.choice(AGGREGATORS), f"{r.choice(['by', 'without'])} ({_labels(r)})"
    special = {"topk": "1", "bottomk": "2", "quantile": "0.5", "count_values": f'"{r.choice([*LABELS, "value"])}"'}
    if r.random() < 0.3:
        name = r.choice(list(special))
        inside = f"{special[name]}, {inside}"
    forms = [f"{name}({inside})", f"{name} {grouping} ({inside})", f"{name}({inside}) {grouping}"]
    return r.choice(forms)


def _binary(r: Random, depth: int) -> str:
    left, right = vector(r, depth - 1), vector(r, depth - 1)
    matching = r.choice(["", f" {r.choice(['on', 'ignoring'])} ({_labels(r)})"])
    if r.random() < 0.3:
        return f"{left} {r.choice(['and', 'or', 'unless'])}{matching} {right}"
    operator = r.choice([*"+-*/%^", *COMPARISONS])
    operator += " bool" if operator in COMPARISONS and r.random() < 0.3 else ""
    if r.random() < 0.4:
        return f"{left} {operator} {scalar(r, depth - 1)}"
    if r.random() < 0.2:
        return f"{scalar(r, depth - 1)} {operator} {right}"
    if matching and r.random() < 0.4:
        matching += f" {r.choice(['group_left', 'group_right'])}" + r.choice(["", f" ({_labels(r)})"])
    return f"{left} {operator}{matching} {right}"


def _relabelled(r: Random, inside: str) -> str:
    target, source = r.choice([*LABELS, "new"]), r.choice(LABELS)
    if r.random() < 0.5:
        return f'label_join({inside}, "{target}", "-", "{source}", "{r.choice(LABELS)}")'
    return (
        f'label_replace({inside}, "{target}", "{r.choice(["$1", "", "x"])}", "{source}", "{r.choice(["(.*)", "a"])}")'
    )
