"""How two receivers differ, in words that never show a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsgen.diff.model import Risk
from obsgen.diff.parts.leaves import MISSING, Leaf, leaves
from obsgen.diff.parts.shown import shown
from obsgen.diff.routing.deliveries import integrations, may_wake
from obsgen.source import Route

_MOST = 3
_TEXTS = frozenset(
    (
        *("actions", "body", "class", "color", "component", "description", "details", "fallback", "fields", "footer"),
        *("group", "headers", "html", "iconemoji", "iconurl", "images", "imageurl", "links", "linknames", "message"),
        *("mrkdwnin", "note", "parsemode", "pretext", "shortfields", "subject", "summary", "text", "thumburl"),
        *("title", "titlelink", "username"),
    )
)
"""Keys that change what people read, and not who reads it."""
_SHOWN = frozenset(
    (
        *("channel", "chatid", "chat", "entity", "from", "issuetype", "maxalerts", "messagethreadid", "priority"),
        *("project", "region", "resolvetimeout", "responders", "roomid", "sendresolved", "severity", "smtpfrom"),
        *("smtpsmarthost", "tags", "to", "topicarn", "type", "updatealerts"),
    )
)
"""Keys whose values are no secrets; of others nothing is shown."""


def told(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, Risk] | None:
    """What differs between two receivers of one name, and what that risks; None if nothing does."""
    before, after = integrations(old), integrations(new)
    if before != after:
        return _kinds(before, after), _risk(before, after)
    found = list(_leaves(old, new))
    if not found:
        return None
    targets = list(dict.fromkeys(differing(found)))
    if not targets:
        return "other texts", Risk.SAFE
    more = [f"{len(targets) - _MOST} more"] if len(targets) > _MOST else []
    return "; ".join((*targets[:_MOST], *more)), Risk.REVIEW


def _leaves(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Leaf]:
    """Where two receivers differ: of one integration the first with the first, whatever their titles are."""
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key, MISSING), new.get(key, MISSING)
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            for index, pair in enumerate(zip(before, after, strict=True)):
                yield from leaves(*pair, (key, index))
        elif key != "name" and before != after:
            yield Leaf((key,), before, after)


def _kinds(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    gone, come = ([each for each in one if each not in two] for one, two in ((old, new), (new, old)))
    if gone and come:
        return f"tells by {' and '.join(come)} instead of {' and '.join(gone)}"
    if not new:
        return f"tells nobody any more, was {' and '.join(gone)}"
    return f"also tells by {' and '.join(come)}" if come else f"no longer tells by {' and '.join(gone)}"


def _risk(old: tuple[str, ...], new: tuple[str, ...]) -> Risk:
    woke, wakes = may_wake(old), may_wake(new)
    if woke != wakes:
        return Risk.STOPS_PAGING if woke else Risk.PAGES
    return Risk.REVIEW if new else Risk.STOPS_PAGING


def differing(found: list[Leaf], above: str = "") -> Iterator[str]:
    """What differs besides texts: with its values where those are no secrets."""
    for each in found:
        keys = [str(step) for step in each.route if isinstance(step, str)]
        if not any(_plain(key) in _TEXTS for key in keys):
            yield _said(each, f"{above}{'.'.join(keys[-2:] if _is_reference(each.route) else keys[-1:])}")


def _said(leaf: Leaf, name: str) -> str:
    if isinstance(leaf.old, list) and isinstance(leaf.new, list) and len(leaf.old) != len(leaf.new):
        return f"{len(leaf.new)} {name} instead of {len(leaf.old)}"
    if not _is_open(leaf.route) or isinstance(leaf.old, dict | list) or isinstance(leaf.new, dict | list):
        return (
            f"{name} is gone" if leaf.new is MISSING else f"{name} is new" if leaf.old is MISSING else f"another {name}"
        )
    old, new = ("nothing" if each is MISSING else shown("", leaf.route, each) or "…" for each in (leaf.old, leaf.new))
    return f"{name} {old} → {new}"


def _is_open(route: Route) -> bool:
    last = next((str(each) for each in reversed(route) if isinstance(each, str)), "")
    return _plain(last) in _SHOWN or _plain(last).endswith("file") or _is_reference(route)


def _is_reference(route: Route) -> bool:
    """Whether it is the name or key of a Secret that an object refers to."""
    return len(route) > 1 and route[-1] in ("name", "key") and isinstance(route[-2], str)


def _plain(key: str) -> str:
    return key.replace("_", "").lower()
