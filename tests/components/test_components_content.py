"""What every component owes to its readers, at every version and option that it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from component_variants import CATALOGUE, Rendering, companion, renderings

from obsgen.components.catalogue import ComponentFolder
from obsgen.components.references import signals_of
from obsgen.components.rules import Alert
from obsgen.components.sentences import Condition, Measure
from obsgen.promql.grafana import parse_templated, variable_parts
from obsgen.promql.parse import PromqlError

HEADINGS = ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]
NAMED_IN_TEXT = re.compile(r"""(?:series|query)\(\s*['"](\w+)['"]""")

every_component = pytest.mark.parametrize("name", CATALOGUE.names)


@every_component
def test_every_variant_renders_and_every_expression_parses(name: str) -> None:
    problems = {}
    for rendering in renderings(CATALOGUE.get(name)):
        for place, expr in expressions(rendering):
            try:
                parse_templated(expr)
            except PromqlError as problem:
                problems[f"{rendering.variant}: {place}"] = f"{problem}: {expr}"
    assert not problems


def expressions(rendering: Rendering) -> Iterator[tuple[str, str]]:
    """Every PromQL expression of a rendering: of rules, panels and variables."""
    for group in rendering.groups():
        for rule in group["rules"]:
            yield rule.get("alert") or rule["record"], rule["expr"]
    for board in rendering.boards:
        for panel in panels(board.json):
            for target in panel.get("targets", ()):
                if target["datasource"]["type"] == "prometheus":
                    yield f"{board.name}: {panel['title']}", target["expr"]
        for variable in board.json["templating"]["list"]:
            if variable["type"] == "query":
                for part in variable_parts(variable["definition"]):
                    yield f"{board.name}: ${variable['name']}", part.text


def panels(board: Any) -> Iterator[Any]:
    """The panels of a board, those in collapsed rows too."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


@every_component
def test_every_alert_has_a_runbook_with_the_four_headings_and_every_runbook_an_alert(name: str) -> None:
    folder = CATALOGUE.get(name)
    assert folder.runbooks() == sorted(folder.alert_names)
    for alert in folder.runbooks():
        text = folder.text(f"runbooks/{alert}.md")
        assert re.findall(r"^#.*", text, re.MULTILINE) == HEADINGS, alert
        assert re.findall(r"^\d+\. ", text, re.MULTILINE), f"{alert}: the diagnosis has no numbered steps"


@every_component
def test_every_alert_is_rendered_at_some_variant_and_its_summary_has_no_values(name: str) -> None:
    folder = CATALOGUE.get(name)
    found = [a for r in renderings(folder) for a in r.base.alerts if a.instance.folder.name == name]
    assert {alert.key for alert in found} == folder.alert_names
    assert not [alert.key for alert in found if "{{" in alert.summary]


@every_component
def test_every_runbook_is_rendered_at_every_variant_without_a_hole(name: str) -> None:
    for rendering in renderings(CATALOGUE.get(name)):
        for alert in rendering.base.alerts:
            if alert.instance.folder.name == name:
                text = rendering.runbooks[f"{alert.name}.md"]
                told = f"{rendering.variant}: {alert.name}"
                assert not re.search(r"<<|>>|<%|\n\n\n", text), told
                assert not re.search(r"<\w[\w ]*>", text), f"{told}: what people fill in is written NAME"
                steps = [int(step) for step in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
                assert steps == list(range(1, len(steps) + 1)), told


@every_component
def test_the_first_step_of_every_diagnosis_is_something_to_run_or_to_look_at(name: str) -> None:
    first = re.compile(r"^## Diagnosis\n\n1\. (.*?)(?=\n2\. |\n## )", re.MULTILINE | re.DOTALL)
    for rendering in renderings(CATALOGUE.get(name)):
        for alert in rendering.base.alerts:
            if alert.instance.folder.name == name:
                step = first.search(rendering.runbooks[f"{alert.name}.md"])
                assert step, alert.name
                assert re.search(r"`[^`]*[ {(][^`]*`|[Bb]oard|[Pp]anel", step[1]), f"{alert.name}: {step[1]}"


@every_component
def test_every_signal_that_no_exporter_has_by_itself_is_used(name: str) -> None:
    """What a profile declares, what logs say and what is recorded stand there to be asked for; a page has more."""
    folder = CATALOGUE.get(name)
    reasons = companion(name).get("unused", {})
    asked = {signal for other in CATALOGUE.all() for signal in used_signals(other, folder)}
    asked |= set(of_events(folder))
    ours = {signal for signal in folder.signals if not on_a_page(folder, signal)}
    assert ours - asked == set(reasons), "not used, or listed as unused in cases though it is"
    assert all(len(reason) > 10 for reason in reasons.values())


def on_a_page(folder: ComponentFolder, signal: str) -> bool:
    """Whether an exporter has a series for it, whoever asks."""
    return any(row.name and not row.name.startswith("obsgen:") for row in folder.signals[signal].series)


def of_events(folder: ComponentFolder) -> Iterator[str]:
    """The signals whose events the component's objectives judge."""
    for events in (objective.events for objective in folder.objectives.values() if objective.events):
        yield from (*filter(None, [events.signal]), *(events.bad or ()), *(events.of or ()))


def used_signals(asking: ComponentFolder, owner: ComponentFolder) -> Iterator[str]:
    """The signals of `owner` that the sentences of a component speak of."""
    for sentence in sentences(asking):
        hosted = asking.component.hosts_runtime and owner.component.role == "modelServer"
        mine = asking.name == owner.name or hosted
        if (sentence.from_ in (owner.name, owner.component.role)) if sentence.from_ else mine:
            yield from named(sentence)
    yield from recorded_signals(asking, owner)


def recorded_signals(asking: ComponentFolder, owner: ComponentFolder) -> Iterator[str]:
    """The signals of `owner` that a component's recording rules speak of in any of their parts."""
    for rule in asking.recordings:
        for who, name in signals_of(rule):
            if (who in (owner.name, owner.component.role)) if who else asking.name == owner.name:
                yield name


def named(sentence: Measure) -> Iterator[str]:
    """The signals that a sentence names."""
    if sentence.signal:
        yield sentence.signal
    if sentence.ratio:
        yield from (*sentence.ratio.of, *sentence.ratio.to)
    if sentence.mean:
        yield from filter(None, (sentence.mean.sum, sentence.mean.count))
    yield from NAMED_IN_TEXT.findall(sentence.expr or "")


def sentences(folder: ComponentFolder) -> Iterator[Measure]:
    """Every sentence of a component: of alerts and their conditions, recordings, panels and their queries."""
    for alert in folder.alerts.values():
        yield from conditions(alert)
    yield from folder.recordings
    for board in folder.dashboards.values():
        for panel in (panel for row in board.rows for panel in row.panels):
            yield from (panel, *panel.queries)


def conditions(alert: Alert) -> Iterator[Condition]:
    """An alert's own condition, its alternatives, and what both demand besides or are excused by."""
    for condition in (alert, *alert.any_):
        yield condition
        yield from filter(None, (condition.while_, condition.unless_))


@every_component
def test_every_threshold_limits_an_alert(name: str) -> None:
    folder = CATALOGUE.get(name)
    limits = {
        limit for alert in folder.alerts.values() for each in conditions(alert) for limit in (each.above, each.below)
    }
    for objective in folder.objectives.values():
        limits.add(objective.events.within if objective.events else None)
        limits.add((objective.minutes.above or objective.minutes.below) if objective.minutes else None)
    assert set(folder.component.thresholds) <= limits


@every_component
def test_panels_of_a_rate_have_a_unit_per_second(name: str) -> None:
    plain = re.compile(r"\A(?:sum|max)\b[^/]*\(rate\([^/]*\Z")
    found = {
        f"{board.name}: {panel['title']}"
        for rendering in renderings(CATALOGUE.get(name))
        for board in rendering.boards
        for panel in panels(board.json)
        if any(plain.match(target["expr"]) for target in panel.get("targets", ()))
        and panel["fieldConfig"]["defaults"]["unit"] == "short"
    }
    assert not found


@every_component
def test_every_panel_says_in_a_sentence_what_it_shows_and_draws_limits_that_exist(name: str) -> None:
    folder = CATALOGUE.get(name)
    for board in folder.dashboards.values():
        for panel in (panel for row in board.rows for panel in row.panels):
            told = f"{board.title}: {panel.title}"
            assert panel.description not in ("", panel.title), told
            assert panel.description.rstrip().endswith("."), told
            if panel.threshold:
                limit = folder.alerts[panel.threshold]
                assert any(each.above or each.below for each in (limit, *limit.any_)), told


def known_series() -> set[str]:
    """The names of all exporters' series, without those that are words of English too, such as `up`."""
    folders = CATALOGUE.all()
    names = {row.name for folder in folders for signal in folder.signals.values() for row in signal.series}
    recorded = {each.record for folder in folders for each in folder.recordings}
    return {name for name in names - recorded if re.search(r"[_:]", name)}


@every_component
def test_series_are_named_in_signals_yaml_alone(name: str) -> None:
    folder = CATALOGUE.get(name)
    series = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, known_series()), key=len, reverse=True))})\b")
    found = {
        f"{file}: {match}"
        for file in folder.files
        # component.yaml may tell people which counters an exporter must be configured to have.
        if file not in ("signals.yaml", "component.yaml")
        for match in series.findall(folder.text(file))
    }
    assert not found


def test_few_alerts_need_an_expression_of_their_own() -> None:
    alerts = [alert for folder in CATALOGUE.all() for alert in folder.alerts.values()]
    raw = [alert for alert in alerts if any(each.expr for each in conditions(alert))]
    assert len(raw) * 10 <= len(alerts), "one in ten: beyond it the vocabulary is wrong"


def test_few_recording_rules_need_an_expression_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    """What the vocabulary cannot say: run with -s to see which."""
    rules = [(folder.name, rule) for folder in CATALOGUE.all() for rule in folder.recordings]
    raw = sorted(f"{name}: {rule.record}" for name, rule in rules if rule.expr is not None)
    with capsys.disabled():
        print(f"\n{len(raw)} of {len(rules)} recording rules are expressions:", *raw, sep="\n  ")
    assert len(raw) * 3 <= len(rules), "one in three: beyond it the vocabulary is wrong"
