"""What was probably meant by a quantity or a time that is written otherwise than a profile takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from obsgen.units import Unit

_TIMES: Final = {
    "ms": "ms msec msecs milli millis millisecond milliseconds",
    "us": "us µs μs usec microseconds",
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
}
_MEASURES: Final = {
    "%": "% pct percent percentage",
    "B": "b byte bytes",
    "k": "k kb kbyte thousand",
    "M": "m mb mbyte mio million",
    "G": "g gb gbyte gigabytes",
    "T": "t tb tbyte terabytes",
    "Ki": "k kb kib ki",
    "Mi": "m mb mib mi",
    "Gi": "g gb gib gi gigabytes",
    "Ti": "t tb tib ti terabytes",
    "C": "c ° °c ℃ deg degree degrees degc celsius",
    "W": "w watt watts",
    "kW": "kw kilowatt kilowatts",
    "Hz": "hz hertz",
    "USD": "$ us$ usd dollar dollars",
    "req": "req reqs request requests",
    "tok": "t tok toks token tokens",
    "": "core cores cpu cpus req reqs request requests tok toks token tokens pod pods replica replicas error errors "
    "event events",
}
_PERIODS: Final = {
    "s": _TIMES["s"],
    "min": _TIMES["m"],
    "h": _TIMES["h"],
    "day": _TIMES["d"],
    "Mtok": "mtok mtokens m 1m 1mtok million milliontokens 1mtokens",
    "ktok": "ktok ktokens k 1k 1ktok thousand",
}
_SHORT: Final = {"rps": "req/s", "qps": "req/s", "tps": "tok/s", "mcpu": "m", "millicores": "m", "millicpu": "m"}
_SECONDS: Final = {"ms": 1e-3, "us": 1e-6, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_WEEKS_AND_YEARS: Final = {"w": "w week weeks", "y": "y yr year years"}

_LONGEST = 40
"""Characters of a text that something may be guessed of."""
_NUMBER = r"[-+]?(?:[0-9][0-9,_]*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?"
_LOOSE = re.compile(rf"[<>=≤≥~\s]*([^-+\s\d.,<>=]*)\s*({_NUMBER})\s*(.*)\Z", re.S)
_SPAN = re.compile(r"\s*([0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*([^\W\d_]+)")
_POWER = re.compile(r"[0-9]e")
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z")


def quantity(written: str, unit: Unit, near: float | None = None) -> str:
    """What to write instead of a quantity that is none of `unit`; the guess nearest to `near` comes first."""
    if not unit.suffixes:
        return "a point in time has no limit: compare its age, in seconds"
    found = dict.fromkeys(_guesses(written, unit) if len(written) <= _LONGEST else ())
    low, high = unit.bounds
    sensible = [(text, value) for text, value in found if low <= value <= high and not _POWER.search(text)]
    if near and near > 0:
        sensible.sort(key=lambda each: abs(log(each[1] / near)) if each[1] > 0 else float("inf"))
    return _told(sensible) or f"a number with its unit, such as {unit.example}{_range(unit)}"


def _told(guesses: list[tuple[str, float]]) -> str:
    if len(guesses) < 2:
        return f"write {guesses[0][0]}" if guesses else ""
    (first, value), (second, other) = guesses[:2]
    return f"write {first} or {second}" if abs(value - other) < 1e-9 else f"write {first} (or {second}?)"


def _range(unit: Unit) -> str:
    """The bounds of a unit that has two, in its own spelling."""
    low, high = unit.bounds
    suffix = next(iter(unit.suffixes))
    factor = unit.suffixes[suffix]
    return "" if high == float("inf") or not suffix else f", from {low / factor:g}{suffix} to {high / factor:g}{suffix}"


def _guesses(written: str, unit: Unit) -> Iterator[tuple[str, float]]:
    """Quantities that may have been meant, and their values in the unit."""
    seconds = span(written.lstrip("-+ ")) if "s" in unit.suffixes else None
    match = _LOOSE.match(written)
    if seconds is not None and len(re.findall(r"\d+[.,]?\d*", written)) > 1:
        yield f"{seconds:.10g}s", seconds
    elif match and not (match[1] and match[3]):
        number = _number(match[2])
        number = abs(number) if unit.bounds[0] >= 0 else number
        yield from _with_suffix(number, (match[1] or match[3]).strip(" ."), unit)


def _number(written: str) -> float:
    """A number with thousands or a decimal comma, as people write it."""
    whole = written.replace("_", "")
    return float(whole.replace(",", "") if _THOUSANDS.match(whole) or whole.count(",") > 1 else whole.replace(",", "."))


def _with_suffix(number: float, word: str, unit: Unit) -> Iterator[tuple[str, float]]:
    if "C" in unit.suffixes and word.lower() in ("f", "°f", "fahrenheit"):
        celsius = round((number - 32) / 1.8, 1)
        yield f"{_plain(celsius)}C", celsius
        return
    if not word and "%" in unit.suffixes and 1 < number <= 100:
        yield f"{_plain(number)}%", number / 100
        yield _plain(number / 100), number / 100
        return
    for suffix in [""] if not word and "" in unit.suffixes else _suffixes(word, unit):
        yield f"{_plain(number)}{suffix}", number * unit.suffixes[suffix]


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:.10g}"


def _suffixes(word: str, unit: Unit) -> list[str]:
    """The unit's own suffixes that a word may stand for; those of its examples where that cannot be told."""
    usual = [each for example in unit.example.split(" or ") for each in [example.lstrip("0123456789.")]]
    if not word:
        return usual
    same = [suffix for suffix in unit.suffixes if suffix.lower() == word.lower()]
    top, per = _parts(word)
    wanted = [f"{numerator}{period}" for numerator in _meanings(top) for period in per]
    named = [suffix for suffix in unit.suffixes if suffix in wanted or (not top and suffix.endswith(tuple(per)))]
    # "per month" of a budget by day is another figure: better none than a wrong one.
    return same or named or ([] if per != [""] else usual)


def _parts(word: str) -> tuple[str, list[str]]:
    """What is counted, and the spellings of what it is counted by."""
    word = _SHORT.get(word.lower(), word)
    top, *below = re.split(r"\s*/\s*|\s*\bper\s+", word.strip(), maxsplit=1)
    if not below:
        return top, [""]
    told = re.sub(r"\s+", "", below[0].lower())
    return top, [f"/{name}" for name, words in _PERIODS.items() if told in words.split()] or [f"/{below[0]}"]


def _meanings(word: str) -> list[str]:
    """Every spelling of ours that a word may stand for."""
    lower = word.lower()
    tables = {**_TIMES, **_MEASURES}
    return [name for name, words in tables.items() if lower in words.split() or lower == name.lower()] or [word]


def span(written: str) -> float | None:
    """Seconds of a time written in any common way, such as `1 hour 30 min`; None if it is none."""
    tables = {**_TIMES, **_WEEKS_AND_YEARS}
    total, at = 0.0, 0
    while at < len(written):
        match = _SPAN.match(written, at)
        names = [name for name, words in tables.items() if match and match[2].lower() in words.split()]
        if not match or not names:
            return None
        total += float(match[1].replace(",", ".")) * _SECONDS[names[0]]
        at = match.end() + (len(written[match.end() :]) - len(written[match.end() :].lstrip(" ,")))
    return total if at else None
