"""What a git repository holds at a commit, read without touching the user's files, index or branches."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obsgen.findings import ObsgenError

_FILES = frozenset(("100644", "100755"))
_MAINS = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where changes are merged to, the likeliest first."""


@dataclass(frozen=True)
class Commit:
    """A commit: its hash, what people call it, and how many commits of the working branch are not in it."""

    hash: str
    name: str
    ahead: int = 0

    def __str__(self) -> str:
        commits = f"{self.ahead} commit{'s' if self.ahead > 1 else ''}"
        return f"{self.name} ({commits})" if self.ahead else self.name


@dataclass(frozen=True)
class Git:
    """The repository that a folder is in."""

    folder: Path

    def commit(self, name: str) -> Commit:
        """The commit of a name; ObsgenError if there is none."""
        found = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if not found:
            raise ObsgenError(
                f"git knows no commit '{name}'. Name a branch, a tag or a commit, or a folder: --base DIR"
            )
        return Commit(found, name, self._ahead(found))

    def fork(self) -> Commit:
        """Where the working branch left the main one; the last commit where it is the main one."""
        for name in _MAINS:
            main = self._try("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            base = self._try("merge-base", main, "HEAD") if main else ""
            if base:
                shown = self._try("rev-parse", "--abbrev-ref", name) or name
                return Commit(base, shown, self._ahead(base))
        return self.commit("HEAD")

    def write(self, commit: Commit, paths: Iterable[str], into: Path) -> list[str]:
        """Writes the files below some paths, as they were, into a folder; links and submodules are left out.

        Paths are those from the repository's folder that this is about; those of the files that were written come back.
        """
        wanted = [f"./{each}" for each in paths]
        listed = self._run("ls-tree", "-r", "-z", commit.hash, "--", *wanted).split(b"\0") if wanted else []
        entries = [each.decode().partition("\t") for each in listed if each]
        files = [(head.split()[2], path) for head, _, path in entries if head.split()[0] in _FILES and _is_inside(path)]
        for (_, path), data in zip(files, self._blobs([name for name, _ in files]), strict=True):
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return [path for _, path in files]

    def folders(self, commit: Commit, path: str) -> list[str]:
        """The names of the folders in a folder, as it was."""
        listed = self._run("ls-tree", "-d", "-z", "--name-only", commit.hash, "--", f"./{path}/").split(b"\0")
        return [PurePosixPath(each.decode()).name for each in listed if each]

    def _blobs(self, names: Sequence[str]) -> Iterator[bytes]:
        """The contents of objects, asked for in one go."""
        if not names:
            return
        answer = self._run("cat-file", "--batch", input_="".join(f"{name}\n" for name in names).encode())
        start = 0
        for _ in names:
            end = answer.index(b"\n", start)
            size = int(answer[start:end].split()[2])
            yield answer[end + 1 : end + 1 + size]
            start = end + size + 2

    def _ahead(self, base: str) -> int:
        return int(self._try("rev-list", "--count", f"{base}..HEAD") or 0)

    def _try(self, *arguments: str) -> str:
        done = self._call(arguments)
        return done.stdout.decode().strip() if done.returncode == 0 else ""

    def _run(self, *arguments: str, input_: bytes = b"") -> bytes:
        done = self._call(arguments, input_)
        if done.returncode:
            raise ObsgenError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def _call(self, arguments: Sequence[str], input_: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        # Reading must not wait for, or take, locks of the user's own git commands.
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        command = ["git", "-C", str(self.folder), "-c", "core.fsmonitor=false", *arguments]
        try:
            return subprocess.run(command, input=input_, capture_output=True, check=False, env=environment)
        except FileNotFoundError:
            raise ObsgenError("git is not installed; compare folders instead: --base DIR") from None


def git_at(folder: Path) -> Git | None:
    """The repository that a folder is in; None if it is in none."""
    found = Git(folder)
    return found if found._try("rev-parse", "--is-inside-work-tree") == "true" else None


def _is_inside(path: str) -> bool:
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts
