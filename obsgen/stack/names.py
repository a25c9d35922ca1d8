"""Names in the profile that nothing in the stack has: alerts, their servers, dashboards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from obsgen.components.catalogue import Catalogue, ComponentFolder
from obsgen.findings import Finding, error
from obsgen.hints import nearest
from obsgen.profile.load import LoadedProfile
from obsgen.profile.models import OwnAlert
from obsgen.stack.model import Stack
from obsgen.stack.servers import WHOLE_SERVERS, listed


def unknown_names(profile: LoadedProfile, stacks: Sequence[Stack], catalogue: Catalogue) -> Iterator[Finding]:
    """Everything that is called by a name that no environment knows; `stacks` starts with the base.

    What one environment leaves out is known all the same. Where a server is missing by mistake, its alerts and boards
    may be those of any component.
    """
    complete = all(stack.complete for stack in stacks)
    folders = [each.folder for stack in stacks for each in stack.instances] if complete else catalogue.all()
    servers = {each.name for stack in stacks for each in stack.instances}
    servers |= {server.name for stack in stacks for _, _, server in listed(stack.settings)}
    yield from _alerts(profile, folders, None if _unnamed(profile) else servers)
    yield from _dashboards(profile, folders)


def _unnamed(profile: LoadedProfile) -> bool:
    """Whether a server is left out together with its name."""
    return any(each.merged.lost & WHOLE_SERVERS for each in (profile.base, *profile.environments.values()))


def _alerts(profile: LoadedProfile, folders: Iterable[ComponentFolder], servers: set[str] | None) -> Iterator[Finding]:
    known = sorted({name for folder in folders for name in folder.alerts})
    for environment in (profile.base, *profile.environments.values()):
        for name, alert in environment.settings.alerts.items():
            if isinstance(alert, OwnAlert):
                if servers is not None and alert.server not in servers:
                    place = environment.merged.place(("alerts", name, "server"))
                    hint = nearest(alert.server, sorted(servers))
                    yield error("profile/unknown-server", f"no server '{alert.server}'", place, hint)
            elif name not in known:
                place = environment.merged.place(("alerts", name), key=True)
                hint = f"{nearest(name, known)}; an alert of your own needs `server:`"
                yield error("profile/unknown-alert", f"no alert '{name}' in this stack", place, hint)


def _dashboards(profile: LoadedProfile, folders: Iterable[ComponentFolder]) -> Iterator[Finding]:
    known = sorted({name for folder in folders for name in folder.dashboards})
    for name in profile.base.settings.dashboards:
        if name not in known:
            place = profile.base.merged.place(("dashboards", name), key=True)
            message = f"no dashboard '{name}' in this stack"
            yield error("profile/unknown-dashboard", message, place, nearest(name, known))
    yield from _taken(profile, known)


def _taken(profile: LoadedProfile, known: Iterable[str]) -> Iterator[Finding]:
    """Boards that are given a name which another has."""
    changes = profile.base.settings.dashboards
    names = {name: name for name in known if not (name in changes and changes[name].name)}
    for name, change in changes.items():
        if change.name and names.setdefault(change.name, name) != name:
            place = profile.base.merged.place(("dashboards", name, "name"))
            message = f"'{change.name}' is the board of {names[change.name]} already"
            yield error("profile/duplicate-name", message, place, "choose another")
