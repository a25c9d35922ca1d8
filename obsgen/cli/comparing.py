"""The command that compares: diff."""

from __future__ import annotations

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from obsgen.cli.common import TEMPLATES, app, colour, progress, say


class Form(StrEnum):
    """How a difference is told."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    GITHUB = "github"


def _risks(incomplete: str) -> list[str]:
    """The risks whose names begin so, for completion."""
    from obsgen.diff.model import Risk
    from obsgen.diff.risks import flag

    return [name for name in map(flag, Risk) if name.startswith(incomplete)]


@app.command(
    epilog="Examples:  obsgen diff   ·   obsgen diff profiles/demo.yaml --base v1.2   ·   "
    "obsgen diff --env staging prod   ·   obsgen diff clusters/ --base main   ·   obsgen diff --format markdown",
)
def diff(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROFILE|DIR…]", help="Profiles, or folders of manifests; else all in profiles/."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="REF|DIR", help="What to compare with; else where this branch left the main one."),
    ] = None,
    head: Annotated[
        str | None, typer.Option(metavar="REF|DIR", help="What to compare; else the working tree, rendered.")
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(metavar="ENV [ENV]", help="This environment alone; of two, what differs between them."),
    ] = None,
    render_base: Annotated[
        bool, typer.Option("--render-base", help="Render the base anew, too, whatever is committed there.")
    ] = False,
    format_: Annotated[Form, typer.Option("--format", help="How to tell it.")] = Form.TEXT,
    fail_on: Annotated[
        str,
        typer.Option(
            metavar="RISK",
            autocompletion=_risks,
            help="The least risk that gives exit code 1: safe, needs-review, may-page, loses-data, may-stop-paging, "
            "destroys-data.",
        ),
    ] = "safe",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Everything, expressions too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The last line alone.")] = False,
    templates: TEMPLATES = None,
) -> None:
    """Say what a change means for those on call, before the pull request."""
    from obsgen.diff.comparing import compare
    from obsgen.diff.report import Options, refused, render
    from obsgen.diff.risks import risk_of
    from obsgen.diff.sides.asked import Asked
    from obsgen.findings import ObsgenError

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was written for the comparison goes in any case
    try:
        least = risk_of(fail_on)
        files, environments = _told_apart(paths or [], env or [])
        asked = Asked(tuple(files), base, head, render_base, tuple(templates or ()))
        found = compare(asked, environments, Path(), progress())
    except KeyboardInterrupt:
        say("stopped")
        raise typer.Exit(130) from None
    except ObsgenError as problem:
        typer.echo(refused(format_.value, problem), nl=False)
        raise
    for note in found.notes if not quiet else ():
        say(f"note: {note}")
    options = Options(verbose, quiet, colour(sys.stdout), _width())
    typer.echo(render(format_.value, found, options), nl=False)
    raise typer.Exit(int(any(line.risk.rank >= least.rank for line in found.lines)))


def _told_apart(paths: list[str], environments: list[str]) -> tuple[list[Path], list[str]]:
    """Files and folders, and environments: behind one `--env` a plain name is the second environment."""
    from obsgen.findings import ObsgenError

    if len(environments) == 1:
        names = [each for each in paths if not {".", "/", "\\"} & set(each)]
        environments = [*environments, *names]
        paths = [each for each in paths if each not in names]
    if len(environments) > 2:
        raise ObsgenError(f"at most two environments can be compared, not {', '.join(environments)}")
    if len(environments) == 2 and environments[0] == environments[1]:
        raise ObsgenError(f"{environments[0]} is named twice: name two environments to see how they differ")
    return [Path(each) for each in paths], environments


def _width() -> int | None:
    """The columns that a line may have: those of the terminal; elsewhere there is no end to them."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None
