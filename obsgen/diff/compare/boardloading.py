"""How dashboards get to Grafana: the folder that they come into, and the label by which a sidecar finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from obsgen.diff.boards.boards import boards_in, may_hold_texts
from obsgen.diff.boards.providers import providers_in
from obsgen.diff.model import Change, Key, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.trees import State
from obsgen.repository.grafana.datasources import GROUP
from obsgen.repository.objects import Located
from obsgen.source import Route

_FOLDERS = ("grafana_folder", "k8s-sidecar-target-directory")
"""Annotations by which Grafana's sidecar knows a folder: its usual one, and the sidecar's own."""
_OF_OBJECT: tuple[Route, ...] = (("spec", "folder"), ("spec", "folderRef"), ("spec", "folderUID"))
_LOADER = (GROUP, "GrafanaDashboard")


def compare(pair: Pair) -> Iterator[Change]:
    """Dashboards that Grafana finds elsewhere, or by other means, than before."""
    for thing in (each for each in things(pair) if may_hold_texts(each.owner)):
        yield from _provided(thing)
        if thing.old and thing.new and isinstance(thing.owner, Key):
            sides = _Way(pair.old, thing.owner, thing.old), _Way(pair.new, thing.owner, thing.new)
            if any(each.title for each in sides):
                yield from _folder(thing, *sides)
                yield from _labels(thing, *sides)


@dataclass(frozen=True, eq=False)
class _Way:
    """An object on one side that may be, or bring, a dashboard."""

    state: State
    key: Key
    located: Located

    @cached_property
    def loader(self) -> Located | None:
        """The object that brings its dashboard to Grafana; itself if it is one."""
        if self.key[:2] == _LOADER:
            return self.located
        name = self.located.at("metadata", "name").value
        namespace = self.located.at("metadata", "namespace").value
        loaders = (each.located for key, each in self.state.objects.items() if key[:2] == _LOADER)
        found = (each for each in loaders if each.at("metadata", "namespace").value == namespace)
        return next((each for each in found if each.at("spec", "configMapRef", "name").value == name), None)

    @cached_property
    def title(self) -> str:
        """What its dashboard is called; empty if it has none to do with."""
        board = next(boards_in(self.key, self.located), None)
        if board:
            return board.title
        return self.key.name if self.key[:2] == _LOADER else ""

    @property
    def folder(self) -> str:
        """The folder's title, or whatever names it; empty if nothing does."""
        annotations = self.located.at("metadata", "annotations")
        named = [annotations.at(each).value for each in _FOLDERS]
        loader = self.loader
        named += [loader.at(*each).value for each in _OF_OBJECT] if loader else []
        name = next((str(each) for each in named if each), "")
        return self._titles.get(name, name) or self._provided

    @property
    def _provided(self) -> str:
        """The folder of all boards that Grafana reads from files, where it is one for all."""
        parts = [each.located for key, each in self.state.objects.items() if may_hold_texts(key)]
        parts += self.state.documents.values()
        folders = {each.folder for part in parts for each in providers_in(part)}
        return folders.pop() if len(folders) == 1 else ""

    @property
    def _titles(self) -> dict[str, str]:
        """The titles of folders that are objects."""
        folders = (each for key, each in self.state.objects.items() if key[:2] == (GROUP, "GrafanaFolder"))
        return {each.name: str(each.located.at("spec", "title").value or each.name) for each in folders}


def _folder(thing: Thing, old: _Way, new: _Way) -> Iterator[Change]:
    """That boards are looked for in another folder, whose rights may be others; how it is named means nothing."""
    routes = [_whole(thing, route) for route in _routes() if _differs(thing, route)]
    if routes:
        before, after = old.folder, new.folder
        what = f"folder {before or 'by default'} → {after or 'by default'}" if before != after else ""
        subject = f"dashboard {new.title}"
        yield thing.change("change/dashboard-folder", "~", what, Risk.REVIEW, *routes, subject=subject)


def _provided(thing: Thing) -> Iterator[Change]:
    """That Grafana puts all boards of a path into another folder."""
    old, new = ({each.name: each for each in providers_in(part)} if part else {} for part in (thing.old, thing.new))
    for name in (each for each in new if each in old and old[each].folder != new[each].folder):
        what = f"folder {old[name].folder or 'by default'} → {new[name].folder or 'by default'}"
        # A text is explained as a whole; what else differs in it is left to be told.
        whole = old[name].rest == new[name].rest or new[name].route[-1] == "folder"
        routes = [new[name].route] if whole else [(*new[name].route, "folder")]
        subject = f"dashboards of {name}"
        yield thing.change("change/dashboard-folder", "~", what, Risk.REVIEW, *routes, subject=subject)


def _labels(thing: Thing, old: _Way, new: _Way) -> Iterator[Change]:
    """Labels of dashboards; one that an object brings needs none."""
    before, after = ({} if not isinstance(each, dict) else each for each in thing.values("metadata", "labels"))
    for label in sorted({*before, *after}):
        if "dashboard" in str(label) and before.get(label) != after.get(label):
            is_gone, value = label not in after, after.get(label, before.get(label))
            word = "no longer labelled" if is_gone else "labelled"
            what = "" if (new if is_gone else old).loader else f"{word} {label}={value}, by which a sidecar finds it"
            risk = Risk.REVIEW if label in before else Risk.SAFE
            route = ("metadata", "labels", label)
            yield thing.change("change/dashboard-label", "~", what, risk, route, subject=f"dashboard {new.title}")


def _routes() -> tuple[Route, ...]:
    return (*(("metadata", "annotations", each) for each in _FOLDERS), *_OF_OBJECT)


def _whole(thing: Thing, route: Route) -> Route:
    """The mapping around a value where one side has none, and the other nothing else in it."""
    sides = thing.values(*route[:-1])
    return route[:-1] if None in sides and any(each and set(each) <= {route[-1]} for each in sides) else route


def _differs(thing: Thing, route: Route) -> bool:
    old, new = thing.values(*route)
    return bool(old != new)
