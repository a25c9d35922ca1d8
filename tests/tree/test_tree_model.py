"""Any sequence of renders, kills and hand work ends in exactly the wanted tree and everybody else's files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tree_faults import FaultyOs, Killed, leftovers, put, snapshot

from obsgen.findings import InputError
from obsgen.tree import apply, disk, plan, stale
from obsgen.tree.paths import faults, folders

PATHS = ["a", "a/b", "a/b/c", "d/e", "d/f", "overlays/dev/x", "overlays/prod/x", "overlays/prod/y"]
paths = st.sampled_from(PATHS)
contents = st.sampled_from([b"", b"one\n" * 20, b"two\n" * 20])
wishes = st.dictionaries(paths, contents).map(lambda files: {p: files[p] for p in files.keys() - faults(files).keys()})


def all_paths(_path: str) -> bool:
    return True


def dev_only(path: str) -> bool:
    return not path.startswith("overlays/prod/")


class Tree(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name) / "tree"
        self.root.mkdir()
        self.human: dict[str, bytes] = {}  # what people put where
        self.ever: set[str] = set()  # paths that renders have asked for
        self.unsure: set[str] = set()  # human files with the wanted bytes when a render was killed: adopted or not
        self.edits = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(files=wishes, only=st.sampled_from([all_paths, dev_only]), force=st.booleans())
    def render(self, files, only, force):
        before, wanted = snapshot(self.root), {path: files[path] for path in files if only(path)}
        try:
            with mock.patch.object(disk, "os", FaultyOs()):
                apply(plan(self.root, files, only=only), force=force)
        except InputError:
            assert snapshot(self.root) == before
            assert self.stands_in_the_way(wanted, only, force)
            return
        after = snapshot(self.root)
        assert after.items() >= wanted.items()
        for path in after.keys() - wanted.keys():
            assert after[path] == before[path]
            assert path in self.human or path in self.unsure or not only(path)
        for path in before.keys() - after.keys():
            assert only(path)
            assert path not in self.human or (force and path in self.ever) or path in self.unsure
        assert leftovers(self.root) == []
        assert stale(plan(self.root, files, only=only)) == []
        assert not plan(self.root, files, only=only).pending
        self.ever |= wanted.keys()
        self.unsure -= wanted.keys()
        self.human = {path: data for path, data in self.human.items() if path in after and path not in wanted}

    @rule(files=wishes, only=st.sampled_from([all_paths, dev_only]), force=st.booleans(), fuse=st.integers(0, 50))
    def render_killed(self, files, only, force, fuse):
        before, wanted = snapshot(self.root), {path: files[path] for path in files if only(path)}
        try:
            with mock.patch.object(disk, "os", FaultyOs(fuse)):
                apply(plan(self.root, files, only=only), force=force)
        except InputError:
            assert snapshot(self.root) == before
            return
        except Killed:
            pass
        self.unsure |= {path for path in wanted if self.human.get(path) == wanted[path] == before.get(path)}
        after = snapshot(self.root)
        for path in after.keys() | before.keys():
            assert after.get(path) in {before.get(path), wanted.get(path)}
            assert force or after.get(path) == before.get(path) or path not in self.human or path in self.unsure
        self.ever |= wanted.keys()
        self.human = {path: data for path, data in self.human.items() if after.get(path) == data}

    @rule(path=paths)
    def edit(self, path):
        target = self.root / path
        if target.is_dir() or any((self.root / folder).is_file() for folder in folders(path)):
            return
        self.edits += 1
        self.human[path] = f"by hand {self.edits}".encode()
        put(self.root, path, self.human[path])

    @rule(path=paths)
    def delete(self, path):
        if (self.root / path).is_file():
            (self.root / path).unlink()
            self.human.pop(path, None)

    @precondition(lambda self: not leftovers(self.root))
    @rule()
    def forget(self):
        (self.root / ".obsgen/record.json").unlink(missing_ok=True)
        self.human = snapshot(self.root)
        self.ever = set()

    def stands_in_the_way(self, wanted, only, force):
        """Whether some human's file gives a render reason to refuse."""
        for path, data in self.human.items():
            above, below = set(folders(path)) & wanted.keys(), [p for p in wanted if path in folders(p)]
            if above or below or (not force and path in wanted and wanted[path] != data):
                return True
            if not force and path in self.ever and path not in wanted and only(path):
                return True
        return False

    @invariant()
    def human_files_are_as_people_left_them(self):
        after = snapshot(self.root)
        for path, data in self.human.items():
            assert after.get(path) == data or path in self.unsure


TestTree = Tree.TestCase
TestTree.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
