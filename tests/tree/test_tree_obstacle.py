"""What stands in the way of a path: the first part of the wrong kind, or what the system said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsgen.tree.obstacle import Obstacle, obstacle, refused

GONE = OSError(2, "No such file or directory")


@pytest.fixture
def anchor(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "folder/inner").mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder/link").symlink_to(tmp_path / "file")
    (tmp_path / "folder/gone").symlink_to("nowhere")
    os.mkfifo(tmp_path / "folder/pipe")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def found(anchor: int, path: str, **more: bool) -> Obstacle:
    return obstacle(anchor, Path("out"), path, GONE, **more)


@pytest.mark.parametrize(
    ("path", "at", "kind", "check", "message"),
    [
        ("file/a/b", "file", "file", "tree/kind", "file is a file where a folder belongs"),
        ("folder/link", "folder/link", "link", "tree/link", "folder/link is a symbolic link; obsgen follows none"),
        ("folder/link/a", "folder/link", "link", "tree/link", "folder/link is a symbolic link; obsgen follows none"),
        ("folder/gone", "folder/gone", "link", "tree/link", "folder/gone is a symbolic link; obsgen follows none"),
        ("folder/inner", "folder/inner", "folder", "tree/kind", "folder/inner is a folder where a file belongs"),
        ("folder/pipe", "folder/pipe", "special", "tree/kind", "folder/pipe is not a regular file"),
        ("folder/pipe/a", "folder/pipe", "file", "tree/kind", "folder/pipe is a file where a folder belongs"),
    ],
)  # fmt: skip
def test_the_first_part_of_the_wrong_kind_is_in_the_way(
    path: str, at: str, kind: str, check: str, message: str, anchor: int
) -> None:
    told = found(anchor, path)
    assert (told.at, told.kind) == (at, kind)
    assert (told.finding.id, told.finding.message) == (check, message)
    assert told.finding.place.file == f"out/{at}"
    assert told.finding.hint


@pytest.mark.parametrize(
    ("path", "at"), [("gone", ""), ("folder/none", "folder"), ("folder/none/deeper", "folder"), ("file", "file")]
)
def test_where_every_part_is_of_its_kind_the_system_has_the_word(path: str, at: str, anchor: int) -> None:
    told = found(anchor, path)
    assert (told.at, told.kind, told.finding.id) == (at, "refused", "tree/unreadable")
    assert told.finding.message == "cannot be read: No such file or directory"


def test_of_a_folder_the_last_part_is_one_too(anchor: int) -> None:
    assert found(anchor, "folder/inner", leaf=False).kind == "refused"
    assert found(anchor, "file", leaf=False).kind == "file"


def test_what_was_tried_is_told() -> None:
    reading, writing = refused(Path("out/a"), GONE), refused(Path("out/a"), GONE, writing=True, hint="move it")
    assert (reading.id, reading.message) == ("tree/unreadable", "cannot be read: No such file or directory")
    assert (writing.id, writing.message) == ("tree/unwritable", "cannot be written: No such file or directory")
    assert (writing.place.file, writing.hint) == ("out/a", "move it")
