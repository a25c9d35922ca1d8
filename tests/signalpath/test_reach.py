"""Hidden routes: none that is told can be reached by any alert."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_routing import LABELS, matcher

from obsgen.signalpath.reach import hidden
from obsgen.signalpath.routing import matches

EVERY_ALERT = [
    {name: value for name, value in zip(LABELS, values, strict=True) if value}
    for values in product(*(("", *each) for each in LABELS.values()))
]


@given(
    st.lists(
        st.fixed_dictionaries({"matchers": st.lists(matcher(), max_size=2)}, optional={"continue": st.booleans()}),
        max_size=5,
    )
)
def test_no_alert_reaches_what_is_told_to_be_hidden(routes: list[dict[str, Any]]) -> None:
    for index, before in hidden(routes):
        assert before < index
        assert not routes[before].get("continue")
        taken = [alert for alert in EVERY_ALERT if matches(routes[index], alert)]
        assert all(matches(routes[before], alert) for alert in taken)


@pytest.mark.parametrize(
    ("earlier", "later", "is_hidden"),
    [
        ({}, {"matchers": ['a="x"']}, True),
        ({"matchers": ['a="x"']}, {"matchers": ['a="x"', 'b="y"']}, True),
        ({"matchers": ['a=~"x|y"']}, {"matchers": ['a="x"']}, True),
        ({"matchers": ['a!="y"']}, {"matchers": ['a="x"']}, True),
        ({"matchers": ['a!~"y.*"']}, {"matchers": ['a="x"']}, True),
        ({"match": {"a": "x"}}, {"matchers": ['a="x"']}, True),
        ({"matchers": ['a="x"'], "continue": True}, {"matchers": ['a="x"']}, False),
        ({"matchers": ['a="x"', 'b="y"']}, {"matchers": ['a="x"']}, False),
        ({"matchers": ['a="x"']}, {}, False),
        ({"matchers": ['a=~"("']}, {"matchers": ['a="x"']}, False),
        ({"matchers": ["odd"]}, {"matchers": ["odd"]}, False),
    ],
)
def test_what_hides_a_route(earlier: dict[str, Any], later: dict[str, Any], is_hidden: bool) -> None:
    assert list(hidden([earlier, later])) == ([(1, 0)] if is_hidden else [])
