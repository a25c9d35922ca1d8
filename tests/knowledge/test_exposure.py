"""Whether a series is there, by the versions and options that run."""

from __future__ import annotations

import pytest
from knowledge_support import running

from obsgen.facts import Facts
from obsgen.knowledge.exposure import State, verdict
from obsgen.knowledge.inventory import Inventory

NOBODY_SAYS = Facts()


@pytest.mark.parametrize(
    ("name", "facts", "state", "instead"),
    [
        ("oven:heat", running("1.5"), State.THERE, set()),
        ("oven:heat", running("2.0"), State.THERE, set()),
        ("oven:heat", running("2.1"), State.GONE, {"oven:heat_celsius"}),
        ("oven:heat", running("1.5", "2.1"), State.THERE, set()),
        ("oven:heat", NOBODY_SAYS, State.GONE, {"oven:heat_celsius"}),
        ("oven:heat_celsius", running("1.5"), State.NOT_YET, {"oven:heat"}),
        ("oven:heat_celsius", NOBODY_SAYS, State.THERE, set()),
        ("oven:fill_percent", running("2.0"), State.OFF, {"oven:fill_perc"}),
        ("oven:fill_percent", running("2.0", detailed=True), State.THERE, set()),
        ("oven:bake_seconds_bucket", running("3.0"), State.GONE, {"oven:bake_milliseconds_bucket"}),
        ("oven:bake_seconds_sum", running("3"), State.GONE, {"oven:bake_milliseconds_sum"}),
        ("oven:rest_seconds", running("1.0"), State.THERE, set()),
        ("oven:rest_seconds_count", running("1.0"), State.THERE, set()),
        ("ray_oven_heat", running("2.1"), State.GONE, {"ray_oven_heat_celsius"}),
        ("oven_heat", running("2.1"), State.NEVER, {"oven:heat_celsius"}),
        ("oven_heat", running("1.0"), State.NEVER, {"oven:heat"}),
        ("oven:loaves", running("1.0"), State.NEVER, {"oven:loaves_total"}),
        ("oven:lit_time_seconds_total", running("1.0"), State.NEVER, {"oven:lit_time_seconds"}),
        ("oven_fill_perc", running("1.0"), State.NEVER, {"oven:fill_perc"}),
        ("oven:crumbs", running("1.0"), State.NEVER, set()),
        ("toaster_slots", running("1.0"), State.UNKNOWN, set()),
    ],
)
def test_how_a_name_stands_to_what_runs(
    inventory: Inventory, name: str, facts: Facts, state: State, instead: set[str]
) -> None:
    found = verdict(inventory, name, facts)
    assert (found.state, {row.name for row in found.instead}) == (state, instead)


def test_the_base_name_of_a_histogram_is_nothing_by_itself(inventory: Inventory) -> None:
    found = verdict(inventory, "oven:bake_seconds", running("1.0"))
    assert found.state == State.NEVER
    assert [row.part for row in found.instead] == ["_bucket", "_sum", "_count"]


def test_a_version_that_nobody_knows_is_taken_as_it_is_written(inventory: Inventory) -> None:
    assert verdict(inventory, "oven:heat", running("9.9")).state == State.GONE
    assert verdict(inventory, "oven:heat", running("0.1")).state == State.THERE


def test_the_version_is_told_only_where_somebody_has_said_it(inventory: Inventory) -> None:
    assert verdict(inventory, "oven:heat", running("2.1")).version == "2.1"
    assert verdict(inventory, "oven:heat", running("2")).version == "2.1"
    assert verdict(inventory, "oven:heat", NOBODY_SAYS).version == ""
