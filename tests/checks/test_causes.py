"""Findings in rendered trees are told at the line of the profile that decides them, if that is certain."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from engine_support import ALPHA, Command, files_in, made_up_components, obsgen

from obsgen.checks import Report, validate
from obsgen.checks.causes import Causes, cause_of, folded
from obsgen.checks.repository import read_repository
from obsgen.checks.upgrades import upgrade
from obsgen.findings import Finding, Note, Place, Severity, error

__all__ = ["made_up_components", "obsgen"]

PROFILE = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: demo
prometheus: {selectorLabels: {release: main}}
modelServers:
  - name: chat
    type: alpha
    version: "1.10"
    namespace: ml
    selector: {app: chat}
    port: web
    thresholds:
      latencyP95: 10s
    alerts:
      AlphaQueued: {for: 4m}
    objectives:
      fast: {target: 99.5%}
  - name: draft
    type: alpha
    namespace: ml
gpuExporter:
  type: probe
alerts:
  AlphaMemoryFull:
    name: MemoryNearlyFull
    severity: critical
  QueueDeep:
    server: chat
    group: own
    for: 5m
    severity: warning
    summary: deep
    description: deep
    signal: waiting
    above: 25
  TooManyDrafts:
    server: chat
    group: own
    for: 5m
    severity: warning
    summary: many
    description: many
    expr: alpha_requests_total > 5
    unit: requests
dashboards:
  alpha: {title: Chats}
environments:
  dev:
    cluster: {name: dev}
    modelServers:
      chat:
        selector: {app: chat-dev}
        thresholds: {latencyP95: 1s}
      extra: {type: alpha, namespace: ml}
  prod: {cluster: {name: prod}}
"""
CHAT, DRAFT = "base/rules/prometheusrule-chat.yaml", "base/rules/prometheusrule-draft.yaml"
MONITOR = "base/monitors/servicemonitor-chat.yaml"
DEV = "overlays/dev"
LIMIT, EXTRA = "thresholds: {latencyP95: 1s}", "extra: {type: alpha, namespace: ml}"

Written = Callable[..., Path]


def line(text: str, fragment: str) -> int:
    """The number of the first line with a text."""
    return next(number for number, one in enumerate(text.splitlines(), 1) if fragment in one)


_RENDERED: dict[str, dict[str, bytes]] = {}
"""The files of trees by the profiles' texts: equal profiles are rendered once."""


@pytest.fixture
def rendered(obsgen: Command, tmp_path: Path) -> Written:
    """Writes a profile and renders it."""

    def write(text: str = PROFILE, file: str = "profiles/demo.yaml") -> Path:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
        if text not in _RENDERED:
            ran = obsgen("render", file)
            assert ran.code == 0, ran.err
            _RENDERED[text] = files_in(tmp_path / "out")
        for path, content in _RENDERED[text].items():
            (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "out" / path).write_bytes(content)
        return Path("out/demo")

    return write


def place(tree: Path, file: str, after: str, fragment: str = "") -> Place:
    """The place of a text in a file of a tree: of the first fragment behind what comes before it."""
    text = (tree / file).read_text()
    at = text.index(fragment or after, text.index(after))
    return Place(str(tree / file), text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def decided(tree: Path, spot: Place, check: str = "", profile: str = PROFILE) -> str:
    """The profile's line that decides a place; empty if none is told."""
    found = Causes(read_repository([tree])).of(spot, check)
    assert found is None or found.file == "profiles/demo.yaml"
    return profile.splitlines()[found.line - 1].strip() if found else ""


def edit(tree: Path, file: str, old: str, new: str) -> None:
    text = (tree / file).read_text()
    assert old in text
    (tree / file).write_text(text.replace(old, new))


def checked(*paths: Path) -> Report:
    return validate(paths, "off", today=date(2027, 1, 31))


def found(report: Report, check: str) -> list[tuple[str, int]]:
    return [(one.place.file, one.place.line) for one in report.findings if one.id == check]


@pytest.mark.parametrize(
    ("file", "after", "fragment", "check", "expected"),
    [
        (CHAT, "alert: AlphaLatencyHigh", "> 10", "histogram/threshold", "latencyP95: 10s"),
        (CHAT, "alert: AlphaLatencyHigh", "> 10", "promql/label-lost", "- name: chat"),
        (CHAT, "vector(10)", "", "promql/syntax", "latencyP95: 10s"),
        (DRAFT, "alert: AlphaLatencyHigh", "> 8", "histogram/threshold", "- name: draft"),
        (CHAT, "alert: AlphaQueued", "for:", "", "AlphaQueued: {for: 4m}"),
        (DRAFT, "alert: AlphaQueued", "for:", "", "- name: draft"),
        (CHAT, "alert: MemoryNearlyFull", "alert:", "", "name: MemoryNearlyFull"),
        (CHAT, "alert: MemoryNearlyFull", "severity:", "", "severity: critical"),
        (CHAT, "alert: MemoryNearlyFull", "for:", "", "AlphaMemoryFull:"),
        (CHAT, "alert: MemoryNearlyFull", "alpha:memory_usage_ratio", "signal/removed", 'version: "1.10"'),
        (DRAFT, "alert: MemoryNearlyFull", "alpha:memory_usage_ratio", "signal/not-yet", "- name: draft"),
        (CHAT, "alert: QueueDeep", "> 25", "unit/share", "above: 25"),
        (CHAT, "alert: QueueDeep", "expr:", "", "QueueDeep:"),
        (CHAT, "alert: TooManyDrafts", "alpha_requests_total", "signal/removed", "expr: alpha_requests_total > 5"),
        (CHAT, "alert: AlphaSlowBudgetBurning", "expr:", "", "fast: {target: 99.5%}"),
        (CHAT, "record: alpha:failures:ratio", "expr:", "", "- name: chat"),
        (DRAFT, "record: alpha:failures:ratio", "expr:", "", "- name: draft"),
        ("base/rules/prometheusrule-gpu.yaml", "alert:", "expr:", "", "gpuExporter:"),
        (CHAT, "release:", "", "", "prometheus: {selectorLabels: {release: main}}"),
        (CHAT, "name: chat", "", "path/rules-not-selected", "prometheus: {selectorLabels: {release: main}}"),
        (MONITOR, "app: chat", "", "schema/invalid", "selector: {app: chat}"),
        (MONITOR, "port: web", "", "", "port: web"),
        (MONITOR, "matchNames", "- ml", "", "namespace: ml"),
        (MONITOR, "interval:", "", "", "- name: chat"),
        (MONITOR, "kind:", "", "path/no-target", "selector: {app: chat}"),
        (MONITOR, "kind:", "", "path/no-port", "port: web"),
        (MONITOR, "kind:", "", "object/name", "- name: chat"),
        ("base/monitors/servicemonitor-draft.yaml", "app: draft", "", "", "- name: draft"),
        (f"{DEV}/monitors/patch-servicemonitor-chat.yaml", "chat-dev", "", "", "selector: {app: chat-dev}"),
        (f"{DEV}/monitors/servicemonitor-extra.yaml", "port:", "", "", EXTRA),
        (f"{DEV}/rules/patch-prometheusrule-chat.yaml", "> 1\n", "", "histogram/threshold", LIMIT),
        (f"{DEV}/rules/patch-prometheusrule-chat.yaml", "vector(1)", "", "", LIMIT),
        (f"{DEV}/rules/prometheusrule-extra.yaml", "alert: AlphaQueued", "for:", "", EXTRA),
        ("base/dashboards/alpha.json", '"title"', "", "", "alpha: {title: Chats}"),
        ("base/dashboards/probe.json", '"title"', "", "", "gpuExporter:"),
        ("base/kustomization.yaml", "resources", "", "", ""),
        ("base/rules/kustomization.yaml", "resources", "", "", ""),
        ("README.md", "demo", "", "", ""),
    ],
)  # fmt: skip
def test_each_part_of_a_tree_has_its_line(
    rendered: Written, file: str, after: str, fragment: str, check: str, expected: str
) -> None:
    tree = rendered()
    assert decided(tree, place(tree, file, after, fragment), check) == expected


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


@pytest.mark.parametrize("file", ["demo.yaml", "profiles/demo.yaml", "profiles/other-name.yml", "out/demo.yaml"])
def test_the_profile_may_lie_beside_the_tree_or_above(rendered: Written, file: str) -> None:
    tree = rendered(file=file)
    found = Causes(read_repository([tree])).of(place(tree, MONITOR, "app: chat"))
    assert found
    assert found.file == file


def test_without_a_profile_findings_stay_where_they_are(rendered: Written) -> None:
    tree = rendered()
    edit(tree, MONITOR, "app: chat", "app: [chat]")
    Path("profiles/demo.yaml").rename("profiles/demo.txt")
    assert found(checked(tree), "schema/invalid") == [(str(tree / MONITOR), place(tree, MONITOR, "app: [").line)]


@pytest.mark.parametrize("other", ["profiles/copy.yaml", "copy.yml"])
def test_of_two_profiles_of_one_stack_none_is_meant(rendered: Written, other: str) -> None:
    tree = rendered()
    Path(other).write_text(PROFILE)
    assert decided(tree, place(tree, MONITOR, "app: chat")) == ""


def test_a_profile_above_the_repository_is_none_of_its_own(rendered: Written, tmp_path: Path) -> None:
    tree = rendered(file="demo.yaml")
    (tree.parent / ".git").mkdir()
    assert decided(tree, place(tree, MONITOR, "app: chat")) == ""


@pytest.mark.parametrize(
    "text",
    [
        "stack: demo\nkind: Profile\n  - : [",
        PROFILE.replace("stack: demo", "stack: other"),
        PROFILE.replace("  - name: chat", "  - name: talk").replace("server: chat", "server: talk").replace(
            "      chat:", "      talk:"
        ),
    ],
    ids=["cannot be read", "of another stack", "without that server"],
)  # fmt: skip
def test_a_profile_that_says_nothing_of_it_decides_nothing(rendered: Written, text: str) -> None:
    tree = rendered()
    Path("profiles/demo.yaml").write_text(text)
    assert decided(tree, place(tree, MONITOR, "app: chat")) == ""


def test_files_of_nobody_are_left_alone(rendered: Written, tmp_path: Path) -> None:
    rendered()
    Path("mine").mkdir()
    Path("mine/monitor.yaml").write_text((Path("out/demo") / MONITOR).read_text())
    assert Causes(read_repository([Path("mine")])).of(Place("mine/monitor.yaml", 5)) is None


def test_files_as_such_are_told_where_they_are(rendered: Written) -> None:
    tree = rendered()
    edit(tree, MONITOR, "kind: ServiceMonitor", "kind: [ServiceMonitor")
    (one,) = [each for each in checked(tree).findings if each.id == "yaml/syntax"]
    assert one.place.file == str(tree / MONITOR)


def test_where_environments_run_other_versions_the_server_is_meant(rendered: Written) -> None:
    text = PROFILE.replace("        selector: {app: chat-dev}\n", '        version: "2.0"\n')
    tree = rendered(text)
    at = place(tree, CHAT, "alert: MemoryNearlyFull", "alpha:memory_usage_ratio")
    assert decided(tree, at, "signal/removed", text) == "- name: chat"


def test_one_object_for_all_rules_has_the_lines_of_its_servers(rendered: Written) -> None:
    text = PROFILE + "rules: {object: everything}\n"
    tree = rendered(text)
    file = "base/rules/prometheusrule-everything.yaml"
    for limit, expected in (("> 10\n", "latencyP95: 10s"), ("> 8\n", "- name: draft")):
        spot = place(tree, file, "alert: AlphaLatencyHigh", limit)
        assert decided(tree, spot, "histogram/threshold", text) == expected
    recorded = place(tree, file, "record: alpha:failures:ratio", "expr:")
    assert decided(tree, recorded, "", text) == ""


def test_a_rule_that_an_environment_changes_is_still_the_profiles(rendered: Written) -> None:
    own = "      chat:\n        alerts: {AlphaDown: {severity: info}}\n"
    text = PROFILE.replace("      chat:\n", own)
    tree = rendered(text)
    assert decided(tree, place(tree, CHAT, "alert: AlphaDown"), "", text) == "- name: chat"
    patch = place(tree, f"{DEV}/rules/patch-prometheusrule-chat.yaml", "value: info")
    assert decided(tree, patch, "", text) == "alerts: {AlphaDown: {severity: info}}"


def test_every_line_can_be_asked_about(rendered: Written) -> None:
    tree = rendered()
    causes = Causes(read_repository([tree]))
    traced = 0
    for file in [each for each in tree.rglob("*") if each.suffix in (".yaml", ".json", ".md")]:
        for number in range(1, len(file.read_text().splitlines()) + 1, 3):
            for check in ("", "signal/removed", "histogram/threshold", "route/nobody", "path/no-port"):
                one = causes.of(Place(str(file), number, 7), check)
                assert one is None or one.line <= len(PROFILE.splitlines())
                traced += one is not None
    assert traced


def test_what_a_component_alone_says_stays(rendered: Written) -> None:
    tree = rendered()
    spot = place(tree, CHAT, "alert: AlphaLatencyHigh", "> 10")
    edit(tree, CHAT, "alert: AlphaLatencyHigh", "alert: Unheard")
    assert decided(tree, spot, "histogram/threshold") == "- name: chat"
    edit(tree, CHAT, "service: chat", "service: nobody")
    assert decided(tree, spot, "histogram/threshold") == ""


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
    monkeypatch.setattr("obsgen.checks.causes.tracing.profile_of", asked.append)
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


def test_what_decides_can_be_asked_of_findings_objects_and_rules(rendered: Written) -> None:
    tree = rendered()
    repository = read_repository([tree])
    monitor = next(each for each in repository.manifests if each.kind == "ServiceMonitor" and each.name == "chat")
    rule = next(each for one in repository.rule_sets for each in one.rules if each.name == "QueueDeep")
    finding = Finding("path/no-port", Severity.ERROR, "", place(tree, MONITOR, "kind:"))
    lines = [cause_of(each, repository) for each in (monitor, monitor.located.at("spec", "selector"), rule, finding)]
    assert [PROFILE.splitlines()[one.line - 1].strip() for one in lines if one] == [
        "- name: chat", "selector: {app: chat}", "QueueDeep:", "port: web",
    ]  # fmt: skip


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
