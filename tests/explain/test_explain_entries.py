"""Components, alerts, signals and thresholds are explained: a made-up component in full, the shipped ones by sample."""

from __future__ import annotations

import re

import pytest
from entries_support import MORE, OWN, SHIPPED, each, explained, part, shipped

from obsgen.components.catalogue import ComponentFolder, catalogue
from obsgen.explain import entries, ids, page
from obsgen.explain.catalogue import KINDS, explain, overview
from obsgen.explain.example import example_with
from obsgen.findings import InputError


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
        "rules/no-runbook",
        "rules/severity",
        "rules/static-label",
        "rules/structure",
    ]
