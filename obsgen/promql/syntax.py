"""Where and why an expression does not parse: the parser says that it does not, tokens say where."""

from __future__ import annotations

import re
from dataclasses import dataclass

import promql_parser as pq

from obsgen.promql.tokens import Token, tokens

_GENERIC = "invalid promql query"
_STRUCTURAL = re.compile(rf"{_GENERIC}|.*parenthesis|unexpected end|no expression")
_NAMES = (re.compile(r"'([^']+)'"), re.compile(r": (\S+)$"), re.compile(r"regex for (.+)$"))
_ENDINGS = ("", " x", "(x)", "(a) (x)", "a) (x", "(a) x", "a) x", " 1m")
_OPENERS = {")": "(", "}": "{", "]": "["}
_HINTS = (
    ("expected type matrix", "give it a range, such as [5m]"),
    ("expected type vector", "it takes an instant vector: no range and no plain number"),
    ("comparisons between scalars", "write `bool` behind the operator"),
    ("must contain at least one non-empty matcher", "name a metric, or one label with a value"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an expression is not PromQL, where (offset and length in characters), and what may help."""

    message: str
    start: int
    length: int
    hint: str = ""


def find_problem(text: str, complaint: str) -> Problem:
    """The problem in a text that the parser refused with `complaint`."""
    found = tokens(text)
    if not found:
        return Problem("the expression is empty", 0, 1)
    return _odd_token(found) or _unbalanced(found) or _complained(text, found, complaint)


def _odd_token(found: list[Token]) -> Problem | None:
    for token in found:
        if token.kind == "other":
            what = "unterminated string" if token.text in "\"'`" else f"unexpected character {token.text!r}"
            return Problem(what, token.start, 1)
    return None


def _unbalanced(found: list[Token]) -> Problem | None:
    open_: list[Token] = []
    for token in found:
        if token.kind != "operator":
            continue
        if token.text in "({[":
            open_.append(token)
        elif token.text in ")}]" and not (open_ and open_.pop().text == _OPENERS[token.text]):
            return Problem(f"'{token.text}' closes nothing", token.start, 1)
    return Problem(f"'{open_[-1].text}' is never closed", open_[-1].start, 1) if open_ else None


def _complained(text: str, found: list[Token], complaint: str) -> Problem:
    hint = next((hint for start, hint in _HINTS if start in complaint), "")
    if complaint == _GENERIC:
        return _unexpected(text, found)
    named = next(filter(None, (pattern.search(complaint) for pattern in _NAMES)), None)
    if named:
        start, length = _spot(text, found, complaint, named.group(1))
        return Problem(complaint, start, length, hint)
    return Problem(complaint, found[0].start, len(text.rstrip()) - found[0].start, hint)


def _spot(text: str, found: list[Token], complaint: str, name: str) -> tuple[int, int]:
    """Offset and length of what a complaint names; of several calls the innermost that earns it."""
    same = [at for at, token in enumerate(found) if token.text == name]
    earning = [at for at in same if _refusal(_call_text(text, found, at)) == complaint]
    for at in [*reversed(earning), *same]:
        return found[at].start, len(name)
    start = text.find(name)
    return (start, len(name)) if start >= 0 else (found[0].start, len(text.rstrip()) - found[0].start)


def _call_text(text: str, found: list[Token], at: int) -> str:
    """The call whose name is token `at`, to its closing parenthesis."""
    depth = 0
    for token in found[at + 1 :]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth <= 0:
            return text[found[at].start : token.end]
    return text[found[at].start :]


def _unexpected(text: str, found: list[Token]) -> Problem:
    """The first token that nothing could follow up to a valid expression."""
    depth = 0
    for token in found:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if not _can_go_on(text[: token.end], depth):
            return Problem(f"unexpected '{token.text}'", token.start, len(token.text))
    return Problem("the expression ends too early", found[-1].start, len(found[-1].text))


def _can_go_on(text: str, depth: int) -> bool:
    tries = (text + ending + ")" * closers for ending in _ENDINGS for closers in {depth, max(depth - 1, 0)})
    return any(_STRUCTURAL.match(_refusal(attempt)) is None for attempt in tries)


def _refusal(text: str) -> str:
    try:
        pq.parse(text)
    except ValueError as problem:
        return str(problem)
    return ""
