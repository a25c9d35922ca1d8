"""Slips in YAML and JSON: told in people's words, where they were made, with what to write; one finding for each."""

from __future__ import annotations

import pytest
from engine_support import marked
from hypothesis import given
from hypothesis import strategies as st

from obsgen.findings import Finding, InputError
from obsgen.source import load_text
from obsgen.source.flow import flow
from obsgen.source.slips import slip

# A text whose slip stands at the mark ^, what is said of it, and the hint.
SLIPS = {
    "a tab": ("a:\n^\tb: 1\n", "a tab indents", "indent with blanks"),
    "a tab below blanks": ("a:\n  b: 1\n^\tc: 2\n", "a tab indents", "indent with blanks"),
    "a tab behind blanks": ("a:\n  ^\tb: 1\n", "a tab indents", "indent with blanks"),
    "below a value": ("a: 1\n  ^b: 2\n", "indented by 2", "indent it by 0, like line 1"),
    "too deep": ("a:\n  b: 1\n   ^c: 2\n", "indented by 3", "indent it by 2, like line 2"),
    "not deep enough": ("a:\n   b: 1\n  ^c: 2\n", "indented by 2", "indent it by 3, like line 2"),
    "a key below a dash": ("m:\n  - name: chat\n  ^type: x\n", "indented by 2", "indent it by 4, like line 2"),
    "a key too deep in an item": (
        "m:\n  - name: chat\n      ^type: x\n",
        "indented by 6",
        "indent it by 4, like line 2",
    ),
    "a key not deep enough": ("m:\n- name: chat\n ^type: x\n", "indented by 1", "indent it by 2, like line 2"),
    "a dash too shallow": ("m:\n  - name: a\n ^- name: b\n", "indented by 1", "indent it by 2, like line 2"),
    "an open quote": ('a: ^"x\nb: 2\n', "never closed", 'end the text with another "'),
    "an open single quote": ("a: ^'x\nb: 2\n", "never closed", "end the text with another '"),
    "a quote closed by the next": ('a: ^"x\nb: "y"\n', "not closed in its line", 'end the text with another "'),
    "an apostrophe": ("a: 'it'^s'\n", "goes on behind its closing quote", "written ''"),
    "text behind a quote": ('a: "x" ^y\n', "goes on behind its closing quote", "put all of it in quotes"),
    "an open brace": ("a: ^{b: 1\nc: 2\n", "'{' is never closed", "add '}'"),
    "an open bracket": ("a: ^[1, 2\nb: 3\n", "'[' is never closed", "add ']'"),
    "an open brace at the end": ("a: ^{b: 1\n", "'{' is never closed", "add '}'"),
    "a brace for a bracket": ("a: {b: [1^}\n", "'}' closes what '[' opened", "write ']'"),
    "a brace too many": ("a: {b: 1}^}\n", "'}' closes nothing", "remove it"),
    "no comma": ("a: {b: x c^: 2}\n", "a second ':'", "a comma between"),
    "a colon in a text": ("title: ^a: b\n", "needs quotes", 'title: "a: b"'),
    "a colon and a quote in a text": ('title: ^say "a": b\n', "needs quotes", r'title: "say \"a\": b"'),
    "no blank": ("a: 1\n^stack:demo\nb: 2\n", "a blank is missing", "`stack: demo`"),
    "no blank first": ("^stack:demo\nb: 2\n", "a blank is missing", "`stack: demo`"),
    "no blank below": ("a:\n  ^b:1\n  c: 2\n", "a blank is missing", "`b: 1`"),
    "an equals sign": ("^a = 1\nb: 2\n", "instead of '='", "`a: 1`"),
    "a lonely word": ("a:\n  b: 1\n  ^lonely\n  c: 2\n", "neither ':' nor '-'", "`key: value`"),
    "a no-break space in the indentation": ("a:\n^\u00a0\u00a0b: 1\n  c: 2\n", "no-break space (U+00A0)", "anew"),
    "a no-break space behind a colon": ("a:^\u00a01\nb: 2\n", "no-break space (U+00A0)", "anew"),
    "typographic quotes": ("a: ^“x: y”\n", "“ is no quote", "straight quotes"),
    "an at": ("a: ^@x\n", "begins with '@'", 'write "@x"'),
    "a comparison": ("a: ^>8s\n", "begins with '>'", 'write ">8s"'),
    "a question": ("a: ^? b\n", "begins with '?'", 'write "? b"'),
    "a list behind its key": ("a: ^- b\n", "cannot begin behind its key", "write [b]"),
    "an escape": ('a: "^\\d"\n', "an escape", "single quotes"),
    "a conflict": ("a:\n^<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> other\n", "a conflict", "take one side"),
    "a template and a text": ("a:\n  b: ^{{ $x }} is down\n", "'{{' needs quotes", 'write "{{ $x }} is down"'),
    "a template with quotes": ('a: ^{{ $x | f "y" }} s\n', "'{{' needs quotes", """write '{{ $x | f "y" }} s'"""),
    "a template": ("a: {^{ x }}\n", "must be a scalar", "needs quotes"),
    "an alias that is a text": ("a: ^*x\n", "no anchor", 'put it in quotes: "*x"'),
    "a tag that is a text": ("a: ^!x\n", "is not allowed", "needs quotes"),
    "a key twice": ("a: 1\n^a: 2\n", "stands twice", "remove one of the two"),
}

JSON = {
    "a comma at the end": ('{"a": 1,^}', "remove the comma"),
    "single quotes": ("{^'a': 1}", "double quotes only"),
    "no quotes": ("{^a: 1}", "in double quotes"),
    "a bare word": ('{"a": ^x}', "in double quotes"),
    "no comma": ('{"a": 1 ^"b": 2}', "a comma before it"),
    "a comment": ('{"a": 1 ^// one\n}', "no comments"),
    "an end too early": ('{"a": 1^', "not closed"),
}


def only(text: str, file: str = "x.yaml") -> Finding:
    with pytest.raises(InputError) as caught:
        load_text(text, file)
    (found,) = caught.value.findings
    return found


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_yaml_is_told_where_it_was_made(name: str) -> None:
    source, told, hint = SLIPS[name]
    text, line, column = marked(source)
    found = only(text)
    assert (found.place.line, found.place.column) == (line, column)
    assert told in found.message
    assert hint in found.hint


@pytest.mark.parametrize("name", JSON)
def test_a_slip_in_json_is_told_where_it_was_made(name: str) -> None:
    text, line, column = marked(JSON[name][0])
    found = only(text, "x.json")
    assert (found.place.line, found.place.column) == (line, column)
    assert JSON[name][1] in found.hint


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_the_same_below_a_long_text(name: str) -> None:
    """Large files are read by libyaml alone, which has other words for the same problems."""
    text, line, _ = marked(SLIPS[name][0])
    found = only(f"- {'x' * 100}\n" * 3000 + f"---\n{text}")
    assert found.place.line in (line + 3001, line + 3002)
    assert SLIPS[name][2].partition(", like line")[0] in found.hint


@given(st.text(alphabet="{}[]:-|>*!%@#'\"\n\t\u00a0“ =abc01", max_size=40))
def test_any_slip_lies_inside_the_text(text: str) -> None:
    lines = [*text.split("\n"), ""]
    try:
        load_text(text, "x.yaml")
        places = []
    except InputError as refused:
        places = [found.place for found in refused.findings]
    assert all(1 <= place.line <= len(lines) and place.column <= len(lines[place.line - 1]) + 1 for place in places)


def test_a_problem_without_a_place_is_left_to_the_parsers_words() -> None:
    from ruamel.yaml.error import MarkedYAMLError

    assert slip("a: 1\n", MarkedYAMLError(problem="odd")) is None


FLOW = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), FLOW, min_size=1, max_size=3))
def test_data_on_one_line_is_read_as_it_was(value: object) -> None:
    assert load_text(flow(value), "x.yaml")[0].value == value


@pytest.mark.parametrize(
    "text", ["no", "on", "0.10", "1_000", "1:30", "2024-01-01", "0o7", "~", "", "null", "a b", "8e3"]
)
def test_what_could_mean_something_else_is_quoted(text: str) -> None:
    assert flow(text) == f'"{text}"'


@pytest.mark.parametrize("text", ["vllm", "8s", "90%", "100Gi", "/metrics", "a.b-c_d", "0.9.2"])
def test_what_can_mean_one_thing_only_is_plain(text: str) -> None:
    assert flow(text) == text
