"""Words for what is known of a series: which exporter, at which version, and what to ask for instead."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches

from obsgen.findings import Finding, Fix, Severity
from obsgen.knowledge.inventory import Inventory, Known
from obsgen.repository.queries.lookups import Lookup


def title(inventory: Inventory, known: Known) -> str:
    """What people call the exporter of a series."""
    return inventory.exporter(known.component).component.title if known.component else "its declaration"


def at_version(lookup: Lookup, inventory: Inventory, known: Known) -> str:
    """The exporter and the version that runs; where nobody has said which, that it is the newest known."""
    name, version = title(inventory, known), lookup.verdict.version
    return f"{name} {version}" if version else f"the newest known {name}"


def certain(lookup: Lookup) -> Severity:
    """An error where facts say which version runs; else the newest is meant, which is likely and not sure."""
    return Severity.ERROR if lookup.verdict.version else Severity.WARNING


def called(instead: Sequence[Known]) -> str:
    """What to ask for, and since which version it is called so."""
    names = list(dict.fromkeys(f"{one.name} (since {one.since})" if one.since else one.name for one in instead))
    return f"ask for {' or '.join(names[:3])}" if names else ""


def alike(name: str, names: Iterable[str]) -> str:
    """A known name that is written almost so; else nothing."""
    known = list(names)
    same = [each for each in known if each.lower() == name.lower()]
    near = same or get_close_matches(name, known, 1, 0.85)
    return f"did you mean {near[0]}?" if near else ""


_PARTS = re.compile(r"[A-Za-z0-9]+")
_LEFT_OUT = frozenset(("total", "seconds", "bytes", "perc", "ratio", "bucket", "count", "sum"))
_SHORTEST, _ALIKE = 3, 0.8


def slip(name: str, names: Iterable[str]) -> str:
    """The known name of which one word has a slip, or whose last word is left out; else nothing.

    A word that some known name has is no slip: then the name is of something else. One for many, or many for one, is
    a slip even so.
    """
    words = _PARTS.findall(name)
    known = {each: _PARTS.findall(each) for each in names}
    every = {word for each in known.values() for word in each}
    for each, parts in known.items():
        if parts[:-1] == words and parts[-1].lower() in _LEFT_OUT:
            return each
        differing = [(one, two) for one, two in zip(words, parts, strict=False) if one != two]
        if len(words) == len(parts) and len(differing) == 1 and _is_slip(*differing[0], every):
            return each
    return ""


def _is_slip(one: str, two: str, every: Container[str]) -> bool:
    figures = one.rstrip("0123456789") == two.rstrip("0123456789")
    alike = SequenceMatcher(None, one, two).ratio() >= _ALIKE or sorted(one) == sorted(two)
    plural = f"{one}s" == two or one == f"{two}s"
    return len(one) >= _SHORTEST and (plural or (alike and not figures and one not in every))


def told(check: str, severity: Severity, message: str, lookup: Lookup, hint: str = "") -> Finding:
    """A finding at the series' name."""
    return Finding(check, severity, message, lookup.place, hint)


def renamed(lookup: Lookup) -> Fix | None:
    """The other name, where there is one alone and it is the same thing: type, unit, size and labels."""
    names = {one.name for one in lookup.verdict.instead}
    old, new = lookup.verdict.rows, lookup.verdict.instead
    same = len(names) == 1 and all(same_thing(one, new[0]) for one in old)
    return Fix(lookup.place, lookup.name, new[0].name) if same and old and lookup.has_plain_name else None


def same_thing(old: Known, new: Known) -> bool:
    """Whether one series can stand for another: type, unit, size, and all the labels."""
    return _shape(old) == _shape(new) and old.labels <= new.labels


def _shape(known: Known) -> tuple[object, ...]:
    return known.type, known.part, known.unit, known.scale
