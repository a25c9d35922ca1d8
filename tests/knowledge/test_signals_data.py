"""What all components say of series fits together: types, versions, labels, buckets, and names that nobody has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest

from obsgen.components.catalogue import ComponentFolder, catalogue
from obsgen.components.signals import Series, Signal
from obsgen.components.versions import order, within
from obsgen.knowledge.inventory import Inventory

CATALOGUE = catalogue()
INVENTORY = Inventory(CATALOGUE)

every_component = pytest.mark.parametrize("name", CATALOGUE.names)

Row = tuple[str, Signal, Series]


def rows(folder: ComponentFolder) -> Iterator[Row]:
    """Every row that is a metric: its signal's name, the signal and itself."""
    for name, signal in folder.signals.items():
        yield from ((name, signal, row) for row in signal.series if row.name)


def kind(signal: Signal, row: Series) -> str:
    return row.type or signal.type


def labels(signal: Signal, row: Series) -> dict[str, str]:
    return signal.labels if row.labels is None else row.labels


def shown_together(one: Series, other: Series, versions: tuple[str, ...]) -> bool:
    """Whether one version can show both rows; conditions that differ are taken for ones that exclude each other."""
    at = versions or ("",)
    both = [v for v in at if not v or (within(v, one.since, one.until) and within(v, other.since, other.until))]
    return bool(both) and one.when == other.when


@every_component
def test_a_metric_has_one_type_wherever_a_page_shows_it(name: str) -> None:
    folder = CATALOGUE.get(name)
    known = folder.component.versions.known if folder.component.versions else ()
    found: dict[str, list[Row]] = defaultdict(list)
    for each in rows(folder):
        found[each[2].name].append(each)
    for metric, several in found.items():
        for (first, one, row), (second, other, another) in combinations(several, 2):
            if shown_together(row, another, known):
                assert kind(one, row) == kind(other, another), f"{metric}: {first}, {second}"
                assert (row.buckets or ()) == (another.buckets or ()), f"{metric}: {first}, {second}"


@every_component
def test_a_part_of_a_histogram_is_counted_as_what_it_is(name: str) -> None:
    """`x_count` may be a signal of its own beside the histogram `x`; then it is a counter and no histogram."""
    folder = CATALOGUE.get(name)
    whole = {row.name for _, signal, row in rows(folder) if kind(signal, row) in ("histogram", "summary")}
    for told, signal, row in rows(folder):
        for ending in ("_sum", "_count"):
            if row.name.endswith(ending) and row.name.removesuffix(ending) in whole:
                assert kind(signal, row) == "counter", told
        assert not row.name.endswith("_bucket"), f"{told}: the histogram's name has no _bucket"


@every_component
def test_values_are_of_labels_that_there_are(name: str) -> None:
    for told, signal in CATALOGUE.get(name).signals.items():
        ours = {label for row in signal.series for label in labels(signal, row)} or set(signal.labels)
        assert set(signal.values) <= ours, told
        for label, values in signal.values.items():
            assert len({each.value for each in values}) == len(values), f"{told}: {label}"


@every_component
def test_what_rows_match_is_among_the_known_values(name: str) -> None:
    """Signals on one metric agree on the closed sets of its labels."""
    folder = CATALOGUE.get(name)
    closed: dict[tuple[str, str], set[str]] = {}
    for _, signal, row in rows(folder):
        for ours, values in signal.values.items():
            if ours in labels(signal, row):
                known = {each.value for each in values}
                assert closed.setdefault((row.name, labels(signal, row)[ours]), known) == known, row.name
    for told, _, row in rows(folder):
        for real, wanted in (*row.match.items(), *row.match_not.items()):
            if (row.name, real) in closed:
                assert set(wanted) - {""} <= closed[row.name, real], told


@every_component
def test_histograms_have_buckets_or_say_why_not(name: str) -> None:
    for told, signal, row in rows(CATALOGUE.get(name)):
        if kind(signal, row) == "histogram" and not row.name.startswith("obsgen:"):
            assert row.buckets or "bucket" in signal.help, told
            assert all(low < high for low, high in pairwise(row.buckets or ())), told
        else:
            assert not row.buckets, f"{told}: a {kind(signal, row)} has no buckets"


@every_component
def test_versions_are_known_ones(name: str) -> None:
    """Or older than all that are known: so rows tell of names that were gone by then."""
    folder = CATALOGUE.get(name)
    told = [(each, v) for each, _, row in rows(folder) for v in (row.since, row.until, row.deprecated) if v]
    told += [
        (each, v)
        for each, signal in folder.signals.items()
        for values in signal.values.values()
        for value in values
        for v in (value.since, value.until)
        if v
    ]
    if not told:
        return
    versions = folder.component.versions
    assert versions, f"{name} has no versions"
    for signal, version in told:
        assert version in versions.known or order(version) < order(versions.known[0]), f"{signal}: {version}"


@every_component
def test_no_row_ends_before_it_begins(name: str) -> None:
    for told, _, row in rows(CATALOGUE.get(name)):
        if row.since and row.until:
            assert order(row.since) < order(row.until), told
        if row.deprecated and row.until:
            assert order(row.deprecated) <= order(row.until), told


@every_component
def test_the_newer_name_comes_first(name: str) -> None:
    """A name that goes stands behind the one that takes its place, which is where its hint is read."""
    for told, signal in CATALOGUE.get(name).signals.items():
        for former, later in pairwise(signal.series):
            if former.when == later.when and former.until and not later.until and not later.deprecated:
                assert former.name == later.name, f"{told}: {former.name} stands before {later.name}"


@every_component
def test_conditions_name_options_that_there_are(name: str) -> None:
    """Each option that only signals speak of is spoken of rightly."""
    folder = CATALOGUE.get(name)
    for told, _, row in rows(folder):
        for word in (row.when or "").replace(")", " ").replace("(", " ").split():
            if word.startswith("options."):
                assert word.removeprefix("options.") in folder.component.options, f"{told}: {word}"


def test_mistaken_names_are_no_series_of_anybody() -> None:
    known, metrics = set(INVENTORY.names), {row.name for folder in CATALOGUE.all() for _, _, row in rows(folder)}
    for folder in CATALOGUE.all():
        for told, signal in folder.signals.items():
            assert not set(signal.mistaken) & (known | metrics), f"{folder.name}: {told}"
            assert len(set(signal.mistaken)) == len(signal.mistaken), f"{folder.name}: {told}"


def test_a_mistaken_name_means_one_thing() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for folder in CATALOGUE.all():
        for told, signal in folder.signals.items():
            for wrong in signal.mistaken:
                owners[wrong].add(f"{folder.name}: {told}")
    assert {wrong: found for wrong, found in owners.items() if len(found) > 1} == {}


@every_component
def test_a_page_that_is_known_completely_owns_its_prefixes(name: str) -> None:
    """Where all of a page is known, no other component has series that begin as it does, nor copies of them."""
    page = CATALOGUE.get(name).component.page
    if page.complete:
        assert page.prefixes
        others = [other for other in CATALOGUE.all() if other.name != name]
        strange = {row.name for other in others for _, _, row in rows(other) if row.name.startswith(page.prefixes)}
        assert strange == set()


@every_component
def test_copies_are_of_series_that_the_component_has(name: str) -> None:
    folder = CATALOGUE.get(name)
    for copy in folder.component.page.copies:
        mine = [(signal, row) for _, signal, row in rows(folder) if row.name.startswith(copy.of)]
        assert mine, copy.of
        own = {copy.prefix + row.name.removeprefix(copy.of): kind(signal, row) for signal, row in mine}
        for other in CATALOGUE.all():
            for told, signal, row in rows(other):
                assert own.get(row.name, kind(signal, row)) == kind(signal, row), f"{other.name}: {told}"


@every_component
def test_images_have_no_tag(name: str) -> None:
    for image in CATALOGUE.get(name).component.images:
        assert ":" not in image
        assert "@" not in image


@every_component
def test_helps_are_a_line_of_their_own(name: str) -> None:
    helps = [signal.help for signal in CATALOGUE.get(name).signals.values()]
    assert all(help_ and not help_.endswith(".") and "\n" not in help_ for help_ in helps)
