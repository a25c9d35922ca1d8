"""Loki's verdicts beside ours, and the corpus."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from obsgen import tools
from obsgen.logql import LogqlError, NotUnderstoodError, parse
from obsgen.logql.tree import Binary, Comparison, Grouping, LineFilter, LogQuery, Node, Number

Answer = dict[str, Any]
Asked = Callable[[Sequence[str]], list[Answer]]
Verdict = Literal["valid", "invalid", "unsure"]

BREAK = "⏎"
"""Stands for a line break in the corpus."""


def corpus(name: str) -> list[str]:
    """The expressions of a file, one in a line; comments begin in its first column."""
    path = Path(__file__).with_name(f"{name}.txt")
    rows = [row for row in path.read_text(encoding="utf-8").splitlines() if row and not row.startswith("# ")]
    return [row.replace(BREAK, "\n") for row in rows]


def ask(tool: tools.Tool, texts: Sequence[str]) -> list[Answer]:
    """What the real tool answers, in the order asked."""
    asked = "".join(json.dumps({"id": str(number), "expr": one}) + "\n" for number, one in enumerate(texts))
    done = tools.run(tool, [], input=asked)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert [answer["id"] for answer in answers] == [str(number) for number in range(len(texts))]
    return answers


def verdict(text: str) -> Verdict:
    """Ours, which is `unsure` too where there are doubts."""
    try:
        return "unsure" if parse(text).doubts else "valid"
    except NotUnderstoodError:
        return "unsure"
    except LogqlError:
        return "invalid"


def disagreement(text: str, answer: Answer) -> str:
    """What is said of a text that Loki contradicts; empty where both agree, or we say nothing."""
    ours = verdict(text)
    if ours == "unsure" or (ours == "valid") == answer["ok"]:
        return ""
    return f"{ours} here, {answer.get('error', 'valid')} there: {text!r}"


def tree(text: str) -> Any:
    """A query without places, and as Loki writes it: what it writes in two ways for one thing is made one."""
    return _plain(parse(text).root)


def folds(text: str) -> bool:
    """Whether Loki works out a part of the expression while it reads."""
    nodes = [one for one in parse(text).nodes() if isinstance(one, Binary)]
    return any(_is_number(one.left) and _is_number(one.right) for one in nodes)


def _is_number(node: Node) -> bool:
    return isinstance(node, Number) and not node.is_vector


def _plain(value: object) -> Any:
    if isinstance(value, LogQuery):
        return ("LogQuery", _plain(value.selector), tuple(one for stage in value.stages for one in _stage(stage)))
    if isinstance(value, Grouping) and not value.without and not value.labels:
        return None
    if isinstance(value, Comparison):
        amount = round(float(value.value), 6) if value.kind != "size" else "rounded to two digits"
        return ("Comparison", value.name, value.operator.replace("==", "="), value.kind, amount)
    if isinstance(value, Node):
        kept = [one.name for one in fields(value) if one.name not in ("start", "end")]
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in kept))
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _stage(stage: Node) -> Iterator[Any]:
    """A filter against several texts is several filters."""
    if isinstance(stage, LineFilter) and stage.operator.startswith("!"):
        for one in stage.texts:
            yield ("LineFilter", stage.operator, (_plain(one),))
    else:
        yield _plain(stage)
