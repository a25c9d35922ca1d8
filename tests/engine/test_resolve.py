"""Resolving a profile: what it leaves open is filled in, and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, HEAD, marked, stacks, tree

from obsgen import pipeline
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.stack.model import Instance, Stack

SIDECAR = "Grafana's sidecar loads ConfigMaps labelled grafana_dashboard=1 of monitoring (grafana.sidecarLabel)"


def base(text: str) -> Stack:
    return stacks(text)[0]


def instance(text: str, name: str = "chat") -> Instance:
    return next(each for each in base(text).instances if each.name == name)


def test_what_the_profile_leaves_open_is_assumed_and_said() -> None:
    stack = base(HEAD + "modelServers: [{name: chat, type: alpha}]\ngpuExporter: {type: probe}\n")
    assert set(stack.assumptions) == {
        "Prometheus selects monitors and rules labelled release=monitoring (prometheus.selectorLabels)",
        "Alpha runs version 2.0.0, the newest known (version)",
        "chat runs in namespace monitoring (namespace)",
        'chat\'s Service names its port "http" (port)',
        "chat's Service carries app=chat (selector)",
        "gpu runs in namespace gpu-system (namespace)",
        'gpu\'s Service names its port "metrics" (port)',
        "gpu's Service carries app=probe (selector)",
        SIDECAR,
    }


def test_a_profile_that_says_everything_leaves_nothing_to_assume() -> None:
    text = ALPHA.replace("http}", "http, version: '2.0'}") + "prometheus: {selectorLabels: {release: x}}\n"
    assert base(text).assumptions == (SIDECAR,)
    assert base(text + "grafana: {sidecarLabel: {x: '1'}}\n").assumptions == ()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"monitoring": "monitoring", "models": "monitoring", "grafana": "monitoring"}),
        ("namespaces: {monitoring: a}\n", {"monitoring": "a", "models": "a", "grafana": "a"}),
        ("namespaces: {models: b, grafana: c}\n", {"monitoring": "monitoring", "models": "b", "grafana": "c"}),
    ],
)
def test_namespaces_follow_each_other(more: str, expected: dict[str, str]) -> None:
    stack = base(HEAD + "modelServers: [{name: chat, type: alpha}]\n" + more)
    assert stack.namespaces == expected
    assert instance(HEAD + "modelServers: [{name: chat, type: alpha}]\n" + more).namespace == expected["models"]


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ("", "http://prometheus-operated.monitoring.svc:9090"),
        ("prometheus: {namespace: infra}\n", "http://prometheus-operated.infra.svc:9090"),
        ("prometheus: {url: https://prom.example.org/x}\n", "https://prom.example.org/x"),
        ("prometheus: {mode: openshift}\n", "https://thanos-querier.openshift-monitoring.svc:9091"),
    ],
)
def test_prometheus_is_found_where_it_usually_is(more: str, url: str) -> None:
    assert base(ALPHA + more).context["prometheus"]["url"] == url


def test_settings_of_a_server_reach_its_target() -> None:
    text = ALPHA.replace("http}", "http, path: /m, interval: 5s, honorLabels: true, monitor: false}")
    target = instance(text).target
    assert target is not None
    assert (target.selector, target.port, target.path, target.interval) == ({"app": "chat"}, "http", "/m", "5s")
    assert target.honor_labels
    assert not instance(text).monitored


@pytest.mark.parametrize(
    ("prefix", "selector"), [("beta", {"app": "s"}), ("b", {"app": "s", "<< 'tier' >>": "serving"})]
)
def test_labels_that_render_to_nothing_leave_the_selector(prefix: str, selector: dict[str, str]) -> None:
    text = f"{HEAD}modelServers: [{{name: s, type: beta, options: {{prefix: {prefix}}}}}]\n"
    target = instance(text, "s").target
    assert target is not None
    assert target.selector == selector


def test_thresholds_are_by_server() -> None:
    text = HEAD + (
        "modelServers:\n"
        "  - {name: a, type: alpha, thresholds: {latencyP95: 1s, memoryUsage: 50%}}\n"
        "  - {name: b, type: alpha, thresholds: {latencyP95: 9s}}\n"
    )
    assert instance(text, "a").thresholds["latencyP95"] == 1
    assert instance(text, "b").thresholds["latencyP95"] == 9
    assert instance(text, "b").thresholds["memoryUsage"] == 0.9


def test_versions_are_read_as_they_are_written() -> None:
    for written in ("1.10", '"1.10"', "1.10.0"):
        chosen = instance(ALPHA.replace("http}", f"http, version: {written}}}")).versions
        assert chosen == ("1.10.1",) if written != "1.10.0" else ("1.10.0",)


def test_a_platform_component_is_there_when_it_is_asked_for() -> None:
    def names(text: str) -> list[str]:
        return [each.folder.name for each in base(text).instances]

    assert names(ALPHA) == ["alpha", "plat"]
    assert names(ALPHA + "grafana: {delivery: provisioned}\n") == ["alpha", "plat", "viewer"]


def test_preconditions_and_secrets_are_those_of_the_chosen_options() -> None:
    assert base(ALPHA).secrets == ()
    stack = base(ALPHA.replace("http}", "http, options: {mode: gateway}}"))
    assert [(each.namespace, each.name, each.keys) for each in stack.secrets] == [("ml", "chat-key", ("token",))]
    assert ("Alpha chat writes metrics.", "kubectl get svc chat") in stack.preconditions


def folder(root: Path, name: str, **files: str) -> Path:
    """A component of a user's own."""
    for file, text in {"component.yaml": "title: T\nrole: modelServer\ndescription: d\n", **files}.items():
        path = root / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def refused(root: Path, text: str = ALPHA) -> InputError:
    with pytest.raises(InputError) as problem:
        pipeline.render(parse_profile(text), [root])
    return problem.value


def test_a_users_folder_adds_to_what_it_does_not_hold(tmp_path: Path) -> None:
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "recording.yaml").write_text("- {record: own:waiting, group: g, signal: waiting}\n")
    rendered = pipeline.render(parse_profile(ALPHA), [tmp_path])
    assert [each.record for each in rendered.base.recordings] == ["alpha:failures:ratio", "own:waiting"]
    inherited = [each.name for each in tree(ALPHA).base.alerts]
    assert [each.name for each in rendered.base.alerts] == inherited


@pytest.mark.parametrize("name", ["Alpha", "a_b", "a b", "-a", "a.b", "x" * 51, "ä"])
def test_a_folder_whose_name_no_object_can_have(name: str, tmp_path: Path) -> None:
    (only,) = refused(folder(tmp_path, name)).findings
    assert only.id == "component/name"
    assert only.place.file.endswith(f"{name}/component.yaml")


COMPONENT = "title: T\nrole: modelServer\ndescription: d\n"
MANIFEST = "object:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: x, namespace: y}\n"


def signal(unit: str = "bool", series: str = "[{name: up}]") -> str:
    return f"up: {{help: h, type: gauge, unit: {unit}, series: {series}}}\n"


def manifest(value: str) -> str:
    return f"{MANIFEST}  data:\n    key: {value}\n"


def panel(sentence: str) -> str:
    return f"title: t\ndescription: d\nrows:\n  - title: r\n    panels: [{{title: p, description: d, {sentence}}}]\n"


# A component's file, its content with the mark ^ where the finding must stand, and what is told.
FAULTS = {
    "an unknown key": ("component.yaml", COMPONENT + "^titel: x\n", "unknown key 'titel'"),
    "an unknown role": ("component.yaml", COMPONENT.replace("modelServer", "^magic"), "cannot be 'magic'"),
    "a default without a unit": (
        "component.yaml",
        COMPONENT + "thresholds:\n  ^x: {unit: seconds, default: 8, help: h}\n",
        "it has no unit",
    ),
    "a port that nobody names": ("component.yaml", COMPONENT + "scrape: {selector: {a: b}}\n", "on which port"),
    "a selector that nobody names": ("component.yaml", COMPONENT + "scrape: {port: http}\n", "by which labels"),
    "an unknown unit": ("signals.yaml", signal(unit="^lightyears"), "no unit 'lightyears'"),
    "a unit that is a list": ("signals.yaml", signal(unit="^[x]"), "no unit"),
    "a metric's name that is none": ("signals.yaml", signal(series="[{name: ^'a-b{}'}]"), "cannot be 'a-b{}'"),
    "a broken condition": ("signals.yaml", signal(series="[{name: up, when: '^1 +'}]"), "broken template"),
    "an undefined name": ("signals.yaml", signal(series="[{name: up, when: ^nmae}]"), "'nmae' is undefined"),
    "Python's internals in a manifest": ("manifests/x.yaml", manifest("<< name.^__class__ >>"), "out of reach"),
    "a loop in a manifest": ("manifests/x.yaml", manifest("'<% ^for x in covers %><% endfor %>'"), "'for'"),
    "an undefined name in a manifest": ("manifests/x.yaml", manifest("<< ^nmae >>"), "did you mean 'name'"),
    "a broken expression in a manifest": ("manifests/x.yaml", manifest("^<< 1 + >>"), "broken template"),
    "a huge output": ("manifests/x.yaml", manifest("^<< 'aaaa'" + " | join('aaaa')" * 20 + " >>"), "grows beyond"),
    "a file that is not there": ("manifests/x.yaml", manifest("^<< file('x.sh') >>"), "has no file x.sh"),
    "a loop over no list": ("manifests/x.yaml", "forEach: {x: ^name}\n" + MANIFEST, "forEach needs a list"),
    "a condition that is broken": ("manifests/x.yaml", "when: x ^y\n" + MANIFEST, "broken template"),
    "no kind": ("manifests/x.yaml", MANIFEST.replace("  kind: ConfigMap\n", ""), "kind must be text"),
    "no metadata": ("manifests/x.yaml", "object: {apiVersion: v1, kind: X}\n", "an object has metadata"),
    "a name that is a list": ("manifests/x.yaml", MANIFEST.replace("name: x", "name: ^[x]"), "name must be text"),
    "a number as label": ("manifests/x.yaml", MANIFEST.replace("namespace: y", "labels: {a: ^1}"), "a must be text"),
    "a list of labels": ("manifests/x.yaml", MANIFEST.replace("namespace: y", "labels: ^[a]"), "must be a mapping"),
    "a panel about nothing": ("dashboards/x.yaml", panel("signal: ^nothing"), "no signal 'nothing'"),
    "a panel's query that is none": ("dashboards/x.yaml", panel("unit: count, expr: ^'sum('"), "not PromQL"),
    "a recording that is none": (
        "recording.yaml",
        "- {record: a:b, group: g, expr: ^'sum(', unit: count}\n",
        "not PromQL",
    ),
    "a template that Prometheus cannot expand": (
        "alerts.yaml",
        "Own: {group: g, expr: up == 0, unit: bool, for: 1m, severity: info, summary: ^'{{ end }}', description: d}\n",
        "'end' without a block",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_component_is_told_in_its_file(fault: str, tmp_path: Path) -> None:
    file, text, told = FAULTS[fault]
    source, line, column = marked(text)
    root = folder(tmp_path, "own", **{file: source})
    problem = refused(root, HEAD + "modelServers: [{name: s, type: own}]\n")
    found = next(each for each in problem.findings if told in each.message + each.hint)
    if source != text:
        assert found.place.file.endswith(f"own/{file}")
        assert (found.place.line, found.place.column) == (line, column)


def test_all_faults_of_a_component_are_told_at_once(tmp_path: Path) -> None:
    root = folder(tmp_path, "own", **{"signals.yaml": "a: 1\nb: 2\n", "alerts.yaml": "Ccc: 3\n"})
    problem = refused(root, HEAD + "modelServers: [{name: s, type: own}]\n")
    assert len(problem.findings) == 3


def test_two_servers_of_a_component_need_objects_with_names_of_their_own(tmp_path: Path) -> None:
    root = folder(tmp_path, "own", **{"manifests/x.yaml": MANIFEST})
    problem = refused(root, HEAD + "modelServers: [{name: s, type: own}, {name: t, type: own}]\n")
    (only,) = problem.findings
    assert "ConfigMap y/x is made twice" in only.message
    assert only.place.file.endswith("manifests/x.yaml")
