"""The series that a path begins with, and the endpoints that bring them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import promql_parser as pq

from obsgen.findings import Place
from obsgen.knowledge.exposure import State, Verdict, verdict
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.lookups import Lookup
from obsgen.signalpath.feeds import Fate
from obsgen.signalpath.monitors import Endpoint
from obsgen.signalpath.relabel import Partial
from obsgen.signalpath.routing import RoutingError, agrees
from obsgen.trace.ground import Ground

_OF_SCRAPES = frozenset(
    (
        *("up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling"),
        *("scrape_series_added", "scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes"),
    )
)
"""The series that Prometheus writes about every target itself."""
_VARIABLE = re.compile(r"""\bjob\s*!?[=~]+\s*["'][^"']*[$\[]""")
"""A matcher of jobs that somebody chooses on the board."""
_OWN = frozenset(("ALERTS", "ALERTS_FOR_STATE"))
"""The series that Prometheus writes about alerts."""
_OPERATORS = ((pq.MatchOp.Equal, "="), (pq.MatchOp.NotEqual, "!="), (pq.MatchOp.Re, "=~"), (pq.MatchOp.NotRe, "!~"))


@dataclass(frozen=True, eq=False)
class Series:
    """A series that is asked for, what is known of it, what is asked of its label `job`, and where."""

    name: str
    verdict: Verdict
    jobs: tuple[tuple[str, str, str], ...] = ()
    place: Place | None = None

    @property
    def is_of_scrapes(self) -> bool:
        """Whether every target has it, since Prometheus itself writes it."""
        return self.name in _OF_SCRAPES

    @property
    def is_of_prometheus(self) -> bool:
        """Whether it comes from no target at all."""
        return self.name in _OWN

    def takes(self, job: str | None) -> bool | None:
        """Whether it may be of a job; None if nobody asks, or nobody knows the job."""
        if not self.jobs or job is None:
            return None
        try:
            return all(agrees(each, {"job": job}) for each in self.jobs)
        except RoutingError:
            return None


def is_written(name: str) -> bool:
    """Whether Prometheus itself writes a series, whatever is scraped."""
    return name in _OF_SCRAPES | _OWN


def of_lookups(lookups: Iterable[Lookup]) -> list[Series]:
    """The series of some lookups, without those that another one stands in for."""
    wanted = (each for each in lookups if not each.is_spare or each.verdict.state == State.THERE)
    return [Series(each.name, each.verdict, _jobs(each), each.place) for each in wanted]


def of_name(ground: Ground, name: str) -> Series:
    """A series by its name alone."""
    return Series(name, verdict(ground.repository.inventory, name, ground.facts))


def of_expressions(ground: Ground, expressions: Iterable[Expression]) -> list[Series]:
    """The series that some expressions stand on, those of the rules between included; each once."""
    asked = [*expressions]
    through = [each.expression for each in ground.through(asked)]
    found = of_lookups(lookup for each in (*asked, *through) for lookup in ground.lookups(each))
    return list({(each.name, each.jobs): each for each in reversed(found)}.values())[::-1]


def _jobs(lookup: Lookup) -> tuple[tuple[str, str, str], ...]:
    raw = lookup.node.raw
    if _VARIABLE.search(_written(lookup)):
        return ()
    matchers = raw.matchers.matchers if isinstance(raw, pq.VectorSelector) else ()
    return tuple(("job", _sign(each.op), each.value) for each in matchers if each.name == "job")


def _written(lookup: Lookup) -> str:
    """A selector as it is written, with the variables of its board."""
    text = str(lookup.expression.located.value)[lookup.expression.start :]
    return text[lookup.node.start : lookup.node.start + lookup.node.length]


def _sign(operator: pq.MatchOp) -> str:
    return next(sign for known, sign in _OPERATORS if known == operator)


def fates(ground: Ground, series: Series) -> list[Fate]:
    """What becomes of a series at the endpoints that bring it, or may: the surest there are.

    Those whose exporter is known to have it; else those of the job that is asked for; else those of which nothing is
    known.
    """
    if series.is_of_prometheus:
        return []
    if series.is_of_scrapes:
        return [Fate(each, True, True, None, Partial({})) for each in _of_job(ground, series)]
    here = [each for each in ground.feeds.fates(series.name) if each.endpoint in ground.endpoints]
    found = [each for each in here if _fits(ground, series, each.endpoint) is not False]
    related = [each for each in found if each.is_related]
    return related or [each for each in found if _fits(ground, series, each.endpoint)] or found


def _of_job(ground: Ground, series: Series) -> Iterator[Endpoint]:
    answers = [(each, _fits(ground, series, each)) for each in ground.endpoints]
    sure = [each for each, answer in answers if answer]
    return iter(sure or [each for each, answer in answers if answer is None])


def _fits(ground: Ground, series: Series, endpoint: Endpoint) -> bool | None:
    found = series.takes(ground.graph.job(endpoint))
    if found is None and series.jobs and endpoint.monitor and series.takes(endpoint.monitor.object.name):
        return True  # Services are mostly called like their monitors
    return found


def is_sure(ground: Ground, series: Series, fate: Fate) -> bool:
    """Whether an endpoint surely brings a series, if it is not dropped."""
    return fate.is_related or bool(_fits(ground, series, fate.endpoint))


def brought_by(ground: Ground, endpoints: Iterable[Endpoint]) -> frozenset[str]:
    """The names of the series, among those that anybody asks for, that some endpoints surely bring."""
    chosen = set(map(id, endpoints))
    asked = of_lookups(lookup for each in ground.expressions for lookup in ground.lookups(each))
    once = {(each.name, each.jobs): each for each in asked if not each.is_of_scrapes}
    return frozenset(
        each.name
        for each in once.values()
        if any(id(fate.endpoint) in chosen and is_sure(ground, each, fate) for fate in fates(ground, each))
    )
