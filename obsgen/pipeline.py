"""The stages of a render, each one call: load, resolve, render. Writing and checking take it from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from obsgen.components.catalogue import catalogue, is_folder
from obsgen.findings import InputError, error
from obsgen.profile.load import LoadedProfile, load_profile
from obsgen.render.argocd import argocd_files
from obsgen.render.dashboards import Board, boards
from obsgen.render.facts import facts_file
from obsgen.render.kustomize import tree_files
from obsgen.render.objects import Rendered, render_objects
from obsgen.render.readme import readme
from obsgen.render.runbooks import runbook_files
from obsgen.stack.resolve import resolve_profile


@dataclass(frozen=True)
class StackTree:
    """A stack's files: those of `out/<stack>` and those of `argocd/<stack>`, and what they were made from."""

    name: str
    base: Rendered
    environments: dict[str, Rendered]
    boards: tuple[Board, ...]
    files: dict[str, bytes]
    argocd: dict[str, bytes]


def load(path: Path) -> LoadedProfile:
    """A profile without faults of form; InputError with all findings if it has any."""
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


def render(profile: LoadedProfile, templates: Sequence[Path] = ()) -> StackTree:
    """The whole tree of a profile. Raises InputError with everything that is wrong with profile or components."""
    base_stack, stacks = resolve_profile(profile, catalogue((*templates, *_own_templates(profile))))
    every = [base_stack, *stacks.values()]
    drawn = boards(every)
    base = render_objects(base_stack, drawn)
    environments = {name: render_objects(stack, drawn) for name, stack in stacks.items()}
    runbooks = runbook_files(every, {name: rendered.alerts for name, rendered in environments.items()})
    files = {
        **tree_files(base, environments, drawn),
        **{f"runbooks/{name}": text.encode() for name, text in runbooks.items()},
        "README.md": readme(base, environments, drawn),
        ".obsgen/facts.json": facts_file(environments),
    }
    return StackTree(profile.stack, base, environments, tuple(drawn), files, argocd_files(environments))
