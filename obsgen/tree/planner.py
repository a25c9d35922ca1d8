"""What a render would do to a root: reads, decides, changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from obsgen.findings import Finding, InputError, Place, error
from obsgen.tree import disk
from obsgen.tree.obstacle import Obstacle, obstacle, refused
from obsgen.tree.paths import JOURNAL, RECORD, STAGE, faults
from obsgen.tree.record import Step, digest, load_journal, load_record

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Plan:
    """The wish (`files`: path → bytes, `only`: the paths this render is about) and what it takes to get there.

    `written` and `removed` are what a render with --force changes; those of them that people edited or made
    themselves are also in `edited` and `foreign`, and stop a render without it. All tuples are sorted.
    """

    root: Path
    files: Mapping[str, bytes]
    only: Callable[[str], bool]
    within: Path | None
    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    adopted: tuple[str, ...] = ()  # unchanged ones that the record did not know
    missing: tuple[str, ...] = ()  # written ones that are not there yet
    edited: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    vacated: tuple[str, ...] = ()  # known no more: removed or already gone
    obstacles: tuple[Finding, ...] = ()  # in the way, even with --force
    interrupted: bool = False
    record: Mapping[str, str] = field(default_factory=dict)  # as it will be: path → hash
    recorded: bool = True  # the record on disk is already so
    journal: Mapping[str, Step] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether a render has anything to do."""
        return bool(self.written or self.removed or self.interrupted or not self.recorded)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a root holds: the hashes obsgen remembers, and those of the files there are."""

    record: Mapping[str, str] = field(default_factory=dict)
    journal: Mapping[str, Step] = field(default_factory=dict)
    interrupted: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)  # files in a folder that stands in a file's place

    def known(self, path: str) -> bool:
        """Whether an earlier render surely had this file."""
        return path in self.record or (path in self.journal and self.journal[path].old is not None)

    def owned(self, path: str) -> bool:
        """Whether the file there now is, byte for byte, one that a render wrote."""
        step = self.journal.get(path, Step(None, None))
        return self.hashes.get(path) in {self.record.get(path), step.old, step.new} - {None}


def plan(
    root: Path,
    files: Mapping[str, bytes],
    *,
    only: Callable[[str], bool] | None = None,
    within: Path | None = None,
) -> Plan:
    """Compare `root` with `files`, its whole wanted content; where `only` says no, all stays as it is.

    `within` is the folder that the user named (default: the root's parent): below it no link is followed.
    InputError `tree/path` when a path of `files` is not fit; all other troubles are told by `refusals`.
    """
    bad = [
        error("tree/path", f"path {path!r} {reason}", Place(str(root)), "rename what the path is made of")
        for path, reason in faults(files).items()
    ]
    if bad:
        raise InputError(bad)
    wish = Plan(root, files, only or (lambda _path: True), within)
    try:
        return _decide(wish, _look(wish))
    except InputError as exc:
        return replace(wish, obstacles=exc.findings)


def refusals(plan: Plan, *, force: bool = False) -> list[Finding]:
    """Why this plan may not be applied; empty when it may."""
    return [*plan.obstacles, *([] if force else _hand_made(plan))]


def stale(plan: Plan) -> list[Finding]:
    """How the disk differs from what a render would leave; InputError when there is an obstacle to knowing it."""
    if plan.obstacles:
        raise InputError(plan.obstacles)
    if plan.files and len(plan.missing) == len(plan.files) and not plan.removed:
        return [error("tree/stale", f"{plan.root} is not rendered yet", Place(str(plan.root)), "run obsgen render")]
    told = {*plan.edited, *plan.foreign}
    found = list(_hand_made(plan))
    found += [_stale(plan, path, "is missing") for path in plan.missing]
    found += [_stale(plan, path, "is out of date") for path in plan.written if path not in {*told, *plan.missing}]
    found += [_stale(plan, path, "is no longer wanted") for path in plan.removed if path not in told]
    if plan.interrupted:
        message = "a render was interrupted here, or is at work now"
        found.append(error("tree/interrupted", message, Place(str(plan.root / JOURNAL)), "run obsgen render"))
    if not found and not plan.recorded:
        found.append(_stale(plan, RECORD, "is out of date"))
    return sorted(found, key=lambda finding: finding.sort_key)


def _look(wish: Plan) -> _Found:
    try:
        fd = disk.open_root(wish.root, wish.within)
    except FileNotFoundError:
        return _Found()
    try:
        record = _memory(wish, fd, RECORD, load_record)
        journal = _memory(wish, fd, JOURNAL, load_journal)
        paths = {*filter(wish.only, (*wish.files, *record)), *journal}
        hashes, obstacles = _hashes(fd, wish.root, paths)
        interrupted = any(disk.exists(fd, path) for path in (JOURNAL, STAGE))
        return _Found(record, journal, interrupted, hashes, obstacles, _below(fd, obstacles))
    except OSError as exc:
        raise InputError([refused(wish.root, exc)]) from exc
    finally:
        os.close(fd)


def _memory(wish: Plan, fd: int, path: str, load: Callable[[bytes, str], dict[str, _T]]) -> dict[str, _T]:
    try:
        return load(disk.read(fd, path), str(wish.root / path))
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise InputError([obstacle(fd, wish.root, path, exc).finding]) from exc


def _hashes(fd: int, root: Path, paths: Iterable[str]) -> tuple[dict[str, str], dict[str, Obstacle]]:
    hashes: dict[str, str] = {}
    obstacles: dict[str, Obstacle] = {}
    for path in paths:
        try:
            hashes[path] = digest(disk.read(fd, path))
        except FileNotFoundError:
            continue
        except OSError as exc:
            obstacles[path] = obstacle(fd, root, path, exc)
    return hashes, obstacles


def _below(fd: int, obstacles: Mapping[str, Obstacle]) -> dict[str, frozenset[str]]:
    folders = [path for path, found in obstacles.items() if found.kind == "folder"]
    return {path: frozenset(disk.files_below(fd, path)) for path in folders}


def _decide(wish: Plan, found: _Found) -> Plan:
    want = {path: digest(wish.files[path]) for path in filter(wish.only, wish.files)}
    present = found.hashes.keys()
    known = found.record.keys() | found.journal.keys()
    record = want | {path: kept for path in known if not wish.only(path) and (kept := _kept(found, path))}
    vacated = {path for path in known - record.keys() if wish.only(path) or path not in present}
    written = {path for path in want if found.hashes.get(path) != want[path]}
    unchanged = want.keys() - written
    strange = {path for path in (written | vacated) & present if not found.owned(path)}
    edited = {path for path in strange if found.known(path)}
    removed = (vacated & present) - (strange - edited)
    return replace(
        wish,
        written=tuple(sorted(written)),
        unchanged=tuple(sorted(unchanged)),
        removed=tuple(sorted(removed)),
        adopted=tuple(sorted(path for path in unchanged if found.record.get(path) != want[path])),
        missing=tuple(sorted(written - present)),
        edited=tuple(sorted(edited)),
        foreign=tuple(sorted((strange & written) - edited)),
        vacated=tuple(sorted(vacated)),
        obstacles=tuple(_in_the_way(found, want, removed)),
        interrupted=found.interrupted,
        record=record,
        recorded=record == found.record,
        journal=dict(_steps(found, want.keys() | vacated, record)),
    )


def _kept(found: _Found, path: str) -> str | None:
    """What the record says from now on of a path that this render is not about."""
    step, now = found.journal.get(path), found.hashes.get(path)
    return now if step and now in (step.old, step.new) else found.record.get(path)


def _in_the_way(found: _Found, want: Collection[str], removed: set[str]) -> Iterator[Finding]:
    for path, hindrance in found.obstacles.items():
        match hindrance.kind:
            case "file":
                passable = path not in want or hindrance.at in removed
            case "folder":
                passable = path not in want or found.below[path] <= removed
            case _:
                passable = False
        if not passable:
            yield hindrance.finding


def _steps(found: _Found, paths: Collection[str], record: Mapping[str, str]) -> Iterator[tuple[str, Step]]:
    """The journal of this render; what an interrupted one left open stays in it."""
    for path in {*paths, *found.journal}:
        now, then = found.hashes.get(path), record.get(path)
        if path in found.journal or not now == then == found.record.get(path):
            # A file that is not ours is not called ours even when forced: after a kill it is refused again.
            yield path, Step(now if found.owned(path) else None, then)


def _hand_made(plan: Plan) -> Iterator[Finding]:
    for path in plan.edited:
        forced = "removes" if path in plan.removed else "overwrites"
        message = f"{path} was changed by hand since obsgen wrote it"
        hint = f"move the change into the profile, or undo it; --force {forced} the file"
        yield error("tree/edited", message, Place(str(plan.root / path)), hint)
    for path in plan.foreign:
        message = f"{path} is to be written, but a file that obsgen did not write is there"
        yield error("tree/foreign", message, Place(str(plan.root / path)), "move it away; --force overwrites the file")


def _stale(plan: Plan, path: str, message: str) -> Finding:
    return error("tree/stale", f"{path} {message}", Place(str(plan.root / path)), "run obsgen render")
