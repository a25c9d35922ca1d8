"""Structures whose string leaves are templates: `$when` drops a mapping, `$forEach` repeats an item of a list.

A leaf that comes out as `omit` drops its key or item: `fsGroup: "<< 472 if options.volume else omit >>"`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obsgen.components.origin import Origin
from obsgen.components.templating import is_template

WHEN = "$when"
FOR_EACH = "$forEach"

DROPPED: Any = object()
"""What a part becomes that is left out."""


def render_value(value: Any, origin: Origin, context: Mapping[str, Any]) -> Any:
    """A value with its leaves rendered."""
    if isinstance(value, dict):
        return _mapping(value, origin, context)
    if isinstance(value, list):
        return [item for i, each_ in enumerate(value) for item in _items(each_, origin.at(i), context)]
    if isinstance(value, str) and is_template(value):
        return origin.evaluate(value, context)
    return value


def _mapping(value: Mapping[str, Any], origin: Origin, context: Mapping[str, Any]) -> Any:
    """A mapping without the keys whose mappings are dropped, or of whose lists nothing is left."""
    if WHEN in value and not origin.at(WHEN).holds(value[WHEN], context):
        return DROPPED
    rendered = {
        str(render_value(key, origin, context)): render_value(inner, origin.at(key), context)
        for key, inner in value.items()
        if key not in (WHEN, FOR_EACH)
    }
    emptied = {str(key) for key, inner in value.items() if isinstance(inner, list) and inner}
    return {
        key: inner for key, inner in rendered.items() if inner is not DROPPED and not (inner == [] and key in emptied)
    }


def _items(item: Any, origin: Origin, context: Mapping[str, Any]) -> Iterator[Any]:
    """What an item of a list becomes: nothing, itself, or one for each of many."""
    repeated = item.get(FOR_EACH) if isinstance(item, dict) else None
    for one in origin.each(repeated, context, FOR_EACH):
        rendered = render_value(item, origin, one)
        if rendered is not DROPPED:
            # An item that only carries its value under `$value` stands for that value: lists of plain strings.
            yield rendered.get("$value", rendered) if isinstance(rendered, dict) else rendered
