"""What the operating system may refuse: permissions, space, devices. Each case is a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tree_faults import leftovers, put, snapshot

from obsgen.tree import apply, plan, stale

NOBODY = 65534
RENDER = """
import concurrent.futures.thread, os, resource, sys
from pathlib import Path
from obsgen.findings import InputError
from obsgen.tree import apply_all, plan
size, *roots = sys.argv[1:]
if os.getuid() == 0:
    os.setuid(65534)
if int(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
files = {"base/a.yaml": b"new\\n", "base/big.yaml": b"new\\n" * 5000, "top.yaml": b"new\\n"}
try:
    apply_all([plan(Path(root), files) for root in roots])
except InputError as exc:
    for finding in exc.findings:
        print(finding.id, finding.place.file, finding.message, finding.hint, sep="|")
    sys.exit(2)
"""
OLD = {"base/a.yaml": b"old\n", "base/gone.yaml": b"old\n", "top.yaml": b"old\n"}
NEW = {"base/a.yaml": b"new\n", "base/big.yaml": b"new\n" * 5000, "top.yaml": b"new\n"}


@pytest.fixture
def root():
    """A tree that an ordinary user owns, at a place such a user can reach."""
    folder = Path(tempfile.mkdtemp())
    apply(plan(folder / "tree", OLD))
    folder.chmod(0o755)
    if os.getuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    yield folder / "tree"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def render(*roots, size=0):
    """Exit code and findings of a render as an ordinary user, no file larger than `size` bytes if not 0."""
    path = ":".join(entry for entry in sys.path if entry)
    command = [sys.executable, "-c", RENDER, str(size), *map(str, roots)]
    done = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, [line.split("|") for line in done.stdout.splitlines()]


def assert_untouched(root):
    assert snapshot(root) == OLD
    assert leftovers(root) == []


def test_an_ordinary_user_renders(root):
    assert render(root) == (0, [])
    assert snapshot(root) == NEW


@pytest.mark.parametrize("closed", ["base", "."])
def test_a_closed_folder_is_told_before_anything_changes(root, closed):
    (root / closed).chmod(0o555)
    code, [(check, file, message, hint)] = render(root)
    assert (code, check, file) == (2, "tree/unwritable", str(root / closed))
    assert "may not be written" in message
    assert hint.startswith("nothing was changed")
    assert_untouched(root)
    (root / closed).chmod(0o755)
    assert render(root) == (0, [])


def test_every_closed_folder_is_told_at_once(root):
    (root / "base").chmod(0o555)
    root.chmod(0o555)
    assert [file for _id, file, *_ in render(root)[1]] == [str(root), str(root / "base")]


def test_a_closed_record_folder_is_told(root):
    (root / ".obsgen").chmod(0o555)
    code, [(check, file, message, _hint)] = render(root)
    assert (code, check, file) == (2, "tree/unwritable", str(root / ".obsgen/stage"))
    assert "Permission denied" in message
    assert_untouched(root)


@pytest.mark.parametrize("secret", ["base/a.yaml", "base", ".obsgen/record.json", "."])
def test_what_cannot_be_read_is_told(root, secret):
    (root / secret).chmod(0o000)
    code, findings = render(root)
    assert code == 2
    assert {(check, file) for check, file, *_ in findings} == {("tree/unreadable", str(root / secret))}
    assert all("Permission denied" in message for _id, _file, message, _hint in findings)
    (root / secret).chmod(0o755)
    assert_untouched(root)


@pytest.mark.parametrize("closed", ["tree", "tree/base"])
def test_a_root_that_cannot_be_made_is_told(root, closed):
    (root.parent / closed).chmod(0o555)
    code, [(check, file, message, _hint)] = render(root.parent / closed / "new")
    assert (code, check, file) == (2, "tree/unwritable", str(root.parent / closed))
    assert "Permission denied" in message


def test_a_file_above_the_root_is_told(root):
    code, [(check, file, message, _hint)] = render(root / "top.yaml" / "demo")
    assert (code, check, file) == (2, "tree/kind", str(root / "top.yaml"))
    assert "where a folder belongs" in message


@pytest.mark.parametrize("size", [1, 1000, 4096])
def test_a_full_disk_leaves_every_tree_as_it_was(root, size):
    code, findings = render(root.parent / "second", root, size=size)
    assert (code, findings[0][0]) == (2, "tree/unwritable")
    assert "File too large" in findings[0][2]
    assert not (root.parent / "second").exists()
    assert_untouched(root)
    assert render(root.parent / "second", root) == (0, [])
    assert snapshot(root) == snapshot(root.parent / "second") == NEW


def test_an_unchanged_tree_needs_no_right_to_write(root):
    assert render(root) == (0, [])
    for folder in (root, root / "base", root / ".obsgen"):
        folder.chmod(0o555)
    assert render(root) == (0, [])
    assert stale(plan(root, NEW)) == []


def test_a_device_is_no_tree():
    code, [(check, file, *_)] = render("/dev/null")
    assert (code, check, file) == (2, "tree/kind", "/dev/null")


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_a_read_only_mount_is_told(root):
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro", "none", root / "base"], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        code, findings = render(root)
    finally:
        subprocess.run(["umount", root / "base"], check=True)
    assert (code, findings[0][:2]) == (2, ["tree/unwritable", str(root / "base")])
    put(root, "base/a.yaml", OLD["base/a.yaml"])
    assert_untouched(root)
