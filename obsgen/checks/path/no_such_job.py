"""Values of `job` that no scrape job gives its series."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

import promql_parser as pq

from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.asked import matchers
from obsgen.repository.queries.fates import feeds_of
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.rules import Rule, distinct_rules
from obsgen.signalpath.feeds import Feeds

ID = "path/no-such-job"
LEVEL = 5
SEVERITY = Severity.ERROR

_NAMING = (pq.MatchOp.Equal, pq.MatchOp.Re)
_PLAIN = re.compile(r"[\w/-]+(?:\|[\w/-]+)*")


class Jobs(NamedTuple):
    """The jobs that are known, where each is named, and whether there are no others."""

    places: dict[str, Place | None]
    all: bool


def check(repository: Repository) -> Iterator[Finding]:
    """An error where all jobs are known; else a warning for what is written almost as a known one."""
    known = {id(each): _jobs(each) for each in repository.feeds}
    written = {str(rule.value["labels"]["job"]) for rule in distinct_rules(repository.rule_sets) if _writes(rule)}
    for lookup in (each for meaning in repository.meanings for each in meaning.lookups):
        wanted = [each for each in _wanted(lookup) if not lookup.is_recorded or each not in written]
        if wanted:
            yield from _judged(lookup, wanted, [known[id(each)] for each in feeds_of(repository, lookup)])


def _writes(rule: Rule) -> bool:
    """Whether a rule gives its result a job of its own."""
    labels = rule.value.get("labels")
    return isinstance(labels, dict) and "job" in labels


def _jobs(feeds: Feeds) -> Jobs:
    graph = feeds.graph
    monitored = {each.object.name for each in graph.monitors}
    elsewhere = {each.name for each in graph.facts.servers if each.name} - monitored
    found: dict[str | None, Place | None] = dict.fromkeys(elsewhere)
    found |= {graph.job(each): each.place for each in graph.endpoints}
    open_ended = None in found or any(each.federates for each in graph.endpoints)
    whole = bool(graph.jobs) and not graph.prometheuses and not open_ended
    return Jobs({job: place for job, place in found.items() if job}, whole)


def _wanted(lookup: Lookup) -> list[str]:
    """The jobs that a selector names, as far as no variable stands for them."""
    text = lookup.expression.located.value
    start = lookup.expression.start + lookup.node.start
    if not isinstance(text, str) or "$" in text[start : start + lookup.node.length]:
        return []
    found = [each for each in matchers(lookup.node) if each.name == "job" and each.op in _NAMING]
    return [job for each in found if _PLAIN.fullmatch(each.value) for job in each.value.split("|")]


def _judged(lookup: Lookup, wanted: list[str], known: list[Jobs]) -> Iterator[Finding]:
    names = {name: place for each in known for name, place in each.places.items()}
    if any(job in names for job in wanted):
        return
    near = get_close_matches(wanted[0], list(names), 1, 0.8)
    sure = all(each.all for each in known)
    if near or sure:
        message = f"no scrape job is called {wanted[0]}"
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(names))}"
        place = names[near[0]] if near else None
        notes = (Note(f"job {near[0]}", place),) if place else ()
        severity = SEVERITY if sure or lookup.facts.servers else Severity.WARNING
        yield Finding(ID, severity, message, lookup.place, hint, notes)
