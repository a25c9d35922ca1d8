"""Unquoted scalars that YAML 1.1 readers (kubectl, Argo CD, PyYAML) take for something else."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.repository import Repository
from obsgen.findings import Finding, Place, Severity
from obsgen.source import Document, Route, Trap

ID = "yaml/trap11"
LEVEL = 1
SEVERITY = Severity.ERROR

_STRING_MAPS = frozenset(
    ("annotations", "commonAnnotations", "commonLabels", "data", "externalLabels", "labels", "literals", "matchLabels")
) | frozenset(("nodeSelector", "selector", "stringData"))
_TRUE = frozenset(("y", "yes", "on"))
_FALSE = frozenset(("n", "no", "off"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error where a string must stand, a warning where the other meaning may be the wanted one."""
    for entry in repository.entries:
        if entry.kind in ("manifest", "kustomization", "rules") and entry.document.traps:
            yield from _document(entry.document)


def _document(document: Document) -> Iterator[Finding]:
    routes = _routes(document)
    for trap in document.traps:
        route, is_key = routes.get(trap.place, ((), False))
        certain = is_key or _must_be_text(route)
        severity = SEVERITY if certain else Severity.WARNING
        what = "key" if is_key else "value"
        message = f"unquoted {what} {trap.text} is {_meaning(trap)} to YAML 1.1 readers such as kubectl"
        yield Finding(ID, severity, message, trap.place, f'write "{trap.text}"{_or_meaning(trap, certain)}')


def _routes(document: Document) -> dict[Place, tuple[Route, bool]]:
    """The route of each place, and whether a key stands there."""
    found: dict[Place, tuple[Route, bool]] = {}
    for route, (key, value) in document.places().items():
        found[key] = (route, True)
        found[value] = (route, False)
    return found


def _must_be_text(route: Route) -> bool:
    owner = route[-2] if len(route) > 1 else ""
    return owner in _STRING_MAPS or (route[-1:] == ("value",) and "env" in route)


def _meaning(trap: Trap) -> str:
    lower = trap.text.lower()
    if lower in _TRUE | _FALSE:
        return "true" if lower in _TRUE else "false"
    if ":" in trap.text:
        return f"the number {_base_60(trap.text)} (to PyYAML)"
    return "special" if trap.text in ("=", "<<") else f"the number {_number(trap.text)}"


def _or_meaning(trap: Trap, certain: bool) -> str:
    lower = trap.text.lower()
    if certain or lower not in _TRUE | _FALSE:
        return ""
    return f", or {_meaning(trap)} if that is meant"


def _number(text: str) -> str:
    digits = text.replace("_", "")
    try:
        if digits.lstrip("+-").startswith("0b"):
            return str(int(digits, 2))
        return str(int(digits, 8) if digits.lstrip("+-").startswith("0") else int(digits))
    except ValueError:  # 08 is no octal number: it stays a string, or becomes a decimal one
        return digits.lstrip("0")


def _base_60(text: str) -> str:
    total = 0.0
    for part in text.replace("_", "").split(":"):
        total = abs(total) * 60 + float(part)
    return f"{total:g}"
