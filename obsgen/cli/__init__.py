"""The command line: flags, exit codes, wiring; the work is done elsewhere and imported when it is needed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from obsgen import __version__
from obsgen.cli import checking, comparing, knowing, writing  # noqa: F401  # they bring the commands
from obsgen.cli.common import app, findings_text, say

if TYPE_CHECKING:
    from obsgen.findings import Finding

__all__ = ["app", "main"]

_ORDER = ("init", "render", "validate", "trace", "diff", "upgrade", "explain", "schema")
"""The commands as the help lists them: in the order of a day's work."""
app.registered_commands.sort(key=lambda command: _ORDER.index(getattr(command.callback, "__name__", "")))


def _version(asked: bool) -> None:
    if asked:
        print(f"obsgen {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Observability for AI inference on Kubernetes, generated from one profile and proven offline."""


def main() -> None:
    """Runs the command line; bad input is told as findings and gives exit code 2."""
    from obsgen.findings import InputError, ObsgenError

    # One short run makes no garbage worth collecting; looking for it costs a tenth of the time.
    gc.disable()
    try:
        if {"-h", "--help"} & set(sys.argv):
            _fill_in_examples()
        app(prog_name="obsgen")
    except InputError as problem:
        _refuse(problem.findings)
    except ObsgenError as problem:
        say(f"error: {problem}")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as problem:
        say(f"error: {(problem.strerror or str(problem)).lower()}")
        sys.exit(2)


def _fill_in_examples() -> None:
    """Puts components that there are into the examples of the help, which the engine cannot know."""
    from obsgen.starter import examples

    for command in app.registered_commands:
        if command.epilog and "{" in command.epilog:
            command.epilog = command.epilog.format(**examples())


def _refuse(findings: Sequence[Finding]) -> NoReturn:
    say(findings_text(findings))
    count = len(findings)
    untouched = " Nothing was written." if {"init", "render"} & set(sys.argv[1:2]) else ""
    say(f"{count} error{'s' if count != 1 else ''}.{untouched}")
    sys.exit(2)
