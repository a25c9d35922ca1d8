"""The command line: flags, exit codes, wiring; the work is done elsewhere and imported when it is needed."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from obsgen import __version__

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

PROFILES = Annotated[list[Path], typer.Argument(metavar="PROFILE…", help="Profiles to render.")]
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


def _version(asked: bool) -> None:
    if asked:
        print(f"obsgen {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Observability for AI inference on Kubernetes, generated from one profile and proven offline."""


@app.command(
    epilog="Examples:  obsgen init   ·   obsgen init --name demo --server {server} --gpu {gpu} --yes",
)
def init(
    name: Annotated[str | None, typer.Option(help="The stack's name.")] = None,
    server: Annotated[
        list[str] | None, typer.Option(metavar="TYPE[@VERSION]", help="A model server; may be repeated.")
    ] = None,
    gpu: Annotated[str | None, typer.Option(metavar="TYPE", help="The exporter of GPU metrics, or none.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Where the model servers run.")] = None,
    release: Annotated[str | None, typer.Option(help="The Helm release of kube-prometheus-stack.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Where to write; else profiles/<name>.yaml.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, take defaults.")] = False,
) -> None:
    """Write a commented profile, by questions or flags."""
    from obsgen import starter

    answers = starter.Answers(name, tuple(server or ()), gpu, namespace, release)
    path, lines = starter.write(answers, _ask if sys.stdin.isatty() else None, file, defaults=yes)
    _say(f"wrote {path} ({lines} lines). Next: obsgen render {path}")


def _ask(question: str, default: str, check: Callable[[str], object]) -> str:
    """Asks until the answer passes the check, which says in a ValueError what is wrong with it."""
    from obsgen.findings import ObsgenError

    while True:
        try:
            answer = str(typer.prompt(question, default, err=True)).strip()
            check(answer)
        except ValueError as problem:
            _say(f"  {problem}")
        except typer.Abort:
            typer.echo(err=True)
            raise ObsgenError("no answer. Nothing was written; flags answer as well, --yes takes defaults") from None
        else:
            return answer


@app.command(
    epilog="Examples:  obsgen render profiles/demo.yaml   ·   obsgen render --check profiles/*.yaml   ·   "
    "obsgen render profiles/demo.yaml --env dev --out /tmp/try",
)
def render(
    profiles: PROFILES,
    env: Annotated[
        str | None, typer.Option(help="Write the base and this overlay, leave other overlays alone.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write to DIR/<stack> and DIR/argocd/<stack>.", metavar="DIR")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a tree is stale.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite edits made by hand.")] = False,
    templates: TEMPLATES = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something is wrong.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List every file.")] = False,
) -> None:
    """Write the trees of profiles: Kustomize base and overlays, and Argo CD Applications."""
    from obsgen import rendering

    options = rendering.Options(env, out, force, tuple(templates or ()))
    planned = rendering.plan(profiles, options)
    if check:
        raise typer.Exit(_report_stale(rendering.stale_findings(planned), "" if quiet else rendering.fresh(planned)))
    outcome = rendering.dry_run(planned, options) if dry_run else rendering.write(planned, options)
    if not quiet:
        _say(rendering.summary(planned, outcome, verbose=verbose, dry_run=dry_run))


def _report_stale(findings: Sequence[Finding], fresh: str) -> int:
    if findings:
        _say(_findings_text(findings))
    _say(f"{len(findings)} stale. Run the same command without --check." if findings else fresh)
    return 1 if findings else 0


@app.command(
    epilog="Examples:  obsgen validate   ·   obsgen validate out/demo   ·   "
    "obsgen validate ../other/monitoring --tools off",
)
def validate(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH…]", help="Trees, folders or files; else out and argocd.")
    ] = None,
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: print the difference, write nothing.")
    ] = False,
) -> None:
    """Prove trees, or any manifests, offline: structure, schemas, queries, and what the real tools say."""
    from obsgen.checks import validate as run
    from obsgen.findings import Severity
    from obsgen.report import Options, render

    asked = paths or [path for path in (Path("out"), Path("argocd")) if path.is_dir()] or [Path()]
    if not paths:
        _say(f"validating {' and '.join(map(str, asked))}")
    if fix or dry_run:
        from obsgen import fixing

        mended = (fixing.planned if dry_run else fixing.mend)(lambda: run(asked, "off", every_build=every).findings)
        _say(fixing.summary(mended, dry_run=dry_run))
        if dry_run:
            typer.echo(fixing.difference(mended), nl=False)
            raise typer.Exit(int(bool(mended.made)))
    report = run(asked, tools.value, _progress(), every_build=every)
    least = Severity(fail_on.value)
    typer.echo(render(format_.value, report, Options(verbose, _colour(sys.stdout), least)), nl=False)
    raise typer.Exit(int(any(finding.severity.rank <= least.rank for finding in report.findings)))


def _colour(stream: TextIO) -> bool:
    """Whether a stream takes colours: a terminal, unless NO_COLOR says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _progress() -> Callable[[str], None]:
    """Shows what is being done in one line of a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(f"\r\x1b[2K{text}\r", end="", file=sys.stderr, flush=True)


@app.command(epilog="Examples:  obsgen explain   ·   obsgen explain prometheus.mode   ·   obsgen explain promql/syntax")
def explain(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="A component, alert, threshold, signal, series, provider, key of a profile, check or group of them; "
            "without it, what there is.",
        ),
    ] = None,
    templates: TEMPLATES = None,
    python: Annotated[
        Path | None,
        typer.Option(
            metavar="PROFILE", help="The metrics that this profile declares of application ID, as a Python module."
        ),
    ] = None,
) -> None:
    """Explain a component, alert, threshold, signal, profile key or finding."""
    if python and what:
        from obsgen.explain.client_module import client_module

        typer.echo(client_module(what, python))
        return
    from obsgen.explain import catalogue

    own = tuple(templates or ())
    typer.echo(catalogue.overview(own) if what is None else catalogue.explain(what, own))


@app.command(epilog="Example:  obsgen schema > profile.schema.json")
def schema(
    templates: TEMPLATES = None,
    report: Annotated[bool, typer.Option("--report", help="That of reports in JSON instead.")] = False,
) -> None:
    """Print the JSON Schema of profiles, from which editors complete them."""
    from obsgen.profile.schema import json_schema
    from obsgen.report import json

    typer.echo(json.json_schema() if report else json_schema(tuple(templates or ())), nl=not report)


@tools_app.command("list", epilog="Example:  obsgen tools list")
def tools_list() -> None:
    """Show the real tools, and whether they are there."""
    from obsgen import tools

    absent = False
    for status in tools.catalogue():
        found = f"{status.found.version} ({status.found.origin})" if status.found else "absent"
        typer.echo(f"{status.name:<12} {status.version:<10} {found:<22} {status.purpose}")
        _say(status.note)
        absent = absent or not status.found
    _say(f"Next: obsgen {'tools install' if absent else 'validate --tools require'}")


@tools_app.command("install", epilog="Examples:  obsgen tools install   ·   obsgen tools install promtool")
def tools_install(names: Annotated[list[str] | None, typer.Argument(metavar="[NAME…]")] = None) -> None:
    """Build the real tools at pinned versions into the cache, with this machine's Go or a fetched one."""
    from obsgen import tools

    for tool in tools.install(names or [], _say):
        _say(f"{tool.name} {tool.version}: {tool.path}")


def _say(text: str) -> None:
    """Talk goes to stderr; stdout is for data."""
    if text:
        typer.echo(text, err=True)


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
        _say(f"error: {problem}")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as problem:
        _say(f"error: {(problem.strerror or str(problem)).lower()}")
        sys.exit(2)


def _fill_in_examples() -> None:
    """Puts components that there are into the examples of the help, which the engine cannot know."""
    from obsgen.starter import examples

    for command in app.registered_commands:
        if command.epilog and "{" in command.epilog:
            command.epilog = command.epilog.format(**examples())


def _findings_text(findings: Sequence[Finding]) -> str:
    from obsgen.report import Options
    from obsgen.report.text import findings_text

    return findings_text(findings, Options(verbose=True, colour=_colour(sys.stderr)))


def _refuse(findings: Sequence[Finding]) -> NoReturn:
    _say(_findings_text(findings))
    count = len(findings)
    untouched = " Nothing was written." if {"init", "render"} & set(sys.argv[1:2]) else ""
    _say(f"{count} error{'s' if count != 1 else ''}.{untouched}")
    sys.exit(2)
