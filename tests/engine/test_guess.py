"""What was probably meant by quantities and times: read as people write them, told as profiles take them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.guess import quantity, span
from obsgen.units import UNITS, duration, prometheus_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5s", 5),
        ("5 sec", 5),
        ("5 Seconds", 5),
        ("1.5h", 5400),
        ("1,5h", 5400),
        ("1h30m", 5400),
        ("1 hour, 30 min", 5400),
        ("1 hour 30 minutes", 5400),
        ("250ms", 0.25),
        ("250 µs", 0.00025),
        ("1d", 86400),
        ("2 weeks", 14 * 86400),
        ("1 yr", 365 * 86400),
        ("1min1min", 120),
        (" 5s ", 5),
        ("5s, ", 5),
    ],
)
def test_a_time_in_any_common_way(written: str, seconds: float) -> None:
    assert span(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written", ["", "5", "s", "5 apples", "5s apples", "5s5", "-5s", "1e3s", "1.2.3s", "5/s", "5 s/"]
)
def test_what_is_no_time(written: str) -> None:
    assert span(written) is None


@given(st.integers(0, 365 * 86400))
def test_a_time_as_prometheus_writes_it_is_that_time(seconds: int) -> None:
    assert span(prometheus_duration(seconds)) == seconds == duration(prometheus_duration(seconds))


@pytest.mark.parametrize(
    ("unit", "written", "hint"),
    [
        # signs and comparisons
        ("seconds", ">= 8", "write 8s (or 8ms?)"),
        ("seconds", "≤8s", "write 8s"),
        ("requests", "-5", "write 5"),
        ("celsius", "-5", "write -5C"),
        ("celsius", "-300", "a number with its unit, such as 80C, from -50C to 200C"),
        # how numbers are written
        ("requests", "1,234,567", "write 1234567"),
        ("requests", "1,5", "write 1.5"),
        ("requests", "12,34", "write 12.34"),
        ("requests", "1_000_000", "write 1000000"),
        ("requests", "2.5e3", "write 2500"),
        ("requests", "1e99", "a number with its unit, such as 10"),
        ("requests", "1e20", "a number with its unit, such as 10"),
        # units before, behind, in other words and other cases
        ("usd", "USD 5", "write 5USD"),
        ("usd", "5 Dollars", "write 5USD"),
        ("celsius", "80 deg", "write 80C"),
        ("celsius", "212 fahrenheit", "write 100C"),
        ("watts", "300w", "write 300W"),
        ("watts", "0.3 kilowatts", "write 0.3kW"),
        ("bytes", "100gib", "write 100Gi"),
        ("bytes", "100 gb", "write 100Gi (or 100G?)"),
        ("bytes", "5 megabytes", "write 5Gi (or 5Mi?)"),
        ("cores", "2 vcpu", "write 2 (or 2m?)"),
        ("cores", "500 mcpu", "write 500m"),
        ("tokens", "2 mio", "write 2M"),
        ("ratio", "0.9 %", "write 0.9%"),
        ("ratio", "1.5", "write 1.5% or 0.015"),
        ("ratio", "100", "write 100% or 1"),
        ("ratio", "101", "a number with its unit, such as 90% or 0.9, from 0% to 100%"),
        # rates
        ("tokens/s", "30 tok per s", "write 30tok/s"),
        ("tokens/s", "30 tokens per hour", "write 30tok/h"),
        ("tokens/s", "30/min", "write 30tok/min"),
        ("requests/s", "5 qps", "write 5req/s"),
        ("requests/s", "5 req/day", "a number with its unit, such as 5req/s"),
        ("usd/hour", "2.5 $/h", "write 2.5USD/h"),
        ("usd/day", "100 per day", "write 100USD/day"),
        ("usd/day", "100 per month", "a number with its unit, such as 5USD/day"),
        ("usd/token", "$3 per 1M tokens", "a number with its unit, such as 2.5USD/Mtok"),
        ("usd/token", "3 $/mtok", "write 3USD/Mtok"),
        # times
        ("seconds", "1 min 30 s", "write 90s"),
        ("seconds", "1.5 minutes", "write 1.5m"),
        ("seconds", "-1m30s", "write 90s"),
        ("core-seconds", "1h30m", "write 5400s"),
        ("hours", "4 days", "write 4d"),
        # nothing to be guessed
        ("seconds", "", "a number with its unit, such as 8s or 250ms"),
        ("seconds", "soon", "a number with its unit, such as 8s or 250ms"),
        ("seconds", "8s" * 21, "a number with its unit, such as 8s or 250ms"),
        ("timestamp", "1700000000", "a point in time has no limit: compare its age, in seconds"),
    ],
)
def test_what_to_write_instead_of_a_quantity(unit: str, written: str, hint: str) -> None:
    assert quantity(written, UNITS[unit]) == hint


@pytest.mark.parametrize(
    ("written", "near", "hint"),
    [
        ("8", None, "write 8s (or 8ms?)"),
        ("8", 10.0, "write 8s (or 8ms?)"),
        ("8", 0.01, "write 8ms (or 8s?)"),
        ("8", 0.0, "write 8s (or 8ms?)"),
        ("0", 5.0, "write 0s or 0ms"),
    ],
)
def test_the_guess_nearest_to_what_is_usual_comes_first(written: str, near: float | None, hint: str) -> None:
    assert quantity(written, UNITS["seconds"], near) == hint


@given(st.sampled_from(sorted(UNITS)), st.text("0123456789.,-+ smhkKMGT%$/°Ceuro", max_size=50))
def test_something_is_said_of_any_text_in_one_short_line(unit: str, written: str) -> None:
    hint = quantity(written, UNITS[unit])
    assert hint
    assert "\n" not in hint
    assert len(hint) < 120
