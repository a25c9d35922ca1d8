"""What unquoted scalars mean by YAML 1.2, and which of them readers of YAML 1.1 take for something else."""

from __future__ import annotations

import math

import pytest
import yaml as pyyaml
from hypothesis import assume, given
from hypothesis import strategies as st

from obsgen.source import load_text
from obsgen.source.scalars import YAML11_TRAP, resolve_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, None) for text in ("", "~", "null", "Null", "NULL")),
        *((text, True) for text in ("true", "True", "TRUE")),
        *((text, False) for text in ("false", "False", "FALSE")),
        *((text, text) for text in ("nULL", "tRUE", "yes", "no", "on", "off", "y", "n", "None", "nil")),
        *(("0", 0), ("-0", 0), ("+7", 7), ("-12", -12), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0xff", 255)),
        *((text, text) for text in ("-0x1", "0O17", "0X1F", "0b11", "1_000", "1:30", "0o8", "0xg", "1-2", "--1")),
        *(("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("1E-3", 0.001), ("+1.5e+2", 150.0)),
        *((text, text) for text in (".", "1e", "e3", "1.5.2", "1,5", ".e3", "inf", "nan", "+.nan", ".iNF")),
        *((text, math.inf) for text in (".inf", ".Inf", ".INF", "+.inf")),
        ("-.inf", -math.inf),
        *((text, text) for text in ("2024-01-01", "12h", "0.1.2", "1 2", "=", "<<")),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_an_unquoted_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    found = resolve_plain(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_no_number_is_a_number(text: str) -> None:
    found = resolve_plain(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    "text",
    ["y", "N", "yes", "Yes", "NO", "on", "Off", "=", "<<", "010", "-017", "08", "1_000", "0b101", "1:30", "-1:30:00.5"],
)
def test_traps_are_known(text: str) -> None:
    assert YAML11_TRAP.match(text)


@given(st.text("0123456789yYnNoOfFtTrRuUeEsSlL:+-.", min_size=1, max_size=6))
def test_what_a_reader_of_yaml_1_1_takes_for_something_else_is_a_trap(text: str) -> None:
    found = load_text(f"a: {text}\n", "x.yaml")[0] if _is_scalar(text) else None
    assume(found)
    old = pyyaml.load(f"a: {text}\n", Loader=WithoutDates)["a"]
    assert found
    new = found.value["a"]
    # YAML 1.1 asks a number with an exponent for a point and a sign: it then reads a text, which loses nothing.
    texts = isinstance(old, str) and str(old) == text and isinstance(new, float)
    same = type(old) is type(new) and (old == new or old != old)
    assert same or texts or found.traps or text.startswith("0o")


class WithoutDates(pyyaml.SafeLoader):
    """A reader of YAML 1.1 that takes days for texts, as readers in Go do for what becomes JSON."""


WithoutDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in pyyaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _is_scalar(text: str) -> bool:
    """Whether a text is one plain scalar to a reader of YAML 1.1."""
    try:
        events = list(pyyaml.parse(f"a: {text}\n", Loader=pyyaml.SafeLoader))
    except pyyaml.YAMLError:
        return False
    scalars = [each.value for each in events if isinstance(each, pyyaml.ScalarEvent)]
    return scalars == ["a", text]
