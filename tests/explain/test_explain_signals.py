"""Signals are explained: a made-up component's in full, the shipped ones by sample."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from entries_support import MORE, SHIPPED, each, explained, part, shipped

from obsgen.components.catalogue import Catalogue, ComponentFolder
from obsgen.explain import entries
from obsgen.explain.example import Example, Options, example


@pytest.fixture(scope="module", autouse=True)
def examples_are_made_once() -> Iterator[None]:
    """There are hundreds of signals, and most of them are shown on the same example."""
    made: dict[str, Example | None] = {}

    def once(folder: ComponentFolder, known: Catalogue, options: Options) -> Example | None:
        if known is not SHIPPED or options:
            return example(folder, known, options)
        if folder.name not in made:
            made[folder.name] = example(folder, known, options)
        return made[folder.name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries, "example", once)
        yield


def of_forge(signal: str) -> str:
    """What is said of a signal of the made-up component; others may have one of that name."""
    (found,) = (text for text in explained(signal).split("\n\n\n") if text.startswith(f"{signal}: a signal of forge"))
    return found


def test_a_signal_shows_its_labels_users_series_and_query() -> None:
    first, *_ = explained("latency").split("\n\n\n")
    assert (
        first
        == """\
latency: a signal of forge, histogram in seconds

time of a request

  labels  model (model_name), pod
  alerts  ForgeSlow, ForgeNever
  panels  Latency (Forge at work)

series, the first that fits
  forge_seconds       since 1.9.0, buckets 0.1 to 10
  forge_milliseconds  before 1.10.0, deprecated since 1.9.0, times 0.001, buckets 100 to 10000

query in an example stack (version 1.10.0, defaults)
  histogram_quantile(
    0.95,
    sum by (cluster, namespace, le) (rate(forge_seconds_bucket{job="forge",namespace="models"}[5m]))
  )"""
    )


def test_what_tells_series_apart_is_told() -> None:
    failures, requests = (part(of_forge(name), "series, the first that fits") for name in ("failures", "requests"))
    assert failures == [
        "forge_requests_total  with code=500 or 503, without reason=cancelled, not there before its first event"
    ]
    assert requests == [
        "forge_gateway_requests_total  where options.mode == 'gateway', a gauge, with labels model (service)",
        "forge_requests_total",
    ]


def test_the_values_of_a_label_are_told_with_their_versions() -> None:
    assert "\n            code is 500 or 503 since 1.9.0 or 504 since 1.0.0 before 1.9.0\n" in of_forge("failures")


def test_a_signal_that_needs_options_is_told_without_a_query() -> None:
    assert "query" not in explained("anonymous")


@pytest.mark.parametrize(
    "series", ["forge_seconds", "forge_seconds_bucket", "forge_seconds_count", "forge_milliseconds"]
)
def test_a_real_series_leads_to_its_signal(series: str) -> None:
    assert explained(series) == explained("latency").split("\n\n\n")[0]


@pytest.mark.parametrize("mistake", ["forge_queue", "forge_queue_length"])
def test_a_name_that_people_mistake_for_a_series_leads_to_its_signal(mistake: str) -> None:
    assert explained(mistake) == of_forge("waiting")
    assert "\n  not called  forge_queue, forge_queue_length\n" in explained(mistake)


def test_what_goes_wrong_with_a_signal_is_told() -> None:
    text = explained("forge_waiting")
    assert "\n  beware      it says nothing of time: ask for the latency\n" in text
    assert "\n  beware      0 means no queue\n" in text
    assert "\n  beware      without model a series is the sum of others\n" in text


def test_of_many_signals_those_that_nothing_speaks_of_are_told_by_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "_MOST", 4)
    text = explained("forge")
    listed = {line.split()[0] for line in part(text, "signals")}
    assert {"latency", "waiting", "requests", "failures", "anonymous"} <= listed
    assert "asleep" not in listed
    assert part(text, MORE) == ["gauge  asleep"]


@pytest.mark.parametrize("name", [folder.name for folder in SHIPPED.all() if folder.objectives])
def test_what_an_objective_judges_by_is_told_with_its_series(name: str) -> None:
    listed = {line.split()[0] for line in part(shipped(entries.component_text, name), "signals")}
    for objective in SHIPPED.get(name).objectives.values():
        events = objective.events
        named = {events.signal, *(events.bad or ()), *(events.of or ())} - {None} if events else set()
        assert named & set(SHIPPED.get(name).signals) <= listed


@pytest.mark.parametrize("name", each(lambda folder: folder.signals))
def test_every_signal_that_comes_with_obsgen_names_its_series(name: str) -> None:
    text = shipped(entries.signal_text, name)
    for folder in SHIPPED.all():
        assert all(row.name in text for row in (folder.signals[name].series if name in folder.signals else ()))
