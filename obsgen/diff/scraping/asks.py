"""Alerts, rules and boards that are left without data: what monitors brought them, and nothing brings any more."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import lru_cache

import promql_parser as pq

from obsgen.diff.model import Key, Risk
from obsgen.diff.scraping.series import feeds_of, few
from obsgen.diff.trees import State, Tree, key_of
from obsgen.promql import Node
from obsgen.repository.queries.asked import matchers
from obsgen.repository.queries.expressions import Expression
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.monitors import Endpoint
from obsgen.signalpath.selectors import Answer

_ABSENCE = frozenset(("absent", "absent_over_time"))
_OF_TARGETS = frozenset(("scrape_duration_seconds", "scrape_samples_scraped", "up"))
"""Series that Prometheus itself writes of each target."""
_NAMING = (pq.MatchOp.Equal, pq.MatchOp.Re)
_WORD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Ask:
    """A selector of an expression: the series, whether rules record it, and the matchers of its job."""

    name: str
    is_recorded: bool
    jobs: tuple[pq.Matcher, ...]

    def takes(self, job: str) -> bool:
        """Whether the series of a job are asked for."""
        return all(_agrees(each, job) for each in self.jobs)

    @property
    def names_job(self) -> bool:
        """Whether it asks for some jobs alone."""
        return any(each.op in _NAMING and not _agrees(each, "") for each in self.jobs)


@dataclass(frozen=True, eq=False)
class Asked:
    """An expression of a side, and what it asks for by its selectors' identity."""

    expression: Expression
    asks: dict[int, Ask]

    @property
    def alert(self) -> str:
        """The alert's name; empty for rules that record, and for boards."""
        rule = self.expression.rule
        return rule.name if rule and rule.is_alert else ""

    @property
    def records(self) -> str:
        """The series that it records, if any."""
        rule = self.expression.rule
        return rule.name if rule and not rule.is_alert else ""

    def is_dead(self, starved: Set[int]) -> bool:
        """Whether nothing can come of it without some of its selectors."""
        query = self.expression.query
        return query is not None and not starved.isdisjoint(self.asks) and _is_dead(query.root, starved)


def _is_dead(node: Node, starved: Set[int]) -> bool:
    if node.kind == "selector":
        return id(node) in starved
    if node.name in _ABSENCE:
        return False
    below = (_is_dead(each, starved) for each in node.children)
    if node.kind == "binary" and node.name == "or":
        return all(below)
    return next(below, False) if node.kind == "binary" and node.name == "unless" else any(below)


def starved(old: State, new: State, monitors: Collection[Key], idle: Collection[Key] = ()) -> list[Asked]:
    """What nothing comes of any more on the new side since some monitors of the old one are gone, or find nothing.

    `idle` are monitors of the new side that are there, and find nothing.
    """
    before, after = feeds_of(old), feeds_of(new)
    if before is None:
        return []
    lost = [each for each in before.graph.endpoints if each.monitor and key_of(each.monitor.object) in monitors]
    there = (
        [each for each in after.graph.endpoints if not (each.monitor and key_of(each.monitor.object) in idle)]
        if after
        else []
    )
    known = {key_of(each.object) for each in before.graph.monitors}
    every = _of_unit(new)

    def is_lost(ask: Ask) -> bool:
        if ask.is_recorded or not any(brings(before, each, ask) for each in lost):
            return False
        answers = ((each, brings(after, each, ask)) for each in there) if after else ()
        return not any(answer or (answer is None and _is_new(each, known)) for each, answer in answers)

    gone = {id_ for each in every for id_, ask in each.asks.items() if is_lost(ask)}
    return _with_recorded(every, gone) if gone else []


def _is_new(endpoint: Endpoint, known: Collection[Key]) -> bool:
    return endpoint.monitor is None or key_of(endpoint.monitor.object) not in known


def _with_recorded(every: list[Asked], gone: set[int]) -> list[Asked]:
    """What is dead without some selectors, and without the series that dead rules no longer record."""
    while True:
        dead = [each for each in every if each.is_dead(gone)]
        living = {each.records for each in every if each not in dead}
        names = {each.records for each in dead if each.records} - living
        more = {id_ for each in every for id_, ask in each.asks.items() if ask.name in names}
        if more <= gone:
            return dead
        gone |= more


def brings(feeds: Feeds, endpoint: Endpoint, ask: Ask) -> Answer:
    """Whether an endpoint brings what is asked for, by its job, its exporter or what it is called; None for perhaps."""
    if endpoint.monitor and feeds.graph.is_scraped(endpoint.monitor) is False:
        return False
    job = feeds.graph.job(endpoint)
    if job is not None and not ask.takes(job):
        return False
    names = job is not None and ask.names_job
    if ask.name in _OF_TARGETS:
        return names or None
    fate = next((each for each in feeds.fates(ask.name) if each.endpoint is endpoint), None)
    if fate is None or fate.kept is False:
        return False
    return names or fate.is_related or _is_called_after(feeds, endpoint, ask.name) or None


def _is_called_after(feeds: Feeds, endpoint: Endpoint, name: str) -> bool:
    """Whether a monitor of which nobody knows the exporter is called as the one that has a series."""
    if endpoint.monitor is None or feeds.exporters(endpoint) is not None:
        return False
    owners = feeds.owners(name)
    words = {endpoint.monitor.object.name, feeds.graph.job(endpoint) or ""}
    return not owners.isdisjoint({*words, *(part for each in words for part in _WORD.split(each))})


def loss_of(found: Iterable[Asked]) -> tuple[Risk, str]:
    """What becomes of those on call without some expressions, and which these are in a few words."""
    dead = list(found)
    alerts = sorted({each.alert for each in dead if each.alert})
    others = sum(not each.alert for each in dead)
    queries = [f"{others} other {'query' if others == 1 else 'queries'}"] if others else []
    if alerts:
        return Risk.STOPS_PAGING, " and ".join([few(alerts, "alerts"), *queries])
    return (Risk.LOSES_DATA, queries[0]) if queries else (Risk.SAFE, "")


def _of_unit(state: State) -> list[Asked]:
    """What the unit's own files ask for."""
    return [each for each, file in _every(state.tree) if state.unit in state.tree.readers(file)]


@lru_cache(maxsize=4)
def _every(tree: Tree) -> list[tuple[Asked, str]]:
    """All expressions of a side, each with its file."""
    recorded = tree.sample.recorded
    return [
        (
            Asked(each, {id(node): _ask(each, node, recorded) for node in each.query.selectors() if node.name}),
            each.place().file,
        )
        for each in tree.sample.expressions
        if each.query
    ]


def _ask(expression: Expression, node: Node, recorded: Collection[str]) -> Ask:
    """What a selector asks for; the jobs of boards are for variables to say."""
    jobs = [each for each in matchers(node) if each.name == "job"] if expression.rule else []
    return Ask(node.name, node.name in recorded, tuple(jobs))


def series_of(found: Iterable[Asked]) -> set[str]:
    """The series that expressions ask for."""
    return {ask.name for each in found for ask in each.asks.values()}


def misses(old: State, new: State, before: str, after: str) -> Iterator[Ask]:
    """What an alert, called otherwise before, asks of series that it had by jobs that nothing is scraped as."""
    feeds, now = feeds_of(old), feeds_of(new)
    if feeds is None or now is None:
        return
    known = [ask for each in _of_unit(old) if each.alert == before for ask in each.asks.values()]
    had = {ask.name for ask in known if any(brings(feeds, each, ask) for each in feeds.graph.endpoints)}
    for asked in (each for each in _of_unit(new) if each.alert == after):
        missed = {
            id_: ask for id_, ask in asked.asks.items() if ask.names_job and ask.name in had and _is_missed(now, ask)
        }
        if asked.is_dead(missed.keys()):
            yield from missed.values()


def _is_missed(feeds: Feeds, ask: Ask) -> bool:
    return all(brings(feeds, each, ask) is False for each in feeds.graph.endpoints)


def _agrees(matcher: pq.Matcher, value: str) -> bool:
    is_same = value == matcher.value
    if matcher.op in (pq.MatchOp.Re, pq.MatchOp.NotRe):
        is_same = _fits(matcher.value, value)
    return is_same if matcher.op in _NAMING else not is_same


@lru_cache(maxsize=4096)
def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # Prometheus knows more of patterns than Python
