"""LogQL as people read it: one line where it is short, else each operand of the outermost operators on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LINE = 100
"""Characters that a reviewer takes in at a glance."""
_SHORT = 30
"""Characters of an operand, such as a limit, that stands behind its operator."""

_PIECE = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<open>[({\[])|(?P<close>[)}\]])'
    r"|(?P<operator> (?:[-+*/]|[<>]=?|[=!]=|and|or|unless)(?: on \([^)]*\))? )"
)


def laid_out(text: str) -> str:
    """The expression with line breaks at its outermost operators, ending in one."""
    if len(text) <= MAX_LINE:
        return text
    first, *others = _operands(text)
    lines = [first[1]]
    for operator, operand in others:
        lines += [f"  {operator} {operand}"] if len(operand) <= _SHORT else [f"  {operator}", operand]
    return "\n".join(lines) + "\n"


def _operands(text: str) -> Iterator[tuple[str, str]]:
    """The operands of the outermost operators, each with the operator before it."""
    depth, start, operator = 0, 0, ""
    for piece in _PIECE.finditer(text):
        depth += bool(piece["open"]) - bool(piece["close"])
        if piece["operator"] and not depth:
            yield operator, text[start : piece.start()]
            operator, start = piece["operator"].strip(), piece.end()
    yield operator, text[start:]
