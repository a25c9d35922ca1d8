"""What the values of an expression are: sort, dimension and size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.knowledge.dimensions import Dimension, of_unit
from obsgen.knowledge.inventory import Inventory
from obsgen.knowledge.reading import Reading, Readings, Sort
from obsgen.promql import parse


def read(inventory: Inventory, text: str) -> Reading:
    root = parse(text).root
    return Readings(root, lambda node: inventory.find(node.name)).of(root)


@pytest.mark.parametrize(
    ("text", "sort", "unit", "factor"),
    [
        ("oven:fill_perc", Sort.GAUGE, "", 1.0),
        ("oven:fill_perc * 100", Sort.GAUGE, "", 0.01),
        ("oven:fill_percent / 100", Sort.GAUGE, "", 1.0),
        ("oven:loaves_total", Sort.COUNTER, "", 1.0),
        ("sum by (result) (rate(oven:loaves_total[5m]))", Sort.GAUGE, "s^-1", 1.0),
        ("increase(oven:loaves_total[1h])", Sort.GAUGE, "", 1.0),
        ("oven:bake_milliseconds_sum", Sort.COUNTER, "s", 0.001),
        ("oven:bake_milliseconds_sum / 1000", Sort.COUNTER, "s", 1.0),
        ("rate(oven:bake_seconds_sum[5m]) / rate(oven:bake_seconds_count[5m])", Sort.GAUGE, "s", 1.0),
        ("histogram_quantile(0.9, sum by (le) (rate(oven:bake_seconds_bucket[5m])))", Sort.QUANTILE, "s", 1.0),
        ("histogram_quantile(0.9, oven:bake_milliseconds_bucket)", Sort.QUANTILE, "s", 0.001),
        ("histogram_quantile(0.9, oven:bake_milliseconds_bucket) / 1000", Sort.QUANTILE, "s", 1.0),
        ("sum by (le) (oven:bake_seconds_bucket)", Sort.BUCKET, "", 1.0),
        ("sum by (le) (rate(oven:bake_seconds_bucket[5m]))", Sort.SPREAD, "s^-1", 1.0),
        ("sum_over_time(rate(oven:bake_seconds_bucket[5m])[1h:])", Sort.SPREAD, "s^-1", 1.0),
        ("avg(oven:rest_seconds)", Sort.QUANTILE, "s", 1.0),
        ("time() - oven:lit_time_seconds", Sort.GAUGE, "s", 1.0),
        ("max(oven:lit_time_seconds)", Sort.TIME, "s", 1.0),
        ("oven:flour_used_mebibytes", Sort.GAUGE, "B", 2.0**20),
        ("oven:flour_used_mebibytes * 1048576", Sort.GAUGE, "B", 1.0),
        ("oven:flour_used_mebibytes / oven:bins_bytes", Sort.GAUGE, "", 2.0**20),
        ("count(oven:heat_celsius > 200)", Sort.GAUGE, "", 1.0),
        ("oven:heat_celsius > 200", Sort.GAUGE, "C", 1.0),
        ("200 < oven:heat_celsius", Sort.GAUGE, "C", 1.0),
        ("oven:heat_celsius > bool 200", Sort.FLAG, "", 1.0),
        ("absent(oven:heat_celsius)", Sort.FLAG, "", 1.0),
        ("oven:heat_celsius and oven:fill_perc", Sort.GAUGE, "C", 1.0),
        ("oven:heat_celsius or vector(0)", Sort.GAUGE, "C", 1.0),
        ("-oven:heat_celsius", Sort.GAUGE, "C", 1.0),
        ("oven:maker_info", Sort.INFO, "", 1.0),
        ("1000 * 60", Sort.NUMBER, "", 1.0),
    ],
)
def test_readings(inventory: Inventory, text: str, sort: Sort, unit: str, factor: float) -> None:
    found = read(inventory, text)
    assert found.dimension is not None
    assert (found.sort, "" if not found.dimension.powers else str(found.dimension)) == (sort, unit)
    assert found.dimension.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    "text",
    [
        "toaster_slots",
        "oven:heat_celsius * 1.7",
        "increase(oven:loaves_total[5m]) / 300",
        "oven:heat_celsius ^ 2",
        "oven:heat_celsius or oven:fill_perc",
        "label_replace(toaster_slots, 'a', '', '', '')",
        "count_values('x', oven:heat_celsius) % 2",
    ],
)
def test_what_is_not_sure_has_no_dimension(inventory: Inventory, text: str) -> None:
    assert read(inventory, text).dimension is None


def test_a_share_is_a_share_until_something_is_added(inventory: Inventory) -> None:
    assert read(inventory, "max(oven:fill_perc)").is_share
    assert read(inventory, "oven:fill_perc * 100").is_share
    assert read(inventory, "1 - oven:fill_perc").is_share
    assert not read(inventory, "1 + oven:fill_perc").is_share
    assert not read(inventory, "sum_over_time(oven:fill_perc[5m])").is_share


def test_quantiles_keep_the_edges_in_base_units(inventory: Inventory) -> None:
    assert read(inventory, "histogram_quantile(0.9, oven:bake_milliseconds_bucket)").buckets == (0.1, 0.5, 1.0)


DIMENSIONS = st.builds(
    Dimension,
    st.lists(st.tuples(st.sampled_from("sBC"), st.integers(1, 3)), unique_by=lambda one: one[0]).map(
        lambda found: tuple(sorted(found))
    ),
    st.sampled_from([1.0, 0.001, 1024.0, 60.0]),
)


@given(DIMENSIONS, DIMENSIONS)
def test_a_product_divided_is_what_it_was(one: Dimension, other: Dimension) -> None:
    back = one.times(other).times(other, -1)
    assert back.powers == one.powers
    assert back.as_large(one)


@given(DIMENSIONS)
def test_a_thing_divided_by_itself_is_a_plain_number(one: Dimension) -> None:
    assert one.times(one, -1) == Dimension()


def test_a_rate_of_seconds_is_a_plain_number() -> None:
    assert of_unit("seconds").a_second() == Dimension()
    assert of_unit("bytes").a_second() == of_unit("bytes/s")
    assert of_unit("joules").a_second() == of_unit("watts")
