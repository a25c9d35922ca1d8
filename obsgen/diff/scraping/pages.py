"""Pages that are scraped, of monitors and of Prometheus' own jobs, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from obsgen.diff.model import Risk
from obsgen.diff.parts.shown import shown
from obsgen.diff.queries.words import or_nothing
from obsgen.promql.durations import milliseconds
from obsgen.repository.objects import Located
from obsgen.signalpath.monitors import ENDPOINTS
from obsgen.signalpath.relabel import Step, steps_of
from obsgen.source import Route

_JOBS: tuple[Route, ...] = (("scrape_configs",), ("prometheus", "prometheusSpec", "additionalScrapeConfigs"))
_SECURE = frozenset((
    "authorization", "basicAuth", "basic_auth", "bearerTokenFile", "bearerTokenSecret", "bearer_token_file", "oauth2",
    "scrapeClass", "tlsConfig", "tls_config",
))  # fmt: skip
_PORTS = frozenset(("port", "targetPort", "portNumber"))
_ADDRESSES = frozenset(("params", "scheme", "proxyUrl", "proxy_url"))
_LIMITS = frozenset(("sampleLimit", "sample_limit", "labelLimit", "label_limit", "targetLimit", "target_limit"))
_PATHS = ("path", "metricsPath", "metrics_path")
_INTERVALS = ("interval", "scrapeInterval", "scrape_interval")
_TIMEOUTS = ("scrapeTimeout", "scrape_timeout")
_RELABELS = ("relabelings", "relabel_configs")
_METRICS = ("metricRelabelings", "metric_relabel_configs")
_HONORS = ("honorLabels", "honor_labels")


class Told(NamedTuple):
    """A difference of two pages, and the keys that it explains."""

    keys: frozenset[str]
    id: str
    sign: str
    what: str
    risk: Risk


@dataclass(frozen=True, eq=False)
class Page:
    """A page as it is written; `route` leads to it from the whole object or file."""

    value: dict[str, Any]
    route: Route

    @property
    def job(self) -> str:
        """The name of a job; empty for pages of monitors."""
        return str(self.value.get("job_name") or "")

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same page on both sides."""
        port = next((str(self.value[each]) for each in sorted(_PORTS) if self.value.get(each)), "")
        return (self.job,) if self.job else (port, self._path)

    @property
    def _path(self) -> str:
        return next((str(self.value[each]) for each in _PATHS if self.value.get(each)), "/metrics")

    def __str__(self) -> str:
        return f"job {self.job}" if self.job else f"port {self.identity[0]}{self._path}"

    def differing(self, other: Page) -> frozenset[str]:
        """The keys in which another page differs."""
        keys = {*self.value, *other.value}
        return frozenset(key for key in keys if self.value.get(key) != other.value.get(key))

    def differences(self, other: Page) -> Iterator[Told]:
        """What differs from an older page to a newer one."""
        left = self.differing(other)
        yield from self._addresses(other, left)
        yield from self._times(other, left)
        yield from self._labels(other, left)
        for keys, what in ((left & _SECURE, "authenticates otherwise"), (left & _LIMITS, self._limits(other, left))):
            if keys:
                yield Told(keys, "change/monitor-access", "~", what, Risk.REVIEW)

    def _addresses(self, other: Page, left: frozenset[str]) -> Iterator[Told]:
        for key in sorted(left & _PORTS):
            what = f"port {or_nothing(self.value.get(key))} → {or_nothing(other.value.get(key))}"
            yield Told(frozenset((key,)), "change/monitor-address", "~", what, Risk.REVIEW)
        if paths := left.intersection(_PATHS):
            yield Told(paths, "change/monitor-address", "~", f"path {self._path} → {other._path}", Risk.REVIEW)
        for key in sorted(left & _ADDRESSES):
            values = (each.value.get(key) for each in (self, other))
            old, new = (or_nothing(None) if each is None else shown("", (key,), each) for each in values)
            what = f"{key} {old} → {new}" if old and new else f"another {key}"
            yield Told(frozenset((key,)), "change/monitor-address", "~", what, Risk.REVIEW)
        if found := frozenset(each for each in left if each.endswith(("_sd_configs", "static_configs", "Configs"))):
            yield Told(found, "change/monitor-targets", "~", "scrapes other targets", Risk.REVIEW)

    def _times(self, other: Page, left: frozenset[str]) -> Iterator[Told]:
        for keys, word in ((_INTERVALS, "scrapes every"), (_TIMEOUTS, "waits")):
            for key in left.intersection(keys):
                old, new = self.value.get(key), other.value.get(key)
                what = f"{word} {_default(new)} instead of {_default(old)}"
                sooner = key in _INTERVALS and _length(new) < _length(old)
                risk = Risk.SAFE if sooner else Risk.REVIEW
                yield Told(frozenset((key,)), "change/monitor-interval", "~", what, risk)

    def _labels(self, other: Page, left: frozenset[str]) -> Iterator[Told]:
        for key in sorted(left.intersection(_RELABELS)):
            old, new = (steps_of(each.value.get(key)) for each in (self, other))
            what = "; ".join(_written(old, new)) or "relabels targets otherwise"
            yield Told(frozenset((key,)), "change/monitor-labels", "~", what, Risk.REVIEW)
        for key in sorted(left.intersection(_METRICS)):
            old, new = (steps_of(each.value.get(key)) for each in (self, other))
            what = "; ".join(_written(old, new)) or _sieves(old, new)
            yield Told(frozenset((key,)), "change/monitor-relabels", "~", what, Risk.REVIEW)
        for key in sorted(left.intersection(_HONORS)):
            now = "its own" if other.value.get(key) is True else "the target's"
            what = f"{now} labels win where a page has the same ones"
            yield Told(frozenset((key,)), "change/monitor-labels", "~", what, Risk.REVIEW)

    def _limits(self, other: Page, left: frozenset[str]) -> str:
        parts = (f"{key} {or_nothing(self.value.get(key))} → {or_nothing(other.value.get(key))}" for key in left)
        return ", ".join(sorted(each for each in parts if each.partition(" ")[0] in _LIMITS))


def _default(value: Any) -> str:
    return "as the server does by default" if value is None else str(value)


def _length(value: Any) -> float:
    found = milliseconds(str(value)) if value is not None else None
    return float("inf") if found is None else found


def _written(old: Iterable[Step], new: Iterable[Step]) -> Iterator[str]:
    """The labels that steps write otherwise; a constant by its value."""
    before, after = (_targets(each) for each in (old, new))
    for label in {**before, **after}:
        if before.get(label) != after.get(label):
            one, other = before.get(label), after.get(label)
            if one and other and "=" not in one + other:
                yield f"label {label} {one} → {other}"
            else:
                yield f"label {label} is {'new' if not one else 'gone' if not other else 'written otherwise'}"


def _targets(steps: Iterable[Step]) -> dict[str, str]:
    """The labels that steps write, and what: a constant, or how it is made."""
    found: dict[str, str] = {}
    for each in steps:
        if each.target and each.action not in ("keepequal", "dropequal"):
            made = f"{'+'.join(each.source)}=~{each.regex}={each.replacement}"
            found[each.target] = each.replacement if each.is_const else found.get(each.target, "") + made
    return found


def _sieves(old: Iterable[Step], new: Iterable[Step]) -> str:
    """What is kept and dropped, in words."""
    before, after = ([(each.action, each.source, each.regex) for each in steps] for steps in (old, new))
    added, removed = ([each for each in one if each not in other] for one, other in ((after, before), (before, after)))
    if len(added) == len(removed) == 1 and added[0][:2] == removed[0][:2]:
        return f"{added[0][0]}s others: {_alternatives(removed[0][2], added[0][2])}"
    if not added and any(each[0] == "keep" for each in removed) and not any(each[0] == "keep" for each in after):
        return "keeps all series now, not only those of a list"
    words = [f"{action}s {_short(regex)} now" for action, _, regex in added]
    words += [f"no longer {action}s {_short(regex)}" for action, _, regex in removed]
    return "; ".join(words[:3]) or "relabels series in another order"


def _alternatives(old: str, new: str) -> str:
    before, after = (each.split("|") for each in (old, new))
    gone, come = ([each for each in one if each not in other] for one, other in ((before, after), (after, before)))
    parts = [f"no longer {_short('|'.join(gone))}" if gone else "", f"also {_short('|'.join(come))}" if come else ""]
    return ", ".join(filter(None, parts)) or "the same in another order"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


class Match(NamedTuple):
    """A page on both sides; None where it is not there."""

    old: Page | None
    new: Page | None


def pages(kind: str, whole: Located | None) -> Iterator[Page]:
    """The pages of a monitor, or the jobs in a file of Prometheus or values of a chart."""
    if whole is None or (kind and kind not in ENDPOINTS):
        return
    routes = [("spec", *ENDPOINTS[kind])] if kind else _JOBS
    for route in routes:
        found = whole.at(*route)
        if isinstance(found.value, dict):
            yield Page(found.value, route)
        for index, each in enumerate(found.items()):
            if isinstance(each.value, dict):
                yield Page(each.value, (*route, index))


def matched(old: list[Page], new: list[Page]) -> list[Match]:
    """The pages that belong together: those of one port and path, of one job; else in their order."""
    left, found = list(new), []
    rest = []
    for each in old:
        same = next((one for one in left if one.identity == each.identity), None)
        if same:
            left.remove(same)
            found.append(Match(each, same))
        else:
            rest.append(each)
    pairs = min(len(rest), len(left)) if not any(each.job for each in (*rest, *left)) else 0
    found += [Match(one, other) for one, other in zip(rest[:pairs], left[:pairs], strict=True)]
    found += [Match(each, None) for each in rest[pairs:]]
    return [
        *(each for each in found if not each.new or not each.old or each.old.value != each.new.value),
        *(Match(None, each) for each in left[pairs:]),
    ]
