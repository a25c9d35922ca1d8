"""Loki's own parser beside ours: the same verdict on everything that ours judges, and the same tree."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from logql_support import BREAK, Asked, corpus, disagreement, folds, tree, verdict

from obsgen.logql import LogqlError, parse

VALID, INVALID, BEYOND = corpus("valid"), corpus("invalid"), corpus("beyond")
_PIECE = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|\[[^\]]*\]|[A-Za-z_]\w*|\d[\w.]*|[|!=<>~]{1,2}|\s+|.', re.DOTALL)
PIECES = sorted({piece for one in (*VALID, *INVALID) for piece in _PIECE.findall(one)})
CHARACTERS = "{}[]()|=!~<>,\"`'\\.+-*/%^#@$:; \n0129abeEpmskKMB_µé“?&"


def test_the_corpus_is_large_and_has_no_expression_twice() -> None:
    every = [*VALID, *INVALID, *(one[2:] for one in BEYOND)]
    assert len(every) == len(set(every)) > 550


@pytest.mark.parametrize(
    ("texts", "expected"), [(VALID, "valid"), (INVALID, "invalid"), ([one[2:] for one in BEYOND], "unsure")]
)
def test_verdicts_on_the_corpus(texts: list[str], expected: str) -> None:
    assert [(text, verdict(text)) for text in texts if verdict(text) != expected] == []


@pytest.mark.tools
def test_loki_says_the_same_of_the_corpus(loki: Asked) -> None:
    for names, expected in ((VALID, True), (INVALID, False)):
        answers = zip(names, loki(names), strict=True)
        assert [(text, answer) for text, answer in answers if answer["ok"] != expected] == []
    told = zip(BEYOND, loki([one[2:] for one in BEYOND]), strict=True)
    assert [text for text, answer in told if answer["ok"] != (text[0] == "+")] == []


@pytest.mark.tools
def test_trees_are_those_of_loki(loki: Asked) -> None:
    """Loki writes what it has read with every parenthesis; numbers that it works out are no longer there to compare."""
    answers = zip(VALID, loki(VALID), strict=True)
    different = [text for text, answer in answers if not folds(text) and tree(text) != tree(answer["canonical"])]
    assert different == []


@pytest.mark.tools
def test_facts_are_those_of_loki(loki: Asked) -> None:
    for text, answer in zip(VALID, loki(VALID), strict=True):
        query = parse(text)
        assert query.is_metric == answer["metric"], text
        selectors = [[(one.name, one.operator, one.value) for one in each.matchers] for each in query.selectors()]
        assert selectors == [[(one["name"], one["op"], one["value"]) for one in each] for each in answer["selectors"]]
        assert [(one.window, one.offset) for one in query.ranges()] == [
            (one["window"], one["offset"]) for one in answer["ranges"]
        ]


@pytest.mark.tools
def test_places_are_not_behind_those_of_loki(loki: Asked) -> None:
    """Loki tells where it stopped, ours what is wrong, which within a string Loki does not tell."""
    texts = [one for one in INVALID if "\n" not in one]
    for text, answer in zip(texts, loki(texts), strict=True):
        column = answer["error"].get("column", len(text))
        with pytest.raises(LogqlError) as caught:
            parse(text)
        assert 0 <= caught.value.start <= column or text[column - 1] == '"', text


def altered(text: str, kind: int, at: float, piece: str, character: str) -> str:
    """A text with a piece or a character removed, added or changed."""
    pieces, spot = _PIECE.findall(text) or [""], int(at * len(text))
    where = int(at * len(pieces)) % len(pieces)
    return {
        0: "".join([*pieces[:where], *pieces[where + 1 :]]),
        1: "".join([*pieces[:where], piece, *pieces[where:]]),
        2: "".join([*pieces[:where], piece, *pieces[where + 1 :]]),
        3: text[:spot] + text[spot + 1 :],
        4: text[:spot] + character + text[spot:],
        5: text[:spot] + character + text[spot + 1 :],
    }[kind]


ALTERED = st.builds(
    altered,
    st.sampled_from([*VALID, *INVALID]),
    st.integers(0, 5),
    st.floats(0, 1),
    st.sampled_from(PIECES),
    st.sampled_from(CHARACTERS),
)


@pytest.mark.tools
@given(st.lists(ALTERED, min_size=40, max_size=40))
@example(['{app="chat"} | label_format a=!'])
def test_loki_says_the_same_of_altered_expressions(loki: Asked, texts: list[str]) -> None:
    told = [disagreement(text, answer) for text, answer in zip(texts, loki(texts), strict=True)]
    assert [one for one in told if one] == []


REGEXES = st.lists(
    st.sampled_from(
        [
            *"ab.*+?|()[]{}^$-,:<>=!1é\\",
            "\\d",
            "\\.",
            "\\b",
            "[a-z]",
            "[^0-9]",
            "(?:",
            "(?P<x>",
            "(?i)",
            "{2}",
            "{1,3}",
            "a+",
        ]
    ),
    max_size=8,
).map("".join)


@pytest.mark.tools
@given(st.lists(REGEXES.filter(lambda one: "`" not in one), min_size=40, max_size=40))
def test_loki_says_the_same_of_regular_expressions(loki: Asked, regexes: list[str]) -> None:
    texts = [f'{{app=~`{one}`, x="y"}}' for one in regexes] + [f"{{app!~`{one}`}}" for one in regexes]
    texts += [f'{{app="x"}} | regexp `{one}`' for one in regexes]
    told = [disagreement(text, answer) for text, answer in zip(texts, loki(texts), strict=True)]
    assert [one for one in told if one] == []


@given(st.text(alphabet=CHARACTERS, max_size=60))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    assert verdict(text) in ("valid", "invalid", "unsure")


def test_breaks_of_the_corpus_are_breaks() -> None:
    assert not any(BREAK in text for text in VALID)
    assert any("\n" in text for text in VALID)
