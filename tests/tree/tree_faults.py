"""A disk that stops taking changes, and small views on a tree, for the tests of obsgen.tree."""

from __future__ import annotations

import os
from functools import partial
from itertools import count
from pathlib import Path

CHANGES = {"mkdir", "rename", "unlink", "rmdir", "fchmod", "write", "fsync"}


class Killed(BaseException):
    """The process is gone: nothing after it may change the disk, clean-up included."""


class FaultyOs:
    """Stands in for `os` in obsgen.tree.disk: after `fuse` changes every further one raises `fault`.

    A write that fails leaves half of its bytes, as a real one may. `once`: only one change fails.
    """

    def __init__(self, fuse: int | None = None, fault: BaseException | None = None, *, once: bool = False) -> None:
        self.fuse, self.fault, self.once = fuse, fault or Killed(), once
        self._counter = count(1)
        self.changes = 0

    def __getattr__(self, name: str):
        real = getattr(os, name)
        return partial(self._call, name, real) if name in CHANGES or name == "open" else real

    def _call(self, name, real, *args, **kwargs):
        if name == "open" and not args[1] & os.O_CREAT:
            return real(*args, **kwargs)
        self.changes = number = next(self._counter)
        if self.fuse is not None and (number == self.fuse + 1 or (number > self.fuse and not self.once)):
            if name == "write":
                real(args[0], args[1][: len(args[1]) // 2])
            raise self.fault
        return None if name == "fsync" else real(*args, **kwargs)


def snapshot(root: Path) -> dict[str, bytes]:
    """Path → bytes of every file below root but obsgen's own."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".obsgen" not in path.parts
    }


def put(root: Path, path: str, data: bytes) -> None:
    """What a person does: write a file, folders included."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def leftovers(root: Path) -> list[str]:
    """Everything in `.obsgen` that a finished render leaves no trace of."""
    return sorted(path.name for path in (root / ".obsgen").glob("*") if path.name in {"stage", "journal.json"})


def empty_folders(root: Path) -> list[str]:
    """Folders that hold nothing: git would not keep them."""
    return [str(path) for path in root.rglob("*") if path.is_dir() and not any(path.iterdir())]
