"""Rules that nobody loads: no `ruleSelector` takes their object, or no pattern under `rule_files` has their name."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.expressions import is_logql
from obsgen.repository.scraping.overlooked import overlooked
from obsgen.repository.scraping.rulefiles import Missing, is_file, missing
from obsgen.signalpath.exporters import place_of
from obsgen.signalpath.prometheuses import RULES
from obsgen.signalpath.selectors import either

ID = "path/rules-not-selected"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the object; where a Prometheus has no ruleSelector, one there; of files, one at the pattern."""
    for graph in (each.graph for each in repository.feeds):
        yield from overlooked(ID, RULES, [(each, graph.loads(each)) for each in graph.rules])
    sets = [each for each in repository.rule_sets if is_file(each.located) and not (each.is_object or is_logql(each))]
    files = list(dict.fromkeys(each.located.file for each in sets))
    yield from map(_unread, missing(repository.prometheus_configs, files))


def _unread(lost: Missing) -> Finding:
    names = [Path(file).name for file in lost.files]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    where = lost.pattern.parent if lost.pattern.parent.name else "this folder"
    message = f"{lost.pattern} finds no file: nobody loads {names[0]}{more} of {where}"
    endings = {Path(name).suffix for name in names}
    named = lost.pattern.with_suffix(endings.pop()) if len(endings) == 1 else lost.pattern.with_name("*")
    fits = all(fnmatchcase(name, named.name) for name in names)
    hint = f"write {named if fits else lost.pattern.with_name(names[0])}"
    severity = Severity.ERROR if lost.is_sure else Severity.WARNING
    notes = tuple(Note("not loaded", Place(file)) for file in lost.files[:3])
    return Finding(ID, severity, message, lost.located.place(), hint, notes)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """That a Prometheus outside of the files loads what nobody says is loaded."""
    for graph in (each.graph for each in repository.feeds):
        for rules in graph.rules:
            found = graph.loads(rules)
            if not found or either(each.answer for each in found) is None:
                yield Assumption(f"a Prometheus loads {rules}", place_of(rules))
