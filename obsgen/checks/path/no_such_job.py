"""Values of `job` that no scrape job gives its series, and jobs of which a slip keeps every query away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

import promql_parser as pq

from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.queries.asked import matchers
from obsgen.repository.queries.fates import feeds_of
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.rules import Rule, distinct_rules
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.monitors import Monitor

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
    """An error where all jobs are known; else a warning for what is written almost as a known one.

    What facts call otherwise is told at the endpoint: an error where somebody asks for its right name.
    """
    known = {id(each): _jobs(each) for each in repository.feeds}
    written = {str(rule.value["labels"]["job"]) for rule in distinct_rules(repository.rule_sets) if _writes(rule)}
    lookups = [each for meaning in repository.meanings for each in meaning.lookups]
    asked = {job for lookup in lookups for job in _wanted(lookup)}
    slips = [each for feeds in repository.feeds for each in _slips(feeds, asked)]
    yield from (_misspelt(each, each.name in asked - each.jobs) for each in slips)
    meant = {each.name for each in slips}
    for lookup in lookups:
        wanted = [each for each in _wanted(lookup) if not lookup.is_recorded or each not in written]
        if wanted and not meant & set(wanted):
            yield from _judged(lookup, wanted, [known[id(each)] for each in feeds_of(repository, lookup)])


class Slip(NamedTuple):
    """A job that nobody asks for, what facts call it, the step that writes it and its monitor; all jobs there."""

    job: str
    name: str
    step: Located
    monitor: Monitor
    jobs: frozenset[str | None]


def _slips(feeds: Feeds, asked: set[str]) -> Iterator[Slip]:
    graph = feeds.graph
    jobs = frozenset(graph.job(each) for each in graph.endpoints)
    for monitor in (each for each in graph.monitors if graph.told_of(each)):
        for endpoint in monitor.endpoints:
            job, name = graph.job(endpoint) or "", monitor.object.name
            step = next((each for each in endpoint.relabelings if each.step.replacement == job), None)
            if step and job not in asked and is_slip(job, name) and _letters(job) != _letters(name):
                yield Slip(job, name, step.located, monitor, jobs)


def _misspelt(slip: Slip, is_missed: bool) -> Finding:
    message = f"nobody asks for job {slip.job}: what {slip.monitor} scrapes is called {slip.name}"
    severity = SEVERITY if is_missed else Severity.WARNING
    return Finding(ID, severity, message, slip.step.place(("replacement",)), f"did you mean {slip.name}?")


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


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
    written = text[start : start + lookup.node.length] if isinstance(text, str) else ""
    found = [each for each in matchers(lookup.node) if each.name == "job" and each.op in _NAMING]
    plain = [each.value for each in found if _PLAIN.fullmatch(each.value) and re.search(_quoted(each.value), written)]
    return [job for value in plain for job in value.split("|")]


def _quoted(value: str) -> str:
    return rf"""["'`]{re.escape(value)}["'`]"""


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
