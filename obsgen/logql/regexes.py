"""What can surely be said of a regular expression for Go's engine without having that engine.

Only a part is judged that Go and Python read alike; of the rest nothing is said.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Regex(NamedTuple):
    """`fault` says what is surely wrong; `known` is whether anything sure can be said."""

    known: bool
    fault: str = ""
    compiled: re.Pattern[str] | None = None

    def matches_nothing(self) -> bool:
        """Whether the empty text matches; only where there is no fault and it is known."""
        return self.compiled is not None and self.compiled.fullmatch("") is not None


_IN_CLASS = r"(?:\\[.+*?()\[\]{}|^$\\/-]|[^\]\\\[\-&~|^])"
_CLASS = rf"\[\^?-?(?:{_IN_CLASS}(?:-{_IN_CLASS})?|\\[dDwWsS])+-?\]"
_ESCAPED = r"\\[dDwWsSnrtfva]|\\[.+*?()\[\]{}|^$\\/\"'#%&,:;<=>@`~!_ -]"
_GROUP = r"\((?!\?)|\(\?:|\(\?P<[A-Za-z_][A-Za-z0-9_]*>|[)|]"
_REPEAT = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})\??"
_PIECE = re.compile(
    rf"(?P<anchor>\\b|[\^$])|(?P<repeat>{_REPEAT})|(?P<atom>{_CLASS}|{_ESCAPED}|{_GROUP}|[^\\\[\](){{}}|*+?^$])"
)
_FLAGS = re.compile(r"\(\?[ims]+\)")
_REFUSED = (
    (re.compile(r"\(\?<?[=!]"), "Go's engine has no look-around"),
    (re.compile(r"\\[1-9](?![0-7])"), "Go's engine has no back-references"),
    (re.compile(r"\\\Z"), "a backslash at the end"),
    (re.compile(r"\[[^\]]*\Z"), "missing ]"),
)


@lru_cache(maxsize=1024)
def regex(text: str) -> Regex:
    """What is known of a regular expression as Loki would compile it."""
    fault = _scan(text)
    if fault is None:
        return Regex(known=False)
    if fault:
        return Regex(known=True, fault=fault)
    try:
        return Regex(known=True, compiled=re.compile(text, _flags(text)))
    except (re.error, RecursionError, OverflowError) as problem:
        return Regex(known=True, fault=str(problem).split(" at position")[0])


def _flags(text: str) -> int:
    """Go's `\\w` and `\\d` are of ASCII alone, its letters without regard to case are not."""
    return re.DOTALL if "(?i" in text else re.DOTALL | re.ASCII


def _scan(text: str) -> str | None:
    """A fault that the first unusual piece surely is; empty if all is usual; None if nothing can be said."""
    flags = _FLAGS.match(text)
    at, last, counts = flags.end() if flags else 0, "", 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            return next((fault for pattern, fault in _REFUSED if pattern.match(text, at)), None)
        counts += match.group()[0] == "{"
        if match.lastgroup == last == "repeat":
            return "two repetitions in a row"
        if counts > 1 or (match.lastgroup == "repeat" and last == "anchor"):
            return None
        at, last = match.end(), match.lastgroup or ""
    return "" if text.count("(") < 100 else None
