"""Whom an alert reaches, and whether that may wake somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from obsgen.diff.routing.deliveries import End, may_wake

PAGING = frozenset(("critical", "page"))
"""Severities that people are woken for; a webhook wakes nobody by others."""


class Reach(NamedTuple):
    """The receivers that are told of an alert, None where nobody knows which, and those of them that may wake."""

    receivers: tuple[str, ...] | None
    pagers: tuple[str, ...]
    wakes: bool


def reach(severity: str, ends: tuple[End, ...] | None) -> Reach:
    """Whom an alert of a severity reaches; where nobody knows its receivers, its severity decides."""
    if ends is None:
        return Reach(None, (), severity in PAGING)
    ignored = set() if severity in PAGING else {"webhook"}
    told = dict.fromkeys(each.receiver for each in ends if each.tells)
    pagers = dict.fromkeys(each.receiver for each in ends if may_wake({*each.kinds} - ignored))
    return Reach(tuple(told), tuple(pagers), bool(pagers))


def severity_of(labels: Mapping[str, Any]) -> str:
    """The severity among an alert's labels, in words."""
    return str(labels.get("severity") or "no severity")
