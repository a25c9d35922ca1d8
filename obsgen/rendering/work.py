"""Profiles rendered, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from obsgen import pipeline
from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.cores import Progress, spread
from obsgen.findings import Finding, InputError
from obsgen.profile.clusters import FILE, Joined
from obsgen.profile.load import LoadedProfile
from obsgen.rendering.product import Head, Product, head_of, product_of


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a profile; without a head it could not be read, without a product not be rendered."""

    head: Head | None
    product: Product | None
    findings: tuple[Finding, ...] = ()


def rendered(paths: Sequence[Path], templates: Sequence[Path], progress: Progress) -> Iterator[Done]:
    """What comes of each profile, in their order."""
    one = progress if len(paths) == 1 else _silent  # which of several processes would speak?
    return spread(partial(_Renderer, templates, one), paths, "rendering", progress)


def _silent(_: str) -> None:
    """Says nothing of how far it is."""


class _Renderer:
    """Renders profiles; the components that several of them use are read once."""

    def __init__(self, templates: Sequence[Path], progress: Progress) -> None:
        self._templates, self._progress = tuple(templates), progress
        self._known: dict[tuple[Path, ...], Catalogue] = {}

    def __call__(self, path: Path) -> Done:
        """What comes of a profile."""
        try:
            profile = pipeline.load(path)
        except InputError as problem:
            return Done(None, None, tuple(problem.findings))
        try:
            tree = pipeline.render(profile, self._templates, self._catalogue, self._progress)
        except InputError as problem:
            return Done(head_of(profile), None, tuple(problem.findings))
        return Done(head_of(profile), product_of(profile, tree, _inputs(path, profile, self._templates)))

    def _catalogue(self, folders: Sequence[Path]) -> Catalogue:
        key = tuple(folders)
        if key not in self._known:
            self._known[key] = catalogue(key)
        return self._known[key]


def _inputs(path: Path, profile: LoadedProfile, templates: Sequence[Path]) -> list[Path]:
    """The files and folders that a profile is rendered from."""
    document = profile.base.merged.document
    listed = [profile.folder / document.value[FILE]] if isinstance(document, Joined) else []
    own = [profile.folder / each for each in profile.base.settings.templates]
    return [path, *listed, *own, *templates]
