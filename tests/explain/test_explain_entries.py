"""Components, alerts, signals and thresholds are explained: a made-up component in full, the shipped ones by sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from obsgen.components.catalogue import Catalogue, ComponentFolder, catalogue
from obsgen.explain import entries, ids, page
from obsgen.explain.catalogue import KINDS, explain, overview
from obsgen.explain.example import Example, Options, example, example_with
from obsgen.findings import InputError

OWN = Path(__file__).parent / "components"
SHIPPED = catalogue()
MORE = "more signals, explained by their names"


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


def explained(what: str) -> str:
    return explain(what, [OWN])


def of_forge(signal: str) -> str:
    """What is said of a signal of the made-up component; others may have one of that name."""
    (found,) = (text for text in explained(signal).split("\n\n\n") if text.startswith(f"{signal}: a signal of forge"))
    return found


def part(text: str, title: str) -> list[str]:
    """The lines of one titled part."""
    lines = text.split("\n")
    start = lines.index(title) + 1
    return [line.strip() for line in lines[start : (*lines, "").index("", start)]]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("in a profile", ["modelServers: [{name: forge, type: forge}]"]),
        ("versions", ["1.0.0, 1.9.0, 1.10.0", "read from imagination"]),
        (
            "options",
            [
                "mode   plain (or gateway)  how requests arrive",
                "audit  false (or true)     counts who asked",
                "image  example.org/forge   where it comes from",
            ],
        ),
        (
            "thresholds",
            [
                "latencyP95   8s  p95 of a request",
                "queueLength  10  requests that wait",
                "audited      5%  share of requests without a name",
            ],
        ),
        (
            "alerts",
            [
                "ForgeSlow       critical  p95 latency is above 8 s",
                "ForgeQueueLong  warning   more than queueLength wait",
                "ForgeAnonymous  info      more than audited of the requests have no name",
                "ForgeNever      info      more than queueLength wait",
            ],
        ),
        (
            "signals",
            [
                "latency    histogram, seconds  forge_seconds, since 1.9.0",
                "forge_milliseconds, before 1.10.0",
                "waiting    gauge, requests     forge_waiting",
                "requests   counter, requests   forge_gateway_requests_total, where options.mode == 'gateway'",
                "forge_requests_total",
                "failures   counter, requests   forge_requests_total",
                "asleep     gauge, bool         forge_asleep",
                "anonymous  counter, requests   forge_anonymous_total, where options.audit and version != '1.0.0'",
            ],
        ),
        ("recorded", ["forge:failures:ratio"]),
        ("boards", ["Forge at work  What the forge does."]),
        ("secrets that must exist", ["models/forge-key  token  the gateway"]),
    ],
)
def test_a_component_is_told_in_full(title: str, lines: list[str]) -> None:
    assert part(explained("forge"), title) == lines


def test_an_alert_shows_its_sentence_limit_query_and_runbook() -> None:
    assert (
        explained("ForgeSlow")
        == """\
ForgeSlow: critical, an alert of forge in group forge

p95 latency is above 8 s

  fires when  p95 of latency over 5m above latencyP95; for 2m; by model
  latencyP95  8s by default: p95 of a request
  change it   alerts: {ForgeSlow: {for: 2m, severity: critical}}
              modelServers: [{name: forge, type: forge, thresholds: {latencyP95: 8s}}]

query in an example stack (version 1.10.0, defaults)
  histogram_quantile(
    0.95,
    sum by (cluster, namespace, model_name, le) (
      rate(forge_seconds_bucket{job="forge",namespace="models"}[5m])
    )
  )
  > 8

## Meaning

Requests take longer than the limit.

## Diagnosis

1. Do requests wait? `sum by (cluster, namespace, model) (forge_waiting{job="forge",namespace="models"})`"""
    )


@pytest.mark.parametrize(
    ("alert", "needs"), [("ForgeQueueLong", "{mode: gateway}"), ("ForgeAnonymous", "{mode: gateway, audit: true}")]
)
def test_an_alert_that_needs_options_names_them_and_is_shown_with_them(alert: str, needs: str) -> None:
    text = explained(alert)
    assert "\n  needs  " in text
    assert f"modelServers: [{{name: forge, type: forge, options: {needs}}}]" in text
    assert f"query in an example stack (version 1.10.0, {needs[1:-1]})" in text


def test_an_alert_that_cannot_be_shown_is_told_without_a_query() -> None:
    text = explained("ForgeNever")
    assert "waiting above queueLength, unless p50 of latency over 5m below latencyP95; for 5m; where" in text
    assert "query" not in text
    assert text.endswith("It cannot be, on << name >>.")


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
    for each in SHIPPED.get(name).objectives.values():
        events = each.events
        named = {events.signal, *(events.bad or ()), *(events.of or ())} - {None} if events else set()
        assert named & set(SHIPPED.get(name).signals) <= listed


def test_a_threshold_shows_its_alerts_and_how_to_set_it() -> None:
    assert (
        explained("latencyP95")
        == """\
latencyP95: a threshold of forge in seconds, 8s by default

p95 of a request

alerts
  ForgeSlow   critical  p95 latency is above 8 s
  ForgeNever  info      more than queueLength wait

in a profile
  modelServers: [{name: forge, type: forge, thresholds: {latencyP95: 8s}}]"""
    )


def test_a_name_that_several_components_have_is_told_for_each() -> None:
    owners = [folder.name for folder in SHIPPED.all() if "requests" in folder.signals]
    text = explain("requests")
    assert len(owners) > 2
    assert all(f"requests: a signal of {owner}, " in text for owner in owners)


def each(names: Callable[[ComponentFolder], Iterable[str]]) -> list[str]:
    return sorted({name for folder in SHIPPED.all() for name in names(folder)})


@cache
def shipped(explainer: Callable[[str, Catalogue], Iterable[str]], what: str) -> str:
    return "\n".join(explainer(what, SHIPPED))


@pytest.mark.parametrize("name", SHIPPED.names)
def test_every_component_that_comes_with_obsgen_is_told(name: str) -> None:
    text, folder = shipped(entries.component_text, name), SHIPPED.get(name)
    assert text.startswith(f"{name}: {folder.component.title}, ")
    more = " ".join(part(text, MORE)) if MORE in text.split("\n") else ""
    told = {line.split()[0] for line in part(text, "signals")} if folder.signals else set()
    assert told | set(re.findall(r"\w+", more)) >= set(folder.signals)
    for title in ("alerts", "options", "thresholds"):
        known = getattr(folder, title, None) or getattr(folder.component, title, {})
        assert {line.split()[0] for line in part(text, title)} >= set(known) if known else title not in text.split("\n")


@pytest.mark.parametrize("name", each(lambda folder: folder.alerts))
def test_every_alert_that_comes_with_obsgen_can_be_shown_at_work(name: str) -> None:
    text = shipped(entries.alert_text, name)
    folder = next(folder for folder in SHIPPED.all() if name in folder.alerts)
    assert example_with(name, folder, SHIPPED), "it takes more than two options, or nothing makes it exist"
    assert "query in an example stack" in text
    assert "## Meaning" in text
    assert "<<" not in text
    assert folder.alerts[name].for_ in text


@pytest.mark.parametrize("name", each(lambda folder: folder.signals))
def test_every_signal_that_comes_with_obsgen_names_its_series(name: str) -> None:
    text = shipped(entries.signal_text, name)
    for folder in SHIPPED.all():
        assert all(row.name in text for row in (folder.signals[name].series if name in folder.signals else ()))


@pytest.mark.parametrize("name", each(lambda folder: folder.component.thresholds))
def test_every_threshold_that_comes_with_obsgen_has_a_use(name: str) -> None:
    text = shipped(entries.threshold_text, name)
    for owner in (folder for folder in SHIPPED.all() if name in folder.component.thresholds):
        assert f"{name}: a threshold of {owner.name} in " in text
        assert owner.component.thresholds[name].default in text
    assert "\nalerts\n" in text or "\nobjectives\n" in text


@pytest.mark.parametrize("name", each(lambda folder: folder.objectives))
def test_every_objective_that_comes_with_obsgen_is_told(name: str) -> None:
    text = shipped(entries.objective_text, name)
    for owner in (folder for folder in SHIPPED.all() if name in folder.objectives):
        objective = owner.objectives[name]
        assert f"{name}: an objective of {owner.name}, {objective.title}" in text
        assert f"{objective.target} over {objective.window}" in text
        assert f"objectives: {{{name}: {{target: {objective.target}, window: {objective.window}}}}}" in text
        assert f"{name}: an objective of {owner.name}" in shipped(entries.objective_text, objective.alert)


@pytest.mark.parametrize("name", each(lambda folder: folder.component.covers))
def test_every_provider_names_its_sources(name: str) -> None:
    text = shipped(entries.provider_text, name)
    sources = [folder.name for folder in SHIPPED.all() if name in folder.component.covers]
    assert text.startswith(f"{name}: a provider of hosted models, read by {' or '.join(sources)}")
    for source in sources:
        assert f"providers: [{{name: {source}, type: {source}, covers: [{name}]}}]" in text


def test_without_a_name_everything_there_is_is_listed() -> None:
    text = overview([OWN])
    components = part(text, "components")
    assert [line.split()[0] for line in components] == sorted([*SHIPPED.names, "forge", *_own()])
    assert ["forge", "Forge, a model server"] in [line.split(maxsplit=1) for line in components]
    counted = {line.split()[2]: int(line.split()[3]) for line in part(text, "lists")}
    assert counted["alerts"] == len(each(lambda folder: folder.alerts)) + sum(
        len(folder.alerts) for folder in _others()
    )
    assert counted["checks"] == len(ids())
    assert set(counted) == set(KINDS) - {"components"}
    assert all(line.startswith("obsgen explain ") for line in part(text, "more"))


def _own() -> list[str]:
    return [name for name in catalogue([OWN]).names if name not in SHIPPED.names and name != "forge"]


def _others() -> list[ComponentFolder]:
    return [folder for folder in catalogue([OWN]).all() if folder.name not in SHIPPED.names]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("components", "forge       Forge, a model server"),
        ("alerts", "ForgeSlow forge p95 latency is above latencyP95"),
        ("thresholds", "latencyP95 forge p95 of a request"),
        ("signals", "waiting forge requests that wait"),
        ("checks", "yaml/syntax The file"),
    ],
)
def test_each_kind_can_be_listed(kind: str, row: str) -> None:
    rows = [" ".join(line.split()) for line in explained(kind).split("\n")]
    assert any(line.startswith(" ".join(row.split())) for line in rows), rows[:5]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Forge", "did you mean 'forge'?"),
        ("ForgeSlw", "did you mean 'ForgeSlow'?"),
        ("forge_second", "did you mean 'forge_seconds'?"),
        ("yaml/sintax", "did you mean 'yaml/syntax'?"),
        ("", "obsgen explain, without a name, "),
        ("../../etc/passwd", "obsgen explain, without a name, "),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(typed: str, hint: str) -> None:
    with pytest.raises(InputError) as refused:
        explained(typed)
    (finding,) = refused.value.findings
    assert finding.id == "explain/unknown"
    assert finding.hint.startswith(hint)


def test_every_finding_is_explained_by_its_page() -> None:
    assert {check: explain(check) for check in ids()} == {check: (page(check) or "").rstrip() for check in ids()}


def test_a_group_of_checks_is_listed() -> None:
    lines = explain("json").split("\n")
    assert lines[0].startswith("json/syntax  ")
    assert [line.split()[0] for line in explain("rules").split("\n") if line.startswith("rules/")] == [
        "rules/duplicate",
        "rules/static-label",
        "rules/structure",
    ]
