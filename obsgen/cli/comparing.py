"""The command that compares: diff."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from obsgen.cli.common import TEMPLATES, app, colour


class Form(StrEnum):
    """How a difference is told."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    GITHUB = "github"


@app.command(
    epilog="Examples:  obsgen diff   ·   obsgen diff profiles/demo.yaml --base v1.2   ·   "
    "obsgen diff --format markdown",
)
def diff(
    profiles: Annotated[
        list[Path] | None, typer.Argument(metavar="[PROFILE…]", help="Profiles; else all in profiles/.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="REF|DIR", help="What to compare with; else where this branch left the main one."),
    ] = None,
    format_: Annotated[Form, typer.Option("--format", help="How to tell it.")] = Form.TEXT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Everything, expressions too.")] = False,
    templates: TEMPLATES = None,
) -> None:
    """Say what a change means for those on call, before the pull request."""
    from obsgen.diff.difference import difference
    from obsgen.diff.report import Options, render
    from obsgen.diff.sides import Asked, sides

    asked = Asked(tuple(profiles or sorted(Path("profiles").glob("*.yaml"))), base, tuple(templates or ()))
    with sides(asked, Path()) as (old, new):
        found = difference(old, new)
        told = render(format_, found, Options(verbose=verbose, colour=colour(sys.stdout), against=old.label))
    typer.echo(told, nl=False)
    raise typer.Exit(int(bool(found.changes)))
