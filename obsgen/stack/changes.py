"""Alerts of a profile: changes of those that components bring, and its own, each laid on the instance that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from obsgen.components.origin import Origin
from obsgen.hints import closest
from obsgen.profile.load import Environment
from obsgen.profile.models import AlertChange, OwnAlert
from obsgen.stack.model import Instance


def with_alerts(instances: Iterable[Instance], environment: Environment) -> Iterator[Instance]:
    """The instances with the profile's changes of alerts, and alerts of its own, laid on."""
    entries = sorted(environment.settings.alerts.items())
    own = {name: entry for name, entry in entries if isinstance(entry, OwnAlert)}
    changes = {name: entry for name, entry in entries if not isinstance(entry, OwnAlert)}
    instances = list(instances)
    names = {each.name for each in instances}
    origin = Origin(environment.merged.place, ("alerts",), environment.merged.text_place)
    for instance in instances:
        mine = {name: change for name, change in changes.items() if name in instance.folder.alerts}
        # A server and the runtime inside it share a name; the outer one, which comes first, knows both's signals.
        sentences = {name: own.pop(name) for name in list(own) if _server(own[name], names) == instance.name}
        changed = mine | {name: _laid_on(mine.get(name), change) for name, change in instance.changes.items()}
        yield replace(instance, changes=changed, own_alerts=sentences, own_origin=origin)


def _server(alert: OwnAlert, names: set[str]) -> str | None:
    """The server of an alert; of one that nobody has, which is told, the one that was meant."""
    return alert.server if alert.server in names else closest(alert.server, names)


def _laid_on(change: AlertChange | None, nearer: AlertChange) -> AlertChange:
    """A server's own change of an alert, over the one for all servers."""
    if change is None:
        return nearer
    return change.model_copy(update={key: getattr(nearer, key) for key in nearer.model_fields_set})
