"""Text from files, made safe for terminals and logs: it can neither move the cursor nor break a line."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def printable(text: str) -> str:
    """The text with every control, format or surrogate character replaced by one visible one."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def width(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _visible(char: str) -> str:
    if char in "\t\n":
        return " "
    if ord(char) < 0x20:
        return chr(0x2400 + ord(char))  # Unicode's pictures of control characters
    return _REPLACEMENT if unicodedata.category(char) in _UNSAFE else char
