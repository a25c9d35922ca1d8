"""The stages of a render, each one call: load, resolve, render. Writing and checking take it from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from obsgen.components.catalogue import Catalogue, catalogue, is_folder, shown
from obsgen.components.unread import unread
from obsgen.conventions import HUB, header
from obsgen.cores import Progress
from obsgen.findings import Faults, InputError, error
from obsgen.profile.load import LoadedProfile, load_profile
from obsgen.profile.models import OwnAlert
from obsgen.render.alerting.route_table import table
from obsgen.render.argocd.application_faults import same_names, unsynced
from obsgen.render.argocd.application_sets import set_faults
from obsgen.render.argocd.applications import argocd_files
from obsgen.render.delivery.deliveries import environment_deliveries
from obsgen.render.delivery.fleet import Fleet
from obsgen.render.delivery.kustomize import tree_files
from obsgen.render.delivery.layout import layout_of, misplaced, possible_components, unknown_components
from obsgen.render.delivery.overlaps import overlaps
from obsgen.render.delivery.placing import place_clusters
from obsgen.render.facts import facts_file
from obsgen.render.grafana.dashboards import Board, boards
from obsgen.render.objects import Rendered, render_objects, ruling
from obsgen.render.readme import readme
from obsgen.render.rules.runbooks import runbook_files
from obsgen.render.stack_tree import StackTree as StackTree
from obsgen.secrecy import in_files, in_folders
from obsgen.stack.hub import with_clusters
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_all
from obsgen.tree.serialise import yaml_bytes

Reader = Callable[[Sequence[Path]], Catalogue]


def load(path: Path) -> LoadedProfile:
    """A profile; InputError if it cannot be read. What else is wrong with it, `render` tells."""
    return load_profile(path)


def _own_templates(profile: LoadedProfile) -> list[Path]:
    """The folders of components that the profile names."""
    folders = [profile.folder / name for name in profile.base.settings.templates]
    places = [profile.base.merged.place(("templates", index)) for index in range(len(folders))]
    missing = [place for folder, place in zip(folders, places, strict=True) if not is_folder(folder)]
    if missing:
        hint = "a folder beside the profile, with one sub-folder for each component"
        raise InputError(error("templates/missing", "no such folder of components", place, hint) for place in missing)
    return folders


def _own_alerts(profile: LoadedProfile) -> set[str]:
    """The alerts that the profile itself brings, in any environment."""
    entries = [each.settings.alerts.items() for each in (profile.base, *profile.environments.values())]
    return {name for each in entries for name, entry in each if isinstance(entry, OwnAlert)}


def _components(profile: LoadedProfile, templates: Sequence[Path], read: Reader, faults: Faults) -> Catalogue:
    """The components within reach; notes what is wrong with the user's own folders of them."""
    own = (*templates, *_own_templates(profile))
    known = read(own)
    faults.findings += unread(known, own, _own_alerts(profile))
    faults.findings += in_folders([root / name for root in own for name in known.names], shown)
    return known


def render(
    profile: LoadedProfile,
    templates: Sequence[Path] = (),
    read: Reader | None = None,
    progress: Progress = lambda _: None,
) -> StackTree:
    """The whole tree of a profile. Raises InputError with everything that is wrong with profile or components.

    `read` gives the components in folders: whoever renders many profiles reads each folder once. `progress` is told how
    far it is with clusters.
    """
    with Faults(profile.faults) as faults:
        known = _components(profile, templates, read or catalogue, faults)
        profile = with_clusters(profile, faults)
        base, stacks = resolve_all(profile, known, faults)
        every = [base, *stacks.values()]
        fleet = Fleet(profile, known, faults)
        distinct = faults.attempt(fleet.distinct, [])
        drawn = faults.attempt(lambda: boards([*every, *distinct]), [])
        rendered = _rendered(every, distinct, drawn, faults)
        environments = {each.stack.environment: each for each in rendered if each.stack.environment}
        layout = layout_of(profile, faults)
        clusters = place_clusters(fleet, environments, drawn, layout, progress)
        deliveries = [*environment_deliveries(environments, layout), *clusters.deliveries]
        whole = not faults.findings
        folders = {folder for each in environments.values() for folder in layout.folders(each)}
        faults.findings += [*misplaced(profile, folders), *overlaps(profile, deliveries), *set_faults(profile)]
        faults.findings += unknown_components(
            profile, folders if whole else folders | possible_components(every, known)
        )
        faults.findings += same_names(profile, deliveries, whole=whole)
        faults.findings += unsynced(profile, deliveries, layout)
        told = {**environments, **clusters.told}
        runbooks = faults.attempt(
            lambda: runbook_files({name: (each.stack, each.alerts) for name, each in told.items()}), {}
        )
        faults.check()
        tree = StackTree(
            name=profile.stack,
            base=rendered[0],
            environments=environments,
            boards=tuple(drawn),
            deliveries=tuple(deliveries),
            told=clusters.told,
            layout=layout,
            files={**{f"runbooks/{name}": text.encode() for name, text in runbooks.items()}, **clusters.files},
            argocd=argocd_files(deliveries),
        )
        tree = replace(tree, files={**tree.files, **_files(tree)})
        faults.findings += in_files({**tree.files, **tree.argocd}, f"out/{tree.name}")
        return tree


def _rendered(
    every: Sequence[Stack], distinct: Sequence[Stack], drawn: Sequence[Board], faults: Faults
) -> list[Rendered]:
    """The stacks with their objects; the hub comes last and knows the rules of all others."""
    below = faults.each((each for each in every if each.environment != HUB), lambda stack: render_objects(stack, drawn))
    shown = lambda: [*(each.ruling for each in below if each.stack.environment), *map(ruling, distinct)]  # noqa: E731
    hubs = faults.each(
        (each for each in every if each.environment == HUB), lambda stack: render_objects(stack, drawn, shown)
    )
    return [*below, *hubs]


def _values(rendered: Rendered) -> bytes:
    return yaml_bytes(rendered.values, header(rendered.stack.name, "values"))


def _plain(rendered: Rendered, path: str) -> bytes:
    return yaml_bytes(rendered.plain[path], header(rendered.stack.name, path.partition("/")[0]))


def _routes(rendered: Rendered) -> bytes:
    found = table(rendered.stack, rendered.cases)
    return found.text() if found else b""


def _files(tree: StackTree) -> dict[str, bytes]:
    """The files of `out/<stack>` besides runbooks and clusters' overlays."""
    environments = tree.environments
    files = tree_files(tree.base, environments, tree.boards, tree.layout)
    return {
        **files,
        **{f"values/{env}.yaml": _values(each) for env, each in environments.items() if each.values},
        **{path: _plain(each, path) for each in environments.values() for path in each.plain},
        **{f"tests/routes-{env}.yaml": cases for env, each in environments.items() if (cases := _routes(each))},
        "README.md": readme(replace(tree, files={**tree.files, **files})),
        ".obsgen/facts.json": facts_file(environments, tree.deliveries, tree.told),
    }
