from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from unittest import mock

import pytest
from tree_faults import leftovers, put, snapshot

from obsgen.findings import InputError
from obsgen.tree import Outcome, apply, apply_all, plan, refusals, stale

FILES = {"README.md": b"# demo\n", "base/a.yaml": b"a: 1\n", "base/b.yaml": b"b: 1\n"}


@pytest.fixture
def root(tmp_path):
    return tmp_path / "out" / "demo"


def render(root, files, *, force=False, only=None):
    return apply(plan(root, files, only=only), force=force)


def ids(findings):
    return [(finding.id, finding.place.file.rpartition("/")[2]) for finding in findings]


def refused(root, files, **kwargs):
    before = snapshot(root)
    with pytest.raises(InputError) as caught:
        render(root, files, **kwargs)
    assert snapshot(root) == before
    assert leftovers(root) == []
    return caught.value.findings


def test_first_render_writes_all(root):
    assert render(root, FILES) == Outcome(tuple(sorted(FILES)), (), ())
    assert snapshot(root) == FILES
    assert leftovers(root) == []


def test_same_bytes_change_nothing_not_even_times(root):
    render(root, FILES)
    for path in [root, *root.rglob("*")]:
        os.utime(path, ns=(1, 1), follow_symlinks=False)
    assert render(root, FILES) == Outcome((), tuple(sorted(FILES)), ())
    assert {path.stat().st_mtime_ns for path in [root, *root.rglob("*")]} == {1}
    assert stale(plan(root, FILES)) == []


def test_only_what_differs_is_replaced(root):
    render(root, FILES)
    inode = (root / "base/a.yaml").stat().st_ino
    outcome = render(root, FILES | {"base/b.yaml": b"b: 2\n"})
    assert outcome == Outcome(("base/b.yaml",), ("README.md", "base/a.yaml"), ())
    assert (root / "base/a.yaml").stat().st_ino == inode
    assert (root / "base/b.yaml").read_bytes() == b"b: 2\n"


def test_files_no_longer_wanted_go_with_their_empty_folders(root):
    render(root, FILES | {"overlays/dev/x/k.yaml": b"k\n"})
    put(root, "base/notes.txt", b"mine")
    assert render(root, {"README.md": FILES["README.md"]}).removed == (
        "base/a.yaml",
        "base/b.yaml",
        "overlays/dev/x/k.yaml",
    )
    assert not (root / "overlays").exists()
    assert snapshot(root) == {"README.md": FILES["README.md"], "base/notes.txt": b"mine"}


def test_a_tree_can_become_empty_and_full_again(root):
    render(root, FILES)
    render(root, {})
    assert snapshot(root) == {}
    render(root, FILES)
    assert snapshot(root) == FILES


def test_modes_do_not_follow_the_umask(root):
    old = os.umask(0o077)
    try:
        render(root, FILES)
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()} == {0o644}
    assert root.stat().st_mode & 0o777 == root.parent.stat().st_mode & 0o777 == 0o755


def test_hand_edits_are_refused_all_at_once_and_forced_on_demand(root):
    render(root, FILES)
    put(root, "base/a.yaml", b"a: mine\n")
    put(root, "base/b.yaml", b"b: mine\n")
    wanted = {"README.md": b"# new\n", "base/a.yaml": b"a: 2\n"}
    findings = refused(root, wanted)
    assert ids(findings) == [("tree/edited", "a.yaml"), ("tree/edited", "b.yaml")]
    assert "--force overwrites" in findings[0].hint
    assert "--force removes" in findings[1].hint
    assert render(root, wanted, force=True) == Outcome(("README.md", "base/a.yaml"), (), ("base/b.yaml",))
    assert snapshot(root) == wanted


def test_a_hand_edit_is_refused_even_when_the_wish_is_as_recorded(root):
    render(root, FILES)
    put(root, "README.md", b"mine")
    assert ids(refused(root, FILES)) == [("tree/edited", "README.md")]


def test_a_hand_edit_that_is_what_the_render_wants_is_adopted(root):
    render(root, FILES)
    put(root, "README.md", b"new")
    wanted = FILES | {"README.md": b"new"}
    assert plan(root, wanted).adopted == ("README.md",)
    assert render(root, wanted).written == ()
    assert not plan(root, wanted).pending


def test_a_deleted_file_comes_back(root):
    render(root, FILES)
    (root / "README.md").unlink()
    assert plan(root, FILES).missing == ("README.md",)
    render(root, FILES)
    assert snapshot(root) == FILES


def test_foreign_files_are_refused_then_forced(root):
    put(root, "README.md", b"mine")
    findings = refused(root, FILES)
    assert ids(findings) == [("tree/foreign", "README.md")]
    assert "move it away" in findings[0].hint
    render(root, FILES, force=True)
    assert snapshot(root) == FILES


def test_foreign_files_elsewhere_are_nobodys_business(root):
    put(root, "base/mine.yaml", b"mine")
    render(root, FILES)
    render(root, {}, force=True)
    assert snapshot(root) == {"base/mine.yaml": b"mine"}


def test_equal_files_without_a_record_are_adopted(root):
    render(root, FILES)
    (root / ".obsgen/record.json").unlink()
    found = plan(root, FILES)
    assert (found.adopted, found.written) == (tuple(sorted(FILES)), ())
    assert ids(stale(found)) == [("tree/stale", "record.json")]
    apply(found)
    assert render(root, {}).removed == tuple(sorted(FILES))


@pytest.mark.parametrize("name", ["record.json", "journal.json"])
def test_a_damaged_record_stops_the_render_and_deleting_it_is_the_way_out(root, name):
    render(root, FILES)
    (root / ".obsgen" / name).write_bytes(b"<<<<<<< ours\n")
    with pytest.raises(InputError, match="merge conflict"):
        render(root, FILES, force=True)
    with pytest.raises(InputError, match="merge conflict"):
        stale(plan(root, FILES))
    (root / ".obsgen" / name).unlink()
    render(root, FILES)
    assert stale(plan(root, FILES)) == []


def test_only_leaves_the_rest_and_its_record_alone(root):
    def dev(path):
        return not path.startswith("overlays/") or path.startswith("overlays/dev/")

    first = {
        "base/a.yaml": b"1",
        "overlays/dev/k.yaml": b"1",
        "overlays/prod/k.yaml": b"1",
        "overlays/prod/l.yaml": b"1",
    }
    render(root, first)
    put(root, "overlays/prod/l.yaml", b"mine")
    second = {"base/a.yaml": b"2", "overlays/prod/k.yaml": b"2", "overlays/prod/new.yaml": b"2"}
    assert render(root, second, only=dev) == Outcome(("base/a.yaml",), (), ("overlays/dev/k.yaml",))
    assert snapshot(root) == {"base/a.yaml": b"2", "overlays/prod/k.yaml": b"1", "overlays/prod/l.yaml": b"mine"}
    assert stale(plan(root, second, only=dev)) == []
    assert ids(refusals(plan(root, second))) == [("tree/edited", "l.yaml")]
    render(root, second, force=True)
    assert snapshot(root) == second


def test_check_names_all_that_a_render_would_change(root):
    assert [f.message for f in stale(plan(root, FILES))] == [f"{root} is not rendered yet"]
    render(root, FILES)
    (root / "README.md").unlink()
    assert {f.message for f in stale(plan(root, FILES))} == {"README.md is missing"}
    render(root, FILES)
    put(root, "base/b.yaml", b"mine")
    put(root, "new.yaml", b"mine")
    found = stale(plan(root, {"README.md": b"new", "base/b.yaml": b"new", "new.yaml": b"new", "x": b""}))
    assert ids(found) == [
        ("tree/stale", "README.md"),
        ("tree/stale", "a.yaml"),
        ("tree/edited", "b.yaml"),
        ("tree/foreign", "new.yaml"),
        ("tree/stale", "x"),
    ]


def test_several_roots_are_written_together_or_not_at_all(tmp_path):
    roots = [tmp_path / "out/demo", tmp_path / "argocd/demo", tmp_path / "out/other"]
    put(roots[1], "app.yaml", b"mine")
    (roots[2] / ".obsgen").mkdir(parents=True)
    (roots[2] / ".obsgen/record.json").write_bytes(b"{")
    wanted = {"app.yaml": b"new"}
    with pytest.raises(InputError) as caught:
        apply_all([plan(root, wanted) for root in roots])
    assert ids(caught.value.findings) == [("tree/foreign", "app.yaml"), ("tree/record", "record.json")]
    assert not roots[0].exists()
    (roots[1] / "app.yaml").unlink()
    (roots[2] / ".obsgen/record.json").unlink()
    outcomes = apply_all([plan(root, wanted) for root in roots])
    assert [outcome.written for outcome in outcomes] == [("app.yaml",)] * 3
    assert [snapshot(root) for root in roots] == [wanted] * 3


def test_an_edit_between_plan_and_apply_is_seen(root):
    render(root, FILES)
    made = plan(root, FILES | {"README.md": b"new"})
    put(root, "README.md", b"just saved")
    with pytest.raises(InputError, match="tree/edited"):
        apply(made)
    assert (root / "README.md").read_bytes() == b"just saved"
    assert leftovers(root) == []


def test_a_render_done_meanwhile_is_enough(root):
    made = plan(root, FILES)
    render(root, FILES)
    assert apply(made) == Outcome((), tuple(sorted(FILES)), ())


def test_two_renders_at_once_are_refused(root):
    render(root, FILES)
    put(root, ".obsgen/stage/0", b"the other one's")
    holder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(InputError) as caught:
            render(root, FILES | {"new": b""})
        assert (caught.value.findings[0].id, caught.value.findings[0].place.file) == ("tree/locked", str(root))
        assert (root / ".obsgen/stage/0").read_bytes() == b"the other one's"
    finally:
        os.close(holder)
    render(root, FILES | {"new": b""})
    assert leftovers(root) == []


@pytest.mark.parametrize("code", [errno.EBADF, errno.ENOLCK])
def test_a_file_system_without_folder_locks_is_no_hindrance(root, monkeypatch, code):
    monkeypatch.setattr(fcntl, "flock", mock.Mock(side_effect=OSError(code, "no locks here")))
    render(root, FILES)
    assert snapshot(root) == FILES


def test_a_lock_that_fails_otherwise_is_told(root, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", mock.Mock(side_effect=OSError(errno.EIO, "Input/output error")))
    with pytest.raises(InputError, match=r"tree/unwritable.*Input/output error"):
        render(root, FILES)


def test_no_descriptor_stays_open(root):
    before = len(list(Path("/dev/fd").iterdir()))
    render(root, FILES)
    put(root, "README.md", b"mine")
    refused(root, FILES)
    put(root, "mine", b"mine")
    refused(root, {"mine/x": b""}, force=True)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_unfit_paths_are_told_with_their_names(root):
    with pytest.raises(InputError) as caught:
        plan(root, {"../x": b"", "a b": b"", "good": b""})
    assert [finding.id for finding in caught.value.findings] == ["tree/path"] * 2
    assert "'../x'" in caught.value.findings[0].message
    assert not root.exists()


def test_a_file_may_become_a_folder_and_back(root):
    render(root, {"a": b"file", "b/c/d": b"deep"})
    render(root, {"a/x": b"1", "b": b"file"})
    assert snapshot(root) == {"a/x": b"1", "b": b"file"}
    render(root, {"a": b"file", "b/c/d": b"deep"})
    assert snapshot(root) == {"a": b"file", "b/c/d": b"deep"}


@pytest.mark.parametrize(
    ("there", "wanted", "at"),
    [("a/x", "a", "a"), ("a", "a/x", "a"), ("b/c", "b/c/d/e", "b/c"), (".obsgen", "a", ".obsgen")],
)
def test_a_foreign_file_or_folder_in_the_others_place_is_refused_even_by_force(root, there, wanted, at):
    put(root, there, b"mine")
    (finding,) = refused(root, {wanted: b"", "z": b""}, force=True)
    assert (finding.id, finding.place.file) == ("tree/kind", str(root / at))


def test_empty_folders_do_not_stand_in_a_files_way(root):
    (root / "a/b/c").mkdir(parents=True)
    render(root, {"a": b"file"})
    assert snapshot(root) == {"a": b"file"}


def test_a_named_pipe_is_refused_without_waiting_for_a_writer(root):
    root.mkdir(parents=True)
    os.mkfifo(root / "a")
    (finding,) = refused(root, {"a": b""})
    assert (finding.id, finding.message) == ("tree/kind", "a is not a regular file")


def test_a_hard_link_is_cut_not_written_through(root, tmp_path):
    render(root, {"a": b"1"})
    (tmp_path / "elsewhere").hardlink_to(root / "a")
    render(root, {"a": b"2"})
    assert (tmp_path / "elsewhere").read_bytes() == b"1"


def test_a_relative_root_works_from_where_the_user_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for root in (Path("demo"), Path("out/demo"), Path("../") / tmp_path.name / "x"):
        render(root, FILES)
        assert snapshot(root) == FILES


def test_three_thousand_unchanged_files_stay_as_they_are(root):
    files = {f"overlays/env-{n % 10}/part-{n % 7}/object-{n}.yaml": b"kind: X\n" * 200 for n in range(3000)}
    render(root, files)
    assert len(render(root, files).unchanged) == 3000
