"""What is the same in several places, or of several things, is told in one line."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellings import change, told_of, units

from obsgen.diff.model import Cause, Change, Risk, Unit
from obsgen.diff.telling import Line, shortened, summary
from obsgen.findings import Place
from obsgen.report.printable import width

EVERY = units("demo", "dev", "staging", "prod")
FLEET = frozenset({*(Unit("demo", "prod", f"eu-{number}") for number in range(1000)), Unit("demo", "dev")})


def lines(changes: dict[Change, frozenset[Unit]], known: frozenset[Unit] = EVERY) -> list[Line]:
    return told_of(changes, known).lines


@pytest.mark.parametrize(
    ("where", "known", "said"),
    [
        (EVERY, EVERY, "all"),
        (units("demo", "prod"), EVERY, "prod"),
        (units("demo", "prod", "dev"), EVERY, "dev, prod"),
        (units("demo", "argo cd"), EVERY, "argo cd"),
        (units("demo", "a", "b", "c", "d"), EVERY, "4 environments"),
        (frozenset({Unit("demo")}), EVERY, "all"),
        (frozenset({Unit("clusters/a")}), frozenset(), ""),
        (FLEET, FLEET, "all"),
        (frozenset(each for each in FLEET if each.cluster), FLEET, "prod"),
        (units("demo", "prod/eu-1"), FLEET, "prod/eu-1"),
        (units("demo", "prod/eu-1", "prod/eu-7", "dev"), FLEET, "dev, prod/eu-1, prod/eu-7"),
        (units("demo", *(f"prod/eu-{number}" for number in range(37))), FLEET, "prod (37 of 1,000 clusters)"),
    ],
)
def test_where_it_is_in_few_words(where: frozenset[Unit], known: frozenset[Unit], said: str) -> None:
    (line,) = lines({change("A"): where}, known)
    assert line.where == said


def test_things_that_change_alike_are_one_line() -> None:
    (line,) = lines({change(name): EVERY for name in ("B", "A", "C")})
    assert (line.subject, line.where) == ("A, B, C", "all")
    (line,) = lines({change(name): EVERY for name in "ABCDE"})
    assert line.subject == "5 alerts"
    assert line.names == ["A", "B", "C", "D", "E"]


def test_many_panels_of_one_dashboard_are_told_as_its_own() -> None:
    panels = [f'panel "Share of {name}" of vLLM Production' for name in "ABCD"]
    (line,) = lines({change(name, id="change/panel-query"): EVERY for name in panels})
    assert line.subject == "4 panels of vLLM Production"
    assert line.subject_within(20) == "4 panels"
    others = [*panels, 'panel "Load" of GPU Metrics']
    (line,) = lines({change(name, id="change/panel-query"): EVERY for name in others})
    assert line.subject == "5 panels"


@pytest.mark.parametrize(
    ("id_", "said"),
    [("alert-x", "4 alerts"), ("policy-x", "4 policies"), ("class-x", "4 classes"), ("key-x", "4 keys")],
)
def test_many_things_are_counted_by_their_noun(id_: str, said: str) -> None:
    (line,) = lines({change(name, id=f"change/{id_}"): EVERY for name in "ABCD"})
    assert line.subject == said


def test_what_differs_in_risk_place_or_words_stays_apart() -> None:
    found = lines({
        change("A"): EVERY,
        change("B", risk=Risk.PAGES): EVERY,
        change("C", "looser: 1 s → 2 s"): EVERY,
        change("D"): units("demo", "dev"),
    })  # fmt: skip
    assert len(found) == 4


def test_the_same_of_many_things_in_many_places_is_one_line() -> None:
    """Each cluster has an object of its own name."""
    found = lines({change(f"Secret {each.cluster}"): frozenset({each}) for each in FLEET if each.cluster}, FLEET)
    assert [(each.subject, each.where) for each in found] == [("1,000 alerts", "prod")]


def test_stacks_that_change_alike_are_one_section() -> None:
    many = {Unit(f"stack-{number}", "prod") for number in range(1000)}
    told = told_of({change("A"): many, change("B"): units("stack-1", "prod")})
    assert [each.title for each in told.sections] == ["1,000 stacks", "stack-1"]
    assert [line.where for line in told.lines] == ["all", "all"]
    few = told_of({change("A"): {Unit("a", "prod"), Unit("b", "prod")}})
    assert [each.title for each in few.sections] == ["a, b"]


def test_the_riskiest_comes_first_then_what_most_have() -> None:
    changes = {
        change("safe", risk=Risk.SAFE, what="new"): EVERY,
        change("one"): units("demo", "dev"),
        change("all"): EVERY,
        change("worst", risk=Risk.DESTROYS): units("other", "prod"),
    }
    told = told_of(changes, EVERY)
    assert [each.title for each in told.sections] == ["other", "demo"]
    assert [line.subject for line in told.lines] == ["worst", "all", "one", "safe"]


def test_of_many_the_riskiest_are_kept() -> None:
    changes = {change(f"S{number}", what=f"{number}", risk=Risk.SAFE): EVERY for number in range(9)}
    changes[change("last", risk=Risk.STOPS_PAGING)] = units("zzz", "prod")
    told = told_of(changes, EVERY)
    assert [line.subject for each in told.first(3) for line in each.lines] == ["last", "S0", "S1"]
    assert told.first(100) == told.sections


def test_causes_of_a_line_are_those_of_its_changes() -> None:
    one, other = Cause(Place("p.yaml", 3)), Cause(None, "obsgen or its templates")
    a, b = change("A"), change("B")
    (line,) = told_of({a: EVERY, b: EVERY}, EVERY, {a: (one,), b: (one, other)}).lines
    assert (line.causes, line.spot) == ((one, other), "p.yaml:3 and 1 more")
    (line,) = lines({a: EVERY})
    assert line.spot == "out/demo/base/rules.yaml:7"
    (line,) = lines({change("A", place=False): EVERY})
    assert line.spot == ""


def test_what_lines_come_to() -> None:
    told = told_of({change("A"): EVERY, change("B", "x"): EVERY, change("C", risk=Risk.STOPS_PAGING): EVERY}, EVERY)
    assert summary(told.counts) == "1 may stop paging, 2 need review"
    assert summary({Risk.REVIEW: 1, Risk.PAGES: 2, Risk.LOSES_DATA: 3}) == "1 needs review, 2 may page, 3 lose data"
    assert summary({Risk.DESTROYS: 1200, Risk.SAFE: 2}) == "1,200 destroy data, 2 safe"
    assert summary({}) == "nothing changes"


@given(st.text(max_size=30), st.integers(1, 30))
def test_a_shortened_text_fits(text: str, columns: int) -> None:
    found = shortened(text, columns)
    assert width(found) <= max(columns, 1) or found == "…"
    assert (found == text) == (width(text) <= columns)


@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60), min_size=1, max_size=6),
    st.integers(12, 80),
)
def test_a_subject_never_is_longer_than_fits(names: list[str], columns: int) -> None:
    (line,) = lines({change(name): EVERY for name in names})
    assert width(line.subject_within(columns)) <= columns


@given(st.integers(0, 2**32))
def test_the_order_of_what_was_found_says_nothing(seed: int) -> None:
    changes = [
        (
            change(f"A{number % 7}", f"what {number % 5}", list(Risk)[number % 6]),
            Unit(f"s{number % 3}", f"e{number % 2}"),
        )
        for number in range(40)
    ]
    mixed = changes[:]
    Random(seed).shuffle(mixed)
    found: list[list[tuple[str, str, str]]] = []
    for each in (changes, mixed):
        where: dict[Change, set[Unit]] = {}
        for one, unit in each:
            where.setdefault(one, set()).add(unit)
        found.append([(line.where, line.subject, line.first.what) for line in told_of(where).lines])
    assert found[0] == found[1]
