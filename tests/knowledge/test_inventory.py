"""Every series of a component by the name that it is stored under."""

from __future__ import annotations

from obsgen.components.catalogue import Catalogue
from obsgen.knowledge.inventory import Inventory, Known
from obsgen.profile.metrics import DeclaredMetric


def one(inventory: Inventory, name: str) -> Known:
    (found,) = inventory.find(name)
    return found


def test_a_histogram_is_stored_in_three_parts(inventory: Inventory) -> None:
    names = [name for name in inventory.names if name.startswith("oven:bake_seconds")]
    assert sorted(names) == ["oven:bake_seconds_bucket", "oven:bake_seconds_count", "oven:bake_seconds_sum"]
    bucket = one(inventory, "oven:bake_seconds_bucket")
    assert (bucket.metric, bucket.stored_type, bucket.labels) == ("oven:bake_seconds", "bucket", {"shelf", "le"})
    assert one(inventory, "oven:bake_seconds_sum").stored_type == "counter"


def test_a_summary_has_its_quantiles_under_its_own_name(inventory: Inventory) -> None:
    assert one(inventory, "oven:rest_seconds").stored_type == "quantile"
    assert one(inventory, "oven:rest_seconds").labels == {"quantile"}
    assert one(inventory, "oven:rest_seconds_count").stored_type == "counter"


def test_values_stand_under_the_real_name_of_their_label(inventory: Inventory) -> None:
    values = one(inventory, "oven:loaves_total").values["result"]
    assert [(value.value, value.since, value.until) for value in values] == [
        ("good", None, None),
        ("burnt", None, None),
        ("raw", "2.0", None),
        ("lost", None, "2.0"),
    ]


def test_copies_have_another_prefix_and_say_who_made_them(inventory: Inventory) -> None:
    copy = one(inventory, "ray_oven_loaves_total")
    assert (copy.copied_by, copy.signal, copy.component) == ("Ray", "loaves", "oven")


def test_the_rows_of_a_signal_are_its_names_at_other_versions(inventory: Inventory) -> None:
    names = [row.name for row in inventory.rows(one(inventory, "oven:heat"))]
    assert names == ["oven:heat_celsius", "oven:heat"]
    assert [row.name for row in inventory.rows(one(inventory, "ray_oven_heat"))] == [
        "ray_oven_heat_celsius",
        "ray_oven_heat",
    ]


def test_mistaken_names_lead_to_the_series(inventory: Inventory) -> None:
    assert [row.name for row in inventory.meant("oven_heat")] == ["oven:heat_celsius", "oven:heat"]
    assert inventory.meant("oven:heat") == ()


def test_a_prefix_tells_whose_page_it_is(inventory: Inventory) -> None:
    assert [each.name for each in inventory.owners("oven:whatever")] == ["oven"]
    assert inventory.owners("oven_whatever") == []


def test_declared_metrics_are_known_like_any_other() -> None:
    declared = {"shop_seconds": DeclaredMetric(type="histogram", unit="seconds", buckets=(1, 2))}
    inventory = Inventory(Catalogue(()), declared)
    assert one(inventory, "shop_seconds_bucket").buckets == (1, 2)
    assert one(inventory, "shop_seconds_bucket").component == ""
