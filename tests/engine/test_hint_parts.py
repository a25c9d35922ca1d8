"""What hints are made of: quantities, durations and names read loosely, and the shapes that the models allow."""

from __future__ import annotations

import re
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, StringConstraints

from obsgen import annotations
from obsgen.hints import ascii_text, closest, invisible, nearest, repaired, visible
from obsgen.profile.models import Settings
from obsgen.reshape import fits, reshaped
from obsgen.source import load_text
from obsgen.stack.choices import meant
from obsgen.units import UNITS, UnitError, duration, parse

QUANTITIES = [
    ("celsius", "83", "write 83C"),
    ("celsius", "80 degrees", "write 80C"),
    ("celsius", "80°", "write 80C"),
    ("celsius", "181F", "write 82.8C"),
    ("celsius", "300C", "a number with its unit, such as 80C, from -50C to 200C"),
    ("ratio", "90", "write 90% or 0.9"),
    ("ratio", "90 percent", "write 90%"),
    ("ratio", "0,9", "write 0.9"),
    ("ratio", "900%", "a number with its unit, such as 90% or 0.9, from 0% to 100%"),
    ("seconds", "8", "write 8s (or 8ms?)"),
    ("seconds", "8 sec", "write 8s"),
    ("seconds", "8 seconds", "write 8s"),
    ("seconds", "250 msec", "write 250ms"),
    ("seconds", "8,5s", "write 8.5s"),
    ("seconds", "1m30s", "write 90s"),
    ("seconds", "> 8s", "write 8s"),
    ("seconds", "2 minutes", "write 2m"),
    ("bytes", "100 GB", "write 100Gi (or 100G?)"),
    ("bytes", "100GiB", "write 100Gi"),
    ("bytes", "512 bytes", "write 512B"),
    ("bytes", "100", "write 100Gi (or 100Mi?)"),
    ("bytes/s", "5 MB/s", "write 5Mi/s"),
    ("bytes/s", "5Mi", "write 5Mi/s"),
    ("watts", "300", "write 300W"),
    ("watts", "0.3kw", "write 0.3kW"),
    ("hertz", "1500 mhz", "write 1500MHz"),
    ("cores", "2 cores", "write 2"),
    ("cores", "500 millicores", "write 500m"),
    ("core-seconds", "1 hour", "write 1h"),
    ("requests", "10 requests", "write 10"),
    ("requests", "1,000", "write 1000"),
    ("requests", "1_000", "write 1000"),
    ("requests", "1e3", "write 1000"),
    ("tokens", "2 million", "write 2M"),
    ("pods", "3s", "write 3"),
    ("replicas", "-3", "write 3"),
    ("requests/s", "5rps", "write 5req/s"),
    ("requests/s", "5/s", "write 5req/s"),
    ("requests/s", "300 requests per minute", "write 300req/min"),
    ("errors/s", "5", "write 5/s"),
    ("tokens/s", "30", "write 30tok/s"),
    ("tokens/s", "30 tokens/s", "write 30tok/s"),
    ("tokens/s", "30tps", "write 30tok/s"),
    ("usd", "$5", "write 5USD"),
    ("usd/day", "5 USD", "write 5USD/day"),
    ("usd/day", "5 dollars per hour", "write 5USD/h"),
    ("usd/day", "5USD/month", "a number with its unit, such as 5USD/day"),
    ("usd/token", "2.5", "write 2.5USD/Mtok"),
    ("usd/token", "$2.5", "write 2.5USD/Mtok"),
    ("usd/token", "2.5 USD per million tokens", "write 2.5USD/Mtok"),
    ("usd/token", "0.0025 USD/1k", "write 0.0025USD/ktok"),
    ("timestamp", "5s", "a point in time has no limit: compare its age, in seconds"),
]

DURATIONS = [
    ("5", "write 5m (or 5s?)"),
    ("30", "write 30s (or 30m?)"),
    ("5 minutes", "write 5m"),
    ("5min", "write 5m"),
    ("5M", "write 5m"),
    ("1.5m", "write 1m30s"),
    ("30s5m", "write 5m30s"),
    ("1 hour, 30 min", "write 1h30m"),
    ("2w", "write 14d"),
    ("1y", "write 365d"),
    ("500ms", "write 1s: whole seconds, no less"),
    ("-5m", "write 5m"),
    ("soon", "a time such as 30s, 5m or 1h30m, at most 365d"),
    ("400d", "write at most 365d"),
]


def refused(written: str, unit: str, usual: float | None = None) -> str:
    with pytest.raises(UnitError) as problem:
        parse(written, UNITS[unit], usual)
    return problem.value.hint


@pytest.mark.parametrize(("unit", "written", "hint"), QUANTITIES)
def test_a_quantity_that_is_none_is_told_as_it_is_written_here(unit: str, written: str, hint: str) -> None:
    assert refused(written, unit) == hint


@pytest.mark.parametrize(("written", "hint"), DURATIONS)
def test_a_duration_that_is_none_is_told_as_it_is_written_here(written: str, hint: str) -> None:
    with pytest.raises(UnitError) as problem:
        duration(written)
    assert problem.value.hint == hint


@pytest.mark.parametrize(("written", "first"), [("8", "8s"), ("8000", "8000ms"), ("250", "250s")])
def test_of_two_guesses_the_one_near_the_default_comes_first(written: str, first: str) -> None:
    assert refused(written, "seconds", 8.0).startswith(f"write {first} (or ")


@given(
    st.sampled_from(sorted(UNITS)),
    st.floats(0, 1e6).map(lambda value: f"{value:.6g}"),
    st.sampled_from(
        ["", " ", "s", "sec", "GB", "$", "%", "C", "per day", "/s", "tok/min", "x", "Mi/s", "°F", "m", "k", "1k"]
    ),
)
def test_what_is_a_quantity_or_what_a_hint_says_to_write_instead_lies_in_the_bounds_of_the_unit(
    unit: str, number: str, suffix: str
) -> None:
    try:
        values, hint = [parse(f"{number}{suffix}", UNITS[unit])], "none"
    except UnitError as problem:
        hint = problem.hint
        told = re.findall(r"[0-9.]+[^\s?)]*", hint) if hint.startswith("write ") else []
        values = [parse(each, UNITS[unit]) for each in told]
    low, high = UNITS[unit].bounds
    assert all(low <= value <= high for value in values)
    assert values or (hint and not hint.startswith("write "))


@given(st.text(alphabet="0123456789., smhdwinuteor-+", max_size=12))
def test_whatever_a_hint_says_of_a_duration_is_one(written: str) -> None:
    try:
        duration(written)
        hint = ""
    except UnitError as problem:
        hint = problem.hint
    if hint.startswith("write ") and "at most" not in hint:
        assert 0 <= duration(re.split("[ :]", hint.removeprefix("write "))[0]) <= 365 * 86400


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a b", ""),
        ("a\u00a0b", "no-break space (U+00A0)"),
        ("\ufeffa", "zero width no-break space (U+FEFF)"),
        ("ä", ""),
    ],
)
def test_what_nobody_sees_is_named(text: str, name: str) -> None:
    assert invisible(text) == name
    assert invisible(visible(text)) == ""


@given(st.text(max_size=30))
def test_text_in_plain_letters_is_ascii(text: str) -> None:
    assert ascii_text(text).isascii()


@given(
    st.text(max_size=40),
    st.sampled_from([r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", r"^[A-Z][A-Za-z0-9]{2,80}$", r"^/[a-z]*$"]),
)
def test_a_repaired_text_fits_and_is_another_one(text: str, pattern: str) -> None:
    meant = repaired(text, lambda each: re.search(pattern, each))
    assert meant is None or (re.search(pattern, meant) and meant != text)


@given(st.lists(st.text(alphabet="abcdefgh", min_size=4, max_size=8), min_size=1, max_size=5, unique=True), st.data())
def test_a_name_with_a_letter_too_many_is_found_again(names: list[str], choice: st.DataObject) -> None:
    name = choice.draw(st.sampled_from(names))
    at = choice.draw(st.integers(0, len(name)))
    near = closest(name[:at] + "z" + name[at:], names)
    assert near in names


@pytest.mark.parametrize("name", ["modelservers", "model_servers", "Model-Servers", "model servers"])
def test_case_and_separators_do_not_hide_a_name(name: str) -> None:
    assert closest(name, ["modelServers", "servers", "model"]) == "modelServers"


def test_far_names_are_listed_unless_they_are_too_many() -> None:
    assert nearest("zzz", ["a", "b"]) == "known: a, b"
    assert nearest("zzz", [f"name{number}" for number in range(50)]) == ""


class Part(BaseModel):
    kind: str
    size: Annotated[str, StringConstraints(pattern="^[0-9]+Gi$")] | None = None


class Whole(BaseModel):
    parts: tuple[Part, ...] = ()
    by_name: dict[str, Part] = Field(default_factory=dict)
    one: Part | None = None


def test_the_keys_and_types_of_a_place_are_found_through_lists_mappings_and_unions() -> None:
    assert annotations.keys_at(Whole, ("parts", 0)) == {"kind", "size"}
    assert annotations.keys_at(Whole, ("by_name", "x")) == annotations.keys_at(Whole, ("one",))
    assert annotations.keys_at(Whole, ("parts",)) == annotations.keys_at(Whole, ("nothing",)) == set()
    (size,) = annotations.types_at(Whole, ("parts", 3, "size"))
    assert fits("1Gi", size)
    assert not fits("1GB", size)
    assert list(annotations.homes(Whole, "size")) == [("parts",), ("by_name",), ("one",)]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["x", "a=b", "a: b", "8s", "x, y", "- a", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "type", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    *(("model_servers",), ("modelServers",), ("modelServers", 0), ("modelServers", 0, "selector"), ("environments",)),
    *(
        ("gpuExporter",),
        ("providers", 0, "covers"),
        ("prices",),
        ("alerts", "X"),
        ("cluster",),
        ("labels",),
        ("templates",),
    ),
]


@given(JUNK, st.sampled_from(PLACES))
def test_whatever_is_proposed_for_a_value_of_the_wrong_kind_fits(value: Any, route: tuple[str | int, ...]) -> None:
    types = annotations.types_at(Settings, route)
    hint = reshaped(value, types, str(route[-1]))
    if not hint or "key: value" in hint or "[value, value]" in hint or "`" in hint:
        return  # nothing is proposed, or a shape alone
    meant = load_text(f"x: {hint.removeprefix('write ')}\n", "x.yaml")[0].value["x"]
    assert any(fits(meant, each) for each in types)


def test_nothing_is_guessed_of_large_values() -> None:
    assert reshaped(list(range(1000)), [dict[str, str]], "x") == ""


@pytest.mark.parametrize(
    ("unit", "value", "hint"),
    [
        ("seconds", 8000, "did you mean 8s or 8000ms?"),
        ("seconds", 0.0008, "did you mean 0.8s?"),
        ("seconds", 1e9, "write something from 100 ms to below 100 s"),
        ("tokens", 8000, "write something from 0.1 tokens to below 100 tokens"),
    ],
)
def test_a_limit_beyond_the_buckets_is_told_in_its_unit(unit: str, value: float, hint: str) -> None:
    assert meant(value, 0.1, 100, UNITS[unit]) == hint
