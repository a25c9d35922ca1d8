"""`obsgen explain`: what a check, alert, signal, series, threshold or component means, from what is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from obsgen.explain import ids, page
from obsgen.explain.layout import table
from obsgen.findings import InputError, Place, error

if TYPE_CHECKING:
    from obsgen.components.catalogue import Catalogue


def explain(what: str, templates: Sequence[Path] = ()) -> str:
    """Everything that is known under this name; InputError with the nearest name if nothing is."""
    return (page(what) or _group(what) or _entries(what, templates)).rstrip()


def _group(what: str) -> str:
    """The checks of a group, such as `promql`, with what each of them says; empty if there is no such group."""
    pages = {check: page(check) or "" for check in ids() if check.startswith(f"{what}/")}
    return "\n".join(table([(check, text.split("\n\n")[1]) for check, text in pages.items()], ""))


def _entries(what: str, templates: Sequence[Path]) -> str:
    """What components say under this name; the modules are read only when they are needed."""
    from obsgen.components.catalogue import catalogue
    from obsgen.explain import entries
    from obsgen.hints import nearest

    known = catalogue(templates)
    explainers = (entries.component_text, entries.alert_text, entries.signal_text, entries.threshold_text)
    found = [text for explainer in explainers for text in explainer(what, known)]
    if found:
        return "\n\n\n".join(found)
    hint = nearest(what, sorted({*ids(), *_names(known)}))
    kinds = "alerts, signals, series, thresholds, components, checks such as yaml/syntax, groups of them such as yaml"
    raise InputError(
        [error("explain/unknown", f"nothing is called '{what}'", Place("explain"), hint or f"known are {kinds}")]
    )


def _names(known: Catalogue) -> Iterator[str]:
    for folder in known.all():
        yield folder.name
        yield from folder.alerts
        yield from folder.signals
        yield from folder.component.thresholds
        yield from (row.name for signal in folder.signals.values() for row in signal.series)
