"""What is worked out once for many clusters: taken again only where nothing differs that was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.profile.destinations import Cluster
from obsgen.stack.memo import FIELDS, Memo, Noting, noting, observed

EU = Cluster(name="eu", provider="gke", region="europe")
US = Cluster(name="us", provider="gke", region="america")


def reading(memo: Memo, cluster: Cluster, *fields: str) -> Callable[[], str]:
    seen = observed(cluster, memo)
    return lambda: " ".join(str(getattr(seen, field)) for field in fields)


@pytest.mark.parametrize(
    ("fields", "again"),
    [((), False), (("provider",), False), (("region",), True), (("name",), True), (("provider", "region"), True)],
)
def test_what_was_read_decides(fields: tuple[str, ...], again: bool) -> None:
    memo, made = Memo(), []

    def make(cluster: Cluster) -> Callable[[], str]:
        read = reading(memo, cluster, *fields)
        return lambda: made.append(cluster) or read()  # type: ignore[func-returns-value]

    first = memo.get("key", EU, make(EU))
    second = memo.get("key", US, make(US))
    assert (len(made) == 2) is again
    assert (first != second) is again


def test_what_is_made_of_other_results_depends_on_what_they_read() -> None:
    memo = Memo()

    def whole(cluster: Cluster) -> str:
        return memo.get("whole", cluster, lambda: "of " + memo.get("part", cluster, reading(memo, cluster, "region")))

    assert (whole(EU), whole(US), whole(EU)) == ("of europe", "of america", "of europe")


def test_what_is_told_aside_decides_nothing() -> None:
    memo = Memo()
    memo.get("key", EU, lambda: memo.aside(reading(memo, EU, "name")))
    assert memo.get("key", US, lambda: "anew") == "eu"


def test_a_failure_is_not_kept() -> None:
    memo = Memo()

    def fail() -> str:
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        memo.get("key", EU, fail)
    assert memo.get("key", EU, lambda: "well") == "well"


def test_what_depends_on_the_name_is_not_kept() -> None:
    memo = Memo()
    memo.get("key", EU, reading(memo, EU, "name"))
    assert memo.get("key", EU, lambda: "anew") == "anew"


def context(cluster: Cluster) -> dict[str, Any]:
    return {
        "cluster": {**cluster.model_dump(), "is_argocds": cluster.is_argocds},
        "prometheus": {"url": "http://p", "external_labels": {"cluster": cluster.name}},
    }


READS: dict[str, tuple[Callable[[Noting], object], bool]] = {
    "another key": (lambda found: found["url"], False),
    "another key, if it is there": (lambda found: found.get("absent"), False),
    "the key": (lambda found: found["external_labels"], True),
    "the key by get": (lambda found: found.get("external_labels"), True),
    "all": (lambda found: dict(found), True),
    "all by unpacking": (lambda found: {**found}, True),
    "all items": (lambda found: list(found.items()), True),
    "all values": (lambda found: list(found.values()), True),
    "as JSON": (lambda found: json.dumps(found), True),
    "one that was added to": (lambda found: (found | {"more": 1})["external_labels"], True),
    "another key of one that was added to": (lambda found: (found | {"more": 1})["more"], False),
}


@pytest.mark.parametrize("how", READS)
def test_templates_cannot_read_a_cluster_unnoted(how: str) -> None:
    read, noted = READS[how]
    memo = Memo()
    found = noting(context(EU), memo)["prometheus"]
    memo.get("key", EU, lambda: read(found))
    assert (memo.get("key", US, lambda: "anew") == "anew") is noted


@given(st.lists(st.sampled_from(FIELDS), unique=True), st.lists(st.sampled_from(FIELDS), unique=True))
def test_a_result_is_taken_for_clusters_that_are_the_same_in_what_was_read(read: list[str], same: list[str]) -> None:
    memo = Memo()
    one = Cluster(**{field: "x" if field != "server" else "https://x" for field in FIELDS})
    other = one.model_copy(update={field: "y" for field in FIELDS if field not in same})
    first = memo.get("key", one, reading(memo, one, *read))
    second = memo.get("key", other, reading(memo, other, *read))
    assert (first == second) is (set(read) <= set(same))
