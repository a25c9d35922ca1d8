"""A render that dies, or that the disk fails, at each single change it makes."""

from __future__ import annotations

import errno
import subprocess
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from tree_faults import FaultyOs, Killed, empty_folders, leftovers, put, snapshot

from obsgen.findings import InputError
from obsgen.tree import apply, apply_all, disk, plan, refusals, stale

OLD = {"a": b"old a\n" * 9, "b": b"file\n", "c/x/y": b"old y\n", "d/same": b"same\n", "gone/z": b"z\n", "gone/e/e": b""}
NEW = {"a": b"new a\n" * 9, "b/in": b"folder\n", "c/x": b"file\n", "d/same": b"same\n", "fresh/n": b"n\n"}
OTHER = {"a": b"other\n", "d/same": b"same\n", "q": b"q\n"}
MINE = {"c/mine": b"precious", "gone/mine": b"precious", "notes": b"precious"}


@pytest.fixture(autouse=True)
def _no_waiting_for_the_device(monkeypatch):
    monkeypatch.setattr(disk, "os", FaultyOs())


def tree(root: Path) -> None:
    apply(plan(root, OLD))
    for path, data in MINE.items():
        put(root, path, data)


def changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many changes the render from OLD to NEW makes."""
    tree(root)
    layer = FaultyOs()
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", layer)
        apply(plan(root, NEW))
    return layer.changes


def killed(root: Path, files: dict[str, bytes], fuse: int, monkeypatch: pytest.MonkeyPatch, *, force=False) -> bool:
    """Render and die at the change after `fuse`; False when the render was done before."""
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", FaultyOs(fuse))
        try:
            apply(plan(root, files), force=force)
        except Killed:
            return True
    return False


def assert_whole(root: Path) -> None:
    for path, data in snapshot(root).items():
        assert data in {OLD.get(path), NEW.get(path), MINE.get(path)}, path
    assert MINE.items() <= snapshot(root).items()


def test_killed_at_every_change_then_healed(tmp_path, monkeypatch):
    total = changes(tmp_path / "whole", monkeypatch)
    assert total > 30
    for fuse in range(total):
        root = tmp_path / f"killed-{fuse}"
        tree(root)
        assert killed(root, NEW, fuse, monkeypatch)
        assert_whole(root)
        found = plan(root, NEW)
        assert refusals(found) == []
        if found.pending:
            assert stale(found) != []
        else:
            assert snapshot(root) == NEW | MINE  # all was done but to leave
        if (root / ".obsgen/journal.json").exists():
            assert "tree/interrupted" in {finding.id for finding in stale(found)}
        elif found.pending:
            assert snapshot(root) == OLD | MINE
        apply(found)
        assert snapshot(root) == NEW | MINE
        assert leftovers(root) == empty_folders(root) == []
        assert not plan(root, NEW).pending


@pytest.mark.parametrize("wish", [OLD, OTHER, {}], ids=["back", "elsewhere", "nothing"])
def test_killed_then_killed_again_then_rendered_to_another_wish(tmp_path, monkeypatch, wish):
    total = changes(tmp_path / "whole", monkeypatch)
    for first in range(0, total, 5):
        for second in range(0, total, 11):
            root = tmp_path / f"killed-{first}-{second}"
            tree(root)
            assert killed(root, NEW, first, monkeypatch)
            killed(root, wish, second, monkeypatch)
            apply(plan(root, wish))
            assert snapshot(root) == wish | MINE
            assert leftovers(root) == empty_folders(root) == []


def test_killed_then_rendered_in_part_then_in_whole(tmp_path, monkeypatch):
    total = changes(tmp_path / "whole", monkeypatch)
    for first in range(0, total, 3):
        for second in (None, 12, 20):
            root = tmp_path / f"killed-{first}-{second}"
            tree(root)
            assert killed(root, NEW, first, monkeypatch)
            part = plan(root, OTHER, only=lambda path: path in {"q", "fresh/n"})
            with monkeypatch.context() as patch, suppress(Killed):
                patch.setattr(disk, "os", FaultyOs(second))
                apply(part)
                assert leftovers(root) == []
            assert refusals(plan(root, OTHER)) == []
            apply(plan(root, OTHER))
            assert snapshot(root) == OTHER | MINE
            assert leftovers(root) == empty_folders(root) == []


def test_a_first_render_killed_at_every_change_leaves_nothing_unowned(tmp_path, monkeypatch):
    for fuse in count():
        root = tmp_path / f"killed-{fuse}"
        if not killed(root, NEW, fuse, monkeypatch):
            break
        apply(plan(root, {}))
        assert snapshot(root) == {}
    assert fuse > 30


@pytest.mark.parametrize("once", [True, False])
def test_a_disk_that_fails_at_any_change_is_told_and_healed(tmp_path, monkeypatch, once):
    total = changes(tmp_path / "whole", monkeypatch)
    for fuse in range(total):
        root = tmp_path / f"full-{fuse}"
        tree(root)
        with monkeypatch.context() as patch:
            patch.setattr(disk, "os", FaultyOs(fuse, OSError(errno.ENOSPC, "No space left on device"), once=once))
            try:
                apply(plan(root, NEW))
            except InputError as exc:
                (finding,) = exc.findings
                assert finding.id == "tree/unwritable"
                assert "No space left on device" in finding.message
                assert finding.place.file.startswith(str(root))
                assert "may be partly new" in finding.hint or snapshot(root) == OLD | MINE
        assert_whole(root)
        if once:
            assert "stage" not in leftovers(root)
        apply(plan(root, NEW))
        assert snapshot(root) == NEW | MINE
        assert leftovers(root) == []


def test_a_hand_edit_after_a_kill_is_still_a_hand_edit(tmp_path, monkeypatch):
    total = changes(tmp_path / "whole", monkeypatch)
    for fuse in range(total):
        root = tmp_path / f"killed-{fuse}"
        tree(root)
        assert killed(root, NEW, fuse, monkeypatch)
        put(root, "a", b"edited after the kill")
        assert [(f.id, f.place.file) for f in refusals(plan(root, NEW))] == [("tree/edited", str(root / "a"))]
        assert "a" in plan(root, OTHER).edited


def test_a_forced_render_that_is_killed_does_not_make_edits_fair_game(tmp_path, monkeypatch):
    for fuse in count():
        root = tmp_path / f"killed-{fuse}"
        tree(root)
        put(root, "a", b"edited")
        put(root, "q", b"foreign")
        if not killed(root, OTHER, fuse, monkeypatch, force=True):
            break
        found = plan(root, OTHER)
        assert ("a" in found.edited) == ((root / "a").read_bytes() == b"edited")
        assert ("q" in found.foreign) == ((root / "q").read_bytes() == b"foreign")
        if found.foreign:
            apply(plan(root, {}), force=True)
            assert (root / "q").read_bytes() == b"foreign"
    assert fuse > 30


def test_a_failing_root_leaves_the_others_untouched(tmp_path, monkeypatch):
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        tree(root)
    layer = FaultyOs(fault=OSError(errno.EDQUOT, "Disk quota exceeded"), once=True)
    layer.fuse = 2 * (2 + 3) + 3 * len(NEW)  # somewhere in the staging of the second root
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", layer)
        with pytest.raises(InputError, match="Disk quota exceeded"):
            apply_all([plan(root, NEW) for root in roots])
    for root in roots:
        assert snapshot(root) == OLD | MINE
        assert leftovers(root) == []


DIES = """
import os, sys
from pathlib import Path
from tree_faults import FaultyOs, Killed
import test_tree_kill
from obsgen.tree import apply, disk, plan
class Dying(FaultyOs):
    def _call(self, name, real, *args, **kwargs):
        try:
            return super()._call(name, real, *args, **kwargs)
        except Killed:
            os._exit(9)
for fuse in range(int(sys.argv[2])):
    root = Path(sys.argv[1]) / str(fuse)
    test_tree_kill.tree(root)
    if os.fork() == 0:
        disk.os = Dying(fuse)
        apply(plan(root, test_tree_kill.NEW))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 9
"""


def test_processes_that_really_die_leave_no_lock_and_no_half_file(tmp_path, monkeypatch):
    total = changes(tmp_path / "whole", monkeypatch)
    roots = tmp_path / "roots"
    path = ":".join(entry for entry in sys.path if entry)
    subprocess.run([sys.executable, "-c", DIES, str(roots), str(total)], env={"PYTHONPATH": path}, check=True)
    for root in roots.iterdir():
        assert_whole(root)
        apply(plan(root, NEW))
        assert snapshot(root) == NEW | MINE
