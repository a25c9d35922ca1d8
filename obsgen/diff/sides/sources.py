"""Where the files of a side lie: on the disk, or in a commit. Paths are those from where obsgen was called."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from obsgen.diff.sides.git import Commit, Git
from obsgen.findings import ObsgenError


class Source(Protocol):
    """Files by their paths; `mark` stands behind their names where they are told."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def mark(self) -> str:
        """What tells its files from those on the disk: `@main`."""

    @property
    def doubt(self) -> str:
        """What makes it perhaps not what was meant."""

    def bring(self, paths: Iterable[str]) -> Path:
        """The folder in which the paths can be read, as far as they are there."""

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; none if there is no such folder."""

    def folder_of(self, folder: Path) -> Path:
        """What a folder on the disk was there; one that does not belong to this is what it is."""


@dataclass(frozen=True)
class OnDisk:
    """A folder and all that lies in it."""

    folder: Path
    label: str = "the working tree"
    mark: str = ""
    doubt: str = ""

    def bring(self, paths: Iterable[str]) -> Path:
        """The folder itself."""
        return self.folder

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder."""
        found = self.folder / folder
        return sorted(each.name for each in found.iterdir() if each.is_file()) if found.is_dir() else []

    def folder_of(self, folder: Path) -> Path:
        """The folder itself."""
        return folder


@dataclass(frozen=True)
class AtCommit:
    """A commit, of which files are written to a room of one's own when they are asked for.

    `prefix` is the way from the repository's top to where obsgen was called.
    """

    git: Git
    commit: Commit
    prefix: str
    room: Path
    _brought: set[str] = field(default_factory=set, compare=False)

    @property
    def label(self) -> str:
        """The commit, as people call it."""
        return str(self.commit)

    @property
    def mark(self) -> str:
        """The commit's name."""
        return f"@{self.commit.name}"

    @property
    def doubt(self) -> str:
        """What makes it perhaps not the commit that was meant."""
        return self.commit.doubt

    def bring(self, paths: Iterable[str]) -> Path:
        """A folder with the files below the paths, as they were."""
        wanted = [each for each in dict.fromkeys(map(self._from_top, paths)) if each not in self._brought]
        self._brought.update(wanted)
        folder = self.room / self.prefix
        folder.mkdir(parents=True, exist_ok=True)
        self.git.write(self.commit, wanted, self.room)
        return folder.resolve()

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, as it was."""
        return sorted(each for each in self.git.entries(self.commit, self._from_top(folder)) if not each.endswith("/"))

    def folder_of(self, folder: Path) -> Path:
        """The folder as it was; one outside of the repository is what it is."""
        top = self.git.root.resolve()
        if not folder.is_relative_to(top):
            return folder
        path = folder.relative_to(top)
        self.bring([os.path.relpath(path, self.prefix or ".")])
        return self.room / path

    def _from_top(self, path: str) -> str:
        found = os.path.normpath(Path(self.prefix, path))
        if found.partition(os.sep)[0] == "..":
            raise ObsgenError(f"{path} lies outside of the repository {self.git.root}")
        return "" if found == "." else found
