"""Markdown: short enough for a comment, the worst first, and no text of a file breaks out of its cell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_samples import ANY_TEXT, REPORT, REPORTS, finding, full

from obsgen.checks import Report, Suppressed
from obsgen.findings import Finding, Place, Severity
from obsgen.report import Options, render
from obsgen.report.markdown import MOST_CHARACTERS
from obsgen.report.printable import printable

OUR_HTML = {"<br>", "</details>\n"}


def tokens(text: str) -> list[Any]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def cells(text: str) -> list[list[str]]:
    """Each row of each table as the texts of its cells, as readers see them."""
    rows: list[list[str]] = []
    for token in tokens(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level >= 4:
            rows[-1].append("".join(_seen(child) for child in token.children))
    return rows


def _seen(token: Any) -> str:
    assert token.type in ("text", "code_inline", "html_inline"), token.type
    assert token.type != "html_inline" or token.content in OUR_HTML
    return token.content


@given(REPORTS)
def test_any_report_keeps_its_form(report: Report) -> None:
    text = render("markdown", report, Options(verbose=True))
    rows = cells(text)
    widths = {len(row) for row in rows}
    assert widths <= {3, 4}
    told = [row for row in rows if row[0] in ("❌", "⚠️", "ℹ️")]
    assert len(told) == len(report.findings)
    html = {token.content for token in tokens(text) if token.type == "html_block"}
    assert all(each.startswith("<details><summary>") or each in OUR_HTML for each in html)
    assert text.count("\n</details>") == text.count("<details>") == 1 + bool(report.suppressed) + (len(told) > 10)
    text.encode("utf-8")


@given(ANY_TEXT.filter(str.strip), ANY_TEXT)
def test_readers_see_what_was_told(message: str, file: str) -> None:
    report = Report((Finding("a/b", Severity.ERROR, message, Place(file or "x", 3, 4)),))
    row = next(row for row in cells(render("markdown", report)) if row[0] == "❌")
    shown = printable(" ".join(message.split()))
    assert row[1].replace("\u200b", "").strip() == f"a/b {shown}".strip().replace("\u200b", "")
    assert row[2].strip().split() == f"{printable(file or 'x')}:3:4".split()


@pytest.mark.parametrize("text", ["@everyone look", "see #12", "mail a@b.example"])
def test_nobody_is_called(text: str) -> None:
    told = render("markdown", Report((Finding("a/b", Severity.ERROR, text, Place("x.yaml")),)))
    assert text not in told
    assert "\u200b" in told


def test_the_worst_comes_first_and_most_is_folded() -> None:
    warnings = [finding(Place("a.yaml", line), Severity.WARNING) for line in range(1, 30)]
    report = Report((*warnings, finding(Place("z.yaml", 9))), levels=REPORT.levels)
    text = render("markdown", report)
    rows = [row for row in cells(text) if row[0] in ("❌", "⚠️")]
    assert text.startswith("### obsgen: 1 error, 29 warnings\n")
    assert [row[2] for row in rows][:2] == ["z.yaml:9:1", "a.yaml:1:1"]
    assert len(rows) == 30
    before, _, after = text.partition("<details><summary>20 more</summary>")
    assert sum(row[0] in ("❌", "⚠️") for row in cells(before)) == 10
    assert after


@given(st.integers(0, 3000), st.integers(0, 2000))
def test_a_comment_is_never_too_long(count: int, suppressed: int) -> None:
    many = tuple(finding(Place("a" * 290 + ".yaml", line), hint="h" * 400) for line in range(1, count + 1))
    allowed = tuple(Suppressed(one, "why " * 60, "", Place("f", 1)) for one in many[:suppressed])
    text = render("markdown", Report(many, levels=REPORT.levels, suppressed=allowed))
    assert len(text) <= MOST_CHARACTERS
    assert ("do not fit into a comment" in text) == (count > sum("❌" in line for line in text.splitlines()))


def test_infos_only_when_asked_for_and_suppressed_always(rules: str) -> None:
    short, long = (render("markdown", full(rules), Options(verbose=verbose)) for verbose in (False, True))
    assert "twice" not in short
    assert "twice" in long
    for text in (short, long):
        assert "<details><summary>2 suppressed</summary>" in text
        assert ["promql/syntax", "rules.yaml:5:5", "as it should be", "2027-01-31"] in cells(text)
        assert "selected by team=ml (prometheus.yaml:9:5)" in text


def test_a_faultless_tree_says_so() -> None:
    text = render("markdown", Report((), levels=REPORT.levels, tools=REPORT.tools))
    assert text.startswith("### obsgen: nothing found\n")
    assert ["structure", "5 of 5", "1"] in cells(text)
    assert ["signals", "–", "0"] in cells(text)
    assert "Tools: kustomize 5.8.2, promtool absent: obsgen tools install promtool" in text
