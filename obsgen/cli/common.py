"""What commands share: the application they belong to, options of several of them, and how they talk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from obsgen.findings import Finding

app = typer.Typer(
    help="Observability for AI inference on Kubernetes, generated from one profile and proven offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tools_app = typer.Typer(help="The real binaries that validation asks: kustomize, kubeconform, promtool, amtool, logql.")
app.add_typer(tools_app, name="tools", no_args_is_help=True)

PROFILES = Annotated[
    list[Path] | None, typer.Argument(metavar="[PROFILE|DIR…]", help="Profiles, or folders of them; else profiles/.")
]
TEMPLATES = Annotated[
    list[Path] | None,
    typer.Option("--templates", metavar="DIR", help="A folder with components of your own, before the built-in ones."),
]


class Tools(StrEnum):
    """Whether the real tools are asked."""

    AUTO = "auto"
    REQUIRE = "require"
    OFF = "off"


class Format(StrEnum):
    """How a report is told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    GITHUB = "github"


class FailOn(StrEnum):
    """The least severity that fails a validation."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


def colour(stream: TextIO) -> bool:
    """Whether a stream takes colours: a terminal, unless NO_COLOR says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def progress() -> Callable[[str], None]:
    """Shows what is being done in one line of a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(f"\r\x1b[2K{text}\r", end="", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Talk goes to stderr; stdout is for data."""
    if text:
        typer.echo(text, err=True)


def findings_text(findings: Sequence[Finding]) -> str:
    """Findings as people read them."""
    from obsgen.report import Options
    from obsgen.report.text import findings_text

    return findings_text(findings, Options(verbose=True, colour=colour(sys.stderr)))
