"""Faults: collected over many steps, told together; and what a render collects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engine_support import ALPHA, HEAD, Command, findings, marked

from obsgen.findings import Faults, Finding, InputError, Place, error


def fault(line: int, message: str = "wrong", hint: str = "") -> Finding:
    return error("profile/value", message, Place("p.yaml", line), hint)


def failing(*found: Finding) -> None:
    raise InputError(found)


def test_nothing_wrong_raises_nothing() -> None:
    with Faults() as faults:
        faults.check()
        assert faults.attempt(lambda: 1, 2) == 1
        assert faults.each([1, 2], lambda each: each * 2) == [2, 4]


def raised(steps: Callable[[Faults], object], *before: Finding) -> list[int]:
    """The lines of all findings that leaving the block tells."""
    try:
        with Faults(before) as faults:
            steps(faults)
    except InputError as problem:
        return [each.place.line for each in problem.findings]
    return []


def test_steps_that_fail_are_told_together_in_order() -> None:
    def steps(faults: Faults) -> None:
        assert faults.attempt(lambda: failing(fault(3), fault(2)), 5) == 5
        assert faults.each([7, 1], lambda each: failing(fault(each)) if each == 7 else each) == [1]
        failing(fault(1))

    assert raised(steps, fault(9)) == [1, 2, 3, 7, 9]


def test_a_check_ends_the_block() -> None:
    reached = []
    assert raised(lambda faults: (faults.check(), reached.append("behind it")), fault(1)) == [1]
    assert reached == []


def test_bugs_are_not_taken_for_faults() -> None:
    with pytest.raises(ZeroDivisionError), Faults([fault(1)]):
        _ = 1 // 0
    with pytest.raises(ZeroDivisionError), Faults() as faults:
        faults.attempt(lambda: 1 // 0, 0)


def test_what_cannot_be_judged_is_no_fault() -> None:
    assert raised(lambda faults: faults.attempt(failing, 4)) == []
    assert raised(lambda _: failing(), fault(1)) == [1]


def test_a_fault_is_told_once_with_its_first_hint() -> None:
    told = InputError([fault(2, hint="a"), fault(2, hint="b"), fault(2, "else"), fault(1)]).findings
    assert [(each.place.line, each.message, each.hint) for each in told] == [
        (1, "wrong", ""),
        (2, "else", ""),
        (2, "wrong", "a"),
    ]


OWN = {
    "component.yaml": "title: T\nrole: modelServer\ndescription: d\nscrape: {selector: {app: x}, port: http}\n",
    "signals.yaml": "up: {help: h, type: gauge, unit: bool, series: [{name: up}]}\n",
    "alerts.yaml": """\
First: {group: g, signal: pu, below: 1, for: 1m, severity: info, summary: s, description: d}
Second: {group: g, signal: up, below: 1, for: 1m, severity: info, summary: s, description: '<< nmae >>'}
""",
    "recording.yaml": "- {record: a:b, group: g, signal: ups}\n- {record: a:c, group: g, signal: up, quantile: 0.5}\n",
    "manifests/a.yaml": "object: {apiVersion: v1, kind: ConfigMap, metadata: {name: << nmae >>, namespace: x}}\n",
    "manifests/b.yaml": "object: {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: << 1 + >>}\n",
    "dashboards/a.yaml": """\
title: t
description: d
rows:
  - title: r
    panels:
      - {title: p, description: d, signal: upp}
      - {title: q, description: d, signal: up, quantile: 0.5}
  - {title: s, when: nmae, panels: [{title: p, description: d, signal: up}]}
""",
    "dashboards/b.yaml": """\
title: t
description: d
rows: [{title: r, panels: [{title: p, description: d, signal: pup}]}]
""",
}


def test_faults_of_alerts_recordings_manifests_and_panels_come_with_those_of_the_profile(
    obsgen: Command, tmp_path: Path
) -> None:
    for name, text in OWN.items():
        path = tmp_path / "mine" / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "profile.yaml").write_text(
        f"{HEAD}templates: [mine]\ngrafana: {{delivery: magic}}\n"
        "modelServers: [{name: a, type: own}, {name: b, type: alhpa}, {name: c, type: alpha, version: '77'}]\n"
    )
    ran = obsgen("render", "profile.yaml")
    told = [line.partition(": error[")[0] for line in ran.err.splitlines() if ": error[" in line]
    assert [place.rpartition(":")[0] for place in told] == [
        "mine/own/alerts.yaml:1",
        "mine/own/alerts.yaml:2",
        "mine/own/dashboards/a.yaml:6",
        "mine/own/dashboards/a.yaml:7",
        "mine/own/dashboards/a.yaml:8",
        "mine/own/dashboards/b.yaml:3",
        "mine/own/manifests/a.yaml:1",
        "mine/own/manifests/b.yaml:1",
        "mine/own/recording.yaml:1",
        "mine/own/recording.yaml:2",
        "profile.yaml:5",
        "profile.yaml:6",
        "profile.yaml:6",
    ]


def test_faults_of_several_profiles_and_of_the_command_line_come_together(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(f"{HEAD}bogus: 1\nmodelServers: [{{name: a, type: nope}}]\n")
    (tmp_path / "two.yaml").write_text(f"{HEAD}modelServers: [{{name: a, type: alpha, version: '77'}}]\n")
    ran = obsgen("render", "one.yaml", "two.yaml", "--env", "pord")
    told = [line.split(": ")[1] for line in ran.err.splitlines() if ": error[" in line]
    assert told == [
        "error[profile/unknown-environment]",
        "error[profile/unknown-key]",
        "error[profile/unknown-component]",
        "error[profile/duplicate-stack]",
        "error[profile/unknown-version]",
    ]


def test_stacks_whose_names_are_at_fault_are_not_taken_for_one(obsgen: Command, tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(ALPHA.replace("stack: demo", f"stack: {name.upper()}"))
    ran = obsgen("render", "one.yaml", "two.yaml")
    assert ran.err.count(": error[profile/name]") == 2
    assert "2 errors. Nothing was written." in ran.err


def test_too_many_faults_of_form_are_told_alone() -> None:
    servers = ", ".join(f"{{name: s{i}, type: alpha, x{i}: 1}}" for i in range(60))
    told = {each.id for each in findings(f"{HEAD}modelServers: [{servers}]\nprices: {{nobody: {{}}}}\n")}
    assert told == {"profile/unknown-key", "profile/value"}


@pytest.mark.parametrize(
    ("environments", "shared"),
    [
        ("dev: {}, prod: {}", "ConfigMap monitoring/demo-alpha and"),
        ("dev: {cluster: {name: a}}, prod: {cluster: {name: b}}", ""),
        ("dev: {cluster: {server: 'https://x.example.org'}}, prod: {cluster: {name: x}}", ""),
        ("dev: {namespaces: {models: a}}, prod: {namespaces: {models: b}}", "ConfigMap monitoring/demo-alpha and"),
        ("dev: {namespaces: {monitoring: a}}, prod: {namespaces: {monitoring: b}}", ""),
        (
            "dev: {namespaces: {monitoring: a, grafana: g}}, prod: {namespaces: {monitoring: b, grafana: g}}",
            "ConfigMap g/demo-alpha",
        ),
        ("dev: {namespaces: {create: [x], monitoring: x}}, prod: {namespaces: {create: [x], monitoring: y}}", ""),
    ],
)
def test_environments_that_bring_the_same_objects_to_one_cluster(environments: str, shared: str) -> None:
    source, line, column = marked(f"{ALPHA}environments: {{{environments.replace('prod', '^prod')}}}\n")
    found = findings(source)
    assert [(each.id, each.place.line, each.place.column) for each in found] == (
        [("profile/same-destination", line, column)] if shared else []
    )
    assert all(f"'dev' and 'prod' both bring {shared}" in each.message for each in found)


def test_where_a_cluster_is_at_fault_nobody_knows_what_it_shares() -> None:
    text = f"{ALPHA}environments: {{dev: {{cluster: {{name: 'a b'}}}}, prod: {{}}, qa: {{cluster: {{name: q}}}}}}\n"
    assert [each.id for each in findings(text)] == ["profile/name"]
