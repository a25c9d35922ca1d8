"""What is scraped: targets gained and lost, ports and paths, how often, and which series are kept."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.diff.model import Change, Key, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.queries.words import selected
from obsgen.diff.scraping.asks import loss_of, series_of, starved
from obsgen.diff.scraping.pages import Page, matched, pages
from obsgen.diff.scraping.series import asked, elsewhere, feeds_of, few, kept, known, loss, monitor_of, passing
from obsgen.signalpath.monitors import ENDPOINTS, GROUP

_TARGETS = (("spec", "selector"), ("spec", "namespaceSelector"), ("spec", "targets"))
_LABELS = ("metadata", "labels")


def compare(pair: Pair) -> Iterator[Change]:
    """What Prometheus scrapes otherwise than before."""
    for thing in things(pair):
        if thing.group == GROUP and thing.kind in ENDPOINTS:
            yield from _monitor(thing)
        elif thing.old and thing.new:
            yield from _pages(thing)


def _monitor(thing: Thing) -> Iterator[Change]:
    if thing.old is None:
        yield thing.change("change/monitor-added", "+", f"scrapes {_targets(thing)[1]}", Risk.SAFE)
    elif thing.new is None:
        yield _gone(thing)
    else:
        yield from _selects(thing)
        yield from _selected(thing)
        series = list(_series(thing))
        yield from series
        yield from _pages(thing, tells_series=bool(series))


def _gone(thing: Thing) -> Change:
    """Without their monitor series are gone, too, unless another one has the same."""
    lost = _lost(thing, _names(thing))
    dead = starved(thing.pair.old, thing.pair.new, (_before(thing),))
    risk, who = loss_of(dead)
    what = f"no longer scrapes {_targets(thing)[0]}"
    return thing.change(
        "change/monitor-gone",
        "-",
        f"{what}: nothing for {who}" if who else what,
        risk if who or lost else Risk.LOSES_DATA,
        details=tuple(sorted({*lost, *series_of(dead)})) if who else (),
    )


def _lost(thing: Thing, names: list[str]) -> frozenset[str]:
    """The series that were kept from a monitor, and no longer are from any."""
    old, new = thing.pair.old, thing.pair.new
    if not isinstance(thing.owner, Key):
        return frozenset()
    before = kept(old, _before(thing), names)
    after = passing(new, thing.owner, before) if thing.new else frozenset[str]()
    return frozenset(each for each in before - after if not elsewhere(new, thing.owner, each))


def _before(thing: Thing) -> Key:
    """What a monitor was called on its own side."""
    namespace, name = (thing.values("metadata", each)[0] for each in ("namespace", "name"))
    return Key(thing.group, thing.kind, str(namespace or ""), str(name or ""))


def _targets(thing: Thing) -> tuple[str, str]:
    """What is scraped in words, before and after; namespaces alone, or none, where only one of both differs."""
    selectors, spaces = thing.values("spec", "selector"), thing.values("spec", "namespaceSelector")
    if spaces[0] == spaces[1] and selectors[0] != selectors[1]:
        spaces = (None, None)
    targets = thing.values("spec", "targets", "staticConfig", "static")
    old, new = (
        f"{len(static)} addresses" if isinstance(static, list) else selected(selector, space)
        for selector, space, static in zip(selectors, spaces, targets, strict=True)
    )
    return old, new


def _selects(thing: Thing) -> Iterator[Change]:
    routes = [each.route for each in thing.leaves if each.route[:2] in _TARGETS]
    if routes:
        old, new = _targets(thing)
        what = f"scrapes other targets: {new} instead of {old}" if old != new else "scrapes other targets"
        yield thing.change("change/monitor-targets", "~", what, Risk.REVIEW, *routes)


def _selected(thing: Thing) -> Iterator[Change]:
    """Whether a Prometheus still selects it."""
    routes = [each.route for each in thing.leaves if each.route[:2] == _LABELS]
    if not routes or not isinstance(thing.owner, Key):
        return
    sides = ((feeds_of(thing.pair.old), _before(thing)), (feeds_of(thing.pair.new), thing.owner))
    found = [(feeds, monitor_of(feeds, key)) for feeds, key in sides]
    old, new = (feeds.graph.is_scraped(each) if feeds and each else None for feeds, each in found)
    if new is False and old is not False:
        risk, who = loss_of(starved(thing.pair.old, thing.pair.new, (_before(thing),)))
        what = "no Prometheus selects it any more"
        at_least = risk if who else Risk.LOSES_DATA
        yield thing.change(
            "change/monitor-overlooked", "-", f"{what}: nothing for {who}" if who else what, at_least, *routes
        )
    elif old is False and new:
        yield thing.change("change/monitor-selected", "+", "a Prometheus selects it now", Risk.SAFE, *routes)


def _series(thing: Thing) -> Iterator[Change]:
    """The series that it keeps no longer, and those that it keeps now, as far as anybody knows which there are."""
    key = thing.owner
    routes = [each.route for each in thing.leaves if "metricRelabelings" in each.route]
    names = _names(thing) if routes else []
    if not isinstance(key, Key) or not names:
        return
    lost = _lost(thing, names)
    asked_for = frozenset(each for each in lost if each in asked(thing.pair.new.tree))
    for some in filter(None, (asked_for, lost - asked_for)):
        risk, who = loss(thing.pair.new.tree, some)
        tail = f": nothing for {who}" if who else ", which nothing here asks for"
        what = f"no longer keeps {few(sorted(some), 'series')}{tail}"
        yield thing.change("change/monitor-drops", "-", what, risk, *routes, details=tuple(sorted(some)))
    now = kept(thing.pair.new, key, names)
    more = now - passing(thing.pair.old, _before(thing), now)
    if more:
        what = f"keeps {few(sorted(more), 'series')} now"
        yield thing.change("change/monitor-keeps", "+", what, Risk.SAFE, *routes, details=tuple(sorted(more)))


def _names(thing: Thing) -> list[str]:
    """The series that a monitor may have on either side."""
    if not isinstance(thing.owner, Key):
        return []
    sides = ((thing.pair.old, _before(thing)), (thing.pair.new, thing.owner))
    found = {each for state, key in sides for each in kept(state, key, [*known(state, key), *asked(state.tree)])}
    return sorted(found)


def _pages(thing: Thing, *, tells_series: bool = False) -> Iterator[Change]:
    """Pages of monitors, and jobs of Prometheus' own configuration; series may be told by their names."""
    old, new = (list(pages(thing.kind, each)) for each in (thing.old, thing.new))
    for match in matched(old, new):
        if match.old is None and match.new:
            what = f"also scrapes {match.new}"
            yield thing.change("change/monitor-page", "+", what, Risk.SAFE, match.new.route)
        elif match.new is None and match.old:
            what = f"no longer scrapes {match.old}"
            yield thing.change("change/monitor-no-page", "-", what, Risk.LOSES_DATA, match.old.route)
        elif match.old and match.new:
            found = _page(thing, match.old, match.new)
            yield from (each for each in found if not (tells_series and each.id == "change/monitor-relabels"))


def _page(thing: Thing, old: Page, new: Page) -> Iterator[Change]:
    left = old.differing(new)
    for told in old.differences(new):
        left -= told.keys
        # What is told of the whole page explains it, be it that it stands elsewhere in the list.
        spots = (new.route, old.route) if not left else tuple((*new.route, each) for each in sorted(told.keys))
        subject = f"job {new.job}" if not thing.kind and new.job else ""
        yield thing.change(told.id, told.sign, told.what, told.risk, *spots, subject=subject)
