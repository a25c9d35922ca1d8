"""Every part of a rendered tree has the line of the profile that decides it, if that is certain."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from causes_support import (
    CHAT,
    DEV,
    DRAFT,
    EXTRA,
    LIMIT,
    MONITOR,
    PROFILE,
    Written,
    checked,
    decided,
    edit,
    found,
    place,
    rendered,
)
from engine_support import ALPHA, TEMPLATES, made_up_components, obsgen
from engine_support import tree as made
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obsgen.causes import Causes, cause_of
from obsgen.findings import Finding, Place, Severity
from obsgen.repository import read_repository

__all__ = ["made_up_components", "obsgen", "rendered"]


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


def test_what_an_environment_removes_decides_nothing_there(rendered: Written) -> None:
    text = PROFILE.replace("        thresholds: {latencyP95: 1s}\n", "        thresholds: null\n")
    tree = rendered(text)
    assert decided(tree, place(tree, f"{DEV}/rules/patch-prometheusrule-chat.yaml", "vector(8)"), "", text) == (
        "- name: chat"
    )


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


def test_components_of_ones_own_are_known(rendered: Written, tmp_path: Path) -> None:
    text = PROFILE.replace("type: alpha", "type: mine") + "templates: [../own]\n"
    shutil.copytree(TEMPLATES / "alpha", tmp_path / "own" / "mine")
    tree = rendered(text)
    spot = place(tree, CHAT, "alert: AlphaLatencyHigh", "> 10")
    assert decided(tree, spot, "histogram/threshold", text) == "latencyP95: 10s"


_LIMITS = {"latencyP95": "s", "memoryUsage": "%", "queueLength": "", "speed": "tok/s"}
_SERVERS = st.dictionaries(
    st.sampled_from(["chat", "draft", "a-1"]),
    st.dictionaries(st.sampled_from(sorted(_LIMITS)), st.integers(1, 90), max_size=3),
    min_size=1,
    max_size=3,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_SERVERS, _SERVERS)
def test_every_limit_has_the_line_of_its_own_server_and_environment(
    made_up_components: None,
    tmp_path_factory: pytest.TempPathFactory,
    servers: dict[str, dict[str, int]],
    changed: dict[str, dict[str, int]],
) -> None:
    lines = [ALPHA.partition("modelServers")[0].rstrip(), "modelServers:"]
    for server, own in servers.items():
        lines += [f"  - name: {server}", "    type: alpha", "    namespace: ml", f"    thresholds: # of {server}"]
        lines += [f"      {limit}: {value}{_LIMITS[limit]} # {server}" for limit, value in own.items()] or ["      {}"]
    lines += ["environments:", "  dev:", "    modelServers:"]
    for server in servers.keys() & changed.keys():
        lines += [f"      {server}:", "        thresholds:"]
        lines += [f"          {name}: {value}{_LIMITS[name]} # {server} dev" for name, value in changed[server].items()]
    text = "\n".join(lines)
    root = tmp_path_factory.mktemp("limits")
    (root / "demo.yaml").write_text(text)
    for path, content in {**made(text).files, ".obsgen/record.json": b"{}"}.items():
        (root / "out/demo" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "out/demo" / path).write_bytes(content)
    repository = read_repository([root / "out"])
    causes = Causes(repository)
    keys = {"AlphaLatencyHigh": "latencyP95", "AlphaMemoryFull": "memoryUsage", "AlphaQueued": "queueLength"}
    asked = 0
    for rule in (each for one in repository.rule_sets for each in one.rules if each.name == "obsgen:alert_threshold"):
        labels = rule.value["labels"]
        server, limit = labels["service"], keys.get(labels["alert"])
        spot = rule.located.at("expr").place()
        found = causes.of(spot)
        assert found
        if limit is None:
            continue
        asked += 1
        in_dev = "overlays" in spot.file
        own = (
            (changed if in_dev else servers)[server].get(limit) if server in (changed if in_dev else servers) else None
        )
        line = text.splitlines()[found.line - 1].strip()
        if own is None:
            assert line == f"- name: {server}"
        else:
            assert line == f"{limit}: {own}{_LIMITS[limit]} # {server}{' dev' if in_dev else ''}"
    assert asked
