"""Commands that tell what obsgen knows and has: explain, schema, tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from obsgen.cli.common import TEMPLATES, app, say, tools_app


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


@app.command(epilog="Examples:  obsgen schema > profile.schema.json   ·   obsgen schema --facts > facts.schema.json")
def schema(
    templates: TEMPLATES = None,
    report: Annotated[bool, typer.Option("--report", help="That of reports in JSON instead.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="That of paths in JSON instead.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="That of differences in JSON instead.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="That of files of kind Facts instead.")] = False,
) -> None:
    """Print the JSON Schema of profiles, from which editors complete them."""
    from obsgen.facts import schema as of_facts
    from obsgen.profile.schema import json_schema
    from obsgen.report import json

    if trace:
        from obsgen.trace import document

        typer.echo(document.json_schema(), nl=False)
        return
    if facts:
        typer.echo(of_facts.json_schema(tuple(templates or ())))
        return
    if diff:
        from obsgen.diff.report import json as difference

        typer.echo(difference.json_schema(), nl=False)
        return
    typer.echo(json.json_schema() if report else json_schema(tuple(templates or ())), nl=not report)


@tools_app.command("list", epilog="Example:  obsgen tools list")
def tools_list() -> None:
    """Show the real tools, and whether they are there."""
    from obsgen import tools

    absent = False
    for status in tools.catalogue():
        found = f"{status.found.version} ({status.found.origin})" if status.found else "absent"
        typer.echo(f"{status.name:<12} {status.version:<10} {found:<22} {status.purpose}")
        say(status.note)
        absent = absent or not status.found
    say(f"Next: obsgen {'tools install' if absent else 'validate --tools require'}")


@tools_app.command("install", epilog="Examples:  obsgen tools install   ·   obsgen tools install promtool")
def tools_install(names: Annotated[list[str] | None, typer.Argument(metavar="[NAME…]")] = None) -> None:
    """Build the real tools at pinned versions into the cache, with this machine's Go or a fetched one."""
    from obsgen import tools

    for tool in tools.install(names or [], say):
        say(f"{tool.name} {tool.version}: {tool.path}")
