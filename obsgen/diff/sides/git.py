"""What a git repository holds at a commit, read without touching the user's files, index or branches."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from obsgen.findings import ObsgenError

_FILES = frozenset(("100644", "100755", "100664"))
_LINK = "120000"
_MAINS = ("origin/HEAD", *(f"{remote}{name}" for remote in ("origin/", "") for name in ("main", "master", "trunk")))
"""Where changes are merged to, the likeliest first."""
_TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""Variables in which GitHub Actions and GitLab CI say what a change is to be merged to (their own references)."""
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FETCH = "fetch all of it: `git fetch --unshallow`, in GitHub Actions `fetch-depth: 0`, in GitLab CI `GIT_DEPTH: 0`"
_NO_MAIN = "no main branch is known here, so that only what is not committed is compared. Name a base: --base REF"
_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git tells its hooks, and what would lead elsewhere from another folder."""


@dataclass(frozen=True)
class Commit:
    """A commit: its hash, what people call it, and how many commits of the working branch are not in it.

    `doubt` is what makes it perhaps not the one that was meant.
    """

    hash: str
    name: str
    ahead: int = 0
    doubt: str = ""

    def __str__(self) -> str:
        commits = f"{self.ahead} commit{'s' if self.ahead > 1 else ''}"
        return f"{self.name} ({commits})" if self.ahead else self.name


@dataclass(frozen=True)
class Git:
    """A repository, known by its top folder; paths are those from there."""

    root: Path

    def commit(self, name: str) -> Commit:
        """The commit of a name; ObsgenError if there is none."""
        found = self._named(name)
        if not found:
            raise ObsgenError(f"git knows no commit '{name}'. {self._advice()}")
        return Commit(found, name[:10] if _HASH.fullmatch(name) else name, self._ahead(found))

    def knows(self, name: str) -> bool:
        """Whether a name is that of a commit."""
        return bool(self._named(name))

    def fork(self) -> Commit:
        """Where the working branch left the main one; the last commit where it is the main one, or there is none."""
        if not self._named("HEAD"):
            raise ObsgenError("this repository has no commit yet. Name a folder to compare with: --base DIR")
        mains = [name for name in (*_targets(), *_MAINS) if self._named(name)]
        for name in mains:
            base = self._try("merge-base", name, "HEAD")
            if base:
                return Commit(base, self._try("rev-parse", "--abbrev-ref", name) or name, self._ahead(base))
        if self._is_shallow():
            raise ObsgenError(f"this clone does not reach back to where the branch left the main one: {_FETCH}")
        if mains:
            raise ObsgenError(f"this branch has no commit in common with {mains[0]}. Name one: --base REF")
        return replace(self.commit("HEAD"), doubt=_NO_MAIN)

    def write(self, commit: Commit, paths: Iterable[str], into: Path) -> list[str]:
        """Writes the files below some paths, as they were, into a folder, and says which they are.

        Links come as links if they stay inside; submodules, and links that lead out, are left out.
        """
        found = [each for each in self._listed(commit, paths) if _is_inside(each[2])]
        blobs = zip(found, self._blobs([name for _, name, _ in found]), strict=True)
        for (mode, _, path), data in blobs:
            target = into / path
            if mode != _LINK:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            elif _stays(path, os.fsdecode(data)) and not target.is_symlink():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(os.fsdecode(data))
        return [path for _, _, path in found]

    def entries(self, commit: Commit, path: str) -> list[str]:
        """The names in a folder, as it was; those of folders end in a slash."""
        found = self._run("ls-tree", "-z", "--full-tree", commit.hash, "--", *([f"./{path}/"] if path else []))
        heads = (os.fsdecode(each).partition("\t") for each in found.split(b"\0") if each)
        return [f"{PurePosixPath(name).name}{'/' * (head.split()[1] == 'tree')}" for head, _, name in heads]

    def _listed(self, commit: Commit, paths: Iterable[str]) -> list[tuple[str, str, str]]:
        """Mode, name and path of the files and links below some paths."""
        wanted = [f"./{each}" for each in paths]
        if not wanted:
            return []
        whole = [] if "./" in wanted else wanted
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", commit.hash, "--", *whole).split(b"\0")
        heads = (os.fsdecode(each).partition("\t") for each in listed if each)
        found = ((head.split()[0], head.split()[2], path) for head, _, path in heads)
        return [each for each in found if each[0] in _FILES or each[0] == _LINK]

    def _blobs(self, names: Sequence[str]) -> Iterator[bytes]:
        """The contents of objects, asked for in one go."""
        if not names:
            return
        answer = self._run("cat-file", "--batch", input_="".join(f"{name}\n" for name in names).encode())
        start = 0
        for _ in names:
            end = answer.index(b"\n", start)
            head = answer[start:end].split()
            if head[-1] == b"missing":
                raise ObsgenError("this clone does not hold all files of that commit: clone without `--filter`")
            size = int(head[2])
            yield answer[end + 1 : end + 1 + size]
            start = end + size + 2

    def _named(self, name: str) -> str:
        if "\0" in name:
            return ""
        return self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")

    def _advice(self) -> str:
        return f"This clone is shallow: {_FETCH}" if self._is_shallow() else "Name a branch, a commit, or a folder"

    def _is_shallow(self) -> bool:
        return self._try("rev-parse", "--is-shallow-repository") == "true"

    def _ahead(self, base: str) -> int:
        return int(self._try("rev-list", "--count", f"{base}..HEAD") or 0)

    def _try(self, *arguments: str) -> str:
        done = _call(self.root, arguments)
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""

    def _run(self, *arguments: str, input_: bytes = b"") -> bytes:
        done = _call(self.root, arguments, input_)
        if done.returncode:
            raise ObsgenError(f"git {arguments[0]} failed: {_first_line(done)}")
        return done.stdout


def git_at(folder: Path) -> Git | None:
    """The repository that a folder is in, with or without a working tree; None if it is in none."""
    done = _call(folder, ("rev-parse", "--is-bare-repository", "--show-cdup"))
    if b"dubious ownership" in done.stderr:
        raise ObsgenError(
            f"git refuses a repository of somebody else: git config --global --add safe.directory {folder.resolve()}"
        )
    is_bare = done.stdout.startswith(b"true")
    found = _call(folder, ("rev-parse", "--absolute-git-dir" if is_bare else "--show-toplevel"))
    return Git(Path(os.fsdecode(found.stdout).rstrip("\n"))) if found.returncode == 0 and found.stdout.strip() else None


def _call(folder: Path, arguments: Sequence[str], input_: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # Reading must not wait for, or take, locks of the user's own git commands, nor fetch anything.
    kept = {name: value for name, value in os.environ.items() if name not in _HOOKS}
    environment = {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(command, input=input_, capture_output=True, check=False, env=environment)
    except FileNotFoundError:
        raise ObsgenError("git is not installed; compare folders instead: --base DIR") from None


def _first_line(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode(errors="replace").strip().partition("\n")[0]


def _targets() -> Iterator[str]:
    """The branch that a pull request's check says it is for."""
    yield from (f"origin/{name}" for variable in _TARGETS if (name := os.environ.get(variable)))


def _is_inside(path: str) -> bool:
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def _stays(path: str, target: str) -> bool:
    """Whether a link leads to somewhere in the same folder that everything is written to."""
    found = os.path.normpath(os.path.join(os.path.dirname(path), target))  # noqa: PTH118, PTH120  # names alone count
    return not os.path.isabs(target) and found.partition("/")[0] != ".."  # noqa: PTH117
