"""Every query of a repository, parsed: those of rules, panels, variables and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from obsgen.checks.dashboards import PROMETHEUS, Dashboard, Target
from obsgen.checks.objects import Located
from obsgen.checks.rules import Rule, RuleSet, distinct_rules
from obsgen.findings import Place
from obsgen.promql import PromqlError, Query, parse
from obsgen.promql.grafana import parse_templated, variable_parts

_LOGQL = re.compile(
    r"\|[=~>]|\}\s*!~|\|\s*(?:json|logfmt|pattern|regexp|unpack|unwrap|line_format|label_format|drop|keep)\b"
)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """One query as it was read: `query`, or the `refusal` that says why it is none."""

    kind: str
    """`alert`, `record`, `panel`, `variable` or `annotation`."""
    located: Located
    start: int
    """Where the expression begins in its string."""
    query: Query | None
    refusal: PromqlError | None = None
    rule: Rule | None = None

    def place(self, start: int = 0, length: int = 1) -> Place:
        """Where a character of the expression stands."""
        return self.located.text_place((), self.start + start, length)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A query that is in a language not read here."""

    located: Located
    reason: str


def rule_expressions(sets: Iterable[RuleSet]) -> Iterator[Expression | Skipped]:
    """The expressions of rules, those that overlays share once; a rule without one is for another check."""
    for rule in distinct_rules(sets):
        if not rule.expr.strip():
            continue
        located = rule.located.at("expr")
        kind = "alert" if rule.is_alert else "record"
        try:
            yield Expression(kind, located, 0, parse(rule.expr), rule=rule)
        except PromqlError as refusal:
            if _LOGQL.search(rule.expr):
                yield Skipped(located, "LogQL")
            else:
                yield Expression(kind, located, 0, None, refusal, rule)


def is_logql(set_: RuleSet) -> bool:
    """Whether a rule file is one for Loki."""
    return any(isinstance(one, Skipped) for one in rule_expressions([set_]))


def board_expressions(boards: Iterable[Dashboard]) -> Iterator[Expression | Skipped]:
    """The PromQL of dashboards; a query of another datasource, or in another language, is skipped."""
    for target in (target for board in boards for target in board.targets()):
        if target.type not in ("", PROMETHEUS):
            yield Skipped(target.located, f"a query for {target.type}")
        elif target.kind == "variable":
            for part in variable_parts(target.located.value):
                yield _templated(target, part.text, part.start)
        elif target.located.value.strip():
            yield _templated(target, target.located.value, 0)


def _templated(target: Target, text: str, start: int) -> Expression | Skipped:
    try:
        return Expression(target.kind, target.located, start, parse_templated(text))
    except PromqlError as refusal:
        if not target.type and _LOGQL.search(text):
            return Skipped(target.located, "LogQL")
        return Expression(target.kind, target.located, start, None, refusal)
