"""Data as people would write it in YAML, on one line: for hints, and for values of generated profiles."""

from __future__ import annotations

import json
import re
from typing import Any

from obsgen.source.scalars import YAML11_TRAP, resolve_plain

# What begins with a digit may have no '-': YAML 1.1 reads 2024-01-01 as a day.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9./_-]*|[0-9][A-Za-z0-9./%]*")


def flow(value: Any) -> str:
    """`{name: chat, covers: [openai]}`; texts are plain where nothing in them could mean something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value) if isinstance(value, str) else json.dumps(value)


def scalar(text: str) -> str:
    """A text as YAML: plain where nothing in it could mean something else."""
    plain = _PLAIN.fullmatch(text) and isinstance(resolve_plain(text), str) and not YAML11_TRAP.match(text)
    return text if plain else "".join(map(_printable, json.dumps(text, ensure_ascii=False)))


def _printable(character: str) -> str:
    """A character as a quoted text may hold it."""
    return character if character.isprintable() else f"\\U{ord(character):08X}"
