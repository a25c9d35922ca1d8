"""Relabelling as Prometheus 3 does it, on labels that are known, and on labels of which only some are.

Source: prometheus 3, model/relabel/relabel.go, and Go's regexp for what `$1` and `${1}` mean; tested against promtool.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from obsgen.logql.regexes import regex

NAME = "__name__"
ANYTHING = "(.*)"
"""The regular expression of a step that has none."""
_FIRST = "$1"
_TARGETED = frozenset(("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal"))
_EQUAL = frozenset(("keepequal", "dropequal"))
_PLAIN = _EQUAL | {"lowercase", "uppercase"}
_ON_NAMES = frozenset(("labelmap", "labeldrop", "labelkeep"))
ACTIONS = _TARGETED | _ON_NAMES | {"keep", "drop"}
_VARIABLE = re.compile(r"\$(?:\$|(?P<plain>\w+)|\{(?P<braced>\w+)\}|)")


@dataclass(frozen=True, slots=True)
class Step:
    """One relabelling. Keys of objects, and those of Prometheus' own configuration, are `sourceLabels` and so on."""

    action: str = "replace"
    source: tuple[str, ...] = ()
    separator: str = ";"
    regex: str = ANYTHING
    target: str = ""
    replacement: str = _FIRST
    modulus: int = 0

    @property
    def is_const(self) -> bool:
        """Whether what it writes depends on nothing."""
        return self.action == "replace" and self.regex == ANYTHING and "$" not in self.replacement + self.target


_KEYS = {
    "action": ("action",),
    "source": ("sourceLabels", "source_labels"),
    "separator": ("separator",),
    "regex": ("regex",),
    "target": ("targetLabel", "target_label"),
    "replacement": ("replacement",),
    "modulus": ("modulus",),
}


def step_of(value: Mapping[str, Any]) -> Step:
    """A step as somebody wrote it, in an object or in Prometheus' own configuration."""
    found = {name: value[key] for name, keys in _KEYS.items() for key in keys if value.get(key) is not None}
    texts = {name: str(each) for name, each in found.items() if name not in ("source", "modulus")}
    if "regex" in texts and "sourceLabels" in value and not texts["regex"]:
        del texts["regex"]  # the operator leaves an empty one out
    texts["action"] = texts.get("action", "replace").lower()
    source, modulus = found.get("source"), found.get("modulus")
    return Step(
        **texts,
        source=tuple(map(str, source)) if isinstance(source, (list, tuple)) else (),
        modulus=modulus if isinstance(modulus, int) else 0,
    )


def steps_of(value: Any) -> tuple[Step, ...]:
    """The steps of a list; what is no mapping is told by its schema."""
    return tuple(step_of(each) for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


def fault(step: Step) -> str:
    """Why a step is refused, with all that stand beside it; empty if it is not."""
    if step.action not in ACTIONS:
        return f"there is no action '{step.action}'"
    if problem := regex(step.regex).fault:
        return f"'{step.regex}' is no regular expression: {problem}"
    if step.action in _TARGETED and not step.target:
        return f"action {step.action} needs a target label"
    if step.action == "hashmod" and step.modulus == 0:
        return "action hashmod needs a modulus"
    return _superfluous(step)


def _superfluous(step: Step) -> str:
    """A key that its action does not know."""
    allowed = {
        **{key: {"source", "target", "separator", "regex", "modulus"} for key in _PLAIN},
        **{key: {"source", "target"} for key in _EQUAL},
        **{key: {"regex"} for key in ("labeldrop", "labelkeep")},
    }.get(step.action)
    changed = [one.name for one in fields(Step) if one.name != "action" and getattr(step, one.name) != one.default]
    wrong = next((name for name in changed if allowed is not None and name not in allowed), "")
    return f"action {step.action} takes no {_KEYS[wrong][0]}" if wrong else ""


def relabelled(labels: Mapping[str, str], steps: Iterable[Step]) -> dict[str, str] | None:
    """The labels after some steps; None if a step drops them. A label without a value is none."""
    found = Partial({label: value for label, value in labels.items() if value}, is_whole=True)
    after = after_steps(found, steps)
    return dict(after.known) if after.kept else None


@dataclass(frozen=True, slots=True)
class Partial:
    """Labels of which some are known: their values, and steps that may have taken others away.

    `kept` is None where it depends on what is not known. With `is_whole` there are no other labels.
    """

    known: Mapping[str, str]
    kept: bool | None = True
    is_whole: bool = False
    unsure: frozenset[str] = frozenset()
    """Labels that a step may have written."""
    sieves: tuple[Step, ...] = ()
    """The steps that take labels away by their names."""
    dropped_by: int | None = None
    """The index of the step that certainly drops it."""

    def value(self, label: str) -> str | None:
        """The value of a label, empty if there is none; None if nobody knows."""
        if label in self.known:
            return self.known[label]
        return "" if self.is_whole and label not in self.unsure else None

    def lost_by(self, label: str) -> Step | None:
        """The step that surely takes a label away."""
        return next((step for step in self.sieves if _sifts(step, label)), None)

    def text(self, step: Step) -> str | None:
        """What a step looks at; None if nobody knows."""
        values = [self.value(label) for label in step.source]
        return None if None in values else step.separator.join(value or "" for value in values)

    def set(self, label: str, value: str | None) -> Partial:
        """With another value, or with one that nobody knows."""
        known = {name: each for name, each in self.known.items() if name != label}
        unsure = self.unsure - {label} if value is not None else self.unsure | {label}
        if value or (value is not None and not self.is_whole):
            known[label] = value
        return _with(self, known=known, unsure=unsure)


def _with(partial: Partial, **changes: Any) -> Partial:
    return Partial(**({one.name: getattr(partial, one.name) for one in fields(Partial)} | changes))


def after_steps(labels: Partial, steps: Iterable[Step]) -> Partial:
    """The labels after some steps, as far as anybody can say."""
    for index, step in enumerate(steps):
        labels = _after(labels, step)
        if labels.kept is False:
            return _with(labels, dropped_by=index)
    return labels


def _after(labels: Partial, step: Step) -> Partial:
    if step.action in ("labeldrop", "labelkeep"):
        known = {label: value for label, value in labels.known.items() if not _sifts(step, label)}
        return _with(labels, known=known, sieves=(*labels.sieves, step))
    if step.action == "labelmap":
        return _mapped(labels, step)
    text = labels.text(step)
    if step.action in ("keep", "drop"):
        return _judged(labels, None if text is None else _matches(step, text), wanted=step.action == "keep")
    if step.action in _EQUAL:
        target = labels.value(step.target)
        equal = None if text is None or target is None else text == target
        return _judged(labels, equal, wanted=step.action == "keepequal")
    if step.action == "replace":
        return _replaced(labels, step, text)
    return labels.set(step.target, None if text is None else _made(step, text))


def _judged(labels: Partial, found: bool | None, *, wanted: bool) -> Partial:
    if found is None:
        return _with(labels, kept=None)
    return labels if found is wanted else _with(labels, kept=False)


def _matches(step: Step, text: str) -> bool | None:
    compiled = regex(step.regex).compiled
    return None if compiled is None else compiled.fullmatch(text) is not None


def _sifts(step: Step, label: str) -> bool:
    """Whether a step takes a label away; False where nobody knows."""
    found = _matches(step, label)
    return found is (step.action == "labeldrop") if found is not None else False


def _made(step: Step, text: str) -> str:
    if step.action == "hashmod":
        digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
        return str(int.from_bytes(digest[8:], "big") % step.modulus) if step.modulus else ""
    return text.lower() if step.action == "lowercase" else text.upper()


def _replaced(labels: Partial, step: Step, text: str | None) -> Partial:
    compiled = regex(step.regex).compiled
    if step.is_const:
        return labels.set(step.target, step.replacement)
    if text is None or compiled is None:
        return labels.set(step.target, None) if "$" not in step.target else _with(labels, known={})
    match = compiled.fullmatch(text)
    if match is None:
        return labels
    target = expanded(step.target, match)
    return labels.set(target, expanded(step.replacement, match)) if target else labels


def _mapped(labels: Partial, step: Step) -> Partial:
    compiled = regex(step.regex).compiled
    for label, value in sorted(labels.known.items()) if compiled else ():
        if compiled and (match := compiled.fullmatch(label)):
            labels = labels.set(expanded(step.replacement, match), value)
    return labels


def expanded(template: str, match: re.Match[str]) -> str:
    """A template with the groups of a match, as Go's `Regexp.Expand` reads it: `$1_now` is the group `1_now`."""
    return _VARIABLE.sub(lambda found: _group(found, match), template)


def _group(found: re.Match[str], match: re.Match[str]) -> str:
    name = found["plain"] or found["braced"]
    if name is None:
        return "$"
    groups = match.re.groupindex
    if name.isascii() and name.isdigit() and (name == "0" or not name.startswith("0")):
        return (match[int(name)] or "") if int(name) <= match.re.groups else ""
    return (match[name] or "") if name in groups else ""


def variables_lost(step: Step) -> Sequence[str]:
    """The `$…` in a replacement that name no group, so that nothing is written in their place."""
    compiled = regex(step.regex).compiled
    if step.action not in ("replace", "labelmap") or compiled is None:
        return ()
    names = [found["plain"] or found["braced"] for found in _VARIABLE.finditer(step.replacement)]
    return [name for name in names if name and not _has_group(compiled, name)]


def _has_group(compiled: re.Pattern[str], name: str) -> bool:
    return int(name) <= compiled.groups if name.isdigit() else name in compiled.groupindex


def renames(steps: Iterable[Step]) -> bool:
    """Whether some step writes names of series."""
    return any(step.action in _TARGETED - _EQUAL and step.target in (NAME, "") for step in steps) or any(
        step.action == "labelmap" and step.replacement == NAME for step in steps
    )
