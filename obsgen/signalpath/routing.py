"""Which receivers an Alertmanager configuration sends an alert to, as Alertmanager itself walks its routes.

The first route below that matches takes an alert, the next ones only where it says `continue`; an alert that none of
them takes stays with the route above. Source: Alertmanager's documentation of `<route>` and `<matcher>`, and
`amtool config routes test`, against which this is tested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Labels = Mapping[str, str]
Matcher = tuple[str, str, str]
"""Label, operator, value."""

_MATCHER = re.compile(
    r"""\s*(?P<label>[^\s{}!=~,\\"'`]+|"(?:[^"\\]|\\.)*")\s*(?P<operator>=~|!~|!=|=)\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|[^",{}]*?)\s*(?:,|\Z)""",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}


class RoutingError(ValueError):
    """A route that Alertmanager would refuse, too."""


def receivers(configuration: Mapping[str, Any], labels: Labels) -> list[str]:
    """The receivers of an alert with these labels, in the order of the routes; each once."""
    return list(dict.fromkeys(str(route.get("receiver")) for route in routes(configuration, labels)))


def routes(configuration: Mapping[str, Any], labels: Labels) -> list[Mapping[str, Any]]:
    """The routes that take an alert with these labels; receivers that are not written are inherited."""
    root = configuration.get("route")
    return list(_taken(root, labels, {})) if isinstance(root, Mapping) else []


def _taken(route: Mapping[str, Any], labels: Labels, above: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    own = {"receiver": above.get("receiver"), **route}
    found = False
    for below in _below(route):
        if not matches(below, labels):
            continue
        found = True
        yield from _taken(below, labels, own)
        if not below.get("continue"):
            break
    if not found:
        yield own


def _below(route: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The routes below a route; what is none is told by the check of the configuration's structure."""
    found = route.get("routes")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _pairs(route: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    found = route.get(key)
    return [(str(label), str(value)) for label, value in found.items()] if isinstance(found, Mapping) else []


def _texts(route: Mapping[str, Any], key: str) -> list[str]:
    found = route.get(key)
    return [str(each) for each in found] if isinstance(found, list) else []


def matches(route: Mapping[str, Any], labels: Labels) -> bool:
    """Whether all of a route's matchers agree with the labels; RoutingError if one cannot be read."""
    answers = [agrees(each, labels) for each in demands(route)]  # all: a broken one is told, whatever the others say
    return all(answers)


def demands(route: Mapping[str, Any]) -> list[Matcher]:
    """A route's matchers, in the current or an old form; RoutingError if one cannot be read."""
    current = [each for text in _texts(route, "matchers") for each in parsed(text)]
    equal = [(label, "=", value) for label, value in _pairs(route, "match")]
    return [*current, *equal, *((label, "=~", value) for label, value in _pairs(route, "match_re"))]


def parsed(text: str) -> list[Matcher]:
    """Label, operator and value of each matcher in a text such as `severity="critical", team=~"a|b"`."""
    rest, found = text.strip().removeprefix("{").removesuffix("}"), []
    while rest.strip():
        match = _MATCHER.match(rest)
        if match is None:
            raise RoutingError(f"'{text}' is no matcher")
        found.append((_unquoted(match["label"]), match["operator"], _unquoted(match["value"])))
        rest = rest[match.end() :]
    return found


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[1:-1], flags=re.DOTALL)


def agrees(matcher: Matcher, labels: Labels) -> bool:
    """Whether labels are as a matcher asks; a missing label counts as empty, regular expressions are anchored."""
    label, operator, value = matcher
    actual = labels.get(label, "")
    if operator in ("=", "!="):
        return (actual == value) is (operator == "=")
    try:
        found = re.fullmatch(value, actual, re.DOTALL) is not None
    except re.error as problem:
        raise RoutingError(f"'{value}' is no regular expression: {problem.msg}") from None
    return found is (operator == "=~")
