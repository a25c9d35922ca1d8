"""Work on many things: one after the other, or, where there are many, by all cores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

FEW = 3
"""Things of which nobody counts how many are done."""
_MOST_AT_ONCE = 20
_MANY_OBJECTS = 1_000_000
"""Objects after which a process looks for those that nobody needs any more: about 100 MiB of them."""
_FORKS = sys.platform == "linux"
"""Whether processes begin as copies of this one, with all that it knows."""
Progress = Callable[[str], None]


def spread(
    make: Callable[[], Callable[[T], R]],
    things: Sequence[T],
    doing: str,
    progress: Progress,
    few: int = FEW,
    *,
    inherits: bool = False,
) -> Iterator[R]:
    """What comes of each thing, in their order; `make` gives each process the worker that it keeps.

    So few things are not worth processes of their own. What comes of them travels between processes; with `inherits`,
    `make` itself cannot. `progress` is told how far it is: `rendering 137 of 1,000`.
    """
    cores = min(os.cpu_count() or 1, len(things))
    if len(things) <= few or cores < 2 or _OF_PROCESS or (inherits and not _FORKS):
        yield from _counted(map(make(), things), len(things), doing, progress)
        return
    context = multiprocessing.get_context("fork" if _FORKS else None)
    pool = ProcessPoolExecutor(cores, context, _begin, (make,))
    try:
        work = pool.map(_continue, things, chunksize=max(1, min(_MOST_AT_ONCE, len(things) // (4 * cores))))
        yield from _counted(work, len(things), doing, progress)
    except BaseException:  # whoever stops this does not want the rest, and removes what processes write to
        for each in multiprocessing.active_children():
            each.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _counted(work: Iterable[R], total: int, doing: str, progress: Progress) -> Iterator[R]:
    for number, each in enumerate(work, 1):
        if total > FEW:
            progress(f"{doing} {number:,} of {total:,}" if number < total else "")
        yield each


_OF_PROCESS: list[Callable[[Any], Any]] = []
"""The worker of a process of a pool; such a process does all its work itself."""


def _begin(make: Callable[[], Callable[[T], R]]) -> None:
    # Ctrl-C reaches all processes of a terminal: the first one tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _OF_PROCESS.append(make())
    gc.freeze()  # what all share is not looked through again and again


def _continue(thing: Any) -> Any:
    found = _OF_PROCESS[0](thing)
    if gc.get_count()[0] > _MANY_OBJECTS:  # the command line switches collection off
        gc.collect()
    return found
