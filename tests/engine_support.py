"""Small profiles over components that exist in tests only, rendered in process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from obsgen import cli, pipeline
from obsgen.components import catalogue as components
from obsgen.components.catalogue import Catalogue
from obsgen.findings import Finding, InputError
from obsgen.pipeline import StackTree
from obsgen.profile.load import LoadedProfile, parse_profile
from obsgen.render.manifest import Manifest
from obsgen.render.objects import Rendered
from obsgen.source import load_text
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_profile

TEMPLATES = Path(__file__).parent / "engine" / "templates"
MADE_UP = Catalogue((TEMPLATES,))
"""The made-up components alone, read once: what is shipped may change without changing these tests."""

HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"
ALPHA = HEAD + "modelServers:\n  - {name: chat, type: alpha, namespace: ml, selector: {app: chat}, port: http}\n"
"""A profile of one server; tests add lines to it."""


@pytest.fixture(autouse=True)
def made_up_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the shipped components from everything that runs in this process."""
    monkeypatch.setattr(components, "builtin_root", lambda: TEMPLATES)
    monkeypatch.setattr(pipeline, "catalogue", lambda extra=(): components.catalogue(extra) if extra else MADE_UP)


def profile(text: str) -> LoadedProfile:
    return parse_profile(text, "profile.yaml")


def stacks(text: str) -> tuple[Stack, dict[str, Stack]]:
    """The base and every environment."""
    return resolve_profile(profile(text), MADE_UP)


def tree(text: str) -> StackTree:
    return pipeline.render(profile(text))


def findings(text: str) -> list[Finding]:
    """Everything that is wrong with a profile; empty if it renders."""
    try:
        tree(text)
    except InputError as problem:
        return list(problem.findings)
    return []


def finding(text: str) -> Finding:
    """The only thing that is wrong with a profile."""
    (only,) = findings(text)
    return only


def marked(text: str) -> tuple[str, int, int]:
    """A text without its mark `^`, and the line and column where that stood: where a finding must be."""
    before, _, after = text.partition("^")
    return before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def yaml(data: bytes) -> Any:
    """The one document of a rendered file."""
    (document,) = load_text(data.decode(), "file.yaml")
    return document.value


def objects(rendered: Rendered) -> list[Manifest]:
    """Everything that a cluster gets."""
    return [*rendered.objects, *rendered.board_maps]


def rules(rendered: Rendered) -> Iterator[Mapping[str, Any]]:
    """Every rule of every PrometheusRule."""
    for each in rendered.objects:
        if each.object["kind"] == "PrometheusRule":
            for group in each.object["spec"]["groups"]:
                yield from group["rules"]


def rule(rendered: Rendered, name: str) -> Mapping[str, Any]:
    """The one alert or recording rule of a name."""
    (found,) = (each for each in rules(rendered) if name in (each.get("alert"), each.get("record")))
    return found


def panels(board: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every panel of a board, those of collapsed rows included."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


def as_yaml(value: Any) -> str:
    """A profile given as data, as text; JSON is YAML."""
    return json.dumps(value, indent=1, ensure_ascii=False)


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code, its data and its talk."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def obsgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line in an empty folder, in this process: a traceback fails the test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["obsgen", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        return Ran(code, *capsys.readouterr())

    return run


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links as what they point at."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        if not path.is_symlink()
        else str(path.readlink()).encode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_symlink()
    }
