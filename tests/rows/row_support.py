"""The shipped profiles, rendered, and what their trees hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from obsgen import pipeline
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile
from obsgen.render.rules.alerts import RenderedAlert

PROFILES = Path(__file__).parents[2] / "profiles"


@cache
def shipped(name: str) -> StackTree:
    """The tree of a shipped profile."""
    return pipeline.render(pipeline.load(PROFILES / f"{name}.yaml"))


def text_of(name: str, *changes: tuple[str, str]) -> str:
    """The text of a shipped profile, with some of it exchanged."""
    text = (PROFILES / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


@cache
def changed(name: str, *changes: tuple[str, str]) -> StackTree:
    """The tree of a shipped profile with some of its text exchanged."""
    return pipeline.render(parse_profile(text_of(name, *changes), f"{name}.yaml"))


def alert(name: str, profile: str, environment: str = "prod") -> RenderedAlert:
    """The alert of that name; there is one."""
    (found,) = (each for each in shipped(profile).environments[environment].alerts if each.name == name)
    return found


def made(kind: str, name: str, profile: str, environment: str = "prod") -> Mapping[str, Any]:
    """The object of that kind and name."""
    objects = shipped(profile).environments[environment].objects
    (found,) = (
        each.object for each in objects if (each.object["kind"], each.object["metadata"]["name"]) == (kind, name)
    )
    return found


def board(name: str, profile: str) -> Mapping[str, Any]:
    """The JSON of a board."""
    (found,) = (each for each in shipped(profile).boards if each.name == name)
    return found.json


def titles(name: str, profile: str) -> list[str]:
    """The titles of a board's panels, those in collapsed rows too."""
    panels = [inner for each in board(name, profile)["panels"] for inner in (each, *each.get("panels", ()))]
    return [each["title"] for each in panels if each["type"] != "row"]
