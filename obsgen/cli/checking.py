"""Commands that judge: validate, trace, upgrade."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obsgen.cli.common import TEMPLATES, FailOn, Format, Tools, app, colour, progress, say

if TYPE_CHECKING:
    from obsgen.fixing import Mended

PATHS = Annotated[
    list[Path] | None, typer.Argument(metavar="[PATH…]", help="Trees, folders or files; else out and argocd.")
]
DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Print the difference, write nothing.")]


@app.command(
    epilog="Examples:  obsgen validate   ·   obsgen validate out/demo   ·   "
    "obsgen validate ../other/monitoring --tools off --assume {component}=latest",
)
def validate(
    paths: PATHS = None,
    tools: Annotated[
        Tools, typer.Option(help="Ask the real tools where they are, demand them, or leave them.")
    ] = Tools.AUTO,
    fail_on: Annotated[FailOn, typer.Option(help="The least severity that gives exit code 1.")] = FailOn.ERROR,
    format_: Annotated[Format, typer.Option("--format", help="How to report.")] = Format.TEXT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Everything, not a screenful.")] = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="Build all overlays, not a few of those that are alike."),
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Write what is certain to be meant into the files first.")] = False,
    dry_run: DRY_RUN = False,
    assume: Annotated[
        list[str] | None,
        typer.Option(metavar="COMPONENT=VERSION", help="What runs, where no tree and no file of kind Facts says it."),
    ] = None,
    templates: TEMPLATES = None,
) -> None:
    """Prove trees, or any manifests, offline: structure, schemas, queries, signals, their path, and the real tools."""
    from functools import partial

    from obsgen.checks import validate as run
    from obsgen.components.catalogue import catalogue
    from obsgen.facts import assumed
    from obsgen.findings import Severity
    from obsgen.report import Options, render

    own = tuple(templates or ())
    facts = assumed(assume or (), catalogue(own).names)
    look = partial(run, _asked(paths, "validating"), every_build=every, facts=facts, templates=own)
    if fix or dry_run:
        from obsgen import fixing

        _tell((fixing.planned if dry_run else fixing.mend)(lambda: look("off").findings), dry_run=dry_run)
    report = look(tools.value, progress())
    least = Severity(fail_on.value)
    typer.echo(render(format_.value, report, Options(verbose, colour(sys.stdout), least)), nl=False)
    raise typer.Exit(int(any(finding.severity.rank <= least.rank for finding in report.findings)))


def _asked(paths: list[Path] | None, doing: str) -> Sequence[Path]:
    """The paths that are asked for; without any those where trees are written, or all that is here."""
    if paths:
        return paths
    found = [path for path in (Path("out"), Path("argocd")) if path.is_dir()] or [Path()]
    say(f"{doing} {' and '.join(map(str, found))}")
    return found


def _tell(mended: Mended, *, dry_run: bool) -> None:
    """Says what was fixed; a dry run ends here, with the difference."""
    from obsgen import fixing

    say(fixing.summary(mended, dry_run=dry_run))
    if dry_run:
        typer.echo(fixing.difference(mended), nl=False)
        raise typer.Exit(int(bool(mended.made)))


class Drawing(StrEnum):
    """How a path is told."""

    TEXT = "text"
    JSON = "json"
    SVG = "svg"


@app.command(
    epilog="Examples:  obsgen trace TargetDown   ·   obsgen trace up --env prod   ·   "
    "obsgen trace TargetDown ../other/monitoring --format svg > path.svg",
)
def trace(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="An alert, panel, series, signal, receiver, monitor, Service or workload."),
    ],
    paths: PATHS = None,
    env: Annotated[str, typer.Option("--env", metavar="ENV", help="One environment of rendered trees alone.")] = "",
    format_: Annotated[Drawing, typer.Option("--format", help="How to tell it.")] = Drawing.TEXT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every hop, not a screenful.")] = False,
    templates: TEMPLATES = None,
) -> None:
    """Follow a signal from its exporter to the person who is told, and say where the path breaks."""
    from obsgen.report import Options
    from obsgen.trace import document, picture, text
    from obsgen.trace import trace as follow

    found = follow(name, _asked(paths, "looking at"), env, templates=tuple(templates or ()))
    match format_:
        case Drawing.JSON:
            told = document.render(found)
        case Drawing.SVG:
            told = picture.render(found)
        case Drawing.TEXT:
            told = text.render(found, Options(verbose, colour(sys.stdout)))
    typer.echo(told, nl=False)
    raise typer.Exit(int(found.is_broken))


class Shape(StrEnum):
    """How an upgrade is told."""

    TEXT = "text"
    JSON = "json"


class Rewrite(StrEnum):
    """What rewritten expressions ask for: the new series, or the old ones as well."""

    NEW = "new"
    BOTH = "both"


@app.command(
    epilog="Examples:  obsgen upgrade --to {component}=latest   ·   "
    "obsgen upgrade --to {component}=latest ../other/monitoring --rewrite both --write",
)
def upgrade(
    to: Annotated[list[str], typer.Option(metavar="COMPONENT=VERSION", help="What is to run; may be repeated.")],
    paths: PATHS = None,
    rewrite: Annotated[
        Rewrite, typer.Option(help="Ask for the new series, or for both while old and new versions run side by side.")
    ] = Rewrite.NEW,
    write: Annotated[bool, typer.Option("--write", help="Write the rewritten expressions to their files.")] = False,
    dry_run: DRY_RUN = False,
    format_: Annotated[Shape, typer.Option("--format", help="How to tell it.")] = Shape.TEXT,
    templates: TEMPLATES = None,
) -> None:
    """Say what other versions break in queries, before they run."""
    from obsgen.upgrading import report
    from obsgen.upgrading.breaks import upgrade as work_out

    found = work_out(_asked(paths, "looking at"), to, rewrite.value, tuple(templates or ()))
    if write or dry_run:
        _tell(report.write(found, dry_run=dry_run), dry_run=dry_run)
    typer.echo(report.as_json(found) if format_ == Shape.JSON else report.text(found), nl=False)
    raise typer.Exit(int(bool(found.broken)))
