"""Texts of alerts on their way into Markdown that people read: no template that only Prometheus can fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_ACTION = re.compile(r'\{\{-?((?:[^"`}]|"(?:[^"\\]|\\.)*"|`[^`]*`|\}(?!\}))*)\}\}')
_LABEL = re.compile(r'(?:\$labels\.|\.Labels\.|index \$labels "|\blabel ")(\w+)')
_VALUE = re.compile(r"\$value|\.Value")
_LITERAL = re.compile(r'\s*"([^"\\]*)"\s*\Z|\s*`([^`]*)`\s*\Z')
_SILENT = re.compile(r"\s*(?:with|range|if|end|/\*|\$\w+\s*:=)")


def readable(text: str) -> str:
    """A text of an alert without template syntax: `{{ $labels.pod }}` is POD, as in runbooks; a choice is a / b."""
    parts, subject, end = [], "…", 0
    for action in _ACTION.finditer(text):
        named = _named(action[1])
        if action[1].split()[:1] in (["with"], ["range"]):
            subject = named or subject
        parts += [text[end : action.start()], _shown(action[1], named, subject)]
        end = action.end()
    return "".join([*parts, text[end:]])


def _shown(body: str, named: str, subject: str) -> str:
    """What stands for an action: nothing for one that only steers, else a name; `.` is the block's subject."""
    if _SILENT.match(body):
        return ""
    return " / " if body.split()[:1] == ["else"] else named or subject


def _named(body: str) -> str:
    """The name of what Prometheus fills in: a label's, VALUE, or a literal itself."""
    literal, label = _LITERAL.match(body), _LABEL.search(body)
    if literal:
        return literal[1] or literal[2] or ""
    return label[1].upper() if label else "VALUE" if _VALUE.search(body) else ""


def by_environment(said: Mapping[str, str], environments: Iterable[str], otherwise: str) -> str:
    """What is said once where all environments agree, else of which each is said; `otherwise` of those without."""
    groups: dict[str, list[str]] = {}
    for environment in environments:
        groups.setdefault(said.get(environment, otherwise), []).append(environment)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{', '.join(names)}: {text}" for text, names in groups.items())


def cell(text: str) -> str:
    """A text for a table's cell: one line, and no bar that would end it."""
    return " ".join(readable(text).split()).replace("|", r"\|")
