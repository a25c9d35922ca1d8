"""Quantities as people write them, as PromQL reads them, and as texts show them."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from promql_parser import parse as parse_promql

from obsgen.units import (
    UNITS,
    Unit,
    UnitError,
    commensurable,
    duration,
    duration_text,
    number_text,
    parse,
    prometheus_duration,
    shortened,
    text,
)


@pytest.mark.parametrize(
    ("unit", "written", "value"),
    [
        ("seconds", "8s", 8),
        ("seconds", "250ms", 0.25),
        ("seconds", "1.5h", 5400),
        ("seconds", " 3 s ", 3),
        ("ratio", "90%", 0.9),
        ("ratio", "0.9", 0.9),
        ("ratio", 0.9, 0.9),
        ("ratio", "0.1%", 0.001),
        ("bytes", "100Gi", 100 * 2**30),
        ("bytes", "1G", 1e9),
        ("bytes/s", "5Mi/s", 5 * 2**20),
        ("celsius", "80C", 80),
        ("celsius", "-5°C", -5),
        ("cores", "500m", 0.5),
        ("requests", "10", 10),
        ("requests", "2k", 2000),
        ("tokens/s", "30tok/s", 30),
        ("tokens/s", "90tok/min", 1.5),
        ("usd/day", "1USD/h", 24),
        ("usd/token", "2.5USD/Mtok", 2.5e-6),
        ("bool", "1", 1),
    ],
)
def test_quantities_are_read_in_their_unit(unit: str, written: str | float, value: float) -> None:
    assert parse(written, UNITS[unit]) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "written", "told", "hint"),
    [
        ("seconds", "8", "has no unit", "write 8s (or 8ms?)"),
        ("seconds", "8x", "unknown unit 'x'", "write 8s (or 8ms?)"),
        ("seconds", "soon", "not a quantity", "such as 8s or 250ms"),
        ("seconds", "-8s", "less than nothing", "write 8s"),
        ("seconds", "", "not a quantity", "such as 8s or 250ms"),
        ("seconds", "1e3s", "not a quantity", "write 1000s"),
        ("seconds", "٣s", "not a quantity", "8s"),
        ("seconds", float("inf"), "not a quantity", "8s"),
        ("seconds", float("nan"), "not a quantity", "8s"),
        ("seconds", "9" * 400 + "s", "9…' is not a quantity", "8s"),
        ("seconds", True, "'true' is not a quantity", "8s"),
        ("ratio", "90", "lies outside 0 to 1", "write 90% or 0.9"),
        ("ratio", "-5%", "lies outside 0 to 1", "write 5%"),
        ("celsius", "900C", "lies outside -50 to 200", "from -50C to 200C"),
        ("timestamp", "5", "has no unit", "compare its age"),
    ],
)
def test_what_is_no_quantity_is_refused_with_what_to_write(
    unit: str, written: str | float, told: str, hint: str
) -> None:
    with pytest.raises(UnitError) as refused:
        parse(written, UNITS[unit])
    assert told in str(refused.value)
    assert hint in refused.value.hint


@given(st.sampled_from(sorted(UNITS)), st.text(max_size=12) | st.floats() | st.integers())
def test_whatever_is_written_is_a_value_within_bounds_or_an_error(unit: str, written: str | float) -> None:
    low, high = UNITS[unit].bounds
    try:
        value, told = parse(written, UNITS[unit]), ""
    except UnitError as refused:
        value, told = low, str(refused)
    assert low <= value <= high
    assert len(told) < 200


@given(st.floats(min_value=0, max_value=1e12))
def test_a_numbers_text_is_promql_and_the_same_number(value: float) -> None:
    written = number_text(value)
    assert isclose(float(parse_promql(written).val), value, rel_tol=1e-11)


@pytest.mark.parametrize(
    ("value", "written"),
    [(8.0, "8"), (0.9, "0.9"), (2.5e-6, "0.0000025"), (0.00007, "0.00007"), (1 / 3, "0.333333333333"), (-0.5, "-0.5")],
)
def test_numbers_are_written_as_people_do(value: float, written: str) -> None:
    assert number_text(value) == written


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_without_end_are_promql_too(value: float) -> None:
    assert parse_promql(number_text(value))


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("seconds", 8, "8 s"),
        ("seconds", 0.25, "250 ms"),
        ("seconds", 90, "90 s"),
        ("seconds", 120, "2 min"),
        ("seconds", 0, "0 s"),
        ("ratio", 0.9, "90 %"),
        ("ratio", 0.001, "0.1 %"),
        ("bytes", 100 * 2**30, "100 GiB"),
        ("celsius", 80, "80 °C"),
        ("tokens/s", 30, "30 tok/s"),
        ("requests", 50, "50 requests"),
        ("count", 3, "3"),
    ],
)
def test_values_are_shown_as_people_write_them(unit: str, value: float, shown: str) -> None:
    assert text(value, UNITS[unit]) == shown


@given(st.sampled_from(sorted(UNITS)), st.floats(min_value=0, max_value=1e18))
def test_every_value_can_be_shown_on_one_line(unit: str, value: float) -> None:
    assert text(value, UNITS[unit]).isprintable()
    assert duration_text(value).isprintable()


@pytest.mark.parametrize("unit", [unit for unit in UNITS.values() if unit.suffixes], ids=lambda unit: unit.name)
def test_the_example_of_a_unit_is_one(unit: Unit) -> None:
    for example in unit.example.split(" or "):
        assert parse(example, unit) >= 0


@pytest.mark.parametrize(
    ("one", "other"), [("count", "requests"), ("seconds", "core-seconds"), ("errors/s", "count/s")]
)
def test_units_that_count_alike_may_be_compared(one: str, other: str) -> None:
    assert commensurable(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("usd", "usd/day"), ("seconds", "ratio"), ("tokens", "tokens/s"), ("ratio", "bool")]
)
def test_units_of_different_things_may_not(one: str, other: str) -> None:
    assert not commensurable(one, other)


@pytest.mark.parametrize("unit", ["celsius", "watts", "hertz", "bytes", "bytes/s", "tokens/s", "requests/s"])
def test_values_in_alerts_say_their_unit(unit: str) -> None:
    """humanize tells numbers alone; the limit beside them has its unit, and both must agree."""
    assert text(5, UNITS[unit]).endswith(UNITS[unit].tail.strip())
    assert UNITS[unit].tail


@given(st.integers(0, 365 * 86400))
def test_durations_are_read_as_they_are_written(seconds: int) -> None:
    assert duration(prometheus_duration(seconds)) == seconds


@given(st.integers(1, 365 * 86400))
def test_written_durations_are_promql(seconds: int) -> None:
    assert parse_promql(f"rate(x[{prometheus_duration(seconds)}])")


@pytest.mark.parametrize("written", ["", "5", "m5", "5m30", "30s5m", "-5m", "1.5m", "٥m", "5 m", "9999999999s", "366d"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(UnitError) as refused:
        duration(written)
    assert refused.value.hint


@given(st.text(max_size=200))
def test_shortened_texts_keep_their_beginning(written: str) -> None:
    assume(len(written) > 1)
    shown = shortened(written, 20)
    assert len(shown) <= 20
    assert written.startswith(shown.rstrip("…"))
