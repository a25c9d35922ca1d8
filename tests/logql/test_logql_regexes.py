"""What is said of regular expressions for Go's engine: nothing that is not sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.logql.regexes import regex


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("(", "missing ), unterminated subpattern"),
        (")", "unbalanced parenthesis"),
        ("a{3,1}", "min repeat greater than max repeat"),
        ("*a", "nothing to repeat"),
        ("a**", "two repetitions in a row"),
        ("a+*", "two repetitions in a row"),
        ("(?=a)", "Go's engine has no look-around"),
        ("(?!a)", "Go's engine has no look-around"),
        ("x(?<=a)", "Go's engine has no look-around"),
        ("x(?<!a)", "Go's engine has no look-around"),
        (r"(a)\1", "Go's engine has no back-references"),
        ("a\\", "a backslash at the end"),
        ("[abc", "missing ]"),
        ("[z-a]", "bad character range z-a"),
    ],
)
def test_what_is_surely_wrong_is_said(text: str, fault: str) -> None:
    found = regex(text)
    assert (found.known, found.fault, found.compiled) == (True, fault, None)
    assert not found.matches_nothing()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a|b",
        "(a|b)+?",
        "(?:a)*",
        "(?P<name>a)",
        "[a-z0-9]",
        r"[^\d.]",
        r"\d+\.\w*\s",
        "^a$",
        r"\bword\b",
        "a{2,5}",
        "(?i)abc",
        "(?ims)a",
        r"\[x\]",
        "é😀",
    ],
)
def test_what_go_and_python_read_alike_is_known(text: str) -> None:
    found = regex(text)
    assert (found.known, found.fault) == (True, "")
    assert found.compiled is not None


@pytest.mark.parametrize(
    "text",
    [
        r"\pL",
        r"\Qa.b\E",
        r"\x41",
        r"\012",
        "[[:alpha:]]",
        "(?P<n>a)(?P<n>b)(?x)c",
        "(?U)a",
        "a{1}b{2}",
        "^*",
        r"\b+",
        "a{",
        "a}",
        "a]",
        "[a&&b]",
        "(?#comment)",
        "(a)" * 100,
    ],
)
def test_of_what_they_may_read_otherwise_nothing_is_said(text: str) -> None:
    found = regex(text)
    assert (found.known, found.fault, found.compiled) == (False, "", None)


@pytest.mark.parametrize(
    ("text", "empty"),
    [("", True), ("a*", True), ("a|", True), ("(a)?", True), ("a", False), (".", False), ("a+", False)],
)
def test_whether_the_empty_text_matches(text: str, empty: bool) -> None:
    assert regex(text).matches_nothing() == empty


def test_a_dot_is_any_character_as_in_loki() -> None:
    compiled = regex("a.b").compiled
    assert compiled
    assert compiled.fullmatch("a\nb")


@given(st.text("ab()[]{}|*+?.^$\\,-123:P<>=!", max_size=10))
def test_of_any_text_one_thing_is_said(text: str) -> None:
    found = regex(text)
    assert bool(found.compiled) == (found.known and not found.fault)
    assert not found.fault or found.known
