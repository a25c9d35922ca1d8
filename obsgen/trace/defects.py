"""The findings that checks have about a path, found by the part of a file that they speak of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from obsgen.causes import Causes
from obsgen.checks.allowances import Allowances
from obsgen.checks.discovery import Check, plain_checks
from obsgen.findings import Finding, Place, Severity, scrubbed
from obsgen.repository import Repository
from obsgen.repository.objects import Located, lines_of

_LEVELS = (3, 4, 5)
"""Those of checks that say whether a signal arrives: queries, signals, the path."""
_OF_FORM = frozenset(("alertmanager/structure",))
"""Checks of form whose errors break a path as well: a route to a receiver that nothing has."""
_TOLD = frozenset(("path", "route", "secret", "signal"))
"""The groups whose warnings concern the path as well; those of others are left to `validate`."""

Wanted = Callable[[str], bool]


class Defects:
    """All findings about the path that nobody has allowed, none of which quotes a secret.

    Each is a pair: as a check gave it, by which it is found, and as it is told, at the line where people correct it.
    """

    def __init__(self, findings: Iterable[tuple[Finding, Finding]]) -> None:
        self._by_file: dict[str, list[tuple[Finding, Finding]]] = {}
        for given, told in dict.fromkeys(findings):
            for file in {each.file for each in _places(given)}:
                self._by_file.setdefault(file, []).append((given, told))

    def at(self, part: Located, wanted: Wanted) -> tuple[Finding, ...]:
        """The findings with a wanted id that stand in the lines of a part, or explain themselves by them."""
        found = [each for each in self._by_file.get(part.file, ()) if wanted(each[0].id)]
        lines = {(place.file, place.line) for place in lines_of(part)} if found else set()
        return tuple(told for given, told in found if any((one.file, one.line) in lines for one in _places(given)))

    def on(self, place: Place, wanted: Wanted) -> tuple[Finding, ...]:
        """The findings with a wanted id at exactly this place."""
        found = self._by_file.get(place.file, ())
        return tuple(told for given, told in found if wanted(given.id) and given.place == place)


def _places(finding: Finding) -> list[Place]:
    return [finding.place, *(note.place for note in finding.notes)]


def defects(repository: Repository) -> Defects:
    """What all checks of the path find."""
    causes = Causes(repository)
    allowances = Allowances(repository, datetime.now(UTC).date(), causes)
    secrets = sorted({one.value for one in repository.secrets})
    found = (each for check in _checks() for each in check.check(repository))
    kept = (each for each in found if _is_told(each) and not allowances.suppressed(each))
    return Defects((each, scrubbed(causes.told(each), secrets)) for each in kept)


def _checks() -> Iterable[Check]:
    return (each for each in plain_checks() if each.LEVEL in _LEVELS or each.ID in _OF_FORM)


def _is_told(finding: Finding) -> bool:
    if finding.severity == Severity.ERROR:
        return True
    return finding.severity == Severity.WARNING and finding.id.partition("/")[0] in _TOLD


def ids(*names: str) -> Wanted:
    """Asks for some ids, or for all of a group where a name ends with a slash."""
    groups = tuple(each for each in names if each.endswith("/"))
    return lambda found: found in names or found.startswith(groups or ("\0",))


def but(*names: str) -> Wanted:
    """Asks for all ids but some."""
    left_out = ids(*names)
    return lambda found: not left_out(found)
