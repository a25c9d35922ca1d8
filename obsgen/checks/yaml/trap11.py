"""Unquoted scalars that YAML 1.1 readers (kubectl, Argo CD, PyYAML) take for something else."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Place, Severity
from obsgen.repository import Repository
from obsgen.source import Document, Route, Trap

ID = "yaml/trap11"
LEVEL = 1
SEVERITY = Severity.ERROR

_STRING_MAPS = frozenset(
    ("annotations", "commonAnnotations", "commonLabels", "data", "externalLabels", "labels", "literals", "matchLabels")
) | frozenset(("nodeSelector", "selector", "stringData"))
_TRUTH = dict.fromkeys(("y", "yes", "on"), "true") | dict.fromkeys(("n", "no", "off"), "false")


def check(repository: Repository) -> Iterator[Finding]:
    """An error where a text must stand, a warning where the other meaning may be wanted, else an info."""
    for entry in repository.entries:
        if entry.kind in ("manifest", "kustomization", "rules") and entry.document.traps:
            yield from _document(entry.document)


def _document(document: Document) -> Iterator[Finding]:
    routes: dict[Place, tuple[Route, bool]] = {}
    for route, (key, value) in document.places().items():
        routes |= {key: (route, True), value: (route, False)}
    for trap in document.traps:
        route, is_key = routes.get(trap.place, ((), False))
        severity = _severity(trap, certain=is_key or _must_be_text(route))
        what = "key" if is_key else "value"
        message = f"unquoted {what} {trap.text} {_meaning(trap)}"
        yield Finding(ID, severity, message, trap.place, _hint(trap, severity))


def _severity(trap: Trap, *, certain: bool) -> Severity:
    if trap.text == "=" or ":" in trap.text:  # to PyYAML alone
        return Severity.INFO
    return SEVERITY if certain else Severity.WARNING


def _must_be_text(route: Route) -> bool:
    owner = route[-2] if len(route) > 1 else ""
    return owner in _STRING_MAPS or (route[-1:] == ("value",) and "env" in route)


def _meaning(trap: Trap) -> str:
    truth = _TRUTH.get(trap.text.lower())
    if truth or trap.text == "<<":
        return f"is {truth or 'a merge key'} to YAML 1.1 readers such as kubectl"
    if ":" in trap.text:
        return f"is the number {_base_60(trap.text)} to PyYAML"
    return "is refused by PyYAML" if trap.text == "=" else f"is the number {_number(trap.text)} to kubectl"


def _hint(trap: Trap, severity: Severity) -> str:
    truth = _TRUTH.get(trap.text.lower())
    return f'write "{trap.text}"' + (f", or {truth} if that is meant" if truth and severity != SEVERITY else "")


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
