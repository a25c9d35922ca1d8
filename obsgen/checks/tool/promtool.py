"""The real promtool on configurations and rules, with its lint, its answers led back to the lines of the files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from obsgen.checks.result import Told
from obsgen.findings import Finding, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.objects import Located
from obsgen.repository.queries.expressions import is_logql
from obsgen.repository.queries.rules import RuleSet, rules_of
from obsgen.repository.scraping.prometheusconfigs import judged
from obsgen.tools import Tool, run

ID = "tool/promtool"
LEVEL = 6
SEVERITY = Severity.ERROR
TOOL = "promtool"

# Rules that stand twice are told by a check of our own, which sees whether they differ.
_OPTIONS = ("check", "rules", "--lint=none", "--enable-feature=promql-experimental-functions")
_BATCH = 200
_NOT_PROMETHEUS = frozenset(("partial_response_strategy",))  # for Thanos: promtool would refuse it

_OF_RULE = re.compile(r'(\d+)\.json: (?:\d+:\d+: )?group "(.*?)", rule (\d+), ".*?": (.*)')
_OF_FILE = re.compile(r"(\d+)\.json: (?:\d+:\d+: )?(.*)")
_IN_EXPRESSION = re.compile(r"could not parse expression: (\d+):(\d+): (?:parse error: )?(.*)")
_IN_TEMPLATE = re.compile(r'(annotation|label) "(.*?)": template: \S+?:(\d+)(?::\d+)?: (.*)')


def work(repository: Repository) -> int:
    """How many sets of rules and configurations promtool can read."""
    return len(_sets(repository)) + len(repository.prometheus_configs)


def check(repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
    """Everything that promtool refuses or warns of."""
    sets = _sets(repository)
    for start in range(0, len(sets), _BATCH):
        yield from _batch(tool, sets[start : start + _BATCH], told)
    for config in repository.prometheus_configs:
        answer = judged(config, tool)
        yield from (_finding(message, place) for message, place, about in answer.refused if not told.of_part(about))
        yield from (_not_built(name, place) for name, place in answer.unknown)


def _sets(repository: Repository) -> list[RuleSet]:
    return [one for one in repository.rule_sets if one.groups and not is_logql(one)]


def _batch(tool: Tool, sets: list[RuleSet], told: Told) -> Iterator[Finding]:
    with TemporaryDirectory(prefix="obsgen-") as folder:
        for number, one in enumerate(sets):
            Path(folder, f"{number}.json").write_text(json.dumps(_plain(one), default=str), encoding="utf-8")
        names = [f"{number}.json" for number in range(len(sets))]
        answer = run(tool, [*_OPTIONS, *names], cwd=Path(folder))
    if answer.returncode:
        found = [each for line in answer.stderr.splitlines() for each in _line(line, sets)]
        found = found or [(_finding(answer.stderr.strip()[:300], sets[0].located.place()), sets[0].located)]
        yield from (finding for finding, about in found if not told.of_part(about))


def _plain(set_: RuleSet) -> dict[str, Any]:
    groups = [{key: value for key, value in group.value.items() if key not in _NOT_PROMETHEUS} for group in set_.groups]
    return {"groups": groups}


def _line(line: str, sets: list[RuleSet]) -> Iterator[tuple[Finding, Located]]:
    """What a line of promtool's says, and the part of the files that it speaks of."""
    of_rule, of_file = _OF_RULE.match(line), _OF_FILE.match(line)
    if of_rule:
        number, group, rule, message = of_rule.groups()
        yield _in_rule(sets[int(number)], group, int(rule) - 1, message)
    elif of_file:
        number, message = of_file.groups()
        about = sets[int(number)].located
        yield _finding(message, about.place()), about


def _in_rule(set_: RuleSet, group: str, index: int, message: str) -> tuple[Finding, Located]:
    rules = next((rules_of(one) for one in set_.groups if one.value.get("name") == group), [])
    if index >= len(rules):
        return _finding(message, set_.located.place()), set_.located
    rule = rules[index]
    in_expression, in_template = _IN_EXPRESSION.match(message), _IN_TEMPLATE.match(message)
    if in_expression:
        line, column, message = in_expression.groups()
        about = rule.located.at("expr")
        return _finding(message, about.text_place((), _offset(rule.expr, int(line), int(column)))), about
    if in_template:
        field, name, line, message = in_template.groups()
        about = rule.located.at(f"{field}s", name)
        return _finding(message, about.text_place((), _offset(str(about.value), int(line), 1))), about
    return _finding(message, rule.located.place((), key=True)), rule.located


def _offset(text: str, line: int, column: int) -> int:
    before = text.split("\n")[: line - 1]
    return min(sum(len(one) + 1 for one in before) + column - 1, max(len(text) - 1, 0))


def _not_built(name: str, place: Place) -> Finding:
    message = f"promtool was built without {name}: this part is not judged"
    hint = "a released promtool knows it; the one that obsgen builds has no libraries of clouds"
    return Finding(ID, Severity.INFO, message, place, hint)


def _finding(message: str, place: Place) -> Finding:
    return Finding(ID, SEVERITY, f"promtool: {message}", place)
