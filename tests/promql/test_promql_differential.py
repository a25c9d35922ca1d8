"""The parser in process against promtool, the judge: every disagreement is known, with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen.promql import PromqlError, parse
from obsgen.tools import Tool, run

EXPRESSIONS = Path(__file__).with_name("expressions.txt")

RESERVED = "the parser here takes `anchored` and `smoothed` for keywords everywhere"
UNBOUNDED = "the parser here does not bound numbers"
UNCOUNTED = "arithmetic in durations is recognised here, not carried out"
DISAGREEMENTS = {
    "foo[-1]": UNCOUNTED,
    "foo[5s/0d]": UNCOUNTED,
    "foo[5s%0d]": UNCOUNTED,
    "foo[step()/0d]": UNCOUNTED,
    "foo offset (4d/0)": UNCOUNTED,
    'anchored{job="test"}': RESERVED,
    'smoothed{job="test"}': RESERVED,
    "sum by (anchored)(some_metric)": RESERVED,
    "sum by (smoothed)(some_metric)": RESERVED,
    "foo offset 9.5e10": UNBOUNDED,
    "foo[9.5e10]": UNBOUNDED,
}


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


@pytest.mark.tools
def test_promtool_still_says_what_the_list_says(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    texts = expressions()
    rules = [{"record": f"r{number}", "expr": text} for number, text in enumerate(texts)]
    (tmp_path / "rules.json").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    answer = run(real_tool("promtool"), ["check", "rules", "--lint=none", "rules.json"], cwd=tmp_path)
    refused = {int(number) for number in re.findall(r'rule \d+, "r(\d+)"', answer.stdout + answer.stderr)}
    assert {text: number not in refused for number, text in enumerate(texts)} == texts
