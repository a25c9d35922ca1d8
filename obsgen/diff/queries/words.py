"""Selectors and labels as people say them."""

from __future__ import annotations

from typing import Any

from obsgen.signalpath.selectors import requirements


def selector_text(selector: Any) -> str:
    """The labels that a selector asks for."""
    if selector is None:
        return "no selector"
    return ", ".join(map(str, requirements(selector))) or "any labels"


def selected(selector: Any, namespaces: Any) -> str:
    """What a selector takes, and in which namespaces: `app=web in ml`."""
    what = selector_text(selector) if isinstance(selector, dict) else "its targets"
    if isinstance(namespaces, dict) and namespaces.get("any"):
        return f"{what} in all namespaces"
    names = namespaces.get("matchNames") if isinstance(namespaces, dict) else None
    return f"{what} in {', '.join(map(str, names))}" if isinstance(names, list) and names else what


def or_nothing(value: object) -> str:
    """A value, or the word for none."""
    return "nothing" if value is None else str(value)
