"""Fixes of findings: only what they mean changes, whatever the file's spelling; nothing is half written."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from obsgen.findings import Finding, Fix, InputError, Place, Severity
from obsgen.fixing import GONE, RENDERED, Left, difference, mend, planned
from obsgen.repository.objects import Embedded, Located
from obsgen.source import load_text
from obsgen.source.editing import edit_for, edited

MANIFEST = """\
# head
apiVersion: v1
kind: ConfigMap
metadata: {name: x}   # keep
data:
  rules.yaml: |
    groups:
      - name: g   # note
        rules:
          - alert: A
            expr: |
              sum(rate(foo{a="b"}[5m]))
                / bar
          - alert: B
            expr: 'sum(up{a="b"})'
  board.json: |
    {"panels": [{"expr": "sum(down{a=\\"b\\"})"}]}
plain: rate(load[5m]) > 1 # c
number: 80 # of what
flag: {on: true}
"""


def fix_at(text: str, written: str, old: str, new: str, file: str = "x.yaml") -> Fix:
    at = text.index(written)
    return Fix(Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)), old, new)


def fixed(text: str, fix: Fix) -> str | None:
    edit = edit_for(text, fix.place.file, fix)
    return edited(text, fix.place.file, [edit]) if edit else None


@pytest.mark.parametrize(
    ("written", "old", "new", "becomes"),
    [
        ('foo{a="b"}', 'foo{a="b"}', 'baz{c="d"}', 'baz{c="d"}'),
        ('up{a="b"}', 'up{a="b"}', "baz{c='d'}", "baz{c=''d''}"),
        ('down{a=\\"b\\"}', 'down{a="b"}', 'baz{c="d"}', 'baz{c=\\"d\\"}'),
        ('a=\\"b\\"})"', 'a="b"', 'a="\n"', 'a=\\"\\n\\"'),
        ("load[5m]", "load[5m]", "load1[1m]", "load1[1m]"),
        ("80", "80", "0.8", "0.8"),
        ("true", "true", "false", "false"),
    ],
)
def test_a_fix_is_spelt_like_what_stands_around_it(written: str, old: str, new: str, becomes: str) -> None:
    length = len(written) if "})" not in written else len('a=\\"b\\"')
    at = MANIFEST.index(written)
    expected = MANIFEST[:at] + becomes + MANIFEST[at + length :]
    assert fixed(MANIFEST, fix_at(MANIFEST, written, old, new)) == expected


def test_lines_of_a_block_keep_its_indentation() -> None:
    fix = fix_at(MANIFEST, "sum(rate(foo", 'sum(rate(foo{a="b"}[5m]))\n  / bar', "one\n  / two")
    assert "              one\n                / two\n          - alert: B" in str(fixed(MANIFEST, fix))
    dos = MANIFEST.replace("\n", "\r\n")
    assert "one\r\n                / two\r\n" in str(fixed(dos, fix))


@pytest.mark.parametrize(
    ("written", "old"),
    [
        ('foo{a="b"}', "foo{b"),  # another text
        ("head", "head"),  # a comment
        ("ConfigMap", "Config Map"),
        ("kind", "kind"),  # a key
        ("8", "8"),  # a part of a number
        ("load[5m]", ""),
        ("load[5m]", "load[5m] "),
    ],
)
def test_what_does_not_match_is_left_alone(written: str, old: str) -> None:
    assert fixed(MANIFEST, fix_at(MANIFEST, written, old, "new")) is None


@pytest.mark.parametrize("place", [Place("x.yaml", 999), Place("x.yaml", 2, 999)])
def test_a_place_that_is_not_there_is_left_alone(place: Place) -> None:
    assert fixed(MANIFEST, Fix(place, "v1", "v2")) is None


def test_a_fix_never_changes_what_else_the_file_means() -> None:
    text = "a: &x load\nb: [one, two]\nc: {d: e}\n"
    for written, new in (("one", "1, 3"), ("e}", "e: f"), ("two", "two]"), ("load", "{")):
        assert fixed(text, fix_at(text, written, written.strip("}"), new)) is None


def test_a_plain_text_that_no_longer_can_be_plain_gets_quotes(tmp_path: Path) -> None:
    text = "a: it's x # why\nb: [one, two]\n"
    fixes = [
        fix_at(text, "x", "x", "x: #y", file := str(tmp_path / "a.yaml")),
        fix_at(text, "two", "two", "2, 3", file),
    ]
    Path(file).write_text(text)
    assert mend(lambda: findings(fixes)).made == tuple(reversed(fixes))
    assert Path(file).read_text() == "a: 'it''s x: #y' # why\nb: [one, '2, 3']\n"


PIECES = st.sampled_from(
    ["foo", '{a="b"}', "'", '"', "\\", "x: y", " #", "é", "😀", "(", ")", "rate", " ", "\n", "  ", "|"]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join).filter(lambda text: text.strip() == text and text)
STYLES = st.sampled_from(
    [str, SingleQuotedScalarString, DoubleQuotedScalarString, LiteralScalarString, FoldedScalarString]
)


def emitted(value: Any) -> str:
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 60
    yaml.dump(value, out)
    return out.getvalue()


def check_fix(
    text: str, where: Any, route: tuple[Any, ...], start: int, old: str, new: str, expected: Any
) -> str | None:
    """Makes a fix of a piece of a string; if it is made, nothing but that piece has changed."""
    place = where.text_place(route, start, len(old))
    news = fixed(text, Fix(place, old, new))
    if news is not None:
        assert load_text(news, place.file)[0].value == expected
        edit = edit_for(text, place.file, Fix(place, old, new))
        assert edit is not None
        assert news[: edit.start] == text[: edit.start]
        assert news.endswith(text[edit.end :])
    return news


@st.composite
def pieces(draw: st.DrawFn) -> tuple[str, int, str]:
    """A text, and a piece of it that begins and ends with something to see."""
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    assume(text[start:end].strip() == text[start:end])
    return text, start, text[start:end]


@given(pieces(), TEXTS, STYLES, st.booleans())
def test_any_piece_of_any_yaml_string_can_be_replaced(
    piece: tuple[str, int, str], new: str, style: Any, nested: bool
) -> None:
    value, start, old = piece
    whole = {"a": 1, "b": [style(value), "other"], "c": value}
    text = "# first\n" + emitted({"out": whole} if nested else whole) + "# last\n"
    document = load_text(text, "x.yaml")[0]
    route = ("out", "b", 0) if nested else ("b", 0)
    assume(document.at(route) == value)
    after = {**whole, "b": [value[:start] + new + value[start + len(old) :], "other"]}
    news = check_fix(text, document, route, start, old, new, {"out": after} if nested else after)
    if style is DoubleQuotedScalarString and "\n" not in value:
        assert news is not None


@given(pieces(), TEXTS, st.sampled_from([None, 2]), st.booleans())
def test_any_piece_of_any_json_string_can_be_replaced(
    piece: tuple[str, int, str], new: str, indent: int | None, ascii_only: bool
) -> None:
    value, start, old = piece
    text = json.dumps({"a": [value, {"b": value}], "c": value}, indent=indent, ensure_ascii=ascii_only)
    document = load_text(text, "x.json")[0]
    after = value[:start] + new + value[start + len(old) :]
    assert check_fix(text, document, ("a", 1, "b"), start, old, new, {"a": [value, {"b": after}], "c": value})


@given(pieces(), TEXTS, st.sampled_from([LiteralScalarString, DoubleQuotedScalarString, SingleQuotedScalarString]))
def test_any_piece_of_a_board_in_a_configmap_can_be_replaced(piece: tuple[str, int, str], new: str, style: Any) -> None:
    value, start, old = piece
    board = json.dumps({"panels": [{"expr": value}], "x": value}, indent=1)
    text = emitted({"data": {"b.json": style(board), "z": "end"}})
    outer = load_text(text, "x.yaml")[0]
    assume(outer.at(("data", "b.json")) == board)  # ruamel breaks some lines inside an escape
    inner = Embedded(load_text(board, "b.json")[0], Located(outer.value, outer).at("data", "b.json"))
    after = {"panels": [{"expr": value[:start] + new + value[start + len(old) :]}], "x": value}
    place = inner.text_place(("panels", 0, "expr"), start)
    news = fixed(text, Fix(place, old, new))
    assert news is not None
    assert json.loads(load_text(news, "x.yaml")[0].value["data"]["b.json"]) == after


def findings(fixes: list[Fix]) -> list[Finding]:
    return [Finding("signal/removed", Severity.ERROR, "old", fix.place, fix=fix) for fix in fixes]


def test_several_fixes_of_one_file_are_made_at_once_and_its_mode_and_mark_stay(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MANIFEST.encode())
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    replaced = (("foo{", "foo_total{"), ("bar", "qux"))
    fixes = [fix_at(MANIFEST, old, old, new, str(link)) for old, new in replaced]
    rounds = iter([findings(fixes), findings(fixes)])
    done = mend(lambda: next(rounds))
    assert (set(done.made), done.left) == (set(fixes), tuple(Left(fix, GONE) for fix in fixes))
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    expected = MANIFEST.replace("foo{", "foo_total{").replace("/ bar", "/ qux")
    assert path.read_bytes() == b"\xef\xbb\xbf" + expected.encode()
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["link.yaml", "x.yaml"]


def test_overlapping_fixes_are_made_one_after_another(tmp_path: Path) -> None:
    file = str(tmp_path / "x.yaml")
    Path(file).write_text("a: sum(foo) / bar\n")

    def look() -> list[Finding]:
        text = Path(file).read_text()
        whole = [fix_at(text, "sum(", text[3:-1], f"{text[3:-1]} > 0", file)] if "> 0" not in text else []
        name = [fix_at(text, "foo)", "foo", "foo_total", file)] if "foo)" in text else []
        return findings([*whole, *name])

    assert len(mend(look).made) == 2
    assert Path(file).read_text() == "a: sum(foo_total) / bar > 0\n"


def test_fixes_that_undo_each_other_come_to_an_end(tmp_path: Path) -> None:
    file = str(tmp_path / "x.yaml")
    Path(file).write_text("a: one\n")

    def look() -> list[Finding]:
        old = Path(file).read_text()[3:-1]
        return findings([fix_at(f"a: {old}", old, old, "two" if old == "one" else "one", file)])

    assert len(mend(look).made) <= 10


def test_files_that_are_rendered_are_left_to_their_profile(tmp_path: Path) -> None:
    (tmp_path / "demo/.obsgen").mkdir(parents=True)
    (tmp_path / "demo/.obsgen/record.json").write_text("{}")
    (tmp_path / "demo/base").mkdir()
    path = tmp_path / "demo/base/x.yaml"
    path.write_text("a: one\n")
    fix = Fix(Place(str(path), 1, 4, 3), "one", "two")
    assert mend(lambda: findings([fix])).left == (Left(fix, RENDERED),)
    assert path.read_text() == "a: one\n"


def test_a_file_that_is_gone_or_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Fix(Place(str(tmp_path / "gone.yaml"), 1, 4, 3), "one", "two")
    assert "no such file" in planned(lambda: findings([gone])).left[0].reason
    path = tmp_path / "x.yaml"
    path.write_text("a: one\n")
    monkeypatch.setattr("tempfile.mkstemp", lambda **_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    with pytest.raises(InputError, match=r"file/unwritable.*read-only file system"):
        mend(lambda: findings([Fix(Place(str(path), 1, 4, 3), "one", "two")]))
    assert path.read_text() == "a: one\n"


def test_the_difference_is_a_patch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text("a: one\nb: two")
    done = planned(lambda: findings([Fix(Place("x.yaml", 2, 4), "two", "three")]))
    assert difference(done) == (
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1,2 @@\n a: one\n"
        "-b: two\n\\ No newline at end of file\n+b: three\n\\ No newline at end of file\n"
    )
    assert Path("x.yaml").read_text() == "a: one\nb: two"
