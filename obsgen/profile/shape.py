"""What the profile's models say of its shape: which lists hold named items, and what makes an item a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from obsgen.components.fields import Strict
from obsgen.profile.models import Settings
from obsgen.source import Route

_POINTLESS_WITHOUT = ("metrics", "part")
"""What makes an item a new one where the model demands no key."""

_Part = tuple[Route, str]
"""A part of the profile, and the first key that it cannot be without."""


def _parts(model: type[Strict], route: Route) -> Iterator[tuple[_Part, bool]]:
    """The lists of named items (True) and the optional parts (False) of a model and the models inside it."""
    for name, field in model.model_fields.items():
        here = (*route, field.alias or name)
        for kind in _models(field.annotation):
            needed = _needed(kind)
            if get_origin(field.annotation) is tuple:
                if "name" in kind.model_fields and needed:
                    yield (here, needed[0]), True
            else:
                if needed and not field.is_required():
                    yield (here, needed[0]), False
                yield from _parts(kind, here)


def _models(annotation: Any) -> Iterator[type[Strict]]:
    """The models that a field holds, itself or as items; those of mappings are told apart by keys, not by names."""
    choices = () if get_origin(annotation) is dict else get_args(annotation)
    yield from (kind for kind in (annotation, *choices) if isinstance(kind, type) and issubclass(kind, Strict))


def _needed(model: type[Strict]) -> list[str]:
    """The keys, besides its name, without which a new item says nothing."""
    keys = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    required = [key for key, is_required in keys.items() if is_required and key != "name"]
    return required or [key for key in _POINTLESS_WITHOUT if key in keys]


_ALL = tuple(_parts(Settings, ()))

NAMED_LISTS: dict[Route, str] = {route: needed for (route, needed), is_list in _ALL if is_list}
"""The lists whose items are told apart by name; environments change them by it. A new item has the key given."""

OPTIONAL_PARTS: dict[Route, str] = {route: needed for (route, needed), is_list in _ALL if not is_list}
"""Parts that a profile may leave out, and the key that a new one has."""
