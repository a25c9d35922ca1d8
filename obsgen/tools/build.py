"""Building the real tools into the cache, so that a tool is there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from obsgen.tools import golang
from obsgen.tools.call import Tool
from obsgen.tools.errors import ToolError
from obsgen.tools.locate import built, cache_folder, find, home_of, reported
from obsgen.tools.specs import Spec, all_specs, known_version, spec

Progress = Callable[[str], None]
_UNFINISHED = ".unfinished-"


def install(names: Sequence[str], progress: Progress) -> list[Tool]:
    """Build every named tool that is not here yet (no names: all), and return them in the order named.

    `progress` gets a line before each long step. Safe to run twice at once and to kill at any moment: what a
    killed run downloaded is used by the next one, what it half built is not. ToolError if a tool cannot be had.
    """
    wanted = [spec(name) for name in names or all_specs()]
    try:
        if not all(find(each.name) for each in wanted):
            _build_missing(wanted, progress)
    except OSError as problem:
        raise _storage(problem) from problem
    return [_found(each) for each in wanted]


def _found(wanted: Spec) -> Tool:
    tool = find(wanted.name)
    if tool is None:
        raise ToolError(f"{wanted.name} was built but is gone again", "obsgen tools install")
    return tool


def _build_missing(wanted: Sequence[Spec], progress: Progress) -> None:
    scratch = cache_folder() / "build"
    with _alone(progress):
        missing = [each for each in wanted if find(each.name) is None]
        if not missing:
            return
        scratch.mkdir(exist_ok=True)
        go = golang.ready(max(each.go for each in missing), scratch, progress)
        for each in missing:
            _build(each, go, progress)
        shutil.rmtree(scratch)


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Hold the cache's lock, which the system drops when its holder dies."""
    import fcntl  # absent on Windows, where tools are used from PATH but not built

    folder = cache_folder() / "tools"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another installation into the same cache")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(wanted: Spec, go: golang.Go, progress: Progress) -> None:
    title = f"{wanted.name} {wanted.version}"
    progress(f"building {title} with Go {golang.text(go.version)} (about {wanted.seconds} s of CPU time from nothing)")
    start = time.monotonic()
    shelf = home_of(wanted).parent
    shelf.mkdir(exist_ok=True)
    for leftover in shelf.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=shelf) as temporary:
        fresh = Path(temporary) / "whole"
        fresh.mkdir()
        _compile(wanted, go, fresh / wanted.name)
        _verify(wanted, fresh / wanted.name)
        _publish(wanted, fresh)
    progress(f"built {title} in {time.monotonic() - start:.0f} s")


def _compile(wanted: Spec, go: golang.Go, target: Path) -> None:
    command = [str(go.path), "build", *wanted.flags, "-o", str(target), wanted.package]
    done = subprocess.run(
        command, cwd=wanted.folder, env=_environment(go), capture_output=True, check=False, text=True, errors="replace"
    )
    if done.returncode:
        raise ToolError(f"{wanted.name} could not be built:\n{golang.tail(done.stderr)}", _advice(done.stderr))


def _environment(go: golang.Go) -> dict[str, str]:
    """The user's environment (module proxy, certificates), less what would make another binary than the pinned one."""
    user = {name: value for name, value in os.environ.items() if name not in {"GOOS", "GOARCH", "GOEXPERIMENT"}}
    pinned = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
    return user | pinned | dict(go.env)


def _advice(stderr: str) -> str:
    if "no space left on device" in stderr:
        return _ROOM
    if any(sign in stderr for sign in ("dial tcp", "proxyconnect", "TLS handshake", "connection re", "no such host")):
        return "the build needs a Go module proxy: check the network, or name yours in GOPROXY"
    if "checksum mismatch" in stderr:
        return "what the module proxy served is not what was pinned: do not use it, and try another GOPROXY"
    return "try again with a newer Go, or put a released binary on PATH"


_ROOM = "free about 4 GB, or point OBSGEN_CACHE (and GOCACHE, GOMODCACHE) at a larger disk"


def _storage(problem: OSError) -> ToolError:
    where = problem.filename or cache_folder()
    if problem.errno == errno.ENOSPC:
        return ToolError(f"no space left on the disk of {where}", _ROOM)
    return ToolError(f"{problem.strerror}: {where}", "set OBSGEN_CACHE to a folder that you can write")


def _verify(wanted: Spec, binary: Path) -> None:
    """A binary that does not run here, or is not the pinned release, is never handed out."""
    version = reported(binary, wanted.ask)
    if version != known_version(wanted.version):
        raise ToolError(
            f"the {wanted.name} just built does not report {wanted.version}", "report this with `go version`"
        )


def _publish(wanted: Spec, fresh: Path) -> None:
    _sync(fresh / wanted.name)
    home = home_of(wanted)
    if home.exists():  # without its binary, or nobody would be building
        shutil.rmtree(home)
    fresh.rename(home)
    _sync(home.parent)
    if built(wanted) is None:
        raise ToolError(f"{home} cannot be run", "OBSGEN_CACHE must be on a disk that allows programs")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
