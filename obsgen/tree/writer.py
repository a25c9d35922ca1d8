"""Brings planned trees to disk: all of them or none, and after a kill at any moment the next render heals.

Every new byte is first staged in `.obsgen/stage`, where a full disk does no harm; then the journal is put in place,
files are removed and renamed, the record follows, and the journal goes last.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Finding, InputError, Place, error
from obsgen.tree import disk
from obsgen.tree.obstacle import refused
from obsgen.tree.paths import JOURNAL, OWN, RECORD, STAGE, folders
from obsgen.tree.planner import Plan, plan, refusals
from obsgen.tree.record import dump_journal, dump_record

_NEW_RECORD = f"{STAGE}/record.json"
_NEW_JOURNAL = f"{STAGE}/journal.json"
_LOCKLESS = {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP}
_UNTOUCHED = "nothing was changed; clear this up and render again"
_HALFWAY = "the tree may be partly new, no file is half written; clear this up and render again, which finishes it"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a render did, as sorted paths below its root."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def apply(plan: Plan, *, force: bool = False) -> Outcome:
    """Bring one root to what its plan wants; see `apply_all`."""
    return apply_all([plan], force=force)[0]


def apply_all(plans: Sequence[Plan], *, force: bool = False) -> list[Outcome]:
    """Bring every root to what its plan wants, or change none.

    InputError with all `refusals` of all plans; `tree/locked` when another render is at work; `tree/unwritable` when
    the system refuses: nothing has changed then, unless the hint says that the next render finishes it.
    """
    _refuse(plans, force)
    with ExitStack() as stack:
        locked = [(each, stack.enter_context(_locked(each))) for each in plans if each.pending]
        # The disk may have changed since the plan was made; from here on no other render changes it.
        fresh = [(plan(p.root, p.files, only=p.only, within=p.within), fd) for p, fd in locked]
        _refuse([each for each, _fd in fresh], force)
        work = [(each, fd) for each, fd in fresh if each.pending]
        for each, fd in work:
            _stage(each, fd)
        _raise(finding for each, fd in work for finding in _closed_folders(each, fd))
        for each, fd in work:
            _commit(each, fd)
    done = {each.root: each for each in (*plans, *(each for each, _fd in fresh))}
    return [Outcome(p.written, p.unchanged, p.removed) for p in (done[each.root] for each in plans)]


def _refuse(plans: Iterable[Plan], force: bool) -> None:
    _raise(finding for each in plans for finding in refusals(each, force=force))


def _raise(findings: Iterable[Finding]) -> None:
    if found := list(findings):
        raise InputError(found)


@contextmanager
def _telling(path: Path, hint: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise InputError([refused(path, exc, writing=True, hint=hint)]) from exc


@contextmanager
def _locked(plan: Plan) -> Iterator[int]:
    """A descriptor of the root, made if absent, that no other render holds; leftovers in the stage go at the end."""
    with _telling(plan.root, _UNTOUCHED):
        fd = disk.open_root(plan.root, plan.within, create=True)
    try:
        with _telling(plan.root, _UNTOUCHED):
            _lock(plan.root, fd)
        try:
            yield fd
        finally:
            with suppress(OSError):
                _clear_stage(fd)
                plan.root.rmdir()  # succeeds only where it was made in vain
    finally:
        os.close(fd)


def _lock(root: Path, fd: int) -> None:
    # The folder itself is locked: a lock file would show up in everybody's git status.
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        hint = "wait until it is done, then render again"
        raise InputError([error("tree/locked", "another render is at work here", Place(str(root)), hint)]) from exc
    except OSError as exc:
        # Some network file systems lock no folders; there the stage still keeps files whole.
        if exc.errno not in _LOCKLESS:
            raise


def _clear_stage(fd: int) -> None:
    with suppress(FileNotFoundError):
        for name in disk.listing(fd, STAGE):
            disk.remove(fd, f"{STAGE}/{name}")
    disk.prune(fd, STAGE)


def _stage(plan: Plan, fd: int) -> None:
    with _telling(plan.root / STAGE, _UNTOUCHED):
        _clear_stage(fd)
        disk.create(fd, _NEW_JOURNAL, dump_journal(plan.journal))
        disk.create(fd, _NEW_RECORD, dump_record(plan.record))
    for number, path in enumerate(plan.written):
        with _telling(plan.root / path, _UNTOUCHED):
            disk.create(fd, f"{STAGE}/{number}", plan.files[path])
    with _telling(plan.root / STAGE, _UNTOUCHED):
        disk.sync(fd, [STAGE, *(f"{STAGE}/{name}" for name in disk.listing(fd, STAGE))])


def _closed_folders(plan: Plan, fd: int) -> list[Finding]:
    """Folders that would stop the render halfway, told before it changes anything."""
    needed = {path.rpartition("/")[0] for path in (*plan.written, *plan.removed)}
    with _telling(plan.root, _UNTOUCHED):
        closed = {at for folder in needed if not disk.writable(fd, at := disk.nearest_folder(fd, folder))}
    message = "this folder may not be written to"
    return [error("tree/unwritable", message, Place(str(plan.root / at)), _UNTOUCHED) for at in closed]


def _commit(plan: Plan, fd: int) -> None:
    with _telling(plan.root / JOURNAL, _UNTOUCHED):
        disk.move(fd, _NEW_JOURNAL, JOURNAL)
        disk.sync(fd, [OWN])
    for path in plan.removed:
        with _telling(plan.root / path, _HALFWAY):
            disk.remove(fd, path)
    for path in plan.vacated:
        disk.prune(fd, path.rpartition("/")[0])
    for number, path in enumerate(plan.written):
        with _telling(plan.root / path, _HALFWAY):
            disk.move(fd, f"{STAGE}/{number}", path)
    with _telling(plan.root / RECORD, _HALFWAY):
        touched = {above for path in (*plan.written, *plan.removed) for above in folders(path)}
        disk.sync(fd, ["", *sorted(touched)])
        disk.move(fd, _NEW_RECORD, RECORD)
        disk.sync(fd, [OWN])
        _clear_stage(fd)
        disk.remove(fd, JOURNAL)
