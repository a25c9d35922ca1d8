"""No link inside a tree is ever followed, whatever it points to."""

from __future__ import annotations

import pytest
from tree_faults import leftovers, put, snapshot

from obsgen.findings import InputError
from obsgen.tree import apply, plan, stale

FILES = {"base/a.yaml": b"a\n"}


@pytest.fixture
def outside(tmp_path):
    put(tmp_path / "outside", "base/a.yaml", b"a\n")
    put(tmp_path / "outside", "a.yaml", b"precious")
    return tmp_path / "outside"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "project" / "out" / "demo"


def refused(root, files=FILES, **kwargs):
    with pytest.raises(InputError) as caught:
        apply(plan(root, files, **kwargs), force=True)
    (finding,) = caught.value.findings
    assert finding.id == "tree/link"
    assert "symbolic link" in finding.message
    with pytest.raises(InputError, match="tree/link"):
        stale(plan(root, files, **kwargs))
    return finding.place.file


def link(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize("target", ["a.yaml", "nowhere"])
def test_a_link_in_a_files_place(root, outside, target):
    link(root / "base/a.yaml", outside / target)
    assert refused(root) == str(root / "base/a.yaml")
    assert (root / "base/a.yaml").is_symlink()
    assert snapshot(outside)["a.yaml"] == b"precious"


@pytest.mark.parametrize("target", ["base", "nowhere"])
def test_a_link_in_a_folders_place(root, outside, target):
    link(root / "base", outside / target)
    assert refused(root) == str(root / "base")
    assert refused(root, {"base": b"now a file"}) == str(root / "base")
    assert not (outside / "nowhere").exists()


@pytest.mark.parametrize("kept", ["demo", "nowhere"])
def test_a_link_in_the_roots_place(root, outside, kept):
    link(root, outside / kept)
    assert refused(root) == str(root)
    assert snapshot(outside) == {"base/a.yaml": b"a\n", "a.yaml": b"precious"}


def test_a_link_between_the_users_folder_and_the_root(root, outside):
    link(root.parent, outside)
    assert refused(root, within=root.parent.parent) == str(root.parent)
    assert snapshot(outside) == {"base/a.yaml": b"a\n", "a.yaml": b"precious"}


def test_a_dangling_link_above_the_root_is_not_made_real(root, outside):
    link(root.parent, outside / "nowhere")
    assert refused(root) == str(root.parent)
    assert not (outside / "nowhere").exists()


def test_links_above_the_users_folder_are_the_users_choice(root, outside):
    link(root.parent, outside)
    apply(plan(root, FILES, within=root.parent))
    assert snapshot(outside / "demo") == FILES


@pytest.mark.parametrize("name", [".obsgen", ".obsgen/record.json", ".obsgen/journal.json"])
def test_links_in_place_of_obsgens_own_files(root, outside, name):
    link(root / name, outside / "a.yaml")
    assert refused(root) == str(root / name)


def test_a_link_in_place_of_the_stage(root, outside):
    link(root / ".obsgen/stage", outside)
    with pytest.raises(InputError, match="tree/unwritable"):
        apply(plan(root, FILES))
    assert snapshot(outside) == {"base/a.yaml": b"a\n", "a.yaml": b"precious"}
    assert leftovers(root) == ["stage"]


def test_nothing_is_removed_through_a_link(root, outside):
    apply(plan(root, FILES))
    (root / "base/a.yaml").unlink()
    (root / "base").rmdir()
    link(root / "base", outside / "base")
    assert refused(root, {}) == str(root / "base")
    assert snapshot(outside)["base/a.yaml"] == b"a\n"


def test_links_that_no_render_needs_stay(root, outside):
    link(root / "base/mine", outside)
    apply(plan(root, FILES))
    apply(plan(root, {}))
    assert (root / "base/mine").is_symlink()
    assert len(snapshot(outside)) == 2
