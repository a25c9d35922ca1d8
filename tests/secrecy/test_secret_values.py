"""Which values of objects of kind Secret are secret, and where secrets of files are told to stand."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from secrets_made_up import ANY_FORM, PASSWORDS

from obsgen.leaks import leaks
from obsgen.secrecy import in_files, in_folders, in_text, is_secret, place_of, secret_values


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("pin", "hunter2"),
        ("token", "a b c"),
        ("PASSWORD", "x"),
        ("tls.key", "MIIB"),
        ("username2", "me"),
        ("note", "a: b"),
        ("config", "no settings\nin these lines"),
        ("settings.yaml", "just-a-word"),
    ],
)
def test_a_value_of_a_secret_is_one(key: str, text: str) -> None:
    assert is_secret(key, text)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("pin", ""),
        ("pin", "  \n"),
        ("pin", "null"),
        ("pin", "True"),
        ("pin", "${PIN}"),
        ("pin", "<< pin >>"),
        ("pin", "$(PIN)"),
        ("user", "me"),
        ("USERNAME", "me"),
        ("url", "https://example.org"),
        ("region", "eu-west-1"),
        ("settings.yaml", "url_file: /etc/keys/url"),
        ("app.conf", "log = debug"),
        ("config", "a: 1\nb: 2\n"),
        ("config", '{"a": 1}'),
        ("config", "\n  [a, b]"),
        ("config", "<xml/>"),
    ],
)
def test_references_configuration_and_what_everybody_may_know_are_none(key: str, text: str) -> None:
    assert not is_secret(key, text)


@given(ANY_FORM, st.sampled_from(["user", "config", "url", "pin"]))
def test_what_looks_like_a_secret_is_one_under_any_key_and_in_any_configuration(secret: str, key: str) -> None:
    assert is_secret(key, secret)
    assert is_secret(key, f"a: 1\nb: {secret}\n")
    assert is_secret(key, f'{{"a": "{secret}"}}')


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@given(PASSWORDS)
def test_values_are_looked_at_as_what_they_say_and_given_as_they_stand(secret: str) -> None:
    found = {"stringData": {"pin": secret, "user": "me"}, "data": {"pin": encoded(secret), "user": encoded("me")}}
    assert list(secret_values(found)) == [("stringData", "pin", secret), ("data", "pin", encoded(secret))]


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ({}, []),
        ({"stringData": None, "data": "text"}, []),
        ({"stringData": ["pin", "x"]}, []),
        ({"stringData": {"pin": None}, "data": {"pin": None}}, []),
        ({"stringData": {"pin": 1234}}, [("stringData", "pin", "1234")]),
        ({"data": {"pin": "not base64!"}}, [("data", "pin", "not base64!")]),
        ({"data": {"pin": "gICA"}}, [("data", "pin", "gICA")]),
        ({"data": {"pin": encoded("${PIN}")}}, []),
        ({"data": {"settings.yaml": encoded("url_file: /etc/url")}}, []),
        ({"stringData": {7: "x"}}, [("stringData", "7", "x")]),
    ],
)
def test_a_secret_of_any_shape_is_read(secret: dict[str, Any], told: list[tuple[str, str, str]]) -> None:
    assert list(secret_values(secret)) == told


@given(st.lists(st.text(st.characters(exclude_characters="\r"), max_size=8), max_size=4), ANY_FORM)
def test_a_secret_is_told_at_its_line_and_column(lines: list[str], secret: str) -> None:
    before = "".join(f"{line}\n" for line in lines if not leaks(line))
    text = f"{before}  x: '{secret}'\n"
    (leak,) = (each for each in leaks(text) if text[each.start :].startswith(secret))
    place = place_of(leak, text, "x.yaml")
    assert (place.file, place.length) == ("x.yaml", len(secret))
    assert text.split("\n")[place.line - 1][place.column - 1 :].startswith(secret)


def test_a_key_on_several_lines_is_told_by_its_first() -> None:
    text = "a: |\n  -----BEGIN " + "PRIVATE KEY-----\n  MIIB\n  MIIB\n"
    (found,) = in_text(text, "x.yaml")
    assert (found.place.line, found.place.column) == (2, 3)
    assert found.place.length == len("-----BEGIN " + "PRIVATE KEY-----")


@given(PASSWORDS)
def test_a_finding_names_what_it_is_and_what_to_do_and_not_the_secret(secret: str) -> None:
    (found,) = in_text(f"password: {secret}\n", "x.yaml")
    assert (found.id, found.message) == ("secret/value", "this looks like the value of password")
    assert "name a Secret and its key instead" in found.hint
    assert secret not in found.message + found.hint


def test_every_file_of_a_tree_is_looked_at() -> None:
    files = {"a.yaml": b"password: hunter2\n", "b.json": b"{}", "sub/c.md": "é\npassword: hunter2\n".encode()}
    assert [str(each.place) for each in in_files(files, "out/demo")] == [
        "out/demo/a.yaml:1:11",
        "out/demo/sub/c.md:2:11",
    ]


def test_of_folders_texts_are_looked_at_that_are_files_of_their_own(tmp_path: Path) -> None:
    inner = tmp_path / "one" / "scripts"
    inner.mkdir(parents=True)
    for name in ("run.sh", "notes.txt", "x.yaml", "logo.png", "binary"):
        (inner / name).write_text("password: hunter2\n")
    (inner / "large.yaml").write_text("password: hunter2\n" + " " * 1024 * 1024)
    (inner / "link.yaml").symlink_to(inner / "x.yaml")
    (inner / "folder.yaml").mkdir()
    (inner / "odd.md").write_bytes(b"\xff\npassword: hunter2\n")
    told = [each.place.file for each in in_folders([tmp_path / "one", tmp_path / "gone"], lambda path: path.name)]
    assert told == ["notes.txt", "odd.md", "run.sh", "x.yaml"]
