"""Quantities with units: how people write them in a profile, and how PromQL, Grafana and people read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Final

from obsgen import guess


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure.

    `suffixes` maps what people may write behind a number to the factor into this unit. `bounds` are the values
    that make sense, both included. `grafana` is Grafana's unit id, `rate` the one for a per-second rate.
    `template` is the pipeline of a Prometheus template that shows a value to a person, `tail` what stands behind it.
    """

    name: str
    suffixes: dict[str, float]
    grafana: str
    rate: str
    template: str
    example: str
    bounds: tuple[float, float] = (0.0, float("inf"))
    tail: str = ""


_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_DECIMAL = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_TIME = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_COUNT = {"": 1.0, "k": 1e3, "M": 1e6}


def _rates(*names: str) -> dict[str, float]:
    return {f"{name}{per}": 1.0 / seconds for name in names for per, seconds in (("/s", 1), ("/min", 60), ("/h", 3600))}


def _counted(name: str, grafana: str = "short", rate: str = "cps") -> Unit:
    return Unit(name, _COUNT, grafana, rate, "humanize", "10")


_UNITS: Final = (
    Unit("seconds", _TIME, "s", "percentunit", "humanizeDuration", "8s or 250ms"),
    Unit("ratio", {"%": 0.01, "": 1.0}, "percentunit", "percentunit", "humanizePercentage", "90% or 0.9", (0.0, 1.0)),
    Unit("bytes", {"B": 1.0, **_BINARY, **_DECIMAL}, "bytes", "binBps", "humanize1024", "100Gi or 500Mi", tail="B"),
    Unit("bytes/s", {f"{name}/s": size for name, size in _BINARY.items()}, "binBps", "binBps", "humanize1024", "5Mi/s",
         tail="B/s"),
    Unit("celsius", {"C": 1.0, "°C": 1.0}, "celsius", "celsius", "humanize", "80C", (-50.0, 200.0), " °C"),
    Unit("watts", {"W": 1.0, "kW": 1e3}, "watt", "watt", "humanize", "300W", tail="W"),
    Unit("joules", {"J": 1.0, "kJ": 1e3, "Wh": 3600.0, "kWh": 3.6e6}, "joule", "watt", "humanize", "5kWh", tail="J"),
    Unit("hertz", {"Hz": 1.0, "MHz": 1e6, "GHz": 1e9}, "hertz", "hertz", "humanize", "1500MHz", tail="Hz"),
    Unit("cores", {"": 1.0, "m": 1e-3}, "suffix: cores", "suffix: cores", "humanize", "2 or 500m"),
    Unit("core-seconds", _TIME, "s", "suffix: cores", "humanizeDuration", "1h"),
    _counted("requests", rate="reqps"),
    _counted("tokens", rate="suffix: tok/s"),
    _counted("replicas"),
    _counted("pods"),
    _counted("errors", rate="eps"),
    _counted("events", rate="eps"),
    _counted("count"),
    Unit("requests/s", _rates("req"), "reqps", "reqps", "humanize", "5req/s", tail=" req/s"),
    Unit("errors/s", _rates(""), "eps", "eps", "humanize", "0.1/s", tail="/s"),
    Unit("events/s", _rates(""), "eps", "eps", "humanize", "0.1/s", tail="/s"),
    Unit("count/s", _rates(""), "cps", "cps", "humanize", "0.1/s", tail="/s"),
    Unit("tokens/s", _rates("tok"), "suffix: tok/s", "suffix: tok/s", "humanize", "30tok/s", tail=" tok/s"),
    Unit("usd", {"USD": 1.0}, "currencyUSD", "currencyUSD", 'printf "%.2f"', "5USD"),
    Unit("usd/day", {"USD/day": 1.0, "USD/h": 24.0}, "currencyUSD", "currencyUSD", 'printf "%.2f"', "5USD/day"),
    Unit("usd/hour", {"USD/h": 1.0, "USD/day": 1 / 24}, "currencyUSD", "currencyUSD", 'printf "%.2f"', "2.5USD/h"),
    Unit("usd/token", {"USD/Mtok": 1e-6, "USD/ktok": 1e-3}, "currencyUSD", "currencyUSD", "humanize", "2.5USD/Mtok"),
    Unit("hours", {"h": 1.0, "d": 24.0}, "suffix: h", "short", "humanize", "100h", tail=" h"),
    Unit("timestamp", {}, "dateTimeAsIso", "short", "humanizeTimestamp", "a time"),
    Unit("bool", {"": 1.0}, "bool_yes_no", "short", "humanize", "0 or 1", (0.0, 1.0)),
)  # fmt: skip
UNITS: Final = {unit.name: unit for unit in _UNITS}
"""Every unit that signals and thresholds may have, by name."""

RATES: Final = {
    "requests": "requests/s",
    "tokens": "tokens/s",
    "bytes": "bytes/s",
    "joules": "watts",
    "seconds": "ratio",
    "core-seconds": "cores",
    "errors": "errors/s",
    "events": "events/s",
    "count": "count/s",
}
"""The unit of a counter's per-second rate, where it has a name of its own."""

INTEGRALS: Final = {
    "usd/hour": ("usd", 3600),
    "usd/day": ("usd", 86400),
    "tokens/s": ("tokens", 1),
    "requests/s": ("requests", 1),
    "count": ("hours", 3600),
}
"""What a gauge adds up to over time: the unit of the sum, and the seconds that one of the gauge's unit lasts."""

_LONGEST = 30
"""Digits that a quantity may have: more are a slip of the keyboard, and make infinities."""
_QUANTITY = re.compile(r"([-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))\s*([^\s0-9]*)\Z")
_DURATION = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?\Z")
_YEAR = 365 * 86400
_LIKELY_SECONDS = 15
"""A duration without a unit is taken for minutes below, as in `for: 5`, and for seconds from here on."""


class UnitError(ValueError):
    """A quantity that cannot be understood, or makes no sense; `hint` says what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse(text: str | float, unit: Unit, usual: float | None = None) -> float:
    """The value of a quantity such as `8s`, `90%` or `100Gi`, in `unit`.

    Raises UnitError for an unknown or missing unit and for values that make no sense; `usual`, such as a default, helps
    to guess what was meant.
    """
    written = str(text).lower() if isinstance(text, bool) else str(text).strip()
    value, problem = _read(written, unit)
    if problem:
        raise UnitError(f"'{shortened(written)}' {problem}", guess.quantity(written, unit, usual))
    # Repeated decimal fractions (0.9 from 90 * 0.01) are cut to what a person wrote.
    return float(f"{value:.12g}")


def _read(written: str, unit: Unit) -> tuple[float, str]:
    """The value, or what is wrong with it."""
    match = _QUANTITY.match(written)
    if not match or len(match[1]) > _LONGEST:
        return 0, "is not a quantity"
    number, suffix = match.groups()
    if suffix not in unit.suffixes:
        told = f"unknown unit '{shortened(suffix)}'" if suffix else "it has no unit"
        return 0, f"is not in {unit.name}: {told}"
    value = float(number) * unit.suffixes[suffix]
    low, high = unit.bounds
    if low <= value <= high:
        return value, ""
    outside = f"lies outside {number_text(low)} to {number_text(high)}" if isfinite(high) else "is less than nothing"
    return value, outside


def commensurable(one: str, other: str) -> bool:
    """Whether quantities of two units may be compared: they are written with the same suffixes, which mean the same."""
    return UNITS[one].suffixes == UNITS[other].suffixes


def number_text(value: float) -> str:
    """The shortest plain decimal of a number, as PromQL and people write it: 8, 0.9, 0.0000025."""
    if not isfinite(value):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.12g}"
    return f"{Decimal(text):f}" if "e-" in text and abs(value) >= 1e-9 else text


def shortened(text: str, longest: int = 60) -> str:
    """A text as messages quote it: what does not fit is left out."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def text(value: float, unit: Unit) -> str:
    """A value for people: 8 s, 90 %, 100 GiB, 80 °C."""
    if unit.name == "seconds":
        return duration_text(value)
    if unit.name == "ratio":
        return f"{number_text(round(value * 100, 6))} %"
    if unit.name.startswith("bytes"):
        tail = "/s" if unit.name.endswith("/s") else ""
        name, factor = max(
            ((n, f) for n, f in _BINARY.items() if f <= max(value, 1)), key=lambda p: p[1], default=("", 1)
        )
        return f"{number_text(round(value / factor, 2))} {name}B{tail}"
    names = {
        "celsius": "°C",
        "watts": "W",
        "joules": "J",
        "hertz": "Hz",
        "tokens/s": "tok/s",
        "requests/s": "req/s",
        "count/s": "/s",
        "usd": "USD",
        "usd/day": "USD/day",
        "usd/hour": "USD/h",
        "hours": "h",
    }
    return f"{number_text(value)} {names.get(unit.name, '' if unit.name in ('count', 'bool') else unit.name)}".strip()


def duration_text(seconds: float) -> str:
    """Seconds for people: 250 ms, 8 s, 2 min, 1.5 h."""
    for name, factor in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1), ("ms", 1e-3)):
        if (
            seconds >= factor
            and (name != "d" or seconds % 86400 == 0)
            and (name == "s" or seconds % factor < 1e-9 or name == "ms")
        ):
            return f"{number_text(round(seconds / factor, 6))} {name}"
    return f"{number_text(seconds)} s"


def duration(written: str) -> int:
    """Seconds of a Prometheus duration such as `30s`, `5m` or `1h30m`; raises UnitError."""
    match = _DURATION.match(written) if written else None
    if not match:
        raise UnitError(f"'{shortened(written)}' is not a duration", _duration_hint(written))
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    whole = days * 86400 + hours * 3600 + minutes * 60 + seconds
    if whole > _YEAR:
        raise UnitError(f"'{written}' is longer than a year", "write at most 365d")
    return whole


def _duration_hint(written: str) -> str:
    bare = written.strip().lstrip("+-")
    if bare.isascii() and bare.isdigit() and len(bare) < 8:
        first, second = ("s", "m") if int(bare) >= _LIKELY_SECONDS else ("m", "s")
        return f"write {bare}{first} (or {bare}{second}?)"
    seconds = guess.span(bare) if len(bare) <= _LONGEST else None
    if seconds is None or seconds > _YEAR:
        return "a time such as 30s, 5m or 1h30m, at most 365d"
    whole = prometheus_duration(max(round(seconds), 1))
    return f"write {whole}" + ("" if seconds >= 1 or not seconds else ": whole seconds, no less")


def prometheus_duration(seconds: int) -> str:
    """Seconds as Prometheus writes them: 90 is 1m30s."""
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"
