"""What is read of a git repository, by real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repos import Repo, empty

from obsgen.diff.sides.git import Git, _stays, git_at
from obsgen.diff.sides.sources import AtCommit, OnDisk
from obsgen.findings import ObsgenError

__all__ = ["empty"]

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


def there(repo: Repo) -> Git:
    found = git_at(repo.folder)
    assert found
    return found


def test_a_repository_is_known_by_its_top(empty: Repo, tmp_path: Path) -> None:
    (empty.folder / "deep" / "er").mkdir(parents=True)
    assert there(empty).root == empty.folder
    assert git_at(empty.folder / "deep" / "er") == there(empty)
    assert git_at(tmp_path) is None


def test_a_commit_has_the_name_that_people_gave(empty: Repo) -> None:
    empty.write("a", "1")
    empty.commit()
    empty.git("tag", "v1.2")
    first = empty.git("rev-parse", "HEAD")
    for text in ("2", "3"):
        empty.write("a", text)
        empty.commit()
    git = there(empty)
    assert [str(git.commit(each)) for each in ("HEAD", "v1.2", "HEAD~1", first)] == [
        "HEAD",
        "v1.2 (2 commits)",
        "HEAD~1 (1 commit)",
        f"{first[:10]} (2 commits)",
    ]
    assert git.commit("v1.2").hash == first
    assert [git.knows(each) for each in ("v1.2", "v1.3", "a", "", "\0")] == [True, False, False, False, False]


def test_files_are_written_as_they_were(empty: Repo, tmp_path: Path) -> None:
    contents = {"a.yaml": "one\n", "deep/b c.yaml": "\n\n", "deep/er/ü.txt": "", "other/d": "no\n", "deeper": "no"}
    for path, text in contents.items():
        empty.write(path, text)
    (empty.folder / "deep" / "binary").write_bytes(b"\x00\xff\n\x00")
    (empty.folder / "deep" / "run.sh").touch(mode=0o755)
    empty.commit()
    for path in contents:
        empty.write(path, "changed since")
    git = there(empty)
    found = git.write(git.commit("HEAD"), ["a.yaml", "deep", "absent", "absent/too"], tmp_path / "room")
    assert sorted(found) == ["a.yaml", "deep/b c.yaml", "deep/binary", "deep/er/ü.txt", "deep/run.sh"]
    written = {
        path.relative_to(tmp_path / "room").as_posix(): path.read_bytes()
        for path in (tmp_path / "room").rglob("*")
        if path.is_file()
    }
    assert written == {
        "a.yaml": b"one\n",
        "deep/b c.yaml": b"\n\n",
        "deep/er/ü.txt": b"",
        "deep/binary": b"\x00\xff\n\x00",
        "deep/run.sh": b"",
    }
    assert git.write(git.commit("HEAD"), [], tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", [":(glob)*", "*.yaml", "-r", ":!b.yaml", "[a]", "a\nb", "a\tb", '"q"'])
def test_names_that_git_could_take_for_more_are_names(empty: Repo, tmp_path: Path, name: str) -> None:
    empty.write(f"folder/{name}", "x")
    empty.write("folder/b.yaml", "y")
    empty.commit()
    git = there(empty)
    assert git.write(git.commit("HEAD"), [f"folder/{name}"], tmp_path / "room") == [f"folder/{name}"]
    assert (tmp_path / "room" / "folder" / name).read_text() == "x"
    assert name in git.entries(git.commit("HEAD"), "folder")


def test_a_name_that_is_no_text_is_kept(empty: Repo, tmp_path: Path) -> None:
    raw = os.fsdecode(b"caf\xe9.yaml")
    try:
        empty.write(raw, MAP)
    except OSError:
        pytest.skip("names are texts on this file system")
    empty.commit()
    git = there(empty)
    assert git.write(git.commit("HEAD"), [raw], tmp_path / "room") == [raw]
    (empty.folder / raw).unlink()
    assert "ConfigMap a" in empty.diff(".", "--base", "HEAD").out
    assert "ConfigMap a" in empty.diff(".", "--base", "HEAD", "--format", "json").out


def test_the_names_in_a_folder(empty: Repo) -> None:
    for path in ("profiles/b.yaml", "profiles/a.yaml", "profiles/own/x.yaml", "top.yaml"):
        empty.write(path, "x")
    empty.commit()
    git = there(empty)
    commit = git.commit("HEAD")
    assert sorted(git.entries(commit, "profiles")) == ["a.yaml", "b.yaml", "own/"]
    assert sorted(git.entries(commit, "")) == ["profiles/", "top.yaml"]
    assert git.entries(commit, "absent") == git.entries(commit, "top.yaml/x") == []


def test_a_clone_that_lacks_contents_says_so(empty: Repo, tmp_path: Path) -> None:
    empty.write("profiles/a.yaml", MAP)
    empty.commit()
    empty.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{empty.folder}", clone],
        check=True,
        capture_output=True,
    )
    subprocess.run(["git", "-C", clone, "remote", "set-url", "origin", str(tmp_path / "gone")], check=True)
    git = git_at(clone)
    assert git
    with pytest.raises(ObsgenError, match=r"does not hold all files|git cat-file failed"):
        git.write(git.commit("HEAD"), ["profiles"], tmp_path / "room")


def test_without_git_that_is_said(empty: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ran = empty.diff()
    assert (ran.code, ran.out) == (2, "")
    assert "git is not installed; compare folders instead: --base DIR" in ran.err


@given(
    st.lists(st.sampled_from(["a", "b", ".."]), max_size=5),
    st.lists(st.sampled_from(["a", ".", "..", "c"]), min_size=1, max_size=6),
)
def test_a_link_stays_inside_or_is_left_out(folders: list[str], target: list[str]) -> None:
    path = "/".join([each for each in folders if each != ".."] + ["link"])
    depth = path.count("/")
    for step in target:
        depth += {"..": -1, ".": 0}.get(step, 1)
        if depth < 0:
            break
    resolved = os.path.normpath(os.path.join("/room/x", os.path.dirname(path), *target))  # noqa: PTH118, PTH120
    assert _stays(path, "/".join(target)) == (resolved == "/room/x" or resolved.startswith("/room/x/"))
    assert not _stays(path, "/" + "/".join(target))


def test_a_commit_brings_each_path_once(empty: Repo, tmp_path: Path) -> None:
    empty.write("sub/profiles/a.yaml", "old")
    empty.write("own/x.yaml", "old")
    empty.commit()
    empty.write("own/x.yaml", "new")
    git = there(empty)
    source = AtCommit(git, git.commit("HEAD"), "sub", tmp_path / "room")
    folder = source.bring(["profiles"])
    assert (folder / "profiles/a.yaml").read_text() == "old"
    (folder / "profiles/a.yaml").write_text("touched")
    assert (source.bring(["profiles"]) / "profiles/a.yaml").read_text() == "touched"
    assert source.names("profiles") == ["a.yaml"]
    assert (source.bring(["../own"]) / "../own/x.yaml").read_text() == "old"
    assert (source.folder_of(empty.folder / "own") / "x.yaml").read_text() == "old"
    assert source.folder_of(tmp_path) == tmp_path
    assert (source.label, source.mark) == ("HEAD", "@HEAD")
    with pytest.raises(ObsgenError, match="lies outside of the repository"):
        source.bring(["../../elsewhere"])


def test_the_disk_is_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "profiles" / "own").mkdir(parents=True)
    (tmp_path / "profiles" / "a.yaml").touch()
    source = OnDisk(tmp_path)
    assert source.bring(["anything"]) == tmp_path
    assert (source.names("profiles"), source.names("absent")) == (["a.yaml"], [])
    assert source.folder_of(tmp_path) == tmp_path
    assert (source.label, source.mark) == ("the working tree", "")
