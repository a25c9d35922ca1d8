"""What one dashboard, and each of its panels, shows otherwise than before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from obsgen.conventions import THRESHOLD_SERIES
from obsgen.diff.boards import queries as boardqueries
from obsgen.diff.boards.boards import Board, BoardMatch
from obsgen.diff.boards.panels import Panel, PanelMatch, Query, matched_panels, matched_queries, panels_of
from obsgen.diff.model import Change, Risk
from obsgen.diff.pairs import Pair
from obsgen.findings import Place
from obsgen.promql.grafana import variable_parts
from obsgen.repository.objects import Located

_OF_GRAFANA = frozenset(("id", "iteration", "version"))
"""What Grafana counts on its own when somebody saves a board."""
_TOLD = frozenset(("panels", "refresh", "rows", "templating", "time", "title", "uid"))
_PLACED = frozenset(("gridPos", "id"))
_OF_LIMITS = frozenset(("options", "transformations"))
"""Where a panel says how a limit is drawn that an alert brings."""


def board_changes(pair: Pair, match: BoardMatch) -> Iterator[Change]:
    """What is told of a dashboard; what this explains is left to whoever knows where the board stands."""
    if match.old and match.new:
        if match.old.value != match.new.value:
            yield from _Differing(pair, match.old, match.new).changes()
    elif match.new:
        yield _whole(pair, match.new, "change/dashboard-added", "+", "new", Risk.SAFE)
    elif match.old:
        yield _whole(pair, match.old, "change/dashboard-removed", "-", "gone", Risk.REVIEW)


def _whole(pair: Pair, board: Board, id_: str, sign: str, what: str, risk: Risk) -> Change:
    titles = [each.title for each in panels_of(board.located) if each.title]
    tree = pair.new.tree if sign == "+" else pair.old.tree
    place = tree.place(board.outer.place())
    old, new = (None, place) if sign == "+" else (place, None)
    details = (f"{len(titles)} panels: {', '.join(titles)}",) if titles else ()
    return Change(id_, sign, f"dashboard {board.title}", what, risk, details, (), old, new)


@dataclass(frozen=True, eq=False)
class _Differing:
    """A dashboard that is there on both sides, and not the same."""

    pair: Pair
    old: Board
    new: Board

    def changes(self) -> Iterator[Change]:
        found = [*self._named(), *self._variables(), *self._panels(), *self._options()]
        yield from found
        if not found:
            keys = sorted(_differing(self.old.value, self.new.value) & _OF_GRAFANA)
            what = f"other {', '.join(keys)}" if keys else "other layout"
            yield self._of_board("change/dashboard-options", "~", what, Risk.SAFE)

    def _named(self) -> Iterator[Change]:
        old, new = self.old, self.new
        if old.uid != new.uid:
            what = f"uid {old.uid or 'none'} → {new.uid or 'none'}: links to it break"
            yield self._of_board("change/dashboard-uid", "~", what, Risk.REVIEW, ("uid",))
        if old.title != new.title:
            yield self._of_board("change/dashboard-renamed", "~", f"renamed from {old.title}", Risk.SAFE, ("title",))

    def _options(self) -> Iterator[Change]:
        before, after = self.old.value, self.new.value
        for key, word in (("refresh", "refresh"), ("time", "time range")):
            one, other = (_span(each.get(key)) for each in (before, after))
            if one != other:
                yield self._of_board("change/dashboard-options", "~", f"{word} {one} → {other}", Risk.SAFE, (key,))
        keys = sorted(_differing(before, after) - _TOLD - _OF_GRAFANA)
        if keys:
            yield self._of_board("change/dashboard-options", "~", f"other {', '.join(keys)}", Risk.SAFE, (keys[0],))

    def _variables(self) -> Iterator[Change]:
        """What may be chosen now; variables of which the same is to be said are told together."""
        old, new = (_variables(each) for each in (self.old, self.new))
        said: dict[tuple[str, Risk], list[str]] = {}
        for name in dict.fromkeys((*new, *old)):
            sentence = _of_variable(old[name].value if name in old else None, new[name].value if name in new else None)
            if sentence:
                said.setdefault(sentence, []).append(name)
        for (what, risk), names in said.items():
            place = new[names[0]].route[len(self.new.located.route) :] if names[0] in new else ("templating",)
            what = f"variable{'s' if len(names) > 1 else ''} {', '.join(names)}: {what}"
            yield self._of_board("change/dashboard-variable", "~", what, risk, place)

    def _panels(self) -> Iterator[Change]:
        found = matched_panels(*(panels_of(each.located) for each in (self.old, self.new)))
        renamed = _renamed_rows(found)
        for old, new in found:
            if old and new:
                yield from _Panel(self, old, new).changes(renamed)
            elif new:
                yield self.of_panel(None, new, "change/panel-added", "+", "new", Risk.SAFE, _asking(new))
            elif old:
                yield self.of_panel(old, None, "change/panel-removed", "-", "gone", Risk.REVIEW, _asking(old))
        for before, after in renamed.items():
            yield self._of_board("change/dashboard-options", "~", f"row {before} is called {after}", Risk.SAFE)

    def _of_board(self, id_: str, sign: str, what: str, risk: Risk, route: tuple[str | int, ...] = ()) -> Change:
        old, new = self.places(self.old.located.at(*route), self.new.located.at(*route))
        return Change(id_, sign, f"dashboard {self.new.title}", what, risk, (), (), old, new)

    def of_panel(
        self,
        old: Panel | None,
        new: Panel | None,
        id_: str,
        sign: str,
        what: str,
        risk: Risk,
        details: tuple[str, ...] = (),
    ) -> Change:
        """What is told of one of its panels."""
        shown = new or old
        title = f'panel "{shown.title}"' if shown and shown.title else f"a {shown.type if shown else ''} panel"
        places = self.places(old.located if old else None, new.located if new else None)
        subject = f"{title} of {self.new.title}"
        return Change(id_, sign, subject, what, risk, details, (), *places)

    def places(self, old: Located | None, new: Located | None) -> tuple[Place | None, Place | None]:
        """Where a part stood, and where it stands now."""
        return (
            self.pair.old.tree.place(old.place()) if old else None,
            self.pair.new.tree.place(new.place()) if new else None,
        )


@dataclass(frozen=True, eq=False)
class _Panel:
    """A panel that is there on both sides."""

    board: _Differing
    old: Panel
    new: Panel

    def changes(self, renamed_rows: dict[str, str]) -> Iterator[Change]:
        old, new = self.old, self.new
        if old.title != new.title:
            yield self._change("change/panel-renamed", f"renamed from {old.title or 'nothing'}", Risk.SAFE)
        if renamed_rows.get(old.row, old.row) != new.row:
            yield self._change("change/panel-moved", f"now in row {new.row}" if new.row else "now in no row", Risk.SAFE)
        yield from self._asked()
        if old.unit != new.unit:
            yield self._change("change/panel-unit", f"unit {old.unit} → {new.unit}", Risk.REVIEW)
        if old.steps != new.steps:
            before, after = (", ".join(each.steps) or "none" for each in (old, new))
            yield self._change("change/panel-thresholds", f"colours {before} → {after}", Risk.REVIEW)
        yield from self._shown()

    def _asked(self) -> Iterator[Change]:
        if self.old.sources != self.new.sources:
            before, after = (", ".join(each.sources) or "the default" for each in (self.old, self.new))
            yield self._change("change/panel-datasource", f"asks datasource {after} instead of {before}", Risk.REVIEW)
        lines: dict[tuple[str, Risk], list[str]] = {}
        for one, other in self._queries:
            for sentence in _sentences(one, other):
                lines.setdefault(sentence, []).extend(_lines(one, other))
        for (what, risk), details in lines.items():
            yield self._change("change/panel-query", what, risk, tuple(details))

    def _shown(self) -> Iterator[Change]:
        if self.old.type != self.new.type:
            yield self._change(
                "change/panel-options", f"shown as {self.new.type} instead of {self.old.type}", Risk.SAFE
            )
            return
        keys = _differing(_rest(self.old), _rest(self.new)) - (_OF_LIMITS if self._has_other_limits else frozenset())
        if any(one and other and _said(one) != _said(other) for one, other in self._queries):
            keys.add("targets")
        if keys == {"description"}:
            yield self._change("change/panel-options", "another description", Risk.SAFE)
        elif keys:
            yield self._change("change/panel-options", "other options", Risk.SAFE, (", ".join(sorted(keys)),))

    @cached_property
    def _queries(self) -> list[tuple[Query | None, Query | None]]:
        return matched_queries(self.old, self.new)

    @property
    def _has_other_limits(self) -> bool:
        """Whether a line is drawn, or no longer, since an alert has come, gone, or changed."""
        return any(_is_limit(each) for match in self._queries if _texts(*match) for each in match)

    def _change(self, id_: str, what: str, risk: Risk, details: tuple[str, ...] = ()) -> Change:
        return self.board.of_panel(self.old, self.new, id_, "~", what, risk, details)


def _sentences(old: Query | None, new: Query | None) -> Iterator[tuple[str, Risk]]:
    if _is_limit(old or new) and _is_limit(new or old):
        return  # told of its alert
    if old and new:
        yield from ((each, Risk.REVIEW) for each in boardqueries.told(old.text, new.text))
    elif new:
        yield f"also asks {boardqueries.listed(boardqueries.series(new.text)) or 'something else'}", Risk.SAFE
    elif old:
        yield f"no longer asks {boardqueries.listed(boardqueries.series(old.text)) or 'one query'}", Risk.REVIEW


def _is_limit(query: Query | None) -> bool:
    return query is not None and boardqueries.series(query.text) == (THRESHOLD_SERIES,)


def _texts(old: Query | None, new: Query | None) -> bool:
    return (old.text if old else "") != (new.text if new else "")


def _lines(old: Query | None, new: Query | None) -> list[str]:
    signs = (("-", old), ("+", new))
    return [f"{sign} {boardqueries.one_line(each.text)}" for sign, each in signs if each]


def _asking(panel: Panel) -> tuple[str, ...]:
    return tuple(boardqueries.one_line(each.text) for each in panel.queries if not _is_limit(each))


def _rest(panel: Panel) -> dict[str, Any]:
    """How a panel shows what it asks, as far as no other sentence speaks of that."""
    told = ("datasource", "fieldConfig", "targets", "title", "type", *_PLACED)
    found = {key: value for key, value in panel.value.items() if key not in told}
    defaults = {key: value for key, value in panel.defaults.items() if key not in ("thresholds", "unit")}
    config = panel.value.get("fieldConfig")
    overrides = config.get("overrides") if isinstance(config, dict) else None
    return {**found, "fieldConfig": defaults, "options": [found.get("options"), overrides]}


def _said(query: Query) -> dict[str, Any]:
    """What is said of a query besides its text."""
    return {key: value for key, value in query.value.items() if key not in _OF_QUERY}


_OF_QUERY = frozenset(("datasource", "editorMode", "expr", "refId"))


def _renamed_rows(found: list[PanelMatch]) -> dict[str, str]:
    """Rows of another name now: all panels that are left of one are in the other, and in no other."""
    matches = [(old.row, new.row) for old, new in found if old and new]
    before, after = {old for old, _ in matches}, {new for _, new in matches}
    went = {row: {new for old, new in matches if old == row} for row in before - after if row}
    return {row: rows.pop() for row, rows in went.items() if len(rows) == 1 and not rows & before and "" not in rows}


def _differing(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return {key for key in (*old, *new) if old.get(key) != new.get(key)}


def _span(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('from')} to {value.get('to')}"
    return str(value or "none")


def _variables(board: Board) -> dict[str, Located]:
    listed = board.located.at("templating", "list").items()
    return {str(each.at("name").value): each for each in listed if isinstance(each.value, dict)}


def _of_variable(old: dict[str, Any] | None, new: dict[str, Any] | None) -> tuple[str, Risk] | None:
    """What a variable chooses from now; None if nothing differs."""
    if old is None or new is None:
        return ("gone, links no longer set it", Risk.REVIEW) if new is None else ("new", Risk.SAFE)
    if old.get("type") != new.get("type"):
        return f"{old.get('type')} → {new.get('type')}", Risk.REVIEW
    before, after = (_variable_query(each) for each in (old, new))
    if before != after:
        parts = [[part.text for part in variable_parts(each)] for each in (before, after)]
        told = [each for one, other in zip(*parts, strict=False) for each in boardqueries.told(one, other)]
        return ", ".join(told) or f"{boardqueries.one_line(before)} → {boardqueries.one_line(after)}", Risk.REVIEW
    return ("other settings", Risk.SAFE) if old != new else None


def _variable_query(variable: dict[str, Any]) -> str:
    query = variable.get("query")
    return str(query.get("query") if isinstance(query, dict) else query or "")
