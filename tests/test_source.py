"""Reading: YAML 1.2 data, places, and a refusal for everything hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hang import ends
from hypothesis import given
from hypothesis import strategies as st

from obsgen.findings import InputError
from obsgen.source import load_file, load_text, one_document, read_text


def findings(text: str, file: str = "x.yaml") -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        load_text(text, file)
    return [(f.id, f"{f.place.line}:{f.place.column}") for f in caught.value.findings]


def value(text: str) -> object:
    return load_text(text, "x.yaml")[0].value


def test_scalars_follow_the_core_rules_of_yaml_1_2() -> None:
    text = 'a: no\nb: 0.10\nc: 012\nd: 0x1f\ne: "1"\nf: ~\ng: true\nh: 1e3\ni: !!str 5\nj: 1:30\nk: -.inf\n'
    expected = {
        "a": "no", "b": 0.1, "c": 12, "d": 31, "e": "1", "f": None, "g": True, "h": 1000.0, "i": "5",
        "j": "1:30", "k": float("-inf"),
    }  # fmt: skip
    assert value(text) == expected


def test_a_url_in_a_flow_mapping_is_read_though_libyaml_refuses_it() -> None:
    document = load_text("a: {url: https://x.example/y, b: 1}\n", "x.yaml")[0]
    assert document.value == {"a": {"url": "https://x.example/y", "b": 1}}
    assert str(document.place(("a", "b"))) == "x.yaml:1:34"


def test_documents_anchors_and_merge_keys() -> None:
    documents = load_text("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n---\n- second\n", "x.yaml")
    assert documents[0].value == {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}
    assert documents[1].value == ["second"]
    assert str(documents[1].place((0,))) == "x.yaml:4:3"


def test_places_of_values_keys_and_absent_routes() -> None:
    document = load_text("a:\n  b: [1, two]\n", "x.yaml")[0]
    assert str(document.place(("a", "b", 1))) == "x.yaml:2:10"
    assert document.place(("a", "b", 1)).length == 3
    assert str(document.place(("a", "b"), key=True)) == "x.yaml:2:3"
    assert str(document.place(("a", "missing", "deep"))) == "x.yaml:1:1"


@pytest.mark.parametrize(
    ("text", "route", "offset", "place"),
    [
        ("e: |\n  one\n  two > 3\n", ("e",), 8, "x.yaml:3:7"),
        ('e: "a > b"\n', ("e",), 2, "x.yaml:1:7"),
        ("e: a > b\n", ("e",), 2, "x.yaml:1:6"),
        ('e: "a\\tb > c"\n', ("e",), 4, "x.yaml:1:10"),
    ],
)
def test_places_inside_text(text: str, route: tuple[str], offset: int, place: str) -> None:
    assert str(load_text(text, "x.yaml")[0].text_place(route, offset)) == place


def test_traps_of_yaml_1_1_are_noted_where_they_stand() -> None:
    document = load_text('a: [no, "no", 010, on]\ny: 1:30\n', "x.yaml")[0]
    assert [(trap.text, str(trap.place)) for trap in document.traps] == [
        ("no", "x.yaml:1:5"),
        ("010", "x.yaml:1:15"),
        ("on", "x.yaml:1:20"),
        ("y", "x.yaml:2:1"),
        ("1:30", "x.yaml:2:4"),
    ]


def test_all_faults_of_a_file_are_told_at_once() -> None:
    assert findings("a: 1\na: 2\nb: !!python/object:os.system x\nc: *gone\n? [k]\n: v\n") == [
        ("yaml/duplicate-key", "2:1"),
        ("yaml/tag", "3:4"),
        ("yaml/unknown-alias", "4:4"),
        ("yaml/complex-key", "5:3"),
    ]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("a: [1", "yaml/syntax"),
        ("a: \x01", "yaml/syntax"),
        ("[" * 10_000, "yaml/too-deep"),
        ("a: &a [*a]", "yaml/unknown-alias"),
    ],
)
def test_broken_yaml_is_refused(text: str, check: str) -> None:
    assert findings(text)[0][0] == check


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join(['*' + before] * 10)}]")
    with ends():
        assert findings("\n".join(lines))[0][0] == "yaml/alias-bomb"


def test_json_is_read_strictly() -> None:
    assert load_text('{"a": [1]}', "x.json")[0].value == {"a": [1]}
    assert findings('{"a": 1, "a": 2}', "x.json")[0][0] == "yaml/duplicate-key"
    assert findings('{"a": }', "x.json") == [("json/syntax", "1:7")]
    assert findings("[" * 100_000, "x.json")[0][0] == "yaml/too-deep"


def test_files_that_cannot_be_read_are_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    with (tmp_path / "huge.yaml").open("wb") as huge:
        huge.truncate(100 * 1024 * 1024)
    cases = {
        "latin": "file/encoding",
        "empty": "file/empty",
        "huge": "file/too-large",
        "gone": "file/unreadable",
    }
    for name, check in cases.items():
        with pytest.raises(InputError) as caught:
            one_document(load_file(tmp_path / f"{name}.yaml", name), name, "profile")
        assert [f.id for f in caught.value.findings] == [check]
    with pytest.raises(InputError, match="is a directory"):
        read_text(tmp_path, "somewhere")
    with pytest.raises(InputError, match=r"latin:2:7: .*0xe9"):
        load_file(tmp_path / "latin.yaml", "latin")


def test_one_document_is_asked_for() -> None:
    with pytest.raises(InputError, match="holds 2 documents"):
        one_document(load_text("a: 1\n---\nb: 2\n", "x.yaml"), "x.yaml", "profile")


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    lines = len(text.splitlines()) + 1
    try:
        assert load_text(text, "x.yaml") is not None
    except InputError as refused:
        places = [finding.place for finding in refused.findings]
    else:
        places = []
    assert all(1 <= place.line <= lines and place.column >= 1 for place in places)
