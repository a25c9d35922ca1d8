"""Replacements that name a group which their regular expression does not have: nothing is written in its place."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.signalpath.relabel import variables_lost

ID = "path/lost-variable"
LEVEL = 5
SEVERITY = Severity.WARNING


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the replacement: `$1_now` is the group `1_now`."""
    for endpoint in (each for feeds in repository.feeds for each in feeds.graph.endpoints):
        for each in (*endpoint.relabelings, *endpoint.metric_relabelings):
            for name in variables_lost(each.step):
                first = name.split("_")[0]
                message = f"${name} is a group called {name}, which the regular expression does not have"
                hint = f"write ${{{first}}}{name[len(first) :]}" if first != name and first.isdigit() else ""
                yield Finding(ID, SEVERITY, message, each.located.place(("replacement",)), hint or "nothing is written")
