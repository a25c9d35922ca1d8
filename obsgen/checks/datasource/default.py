"""Several default datasources in one Grafana."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.grafana.datasources import Datasource
from obsgen.repository.objects import Located

ID = "datasource/default"
LEVEL = 5
SEVERITY = Severity.ERROR

_OF_CHART = ("grafana", "sidecar", "datasources")


def check(repository: Repository) -> Iterator[Finding]:
    """At the second one: an error where Grafana reads them when it starts, else a warning."""
    homes: dict[tuple[str, ...], list[Datasource]] = {}
    for each in repository.grafanas.datasources:
        if each.is_default:
            homes.setdefault(each.home, []).append(each)
    for first, *others in homes.values():
        yield from (_second(first, each) for each in others if each.name != first.name)
    for values in repository.chart_values:
        yield from _beside_the_charts(values)


def _second(first: Datasource, other: Datasource) -> Finding:
    severity = Severity.WARNING if other.by_operator else SEVERITY
    what = "whichever comes last wins" if other.by_operator else "Grafana does not start with two"
    message = f"{first.name} and {other.name} are both the default datasource: {what}"
    note = Note(f"{first.name} is the default", first.located.place(("isDefault",)))
    return Finding(ID, severity, message, other.located.place(("isDefault",)), "write isDefault: false", (note,))


def _beside_the_charts(values: Located) -> Iterator[Finding]:
    """The chart makes its own Prometheus the default unless it is told not to."""
    settings = values.at(*_OF_CHART)
    off = ("enabled", "defaultDatasourceEnabled", "isDefaultDatasource")
    if any(settings.at(key).value is False for key in off) or values.at("grafana", "enabled").value is False:
        return
    for each in values.at("grafana", "additionalDataSources").items():
        if each.at("isDefault").value is True:
            message = f"{each.at('name').value} is a default datasource, and so is the one that the chart brings"
            hint = "write isDefault: false, or grafana.sidecar.datasources.isDefaultDatasource: false"
            yield Finding(ID, Severity.WARNING, message, each.place(("isDefault",)), hint)
