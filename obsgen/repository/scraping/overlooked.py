"""Objects that no Prometheus selects: at whose line the fix belongs, and what to write there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository.objects import KubeObject
from obsgen.signalpath.exporters import place_of, texts
from obsgen.signalpath.graph import Selection
from obsgen.signalpath.prometheuses import Prometheus
from obsgen.signalpath.selectors import requirements

Overlooked = tuple[KubeObject, Sequence[Selection]]


def overlooked(check: str, of: str, objects: Iterable[Overlooked]) -> list[Finding]:
    """Errors for objects that surely nobody selects: at the object, or once at a Prometheus without such a selector."""
    lost = [(one, found) for one, found in objects if found and all(each.answer is False for each in found)]
    lost = [(one, [each for each in found if not each.prometheus.is_unmanaged]) for one, found in lost]
    found = [_at_object(check, of, *each) for each in lost if each[1] and not _blind(each[1], of)]
    blind = sorted((each for each in lost if _blind(each[1], of)), key=lambda each: str(each[1][0].prometheus.place()))
    for _, group in groupby(blind, key=lambda each: each[1][0].prometheus.place()):
        found += _at_prometheus(check, of, list(group))
    return found


def _blind(found: Sequence[Selection], of: str) -> bool:
    """Whether there is no selector of such objects at all."""
    return bool(found) and all(each.prometheus.selector(of) is None for each in found)


def _at_prometheus(check: str, of: str, lost: list[Overlooked]) -> list[Finding]:
    prometheus = lost[0][1][0].prometheus
    place = prometheus.place(of)
    if place is None:
        return []
    names = ", ".join(str(one) for one, _ in lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
    message = f"{prometheus} has no {of}Selector, so that it overlooks {names}"
    hint = f"write {of}Selector: {{}} for all of its namespace, or the labels to select by"
    notes = tuple(Note("overlooked", place_of(one)) for one, _ in lost)
    return [Finding(check, Severity.ERROR, message, place, hint, notes)]


def _at_object(check: str, of: str, object_: KubeObject, found: Sequence[Selection]) -> Finding:
    seeing = [each for each in found if each.prometheus.selector(of) is not None]
    nearest = min(seeing, key=lambda each: len(each.prometheus.wants(of, texts(object_.metadata.get("labels")))))
    asks = ", ".join(map(str, requirements(nearest.prometheus.selector(of)))) or "any labels"
    message = f"no Prometheus selects {object_}: {nearest.prometheus} asks for {asks}"
    hint = _hint(object_, nearest.prometheus, of)
    notes = tuple(Note(f"{each.prometheus} selects here", place) for each in seeing if (place := _place(each, of)))
    return Finding(check, Severity.ERROR, message, _spot(object_, nearest.prometheus, of), hint, notes)


def _place(selection: Selection, of: str) -> Place | None:
    return selection.prometheus.place(of)


def _spot(object_: KubeObject, prometheus: Prometheus, of: str) -> Place:
    """The label with another value than is asked for; the object's name where it is not there at all."""
    labels = texts(object_.metadata.get("labels"))
    for each in requirements(prometheus.selector(of)):
        if each.key in labels and not each.holds(labels):
            return object_.located.place(("metadata", "labels", each.key))
    return place_of(object_)


def _hint(object_: KubeObject, prometheus: Prometheus, of: str) -> str:
    labels = texts(object_.metadata.get("labels"))
    lost = [each for each in requirements(prometheus.selector(of)) if not each.holds(labels)]
    if not lost:
        inside = object_.namespace or "the namespace that it is applied to"
        return f"its labels do, but {prometheus.name} does not look into {inside}: set {of}NamespaceSelector there"
    if all(each.operator == "In" for each in lost):
        wanted = ", ".join(f"{each.key}: {each.values[0]}" for each in lost)
        return f"add to its metadata labels: {{{wanted}}}"
    return f"it must have {', '.join(map(str, lost))}"
