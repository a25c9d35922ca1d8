"""kube-prometheus-stack with the routes that it comes with: its Alertmanager tells nobody of anything."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.checks.wording import listed
from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.chartalertmanager import tree_of
from obsgen.repository.objects import Located

ID = "route/chart-default"
LEVEL = 5
SEVERITY = Severity.WARNING

_IN_FILES = "write alertmanager.config with a receiver and its route; or enabled: false, if other Alertmanagers tell"
_IN_PROFILE = "write alertmanager: {delivery: values, receivers: …} into the profile, if no other Alertmanager tells"


def check(repository: Repository) -> Iterator[Finding]:
    """A warning at the values; a note in a rendered tree, whose README says that it configures no Alertmanager."""
    for values in repository.silent_charts:
        tree = tree_of(values)
        gone = [each for each in repository.alerting.alerts if each.tree == tree]
        if gone:
            yield _told(values, gone, is_rendered=tree is not None)


def _told(values: Located, gone: list[Alert], *, is_rendered: bool) -> Finding:
    names = listed(sorted({each.name for each in gone}))
    message = f"the chart's Alertmanager has the routes that the chart comes with: nobody is told of {names}"
    written = "alertmanager" in values.value
    place = values.place(("alertmanager", "config") if written else ("prometheus",), key=True)
    if is_rendered:
        return Finding(ID, Severity.INFO, message, place, _IN_PROFILE)
    return Finding(ID, SEVERITY, message, place, _IN_FILES)
