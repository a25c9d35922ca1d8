"""Reports for the tests of their formats: one of each thing, and any that there can be."""

from __future__ import annotations

from hypothesis import strategies as st

from obsgen.checks import Counts, LevelCount, Report, Suppressed, ToolUse
from obsgen.findings import Finding, Fix, Note, Place, Severity
from obsgen.repository.files import Unread

RULES = """\
groups:
- name: g
  rules:
  - alert: A
    expr: |
      sum(foo{a="b"})
      / bar
  - record: "a:b"
    expr: "rate(old{a=\\"b\\"}[5m])"
"""


def finding(
    place: Place, severity: Severity = Severity.ERROR, hint: str = "close it", id_: str = "promql/syntax"
) -> Finding:
    return Finding(id_, severity, "'(' is never closed", place, hint)


REPORT = Report(
    findings=(finding(Place("a.yaml", 2, 3, 4)), finding(Place("b,:.yaml", 1, 1), Severity.INFO, hint="50% of\nit")),
    levels=(
        LevelCount(1, "structure", 5, 0, 1),
        LevelCount(3, "queries", 21, 1, 2),
        LevelCount(4, "signals", 0, 0, judged=False),
        LevelCount(5, "path", 0, 0, judged=False),
        LevelCount(6, "tools", 0, 0, 2),
    ),
    tools=(ToolUse("kustomize", "5.8.2"), ToolUse("promtool", None, "absent: obsgen tools install promtool")),
    counts=Counts(files=6, objects=14, rules=9, panels=1),
    unread=(Unread("chart/templates/a.yaml", "Helm template"),),
    seconds=0.123,
)


def full(file: str) -> Report:
    """Findings with notes and fixes in a file that holds `RULES`, and one that is suppressed."""
    fix = Fix(Place(file, 9, 17), 'old{a="b"}', 'new{a="b"}')
    other = Note("selected by team=ml", Place("prometheus.yaml", 9, 5, 4))
    return Report(
        findings=(
            Finding("promql/comparison", Severity.WARNING, "cannot be false", Place(file, 6, 7, 15), "compare it"),
            Finding("signal/unknown", Severity.ERROR, "no such series", Place(file, 9, 17, 12), "", (other,), fix),
            Finding("rules/duplicate", Severity.INFO, "twice", Place(file, 7, 9, 400), "", (other, other)),
        ),
        levels=REPORT.levels,
        tools=REPORT.tools,
        counts=REPORT.counts,
        suppressed=(
            Suppressed(finding(Place(file, 5, 5, 4)), "as it should be", "2027-01-31", Place(file, 5, 20, 13)),
            Suppressed(finding(Place("board.json", 1, 70, 9)), "it is old", "", Place("facts.yaml", 3, 9)),
        ),
    )


ANY_TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "|",
        "`|`",
        "\\|",
        "```",
        "</details>",
        "]]>",
        "<b>&amp;",
        "@all #1",
        "::error::x",
        "%0A",
        "\r\n",
        "\x00",
        "\x1b[1m",
    ]
)
_IDS = st.sampled_from(["promql/syntax", "yaml/trap11", "schema/size", "rules/duplicate", "a/b"])
_NUMBERS = st.integers(1, 10**6)
_FILES = ANY_TEXT.filter(lambda text: text not in ("", ".", "..") and "\0" not in text) | st.just(__file__)
PLACES = st.builds(Place, _FILES, st.integers(1, 60) | _NUMBERS, _NUMBERS, _NUMBERS)
FINDINGS = st.builds(
    Finding,
    _IDS,
    st.sampled_from(Severity),
    ANY_TEXT,
    PLACES,
    ANY_TEXT,
    st.lists(st.builds(Note, ANY_TEXT, PLACES), max_size=2).map(tuple),
    st.none() | st.builds(Fix, PLACES, ANY_TEXT, ANY_TEXT),
)
REPORTS = st.builds(
    Report,
    st.lists(FINDINGS, max_size=4).map(lambda found: tuple(sorted(found, key=lambda one: one.sort_key))),
    levels=st.just(REPORT.levels),
    tools=st.just(REPORT.tools),
    unread=st.lists(st.builds(Unread, _FILES, ANY_TEXT), max_size=2).map(tuple),
    suppressed=st.lists(
        st.builds(Suppressed, FINDINGS, ANY_TEXT.filter(bool), st.sampled_from(["", "2027-01-31"]), PLACES), max_size=2
    ).map(tuple),
)
"""Any report at all: texts and file names have any characters, even halves of pairs."""
