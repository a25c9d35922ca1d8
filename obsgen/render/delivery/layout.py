"""The folders of a tree: one for each part or, where Argo CD syncs component by component, one for each of those."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from obsgen.components.catalogue import Catalogue
from obsgen.conventions import PARTS
from obsgen.findings import Faults, Finding, error
from obsgen.hints import nearest
from obsgen.profile.load import LoadedProfile
from obsgen.render.manifest import Manifest
from obsgen.render.objects import Rendered
from obsgen.stack.model import Stack
from obsgen.stack.servers import listed

_OF_MANY = ("dashboards", "namespaces", "rules")
"""What objects are said to come from that hold something of several components, or of none."""


@dataclass(frozen=True)
class Layout:
    """How objects are shared out among folders."""

    by_component: bool = False

    @property
    def per(self) -> str:
        """What has a folder each: a part or a component."""
        return "component" if self.by_component else "part"

    def folder(self, manifest: Manifest) -> str:
        """The folder that an object lies in."""
        return manifest.component if self.by_component else manifest.part

    def folders(self, rendered: Rendered) -> list[str]:
        """The folders that have objects, parts in the order in which they are applied."""
        found = {self.folder(each) for each in every(rendered)}
        return sorted(found) if self.by_component else [part for part in PARTS if part in found]

    def only(self, objects: Iterable[Manifest], folder: str) -> list[Manifest]:
        """The objects of one folder."""
        return [each for each in objects if self.folder(each) == folder]

    def objects(self, rendered: Rendered, folder: str) -> list[Manifest]:
        """The objects of one folder, boards' ConfigMaps included."""
        return self.only(every(rendered), folder)


def layout_of(profile: LoadedProfile, faults: Faults) -> Layout:
    """The layout that all of a profile's applications can be had with; notes those that want another one."""
    asking = {name: each.settings.argocd for name, each in profile.environments.items() if each.settings.argocd}
    by = {name: argocd.per for name, argocd in asking.items() if argocd.per != "stack"}
    first = next(iter(by), "")
    for name, per in by.items():
        if per != by[first]:
            message = f"{name} has one application a {per}, {first} one a {by[first]}"
            place = profile.environments[name].merged.place(("argocd",), True)
            hint = "the base has one folder for each of either: choose the same everywhere"
            faults.findings.append(error("profile/application", message, place, hint))
    return Layout(by_component="component" in by.values())


def misplaced(profile: LoadedProfile, folders: Collection[str]) -> Iterator[Finding]:
    """Clusters that would lie in a folder of the tree."""
    for each in profile.destinations:
        if each.entry.name in folders:
            message = f"a cluster called '{each.entry.name}' would lie in the folder of that component"
            place = profile.base.merged.place((*each.route, "name"))
            yield error("profile/reserved-name", message, place, "give it another name")


def unknown_components(profile: LoadedProfile, components: Collection[str]) -> Iterator[Finding]:
    """Applications for components that no object of the tree comes from."""
    for environment in profile.environments.values():
        argocd = environment.settings.argocd
        for index, application in enumerate(argocd.applications if argocd else ()):
            if application.component and application.component not in components:
                place = environment.merged.place(("argocd", "applications", index, "component"))
                message = f"nothing here comes from a component '{application.component}'"
                hint = nearest(application.component, sorted(components))
                yield error("profile/unknown-component", message, place, hint)


def possible_components(stacks: Collection[Stack], catalogue: Catalogue) -> set[str]:
    """The components that objects may come from once nothing is at fault; any may, where a server is missing."""
    known = {each.folder.name for stack in stacks for each in stack.instances}
    servers = {server.name for stack in stacks for _, _, server in listed(stack.settings)}
    return known.union(_OF_MANY, () if all(each.complete for each in stacks) else {*catalogue.names, *servers})


def every(rendered: Rendered) -> tuple[Manifest, ...]:
    """All objects, boards' ConfigMaps included."""
    return (*rendered.objects, *rendered.board_maps)
