"""The parser in process against promtool, the judge: every disagreement is known, with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from promql_random import expression, mutated

from obsgen.promql import PromqlError, parse
from obsgen.promql.tokens import tokens
from obsgen.tools import Tool, run

EXPRESSIONS = Path(__file__).with_name("expressions.txt")

RESERVED = "the parser here takes `anchored` and `smoothed` for keywords everywhere"
UNBOUNDED = "the parser here does not bound numbers"
UNCOUNTED = "arithmetic in durations is recognised here, not carried out"
DISAGREEMENTS = {
    "foo[-1]": UNCOUNTED,
    "foo offset (4d/0)": UNCOUNTED,
    'anchored{job="test"}': RESERVED,
    'smoothed{job="test"}': RESERVED,
    "sum by (anchored)(some_metric)": RESERVED,
    "sum by (smoothed)(some_metric)": RESERVED,
    "foo offset 9.5e10": UNBOUNDED,
    "foo[9.5e10]": UNBOUNDED,
}
ODD_OFFSET = re.compile(r"offset (?:\(|[-+] [-+(])")
"""Arithmetic where a lone time was: how far it reaches is not followed."""


def expressions() -> dict[str, bool]:
    """Each expression and whether promtool accepts it."""
    lines = EXPRESSIONS.read_text(encoding="utf-8").splitlines()
    return {line[4:]: line.startswith("yes") for line in lines if not line.startswith("#")}


def accepted(text: str) -> bool:
    """Whether the parser here takes an expression for one that a Prometheus without extra flags reads."""
    try:
        return not parse(text).experimental()
    except PromqlError:
        return False


def test_the_list_is_long_and_mixed() -> None:
    verdicts = list(expressions().values())
    assert len(verdicts) > 500
    assert verdicts.count(False) > 200


def test_disagreements_with_promtool_are_exactly_the_known_ones() -> None:
    found = {text for text, verdict in expressions().items() if accepted(text) != verdict}
    assert found == set(DISAGREEMENTS)


def test_every_refusal_says_where() -> None:
    for text in expressions():
        try:
            parse(text)
        except PromqlError as refusal:
            problem = refusal.problem
            assert problem.message, text
            assert 0 <= problem.start <= max(len(text) - 1, 0), text
            assert problem.length >= 1, text


def judged(texts: Sequence[str], tool: Tool, folder: Path) -> dict[str, bool]:
    """Whether promtool accepts each expression."""
    rules = [{"record": f"r{number}", "expr": text} for number, text in enumerate(texts)]
    (folder / "rules.json").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    answer = run(tool, ["check", "rules", "--lint=none", "rules.json"], cwd=folder)
    refused = {int(number) for number in re.findall(r'rule \d+, "r(\d+)"', answer.stdout + answer.stderr)}
    return {text: number not in refused for number, text in enumerate(texts)}


@pytest.mark.tools
def test_promtool_still_says_what_the_list_says(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    texts = expressions()
    assert judged(list(texts), real_tool("promtool"), tmp_path) == texts


@pytest.mark.tools
def test_random_expressions_are_judged_alike(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    texts = {}
    for seed in range(50 * settings().max_examples):
        r = Random(seed)
        text = expression(r)
        text = text if seed % 2 else mutated(r, text)
        if text and not ODD_OFFSET.search(text):
            texts[text] = accepted(text)
    assert 0.3 < sum(texts.values()) / len(texts) < 0.7
    verdicts = judged(list(texts), real_tool("promtool"), tmp_path)
    assert [text for text, verdict in verdicts.items() if texts[text] != verdict] == []


@pytest.mark.parametrize("seed", range(20))
def test_broken_ends_are_read_or_refused_with_a_place(seed: int) -> None:
    text = expression(Random(seed), 4)
    for token in tokens(text):
        for cut in (text[: token.end], text[token.start :], text[: token.start] + "offset -"):
            assert all(0 <= start < len(cut) for start in starts(cut))


def starts(text: str) -> list[int]:
    """Where the nodes of an expression begin, or where it is refused."""
    try:
        return [node.start for node in parse(text).root.walk()]
    except PromqlError as refusal:
        return [refusal.problem.start]
