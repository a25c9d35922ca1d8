"""The disk below one root, reached from its descriptor one folder at a time, so that no link can lead out of it.

Paths are relative to the descriptor, with `/`. Functions raise OSError unless they say otherwise.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from obsgen.findings import InputError
from obsgen.tree.obstacle import obstacle, refused

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# A named pipe in a file's place must not make the render wait for a writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def open_root(root: Path, within: Path | None = None, *, create: bool = False) -> int:
    """A descriptor of `root`; below `within` (default: its parent) no component may be a link.

    FileNotFoundError when it is absent and not to be created; any other trouble is an InputError.
    """
    base = within or root.parent
    while not os.path.isdir(base):  # noqa: PTH112  (Path.is_dir raises where a folder may not be entered)
        base = base.parent
    below = root.relative_to(base).as_posix()
    try:
        anchor = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as exc:
        raise InputError([refused(base, exc)]) from exc
    try:
        with folder(anchor, below, create=create) as fd:
            return os.dup(fd)
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise InputError([obstacle(anchor, base, below, exc, leaf=False, writing=create).finding]) from exc
    finally:
        os.close(anchor)


@contextmanager
def folder(root: int, path: str, *, create: bool = False) -> Iterator[int]:
    """A descriptor of the folder `path`, made with its parents where asked; "" is the root itself."""
    fd = os.dup(root)
    try:
        for part in path.split("/") if path else ():
            below = _enter(fd, part, create)
            os.close(fd)
            fd = below
        yield fd
    finally:
        os.close(fd)


def _enter(fd: int, name: str, create: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=fd)
    except FileNotFoundError:
        if not create:
            raise
    os.mkdir(name, 0o755, dir_fd=fd)
    made = os.open(name, _FOLDER, dir_fd=fd)
    # Others (Argo CD's user, colleagues) read a tree, whatever the umask; an inherited group bit stays.
    os.fchmod(made, stat.S_IMODE(os.fstat(made).st_mode) | 0o755)
    return made


def read(root: int, path: str) -> bytes:
    """The bytes of a regular file."""
    parent, _, name = path.rpartition("/")
    with folder(root, parent) as fd:
        file = os.open(name, _FILE, dir_fd=fd)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        with os.fdopen(file, "rb", buffering=0, closefd=False) as stream:
            return stream.read()
    finally:
        os.close(file)


def exists(root: int, path: str) -> bool:
    """Whether anything stands at `path`, be it a dangling link."""
    parent, _, name = path.rpartition("/")
    try:
        with folder(root, parent) as fd:
            os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def listing(root: int, path: str) -> dict[str, bool]:
    """The names in a folder, and whether each is a folder itself."""
    with folder(root, path) as fd, os.scandir(fd) as entries:
        return {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}


def files_below(root: int, path: str) -> Iterator[str]:
    """Every path below a folder that is not a folder itself."""
    waiting = [path]
    while waiting:
        above = waiting.pop()
        for name, is_folder in listing(root, above).items():
            if is_folder:
                waiting.append(f"{above}/{name}")
            else:
                yield f"{above}/{name}"


def create(root: int, path: str, data: bytes) -> None:
    """Write a new file, mode 0644; its folder is made."""
    parent, _, name = path.rpartition("/")
    with folder(root, parent, create=True) as fd:
        file = os.open(name, _NEW, 0o644, dir_fd=fd)
    try:
        os.fchmod(file, 0o644)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)


def move(root: int, source: str, target: str) -> None:
    """Put a file in another's place in one step; folders are made, an empty folder in its place goes."""
    from_folder, _, from_name = source.rpartition("/")
    to_folder, _, to_name = target.rpartition("/")
    with folder(root, from_folder) as src, folder(root, to_folder, create=True) as dst:
        try:
            os.rename(from_name, to_name, src_dir_fd=src, dst_dir_fd=dst)
        except IsADirectoryError:
            _clear(dst, to_name)
            os.rename(from_name, to_name, src_dir_fd=src, dst_dir_fd=dst)


def _clear(root: int, path: str) -> None:
    for name in listing(root, path):
        _clear(root, f"{path}/{name}")
    parent, _, last = path.rpartition("/")
    with folder(root, parent) as fd:
        os.rmdir(last, dir_fd=fd)


def remove(root: int, path: str) -> None:
    """Delete a file."""
    parent, _, name = path.rpartition("/")
    with folder(root, parent) as fd:
        os.unlink(name, dir_fd=fd)


def prune(root: int, path: str) -> None:
    """Delete the folder `path` and those above it, as far as they are empty."""
    while path:
        path, _, name = path.rpartition("/")
        with suppress(OSError), folder(root, path) as fd:
            os.rmdir(name, dir_fd=fd)


def sync(root: int, paths: Iterable[str]) -> None:
    """Make files and folders survive a power cut; many at a time, as each waits for the device."""
    from concurrent.futures import ThreadPoolExecutor  # 5 ms that most commands need not spend

    with ThreadPoolExecutor(max_workers=8) as pool:
        for _done in pool.map(partial(_sync, root), paths):
            pass


def _sync(root: int, path: str) -> None:
    parent, _, name = path.rpartition("/")
    with suppress(FileNotFoundError, NotADirectoryError), folder(root, parent) as fd:
        file = os.open(name or ".", os.O_RDONLY | os.O_NOFOLLOW, dir_fd=fd)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def nearest_folder(root: int, path: str) -> str:
    """The folder `path`, or where there is none the nearest one above it."""
    while path:
        try:
            with folder(root, path):
                return path
        except (FileNotFoundError, NotADirectoryError):
            path = path.rpartition("/")[0]
    return path


def writable(root: int, path: str) -> bool:
    """Whether files may be made and removed in a folder."""
    with folder(root, path) as fd:
        return os.access(".", os.W_OK | os.X_OK, dir_fd=fd)
