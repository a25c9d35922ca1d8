"""Every query of a repository: those of rules, panels, variables and annotations; PromQL is parsed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from obsgen.findings import Place
from obsgen.promql import PromqlError, Query, parse
from obsgen.promql.grafana import Part, parse_templated, variable_parts
from obsgen.repository.grafana.dashboards import LOKI, PROMETHEUS, Dashboard, Target
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule, RuleSet, distinct_rules

_LOGQL = re.compile(
    r"\|[=~>]|\}\s*!~|\|\s*(?:json|logfmt|pattern|regexp|unpack|unwrap|line_format|label_format|drop|keep)\b"
)

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """One query as it was read: `query`, or the `refusal` that says why it is none."""

    kind: str
    """`alert`, `record`, `panel`, `variable`, `annotation` or `scaler`."""
    located: Located
    start: int
    """Where the expression begins in its string."""
    query: Query | None
    refusal: PromqlError | None = None
    rule: Rule | None = None
    panel: Located | None = None

    @property
    def text(self) -> str:
        """The query as somebody wrote it, with its variables; those of a dashboard have stand-ins in `query`."""
        length = len(self.query.text) if self.query else 0
        return str(self.located.value)[self.start : self.start + length]

    def place(self, start: int = 0, length: int = 1) -> Place:
        """Where a character of the expression stands."""
        return self.located.text_place((), self.start + start, length)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A query that is in a language not read here."""

    located: Located
    reason: str


@dataclass(frozen=True, slots=True)
class LogText:
    """A query in LogQL, and where it begins in its string."""

    kind: str
    located: Located
    start: int
    text: str
    is_sure: bool = True
    """Whether its place says that it is LogQL; otherwise only its looks do."""
    rule: Rule | None = None


def rule_expressions(sets: Iterable[RuleSet]) -> Iterator[Expression | LogText]:
    """The expressions of rules, those that overlays share once; a rule without one is for another check."""
    sets = list(sets)
    of_loki = {id(rule.value) for one in sets if is_logql(one) for rule in one.rules}
    for rule in distinct_rules(sets):
        if not rule.expr.strip():
            continue
        located = rule.located.at("expr")
        kind = "alert" if rule.is_alert else "record"
        if id(rule.value) in of_loki:
            yield LogText(kind, located, 0, rule.expr, rule=rule)
            continue
        try:
            yield Expression(kind, located, 0, parse(rule.expr), rule=rule)
        except PromqlError as refusal:
            yield Expression(kind, located, 0, None, refusal, rule)


def is_logql(set_: RuleSet) -> bool:
    """Whether a set of rules is for Loki: by its place, or because an expression looks like LogQL and is no PromQL.

    Much LogQL is PromQL as well (`rate({app="a"}[5m])`), but a file is loaded by one server: one expression tells
    of all. A file's name tells nothing, since Prometheus has rules about Loki.
    """
    return set_.for_loki or any(_looks_like_logql(rule.expr) for rule in set_.rules)


def _looks_like_logql(text: str) -> bool:
    if not _has_pipeline(text):
        return False
    try:
        parse(text)
    except PromqlError:
        return True
    return False


def _has_pipeline(text: str) -> bool:
    return bool(_LOGQL.search(_STRING.sub('""', text)))


def board_expressions(boards: Iterable[Dashboard]) -> Iterator[Expression | LogText | Skipped]:
    """The PromQL and LogQL of dashboards; a query of another datasource is skipped."""
    for target in (target for board in boards for target in board.targets()):
        if target.type == LOKI:
            yield from _of_loki(target)
        elif target.type not in ("", PROMETHEUS):
            yield Skipped(target.located, f"a query for {target.type}")
        elif target.kind == "variable":
            for part in variable_parts(target.located.value):
                yield _templated(target, part.text, part.start)
        elif target.located.value.strip():
            yield _templated(target, target.located.value, 0)


def _of_loki(target: Target) -> Iterator[LogText]:
    text = target.located.value
    parts = variable_parts(text) if target.kind == "variable" else [Part(text, 0)]
    for part in parts:
        if part.text.strip():
            yield LogText(target.kind, target.located, part.start, part.text)


def _templated(target: Target, text: str, start: int) -> Expression | LogText:
    try:
        return Expression(target.kind, target.located, start, parse_templated(text), panel=target.panel)
    except PromqlError as refusal:
        if not target.type and _has_pipeline(text):
            return LogText(target.kind, target.located, start, text, is_sure=False)
        return Expression(target.kind, target.located, start, None, refusal)
