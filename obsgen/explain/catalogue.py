"""`obsgen explain`: what a check, alert, signal, threshold, component or key means, from what is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from obsgen.explain import changes, ids, page
from obsgen.explain.layout import section, table
from obsgen.findings import InputError, Place, error

if TYPE_CHECKING:
    from obsgen.components.catalogue import Catalogue
    from obsgen.explain.keys import Keys

Rows = list[tuple[str, ...]]

KINDS = ("components", "alerts", "objectives", "thresholds", "signals", "checks")
"""What can be listed; there are profile keys and groups of checks besides."""


def explain(what: str, templates: Sequence[Path] = ()) -> str:
    """Everything that is known under this name; InputError with the nearest name if nothing is."""
    return (page(what) or "\n\n\n".join(_entries(what, templates))).rstrip()


def overview(templates: Sequence[Path] = ()) -> str:
    """What can be asked for: components one by one, of everything else how many there are and how to ask on."""
    from obsgen.components.catalogue import catalogue

    known = catalogue(templates)
    listed = {kind: _rows(kind, known) for kind in KINDS}
    lists = [(f"obsgen explain {kind}", f"{len({row[0] for row in rows})} of them") for kind, rows in listed.items()]
    ways: Rows = [
        (f"obsgen explain {listed['components'][-1][0]}", "a component, alert, threshold, signal, series or provider"),
        ("obsgen explain prometheus.mode", "a key of a profile, by its path"),
        ("obsgen explain yaml/syntax", "a finding; yaml lists its group"),
    ]
    lines = [*section("components", listed["components"]), *section("lists", lists[1:]), *section("more", ways)]
    return "\n".join(lines[1:])


def _entries(what: str, templates: Sequence[Path]) -> list[str]:
    """What lists, groups of checks, components and keys say of a name; modules are read when they are needed."""
    from obsgen.components.catalogue import catalogue
    from obsgen.explain import entries

    known = catalogue(templates)
    rows = _rows(what, known) if what in KINDS else _checks(f"{what}/")
    found = ["\n".join(table(rows, ""))] if rows else []
    found += [text for explainer in entries.EXPLAINERS for text in explainer(what, known)]
    keys = _keys(known)
    if not found or what.partition(".")[0] in keys.top:
        found += keys.texts(what)
    return found or _refuse(what, {*KINDS, *ids(), *changes(), *_names(known), *map(str, keys.all)})


def _keys(known: Catalogue) -> Keys:
    from obsgen.explain.keys import Keys

    return Keys(known)


def _rows(kind: str, known: Catalogue) -> Rows:
    """Everything of a kind, a row each: its name, whose it is, what it means."""
    from obsgen.explain import entries

    if kind == "components":
        return [(folder.name, entries.component_title(folder)) for folder in known.all()]
    if kind == "checks":
        return _checks("")
    return sorted(
        (name, folder.name, text) for folder in known.all() for name, text in entries.described(kind, folder).items()
    )


def _checks(start: str) -> Rows:
    """The checks, or changes, whose ids start so, with what each of them says."""
    known = ids() if not start else (*ids(), *changes())
    return [(check, (page(check) or "").split("\n\n")[1]) for check in known if check.startswith(start)]


def _refuse(what: str, names: set[str]) -> list[str]:
    from obsgen.hints import nearest

    hint = nearest(what, sorted(names)) or "obsgen explain, without a name, lists what there is"
    raise InputError([error("explain/unknown", f"nothing is called '{what}'", Place("explain"), hint)])


def _names(known: Catalogue) -> Iterator[str]:
    for folder in known.all():
        yield folder.name
        yield from folder.component.covers
        yield from folder.alert_names
        yield from folder.objectives
        yield from folder.signals
        yield from folder.component.thresholds
        yield from (row.name for signal in folder.signals.values() for row in signal.series if row.name)
        yield from (wrong for signal in folder.signals.values() for wrong in signal.mistaken)
