"""How much there is to look at, and how each level of checks went."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from obsgen.checks.result import Counts, LevelCount, ToolUse
from obsgen.findings import Finding, Place, Severity
from obsgen.knowledge.exposure import State
from obsgen.repository import Repository
from obsgen.repository.alerting.routecases import cases
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import distinct_rules

_LEVELS = {1: "structure", 2: "schema", 3: "queries", 4: "signals", 5: "path", 6: "tools"}


def counts(repository: Repository) -> Counts:
    """How much there is to look at."""
    return Counts(
        len(repository.readings),
        len(repository.objects),
        len(distinct_rules(repository.rule_sets)),
        sum(panel.value.get("type") != "row" for board in repository.dashboards for panel in board.panels()),
    )


def levels(repository: Repository, found: list[tuple[int, Finding]], uses: list[ToolUse]) -> Iterator[LevelCount]:
    """How each level went, given all findings with the levels of their checks, and what became of the tools."""
    failed: dict[int, list[Place]] = {level: [] for level in _LEVELS}
    for level, finding in found:
        if finding.severity == Severity.ERROR:
            failed[level].append(finding.place)
    files = {place.file for place in failed[1]}
    left_out = {one.file for one in repository.unread} - {
        entry.document.file for entry in repository.entries if not repository.excuse(entry)
    }
    yield LevelCount(1, _LEVELS[1], len(repository.readings) - len(left_out), len(files), len(left_out))
    objects = [object_.located for object_ in repository.objects]
    objects += [one.located for one in repository.alertmanagers if one.owner is None]
    yield LevelCount(2, _LEVELS[2], len(objects), _hit(failed[2], objects))
    queries = [one.located for one in repository.expressions]
    queries += [one.located for one in repository.log_expressions if one.query or one.refusal]
    yield LevelCount(3, _LEVELS[3], len(queries), _hit(failed[3], queries), len(repository.skipped_queries))
    known, unknown = _asked(repository)
    yield LevelCount(4, _LEVELS[4], len(known), _hit(failed[4], known), len(unknown), judged=bool(known))
    links = _links(repository)
    yield LevelCount(5, _LEVELS[5], len(links), _hit(failed[5], links), judged=bool(links))
    ran = [use for use in uses if use.version]
    missed = {finding.id for level, finding in found if level == 6 and finding.severity == Severity.ERROR}
    yield LevelCount(6, _LEVELS[6], len(ran), sum(f"tool/{use.name}" in missed for use in ran), len(uses) - len(ran))


def _asked(repository: Repository) -> tuple[list[Located], list[Located]]:
    """The expressions of which some series is known, and those that ask for nothing that anybody knows."""
    known: dict[int, bool] = {}
    located: dict[int, Located] = {}
    for lookup in repository.lookups:
        key = id(lookup.expression)
        known[key] = known.get(key, False) or lookup.verdict.state != State.UNKNOWN
        located[key] = lookup.expression.located
    return [located[key] for key in known if known[key]], [located[key] for key in known if not known[key]]


def _links(repository: Repository) -> list[Located]:
    """What stands between exporters and people: monitors, objects with rules, alerts, boards, and cases of routes."""
    graphs = [each.graph for each in repository.feeds]
    objects = [each.object.located for graph in graphs for each in graph.monitors]
    objects += [each.located for graph in graphs for each in graph.rules]
    alerts = [rule.located for rule in distinct_rules(repository.rule_sets) if rule.is_alert]
    boards = [each.located for each in repository.dashboards]
    found = [*objects, *alerts, *boards, *(case.located for case in cases(repository))]
    return list({id(each.value): each for each in found}.values())


def _hit(places: list[Place], units: list[Located]) -> int:
    """How many units have one of the places: each belongs to the last unit that begins before it in its file."""
    files = {place.file for place in places}
    starts: dict[str, list[Place]] = {file: [] for file in files}
    for unit in units:
        if unit.file in files:
            starts[unit.file].append(unit.place())
    for begun in starts.values():
        begun.sort()
    return len({(place.file, max(bisect_right(starts[place.file], place), 1)) for place in places})
