"""What is found in rendered trees is told, allowed and upgraded at the profile's lines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from causes_support import (
    CHAT,
    MONITOR,
    PROFILE,
    Written,
    checked,
    edit,
    found,
    line,
    rendered,
)
from engine_support import ALPHA, Command, made_up_components, obsgen

from obsgen.causes import folded
from obsgen.findings import Note, Place, Severity, error
from obsgen.upgrading.breaks import upgrade

__all__ = ["made_up_components", "obsgen", "rendered"]


def test_a_series_that_the_version_lacks_is_told_at_the_version(rendered: Written) -> None:
    tree = rendered()
    for file in (CHAT, "base/dashboards/alpha.json"):
        edit(tree, file, "alpha:memory_usage_ratio", "alpha:memory_usage_percent")
    report = checked(tree)
    (one,) = [each for each in report.findings if each.id == "signal/removed" and each.place.line == 8]
    assert (one.place.file, one.severity) == ("profiles/demo.yaml", Severity.ERROR)
    assert "version" in one.hint
    assert "render" in one.hint
    assert {note.message for note in one.notes} == {"rendered here"}
    assert str(tree / CHAT) in {note.place.file for note in one.notes}


def test_a_limit_beyond_the_buckets_is_told_at_the_threshold(rendered: Written) -> None:
    tree = rendered()
    edit(tree, CHAT, "> 10\n", "> 1000\n")
    report = checked(tree)
    (one,) = [each for each in report.findings if each.id == "histogram/threshold" and each.severity == Severity.ERROR]
    assert (one.place.file, one.place.line) == ("profiles/demo.yaml", line(PROFILE, "latencyP95: 10s"))
    assert one.notes[-1].place.file == str(tree / CHAT)
    assert one.notes[-1].place.line == line((tree / CHAT).read_text(), "> 1000")


def test_a_selector_of_a_wrong_form_is_told_at_the_selector(rendered: Written) -> None:
    tree = rendered()
    edit(tree, MONITOR, "app: chat", "app: [chat]")
    assert found(checked(tree), "schema/invalid") == [("profiles/demo.yaml", line(PROFILE, "selector: {app: chat}"))]


def test_levels_count_what_stands_in_the_tree(rendered: Written) -> None:
    tree = rendered()
    before = checked(tree).levels
    edit(tree, MONITOR, "interval: 30s", "interval: 30x")
    after = checked(tree).levels
    failed = [(one.name, one.checked - one.passed) for one in after if one.passed < one.checked]
    assert failed == [("schema", 1)]
    assert [one.checked for one in after] == [one.checked for one in before]


def test_all_formats_say_the_same_line(rendered: Written, obsgen: Command) -> None:
    tree = rendered()
    edit(tree, CHAT, "> 10\n", "> 1000\n")
    at = line(PROFILE, "latencyP95: 10s")
    for form in ("text", "json", "sarif", "github", "junit", "markdown"):
        out = obsgen("validate", tree, "--tools", "off", "--format", form).out
        assert "profiles/demo.yaml" in out
        assert str(at) in out
    (one,) = [
        each
        for each in json.loads(obsgen("validate", tree, "--tools", "off", "--format", "json").out)["findings"]
        if each["severity"] == "error"
    ]
    assert (one["file"], one["line"]) == ("profiles/demo.yaml", at)
    assert one["notes"][-1]["file"] == str(tree / CHAT)


ALLOWED = "latencyP95: 10s  # obsgen: allow histogram/threshold - agreed with the team"


@pytest.mark.parametrize("paths", [("out/demo",), ("out/demo", "profiles")], ids=["tree", "tree and profile"])
def test_a_comment_at_the_profiles_line_allows(rendered: Written, paths: tuple[str, ...]) -> None:
    tree = rendered(PROFILE.replace("latencyP95: 10s", ALLOWED))
    edit(tree, CHAT, "> 10\n", "> 1000\n")
    report = checked(*map(Path, paths))
    at = ("profiles/demo.yaml", line(PROFILE, "latencyP95: 10s"))
    assert at not in found(report, "histogram/threshold")
    assert [one.id for one in report.findings if one.id.startswith("suppression/")] == []
    (one,) = [each for each in report.suppressed if each.reason == "agreed with the team"]
    assert (one.place.file, one.place.line) == at
    assert (one.finding.place.file, one.finding.place.line) == at


def test_the_original_place_allows_too(rendered: Written) -> None:
    allow = "validation:\n  allow:\n    - {id: histogram/threshold, alert: AlphaLatencyHigh, reason: agreed}\n"
    tree = rendered(PROFILE + allow)
    edit(tree, CHAT, "> 10\n", "> 1000\n")
    report = checked(tree)
    assert not [each for each in report.findings if each.id == "histogram/threshold" and each.severity == "error"]
    assert {each.reason for each in report.suppressed} == {"agreed"}


def test_an_entry_that_allows_nothing_is_told_in_the_profile(rendered: Written) -> None:
    text = PROFILE + "validation:\n  allow:\n    - {id: promql/comparison, alert: AlphaDown, reason: agreed}\n"
    tree = rendered(text)
    assert found(checked(tree), "suppression/unused") == [("profiles/demo.yaml", line(text, "promql/comparison"))]


def test_comments_that_nothing_needs_are_told_where_the_tree_is_looked_at(rendered: Written) -> None:
    tree = rendered(PROFILE.replace("latencyP95: 10s", ALLOWED))
    at = [("profiles/demo.yaml", line(PROFILE, "latencyP95: 10s"))]
    assert found(checked(tree, Path("profiles")), "suppression/unused") == at
    Path("other").mkdir()
    Path("other/service.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n")
    assert found(checked(Path("other"), Path("profiles")), "suppression/unused") == []


def test_a_comment_in_the_profile_that_is_over_is_told(rendered: Written) -> None:
    tree = rendered(PROFILE.replace("latencyP95: 10s", f"{ALLOWED} (until 2027-01-30)"))
    edit(tree, CHAT, "> 10\n", "> 1000\n")
    report = checked(tree)
    at = ("profiles/demo.yaml", line(PROFILE, "latencyP95: 10s"))
    assert at in found(report, "histogram/threshold")
    assert found(report, "suppression/expired") == [at]


def test_nothing_is_read_of_a_profile_without_findings(rendered: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = rendered(ALPHA.replace("port: http}", "port: http, thresholds: {latencyP95: 10s}}"))
    asked: list[Path] = []
    monkeypatch.setattr("obsgen.causes.tracing.profile_of", asked.append)
    assert not checked(tree).findings
    assert asked == []
    edit(tree, MONITOR, "interval: 30s", "interval: 30x")
    assert checked(tree).findings
    assert asked == [tree.resolve()]


def test_findings_that_say_the_same_are_one_with_all_places() -> None:
    spot = Place("profile.yaml", 3)
    notes = [Note("rendered here", Place("rules.yaml", number)) for number in (9, 2)]
    told = [replace(error("a/b", "c", spot), notes=(note,)) for note in notes]
    assert folded([*told, error("a/b", "d", spot)]) == [
        replace(told[0], notes=(notes[1], notes[0])),
        error("a/b", "d", spot),
    ]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("profiles/demo.yaml", "(profiles/demo.yaml:8:14)"), ("profiles/demo.txt", "in the profile, then")],
    ids=["found", "absent"],
)
def test_upgrades_of_rendered_trees_are_made_in_the_profile(
    rendered: Written, obsgen: Command, profile: str, expected: str
) -> None:
    tree = rendered(PROFILE.replace("  - name: draft\n    type: alpha\n    namespace: ml\n", ""))
    Path("profiles/demo.yaml").rename(profile)
    before = (tree / CHAT).read_text()
    ran = obsgen("upgrade", "--to", "alpha=1.0.0", tree, "--write")
    assert ran.code == 1
    assert 'set `version: "1.0.0"`' in ran.out
    assert expected in ran.out
    assert "0 can be rewritten, 0 must be decided" in ran.out
    assert (tree / CHAT).read_text() == before
    every = json.loads(obsgen("upgrade", "--to", "alpha=1.0.0", tree, "--format", "json").out)["broken"]
    assert {one["rewritten"] for one in every} == {None}
    assert all(one["advice"] for one in every)
    extra = line(PROFILE, "extra:") - 3
    assert {(one["profile"] or {}).get("line") for one in every} == ({8, extra} if profile.endswith("yaml") else {None})


def test_a_query_of_the_profiles_own_is_corrected_there(rendered: Written) -> None:
    text = PROFILE.replace("alpha_requests_total > 5", "alpha:memory_usage_ratio > 5")
    tree = rendered(text)
    broken = [each for each in upgrade([tree], ["alpha=1.0.0"]).broken if each.what == "alert TooManyDrafts"]
    assert [(each.profile and each.profile.line, "correct the query" in each.advice) for each in broken] == [
        (line(text, "expr: alpha"), True)
    ]
