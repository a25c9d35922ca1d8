"""A difference as text, markdown, JSON and annotations."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellings import change, told_of, units

from obsgen.diff.model import Cause, Change, Risk, Unit
from obsgen.diff.report import Options, render
from obsgen.diff.report.json import json_schema
from obsgen.diff.report.markdown import MARKER, around
from obsgen.diff.report.text import MOST_LINES
from obsgen.diff.telling import Told
from obsgen.findings import Place
from obsgen.report.markdown import MOST_CHARACTERS
from obsgen.report.printable import printable, width

EVERY = units("demo", "dev", "prod")
FORMS = ("text", "markdown", "json", "github")
LOOSER = change("AlphaLatencyHigh", details=("- a > 8", "+ a > 12"))
LOST = change("AlphaQueued", "no longer alerts (warning)", Risk.STOPS_PAGING, id="change/alert-removed", sign="-")
CAUSES = {LOOSER: (Cause(Place("profiles/demo.yaml", 22, 5, 3)),), LOST: (Cause(Place("profiles/demo.yaml@main", 31)),)}
TOLD = told_of({LOOSER: units("demo", "prod"), LOST: EVERY}, EVERY, CAUSES, notes=("rendered anew",))
MANY = told_of({change(f"A{number:02}", f"what {number:02}"): EVERY for number in range(50)}, EVERY)
HOSTILE = st.text(min_size=1, max_size=40)


def test_text_is_a_table_and_what_it_comes_to() -> None:
    assert (
        render("text", TOLD)
        == """\
demo, against main
  all   - AlphaQueued       no longer alerts (warning)  may stop paging  profiles/demo.yaml@main:31
  prod  ▲ AlphaLatencyHigh  looser: 8 s → 12 s          needs review     profiles/demo.yaml:22
1 may stop paging, 1 needs review. Details: obsgen diff -v, for a comment: --format markdown
"""
    )


def test_text_tells_once_what_several_have_in_common() -> None:
    some = {change(name, details=("one", "two")): EVERY for name in "AB"} | {change("C", details=("three",)): EVERY}
    text = render("text", told_of(some), Options(verbose=True))
    lines = [each.strip() for each in text.splitlines()]
    assert [each for each in lines if each in ("A, B:", "C:", "one", "two", "three")] == [
        "A, B:",
        "one",
        "two",
        "C:",
        "three",
    ]


def test_text_tells_details_and_ids_where_all_is_asked_for() -> None:
    text = render("text", TOLD, Options(verbose=True))
    assert "\n      change/alert-looser\n      - a > 8\n      + a > 12\n" in text
    assert text.endswith("1 may stop paging, 1 needs review.\n")


def test_text_is_the_last_line_alone_where_that_is_asked_for() -> None:
    assert render("text", TOLD, Options(quiet=True)) == "1 may stop paging, 1 needs review.\n"


def test_text_of_nothing_names_what_it_was_compared_with() -> None:
    for options in (Options(), Options(quiet=True), Options(width=80)):
        assert render("text", told_of({}), options) == "nothing changes, against main.\n"
    assert render("text", told_of({}, against="")) == "nothing changes.\n"


def test_text_never_scrolls_off_a_screen_unless_all_is_asked_for() -> None:
    lines = render("text", MANY).splitlines()
    assert len(lines) == MOST_LINES + 3
    assert lines[-2] == "  and 30 more, none of them riskier (-v shows all)"
    assert render("text", MANY, Options(verbose=True)).count("▲") == 50


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140, 200])
def test_text_fits_the_terminal(columns: int) -> None:
    long = change("AlertWithANameThatHardlyFits" * 2, "a sentence that goes on and on " * 4, details=())
    causes = {long: (Cause(Place("profiles/a/very/long/path/to/a/profile/of/somebody.yaml", 1234)),)}
    text = render(
        "text",
        told_of({long: EVERY, **{change(f"B{n}"): EVERY for n in range(9)}}, EVERY, causes),
        Options(width=columns),
    )
    assert max(map(width, text.splitlines()[:-1])) <= columns
    assert "▲" in text
    assert "somebody.yaml:1234" in text


def test_a_sentence_that_does_not_fit_goes_on_below_and_is_whole_where_all_is_asked_for() -> None:
    words = " ".join(f"word{number}" for number in range(40))
    told = told_of({change("A", words): EVERY}, EVERY)
    assert "word39" not in render("text", told, Options(width=140))
    assert " ".join(render("text", told, Options(verbose=True, width=140)).split()).count("word39") == 1


LONG = change("ServiceMonitor monitoring/prometheus-operator-kube-state-metrics", "a word " * 40)
CLUSTERS = units("demo", "prod/cluster-01", "prod/cluster-02", "prod/cluster-03")
LONG_SPOT = {LONG: (Cause(Place(f"{'a/very/long/path/' * 6}profile.yaml", 1234)),)}
TOLD_LONG = told_of({LONG: CLUSTERS, change("B"): EVERY}, (*EVERY, *CLUSTERS, Unit("demo", "prod", "c")), LONG_SPOT)


def test_where_it_is_no_terminal_nothing_is_cut_and_a_change_is_one_line() -> None:
    text = render("text", TOLD_LONG)
    assert "…" not in text
    where, name = "prod/cluster-01, prod/cluster-02, prod/cluster-03", LONG.subject
    said = f"  {where}  ▲ {name}  {LONG.what.strip()}  needs review  {'a/very/long/path/' * 6}profile.yaml:1234"
    assert said in [line.replace("word   needs", "word  needs") for line in text.splitlines()]


@pytest.mark.parametrize("columns", [60, 100, 120, 140])
def test_on_a_terminal_names_and_places_are_the_last_to_be_cut(columns: int) -> None:
    text = render("text", TOLD_LONG, Options(width=columns))
    assert max(map(width, text.splitlines()[:-1])) <= columns
    assert "…" in text, "of the path"
    assert f"▲ {LONG.subject}" in " ".join(text.split())
    assert "prod/cluster-01, prod/cluster-02, prod/cluster-03" in " ".join(text.split())


def test_colours_follow_the_risk() -> None:
    text = render("text", TOLD, Options(colour=True))
    assert "\x1b[1;31mmay stop paging" in text
    assert "\x1b[33mneeds review" in text
    assert "\x1b" not in render("text", TOLD)


def test_markdown_begins_with_its_mark_and_stays_short() -> None:
    text = render("markdown", TOLD)
    assert text.splitlines()[:2] == [MARKER, "### obsgen diff: 1 may stop paging, 1 needs review, against main"]
    assert text.index("AlphaQueued") < text.index("AlphaLatencyHigh")
    assert "| prod | ▲ AlphaLatencyHigh: looser: 8 s → 12 s | needs review | `profiles/demo.yaml:22` |" in text
    assert "<details><summary>Details</summary>" in text
    assert "Note: rendered anew" in text
    open_rows = render("markdown", MANY).partition("<details>")[0].count("| needs review |")
    assert open_rows == 10
    assert "<summary>40 more</summary>" in render("markdown", MANY)


def test_markdown_of_nothing_is_a_comment_too() -> None:
    assert render("markdown", told_of({})) == f"{MARKER}\n### obsgen diff: nothing changes, against main\n"
    assert render("markdown", TOLD, Options(quiet=True)).count("\n") == 2


def test_markdown_fits_into_a_comment() -> None:
    huge = told_of({change(f"A{n}", f"what {n} " * 40, details=("x" * 400,) * 5): EVERY for n in range(900)}, EVERY)
    text = render("markdown", huge)
    assert len(text) <= MOST_CHARACTERS
    assert "do not fit into a comment" in text


@given(HOSTILE, HOSTILE, HOSTILE)
def test_markdown_lets_no_text_be_more_than_text(subject: str, what: str, detail: str) -> None:
    text = render("markdown", told_of({change(subject, what, details=(f". {detail}",)): EVERY}, EVERY))
    plain = re.sub(r"^(```+)diff$.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    plain = re.sub(r"(?<!\\)(`+).*?\1", "", plain)
    assert plain.count("<details>") == text.count("</details>") == 1
    assert not re.search(r"(?<![\\\w])@\w", plain)
    assert len([line for line in text.splitlines() if line.startswith("| 🔵")]) == 1
    assert [line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("| 🔵")] == [6]


def details(told: Told) -> str:
    return render("markdown", told).partition("<summary>Details</summary>\n\n")[2].removesuffix("\n\n</details>\n")


def test_details_say_more_than_the_row() -> None:
    same = change("A", "spec.a is new; spec.b is new", details=("spec.a is new", "spec.b is new"))
    assert details(told_of({same: EVERY, change("B"): EVERY})) == ""
    three = {change(name, "other"): EVERY for name in "ABC"}
    assert details(told_of(three)) == "**A, B, C** (`change/alert-looser`)\n\nA, B, C"
    many = details(told_of({change(f"A{n:02}"): EVERY for n in range(50)}))
    assert many.startswith("**50 alerts** (`change/alert-looser`)\n\nA00, A01, ")
    assert many.endswith("A19, and 30 more")
    causes = {LOOSER: (Cause(Place("a.yaml", 1)), Cause(Place("b.yaml", 2)), Cause(None, "obsgen"))}
    assert "also brought by `b.yaml:2`, `obsgen`" in details(told_of({LOOSER: EVERY}, EVERY, causes))


def test_details_show_expressions_as_a_difference() -> None:
    other = change("B", details=("- b", "+ c", "asks `x` and ```"))
    assert details(told_of({LOOSER: EVERY, other: EVERY})) == (
        "**AlphaLatencyHigh, B** (`change/alert-looser`)\n\n"
        "````diff\n@@ AlphaLatencyHigh @@\n- a > 8\n+ a > 12\n@@ B @@\n- b\n+ c\nasks `x` and ```\n````"
    )
    long = change("A", details=tuple(f"line {n}" for n in range(90)))
    assert details(told_of({long: EVERY})).endswith("line 19\n… and 70 more\n```")
    assert details(told_of({change("A", details=("x" * 9000,)): EVERY})).count("x") == 2000


@given(HOSTILE, HOSTILE, st.text("ab ", max_size=400), st.text("ab ", max_size=400))
def test_of_a_long_expression_the_part_that_changed_is_shown(old: str, new: str, head: str, tail: str) -> None:
    before, after = around(f"- {head}<{old}>{tail}", f"+ {head}<{new}>{tail}")
    assert before.startswith("- ")
    assert after.startswith("+ ")
    assert len(before) <= 2 + 4 * 62 + len(old)
    shown, now = (each[2:].removeprefix("…").removesuffix("…") for each in (before, after))
    whole, other = (printable(f"{head}<{each}>{tail}") for each in (old, new))
    found = range(len(whole) - len(shown) + 1)
    assert any(f"{whole[:at]}{now}{whole[at + len(shown) :]}" == other for at in found if whole[at:].startswith(shown))


def test_what_differs_at_both_ends_of_a_long_expression_is_whole() -> None:
    middle = "m" * 500
    assert around(f"- a{middle}b", f"+ c{middle}d") == (f"- a{middle}b", f"+ c{middle}d")
    assert around(f"- {middle}aa", f"+ {middle}a") == (f"- …{'m' * 59}aa", f"+ …{'m' * 59}a")


GONE = "file=profiles/demo.yaml,line=1,col=1,endColumn=2,title=change/alert-removed"
THERE = "file=profiles/demo.yaml,line=22,col=5,endColumn=8,title=change/alert-looser"


def test_annotations_stand_where_the_change_was_brought() -> None:
    lines = render("github", TOLD).splitlines()
    assert lines == [
        "::notice title=obsgen diff::1 may stop paging, 1 needs review, against main%0Arendered anew",
        f"::error {GONE}::- AlphaQueued: no longer alerts (warning)%0Ademo all: may stop paging",
        f"::notice {THERE}::▲ AlphaLatencyHigh: looser: 8 s → 12 s%0Ademo prod: needs review",
    ]
    assert render("github", TOLD, Options(quiet=True)).splitlines() == lines[:1]


@pytest.mark.parametrize(
    ("top", "home", "file", "said"),
    [
        ("/r", "/r", "profiles/a.yaml", "file=profiles/a.yaml,line=3,"),
        ("/r", "/r/sub/clusters", "prod/a.yaml", "file=sub/clusters/prod/a.yaml,line=3,"),
        ("/r", "/r/sub", "profiles/../../templates/a.yaml", "file=templates/a.yaml,line=3,"),
        ("/r", "/r/sub", "/r/templates/a.yaml", "file=templates/a.yaml,line=3,"),
        ("/r", "/r", "/elsewhere/a.yaml", "::notice title="),
        ("/r", "/r", "../a.yaml", "::notice title="),
    ],
)
def test_files_are_called_as_from_the_top_of_the_repository(top: str, home: str, file: str, said: str) -> None:
    told = told_of({LOOSER: EVERY}, EVERY, {LOOSER: (Cause(Place(file, 3)),)})
    assert said in render("github", replace(told, top=Path(top), home=Path(home))).splitlines()[1]


def test_annotations_without_a_line_that_brought_them_are_where_the_thing_stands() -> None:
    gone = replace(LOST, old=Place("clusters/a.yaml", 9), new=None)
    for change_, spot in ((LOOSER, "file=out/demo/base/rules.yaml,line=7"), (gone, "file=clusters/a.yaml,line=1")):
        assert spot in render("github", told_of({change_: EVERY}))
        said = render("github", told_of({change_: EVERY}, EVERY, {change_: (Cause(None, "obsgen or its templates"),)}))
        assert spot in said
        assert said.endswith("%0Abrought by obsgen or its templates\n")
    two = (Cause(None, "obsgen or its templates"), Cause(Place("profiles/demo.yaml", 3)))
    assert "file=profiles/demo.yaml,line=3" in render("github", told_of({LOOSER: EVERY}, EVERY, {LOOSER: two}))
    assert "file=" not in render("github", told_of({change("A", place=False): EVERY}))


def test_of_many_annotations_the_first_are_the_riskiest() -> None:
    """GitHub shows ten of a sort."""
    changes = {change(f"A{n}", f"{n}", list(Risk)[n % 6]): units(f"s{n}", "prod") for n in range(30)}
    lines = render("github", told_of(changes)).splitlines()
    assert lines[0].startswith("::notice title=obsgen diff::5 destroy data, ")
    ranks = [Risk(line.rpartition(": ")[2]).rank for line in lines[1:]]
    assert ranks == sorted(ranks, reverse=True)


@given(HOSTILE, HOSTILE)
def test_an_annotation_is_one_line(subject: str, what: str) -> None:
    text = render("github", told_of({change(subject, what): EVERY}, EVERY))
    assert len(text.splitlines()) == 2
    assert all(line.startswith("::notice ") for line in text.splitlines())


def valid(told: Told) -> dict[str, object]:
    document = json.loads(render("json", told))
    jsonschema_rs.validator_for(json.loads(json_schema())).validate(document)
    assert isinstance(document, dict)
    return document


def test_json_is_as_its_schema_says_and_the_same_every_time() -> None:
    document = valid(TOLD)
    assert list(document) == sorted(document)
    assert document["title"] == "against main"
    assert document["summary"] == {
        "safe": 0, "needs review": 1, "may page": 0, "loses data": 0, "may stop paging": 1, "destroys data": 0,
    }  # fmt: skip
    assert render("json", TOLD) == render("json", TOLD)
    valid(told_of({}))
    valid(MANY)


def test_json_tells_each_change_with_all_its_places() -> None:
    fleet = {change("A"): {Unit("demo", "prod", f"eu-{n}") for n in range(3)} | {Unit("demo", "dev")}}
    (found,) = valid(told_of(fleet))["changes"]  # type: ignore[misc]
    assert found["where"] == [  # type: ignore[index]
        {"stack": "demo", "environment": "dev", "clusters": []},
        {"stack": "demo", "environment": "prod", "clusters": ["eu-0", "eu-1", "eu-2"]},
    ]
    assert found["new"] == {"file": "out/demo/base/rules.yaml", "line": 7, "column": 1, "length": 1}  # type: ignore[index]


@pytest.mark.parametrize("form", FORMS)
@given(subject=HOSTILE, what=HOSTILE)
def test_no_form_lets_a_text_move_the_cursor(form: str, subject: str, what: str) -> None:
    text = render(form, told_of({change(subject, what): EVERY}, EVERY), Options(verbose=True))
    assert text.endswith("\n")
    assert text.replace("\n", "").replace("\u200b", "").isprintable()


def risky(risk: Risk) -> Change:
    return change("A", risk=risk)


@pytest.mark.parametrize("risk", list(Risk))
@pytest.mark.parametrize("form", FORMS)
def test_every_form_knows_every_risk(form: str, risk: Risk) -> None:
    assert risk in render(form, told_of({risky(risk): EVERY}, EVERY))
