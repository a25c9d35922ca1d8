"""Commands that write: init, render."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obsgen.cli.common import PROFILES, TEMPLATES, app, findings_text, progress, say

if TYPE_CHECKING:
    from obsgen.findings import Finding


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
    say(f"wrote {path} ({lines} lines). Next: obsgen render {path}")


def _ask(question: str, default: str, check: Callable[[str], object]) -> str:
    """Asks until the answer passes the check, which says in a ValueError what is wrong with it."""
    from obsgen.findings import ObsgenError

    while True:
        try:
            answer = str(typer.prompt(question, default, err=True)).strip()
            check(answer)
        except ValueError as problem:
            say(f"  {problem}")
        except typer.Abort:
            typer.echo(err=True)
            raise ObsgenError("no answer. Nothing was written; flags answer as well, --yes takes defaults") from None
        else:
            return answer


@app.command(
    epilog="Examples:  obsgen render profiles/demo.yaml   ·   obsgen render --check   ·   "
    "obsgen render profiles/demo.yaml --env dev --out /tmp/try",
)
def render(
    profiles: PROFILES = None,
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
    from obsgen.profile.listing import listed

    options = rendering.Options(env, out, force, tuple(templates or ()))
    planned = rendering.plan(listed(profiles or ()), options, progress())
    if check:
        raise typer.Exit(_report_stale(rendering.stale_findings(planned), "" if quiet else rendering.fresh(planned)))
    outcome = rendering.dry_run(planned, options) if dry_run else rendering.write(planned, options)
    if not quiet:
        say(rendering.summary(planned, outcome, verbose=verbose, dry_run=dry_run))


def _report_stale(findings: Sequence[Finding], fresh: str) -> int:
    if findings:
        say(findings_text(findings))
    say(f"{len(findings)} stale. Run the same command without --check." if findings else fresh)
    return 1 if findings else 0
