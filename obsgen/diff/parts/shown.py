"""Routes and values as a line can hold them: short, of one line, and never a secret."""

from __future__ import annotations

import json
from typing import Any

from obsgen.diff.parts.leaves import MISSING
from obsgen.leaks import masked
from obsgen.secrecy.values import is_secret_at
from obsgen.source import Route

_LONGEST = 60
_NAMES = ("name", "alert", "record", "title", "key", "uid", "job_name", "receiver", "kind")
_HIDDEN = frozenset(("data", "stringData", "encryptedData"))
_NAMES_OF_KEYS = ("spec", "data")
"""What an ExternalSecret fetches, by the names that it has elsewhere."""


def route_text(route: Route, value: Any = None) -> str:
    """A route as people write it; items of lists by their names where `value`, the whole, has some: `a.b[name].c`."""
    text = ""
    for step in route:
        value = _at(value, step)
        text += f"[{_name(value, step)}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _at(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def _name(item: Any, index: int) -> str:
    names = (item.get(key) for key in _NAMES) if isinstance(item, dict) else ()
    return next((each for each in names if isinstance(each, str) and each), str(index))


def shown(kind: str, route: Route, value: Any, whole: Any = None) -> str:
    """A value in one short line; empty for what is long, what is secret, and what is not there.

    `whole` is the object or file that has it at `route`: what stands beside a value may tell that it is a secret.
    """
    if value is MISSING or (kind.endswith("Secret") and _HIDDEN.intersection(route) and route[:2] != _NAMES_OF_KEYS):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    if "\n" in text.strip() or len(text) > _LONGEST or masked(text) != text or is_secret_at(whole, route, value):
        return ""
    return " ".join(text.split()) or "''"
