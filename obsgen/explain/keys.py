"""The keys of a profile, by their paths: `prometheus.mode`, `environments`, `alerts.<name>.for`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from obsgen.components.catalogue import Catalogue
from obsgen.explain.layout import flow, pairs, paragraph, section, table
from obsgen.profile.models import Profile
from obsgen.profile.schema import REF, Node, full_schema

NAME = "<name>"
"""A step that the profile's author chooses."""
_ENVIRONMENTS = "environments"
_CHANGES = ((_ENVIRONMENTS,), ("clusters", "values"), ("hub", "values"))
"""Keys that hold the profile's own keys again."""
_MOST = 4
"""How many keys of one name are told in full."""
_SIMPLE = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


class Key(NamedTuple):
    """A key: its path, what the schema says of it, and whether its mapping must have it."""

    path: tuple[str, ...]
    node: Node
    needed: bool

    def __str__(self) -> str:
        return ".".join(self.path)

    @property
    def fixed(self) -> tuple[str, ...]:
        """The path without the names that an author chooses."""
        return tuple(step for step in self.path if step != NAME)

    def is_at(self, typed: tuple[str, ...]) -> bool:
        """Whether this is the path that was typed, chosen names left out or filled in."""
        filled = tuple(each if step == NAME else step for step, each in zip(self.path, typed, strict=False))
        return typed in (self.fixed, filled if len(filled) == len(self.path) else ())


class Keys:
    """All keys of a profile, from its JSON Schema."""

    top = frozenset(field.alias or name for name, field in Profile.model_fields.items())
    """The first steps."""

    def __init__(self, known: Catalogue) -> None:
        self._known = known

    @cached_property
    def schema(self) -> Node:
        """The schema, worked out when somebody asks."""
        return full_schema(self._known)

    @cached_property
    def all(self) -> list[Key]:
        """Every key, a mapping's own before those in it."""
        return list(self._below(self.schema, ()))

    def found(self, what: str) -> list[Key]:
        """The keys at a path or, if there is none, those whose paths end so."""
        typed = tuple(what.split("."))
        if typed[0] == _ENVIRONMENTS and len(typed) > 2:
            typed = typed[2:]
        return (
            [key for key in self.all if key.is_at(typed)]
            or [key for key in self.all if key.fixed[-len(typed) :] == typed]
            or [key for key in self.all if key.is_at(self._without_name(typed))]
        )

    def _without_name(self, typed: tuple[str, ...]) -> tuple[str, ...]:
        """A path into a list without the name of a thing in it, by which environments speak of it."""
        node = self.schema["properties"].get(typed[0], {})
        is_list = any("items" in choice for choice in self._choices(node))
        return (typed[0], *typed[2:]) if is_list and len(typed) > 2 else typed

    def texts(self, what: str) -> list[str]:
        """What is known of the keys at a path; of many the list alone."""
        found = self.found(what)
        if len(found) > _MOST:
            return ["\n".join(section("keys of a profile", [(str(key), key.node["description"]) for key in found])[1:])]
        return [self.text(key) for key in found]

    def text(self, key: Key) -> str:
        """Everything that is known of a key."""
        default = key.node.get("default")
        rows = [("type", self._types(key.node)), ("example", pairs(self.in_profile(key)))]
        if key.needed or not isinstance(default, dict):
            said = "none, it must be written" if key.needed else "none" if default in (None, []) else flow(default)
            rows.insert(1, ("default", said))
        inside = [(".".join(each.path), each.node["description"]) for each in self._inside(key.node, ())]
        parts = [*paragraph(key.node["description"]), "", *table(rows), *section("keys", inside)]
        return "\n".join([f"{key}: a key of a profile", "", *parts])

    def in_profile(self, key: Key) -> dict[str, Any]:
        """A key with an example, inside everything that it needs around it."""
        return {key.path[0]: self._around(self.schema["properties"][key.path[0]], key.path[1:], key)}

    def _around(self, node: Node, path: tuple[str, ...], key: Key) -> Any:
        if not path:
            return self._example(key.node)
        choice = next(each for each in self._choices(node) if self._leads(each, path))
        if inner := choice.get("items"):
            return [self._around(inner, path, key)]
        if inner := _entry(choice):
            return {_example_name(node, choice): self._around(inner, path[1:], key)}
        beside = choice.get("examples", [None])[0] or (self._least(choice) if "required" in choice else {})
        return beside | {path[0]: self._around(choice["properties"][path[0]], path[1:], key)}

    def _leads(self, choice: Node, path: tuple[str, ...]) -> bool:
        """Whether a path exists in this alternative."""
        entry = _entry(choice)
        if not path or (entry is not None and path[0] != NAME):
            return not path
        inner, rest = choice.get("items"), path
        if inner is None:
            inner, rest = entry or choice.get("properties", {}).get(path[0]), path[1:]
        return inner is not None and any(self._leads(each, rest) for each in self._choices(inner))

    def _below(self, node: Node, path: tuple[str, ...]) -> Iterator[Key]:
        for key in self._inside(node, path):
            yield key
            if key.path not in _CHANGES:
                yield from self._below(key.node, key.path)

    def _inside(self, node: Node, path: tuple[str, ...]) -> Iterator[Key]:
        """The keys in a mapping, in the items of a list, or in what chosen names lead to."""
        found: dict[tuple[str, ...], Key] = {}
        for key in chain.from_iterable(self._in_choice(choice, path) for choice in self._choices(node)):
            found.setdefault(key.path, key)
        yield from found.values()

    def _in_choice(self, choice: Node, path: tuple[str, ...]) -> Iterator[Key]:
        if inner := choice.get("items"):
            yield from self._inside(inner, path)
        elif inner := _entry(choice):
            yield from self._inside(inner, (*path, NAME))
        else:
            needed = choice.get("required", ())
            yield from (Key((*path, name), each, name in needed) for name, each in choice.get("properties", {}).items())

    def _choices(self, node: Node) -> list[Node]:
        """What may stand there besides null, references followed; examples go with it."""
        if "$ref" in node:
            return self._choices(self.schema["$defs"][node["$ref"].removeprefix(REF)])
        several = node.get("anyOf") or node.get("oneOf") or node.get("allOf", ())[:1]
        if not several or "properties" in node:
            return [node]
        shown = {"examples": node["examples"]} if "examples" in node else {}
        return [shown | choice for each in several if each.get("type") != "null" for choice in self._choices(each)]

    def _types(self, node: Node) -> str:
        """What may stand there, in words."""
        return " or ".join(dict.fromkeys(map(self._type, self._choices(node))))

    def _type(self, choice: Node) -> str:
        values = choice.get("enum") or ([choice["const"]] if "const" in choice else [])
        if values:
            return f"one of {', '.join(map(flow, values))}" if len(values) > 1 else flow(values[0])
        if choice.get("type") == "array":
            return f"a list of: {self._types(choice['items'])}"
        kinds = choice.get("type", "object")
        return " or ".join(_SIMPLE.get(kind, "a mapping") for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _example(self, node: Node) -> Any:
        """A value that may stand there: an example, the default, or the least that a mapping must have."""
        choice, default = self._choices(node)[0], node.get("default")
        for given in (*node.get("examples", ()), *choice.get("examples", ()), *choice.get("enum", ())):
            return given
        if choice.get("type") == "boolean":
            return not default
        if default and not isinstance(default, dict):
            return default
        if inner := choice.get("items"):
            return [self._example(inner)]
        if inner := _entry(choice):
            return {_example_name(node, choice): self._example(inner)}
        if choice.get("type") == "object":
            return self._least(choice)
        return choice.get("const", choice.get("minimum", "example"))

    def _least(self, choice: Node) -> dict[str, Any]:
        """What a mapping must have, or else its first key."""
        properties = choice.get("properties", {})
        return {name: self._example(properties[name]) for name in choice.get("required") or list(properties)[:1]}


def _entry(choice: Node) -> Node | None:
    """What chosen names lead to in a mapping."""
    values = (choice.get("additionalProperties"), *choice.get("patternProperties", {}).values())
    return next((each for each in values if isinstance(each, dict)), None)


def _example_name(node: Node, choice: Node) -> Any:
    """A name that may be chosen: that of the example, else any."""
    names = choice.get("propertyNames", {})
    return next(chain(*node.get("examples", ()), names.get("examples", ()), names.get("enum", ())), "example")
