"""How versions compare, which one a profile means, and what a component's rows make of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.components.versions import VersionError, choose, nearby, order, within

KNOWN = ("0.9.2", "0.10.0", "0.10.1", "0.12.0", "1.0")
numbers = st.lists(st.integers(0, 30), min_size=1, max_size=4)


def dotted(parts: list[int]) -> str:
    return ".".join(map(str, parts))


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("latest", "1.0"),
        ("0.10.0", "0.10.0"),
        ("0.10", "0.10.1"),
        ("0.9", "0.9.2"),
        ("0.11.3", "0.11.3"),
        ("0.12.0.post1", "0.12.0.post1"),
        ("1", "1.0"),
        ("1.0.0", "1.0.0"),
    ],
)
def test_a_version_is_known_or_lies_between_known_ones(wanted: str, chosen: str) -> None:
    assert choose(wanted, KNOWN) == chosen


@pytest.mark.parametrize(
    ("wanted", "told", "hint"),
    [
        ("1.1", "newer than any known", "1.0"),
        ("0.9.1", "older than any known", "0.9.2"),
        ("v0.10", "is not a released version", "write 0.10; known nearby: 0.9.2, 0.10.0, 0.10.1"),
        ("v0.10.1", "is not a released version", "write 0.10.1;"),
        (">=0.10", "is not a released version", "write 0.10;"),
        ("0.12rc1", "is not a released version", "write 0.12; known nearby: 0.10.1, 0.12.0, 1.0"),
        ("0.12.garbage", "is not a released version", "write 0.12;"),
        ("0.12.0-cu12", "is not a released version", "write 0.12.0;"),
        ("0.12.0-0.13.0", "is not a released version", "write 0.12.0;"),
        ("0..12", "is not a released version", "write 0.12;"),
        ("0.12.", "is not a released version", "write 0.12;"),
        ("0.12 ", "is not a released version", "write 0.12;"),
        ("٠.١٢", "is not a released version", "newest known: 1.0"),
        ("7.garbage", "is not a released version", "known nearby: 0.10.1, 0.12.0, 1.0"),
        ("latestt", "is not a released version", "did you mean 'latest'?"),
        ("stable", "is not a released version", "newest known: 1.0"),
        ("", "is not a released version", "newest known: 1.0"),
    ],
)
def test_other_versions_are_refused(wanted: str, told: str, hint: str) -> None:
    with pytest.raises(VersionError, match=told) as refused:
        choose(wanted, KNOWN)
    assert hint in refused.value.hint


PAIRS = ("3.3.6-3.4.2", "3.3.7-3.5.0", "4.0.0-4.0.1")


@pytest.mark.parametrize(
    ("wanted", "known", "chosen"),
    [("3.3.7", PAIRS, "3.3.7-3.5.0"), ("3.3.8-3.6.0", PAIRS, "3.3.8-3.6.0"), ("b4500", ("b4000", "b5000"), "b4500")],
)
def test_versions_are_written_as_the_known_ones_are(wanted: str, known: tuple[str, ...], chosen: str) -> None:
    assert choose(wanted, known) == chosen


def test_a_prefix_of_the_known_ones_is_put_back() -> None:
    with pytest.raises(VersionError) as refused:
        choose("4500", ("b4000", "b5000"))
    assert refused.value.hint == "write b4500; known nearby: b4000, b5000"


@given(st.text(max_size=12) | st.text(alphabet="v0129.rc-> ", max_size=10))
def test_whatever_is_written_is_a_version_in_the_known_range_or_refused_with_a_hint_that_is_one(wanted: str) -> None:
    try:
        versions, hint = [choose(wanted, KNOWN)], "none"
    except VersionError as refused:
        hint = refused.hint
        versions = [choose(told, KNOWN) for told in re.findall("^write ([^;]+)", hint)]
    assert hint
    assert all(order(KNOWN[0]) <= order(each) <= order(KNOWN[-1]) for each in versions)


@given(numbers)
def test_the_versions_nearby_surround_a_version(parts: list[int]) -> None:
    version = dotted(parts)
    near = nearby(version, KNOWN)
    assert list(near) == sorted(near, key=order)
    if order(KNOWN[0]) < order(version) < order(KNOWN[-1]):
        assert order(near[0]) <= order(version) <= order(near[-1])


@given(numbers, numbers)
def test_versions_compare_by_their_numbers(left: list[int], right: list[int]) -> None:
    def stripped(parts: list[int]) -> list[int]:
        return stripped(parts[:-1]) if parts and parts[-1] == 0 else parts

    assert (order(dotted(left)) < order(dotted(right))) == (stripped(left) < stripped(right))


@given(numbers, st.sampled_from(["rc1", "a2", ".dev3", "b1", "-rc.4"]))
def test_a_pre_release_comes_just_before_its_release(parts: list[int], mark: str) -> None:
    release = dotted(parts)
    assert order(f"{release}{mark}") < order(release)
    assert not within(f"{release}{mark}", since=release, until=None)


@given(numbers, numbers)
def test_a_range_and_the_one_after_it_share_no_version(edge: list[int], version: list[int]) -> None:
    edge_text, text = dotted(edge), dotted(version)
    assert within(text, None, edge_text) != within(text, edge_text, None)
    assert within(text, None, None)
