"""The two ways in which a text is not read: it is surely no LogQL, or it is beyond what is read here."""

from __future__ import annotations


class LogqlError(ValueError):
    """A text that Loki surely refuses; where (offset and length in characters), why, and what may help."""

    def __init__(self, message: str, start: int, length: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.length, self.hint = message, start, length, hint


class NotUnderstoodError(LogqlError):
    """A text that may well be LogQL, but uses what is not read here."""
