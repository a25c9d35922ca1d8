"""Profiles rendered one after the other, or, where there are many, by all cores."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from obsgen import pipeline
from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.findings import Finding, InputError
from obsgen.profile.clusters import FILE, Joined
from obsgen.profile.load import LoadedProfile
from obsgen.rendering.product import Head, Product, head_of, product_of

FEW = 3
"""Profiles that are not worth a process of their own."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a profile; without a head it could not be read, without a product not be rendered."""

    head: Head | None
    product: Product | None
    findings: tuple[Finding, ...] = ()


def rendered(paths: Sequence[Path], templates: Sequence[Path], progress: Progress) -> Iterator[Done]:
    """What comes of each profile, in their order."""
    cores = min(os.cpu_count() or 1, len(paths) - 1)
    if len(paths) <= FEW or cores < 2:
        yield from _counted(map(_Renderer(templates), paths), len(paths), progress)
        return
    pool = ProcessPoolExecutor(cores, initializer=_begin, initargs=(tuple(templates),))
    try:
        work = pool.map(_continue, paths, chunksize=max(1, min(20, len(paths) // (4 * cores))))
        yield from _counted(work, len(paths), progress)
    finally:
        pool.shutdown(cancel_futures=True)


def _counted(work: Iterable[Done], total: int, progress: Progress) -> Iterator[Done]:
    for number, each in enumerate(work, 1):
        if total > FEW:
            progress(f"rendering {number:,} of {total:,}" if number < total else "")
        yield each


class _Renderer:
    """Renders profiles; the components that several of them use are read once."""

    def __init__(self, templates: Sequence[Path]) -> None:
        self._templates = tuple(templates)
        self._known: dict[tuple[Path, ...], Catalogue] = {}

    def __call__(self, path: Path) -> Done:
        """What comes of a profile."""
        try:
            profile = pipeline.load(path)
        except InputError as problem:
            return Done(None, None, tuple(problem.findings))
        try:
            tree = pipeline.render(profile, self._templates, self._catalogue)
        except InputError as problem:
            return Done(head_of(profile), None, tuple(problem.findings))
        return Done(head_of(profile), product_of(profile, tree, _inputs(path, profile, self._templates)))

    def _catalogue(self, folders: Sequence[Path]) -> Catalogue:
        key = tuple(folders)
        if key not in self._known:
            self._known[key] = catalogue(key)
        return self._known[key]


_OF_PROCESS: list[_Renderer] = []
"""The renderer of a process of the pool."""


def _begin(templates: tuple[Path, ...]) -> None:
    # Ctrl-C reaches all processes of a terminal: the first one tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _OF_PROCESS.append(_Renderer(templates))


def _continue(path: Path) -> Done:
    return _OF_PROCESS[0](path)


def _inputs(path: Path, profile: LoadedProfile, templates: Sequence[Path]) -> list[Path]:
    """The files and folders that a profile is rendered from."""
    document = profile.base.merged.document
    listed = [profile.folder / document.value[FILE]] if isinstance(document, Joined) else []
    own = [profile.folder / each for each in profile.base.settings.templates]
    return [path, *listed, *own, *templates]
