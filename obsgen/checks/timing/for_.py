"""Alerts that wait so shortly that one scrape more or less decides."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.promql.durations import milliseconds
from obsgen.repository import Repository
from obsgen.repository.queries.fates import scraped
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.rules import rules_of

ID = "timing/for"
LEVEL = 5
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning where `for` is less than two scrapes and an evaluation; without `for` it is meant to fire at once."""
    groups = {
        id(rule.value): each.value for one in repository.rule_sets for each in one.groups for rule in rules_of(each)
    }
    for lookup in repository.lookups:
        rule = lookup.expression.rule
        waits = milliseconds(str(rule.value.get("for") or "")) if rule and rule.is_alert else None
        if rule and waits:
            yield from _judged(repository, lookup, waits, groups.get(id(rule.value), {}))


def _judged(repository: Repository, lookup: Lookup, waits: int, group: dict[str, object]) -> Iterator[Finding]:
    found, rule = scraped(repository, lookup), lookup.expression.rule
    evaluated = _evaluation(repository, lookup, group)
    if found and rule and evaluated is not None and waits < 2 * found[0] + evaluated:
        least = (2 * found[0] + evaluated) // 1000
        message = (
            f"{lookup.name} is scraped every {found[0] / 1000:g}s and the rule evaluated every {evaluated / 1000:g}s: "
            "one scrape that is missed starts the wait anew"
        )
        place = rule.located.place(("for",))
        yield Finding(ID, SEVERITY, message, place, f"wait {least}s or more", (Note("scraped here", found[1].place),))


def _evaluation(repository: Repository, lookup: Lookup, group: dict[str, object]) -> int | None:
    """The time between two evaluations, in milliseconds; None if nobody can say."""
    own = group.get("interval")
    if isinstance(own, str):
        return milliseconds(own)
    loading = [one for each in repository.feeds if each.graph.facts is lookup.facts for one in each.graph.prometheuses]
    return min((one.interval("evaluationInterval") for one in loading if one.loads_rules), default=None)
