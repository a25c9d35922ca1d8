"""Text from files, made safe for terminals and logs: it can neither move the cursor nor break a line."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """The text with every character that does not show replaced by one that does, or by a space."""
    return text if text.isprintable() else "".join(map(_visible, text))


def width(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    if char in "\t\n" or unicodedata.category(char) == "Zs":
        return " "
    return chr(0x2400 + ord(char)) if ord(char) < 0x20 else _REPLACEMENT  # Unicode's pictures of control characters
