"""What platforms are told has the line of its section: Alertmanager, Prometheus, Grafana, logs, Argo CD, clusters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_support import Command, obsgen

from obsgen.causes import Causes
from obsgen.findings import Place
from obsgen.repository import read_repository

__all__ = ["obsgen"]

SERVER = (
    "modelServers:\n  - {name: chat, type: vllm, version: '0.12', selector: {app: chat}, port: web, namespace: ml}\n"
)
HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n" + SERVER
RECEIVERS = """\
  receivers:
    day: {slack: {channel: "#day", url: {secret: keys, key: slack}}}
    night: {slack: {channel: "#night", url: {secret: keys, key: slack}}}
  severities: {critical: night}
"""
OWN = f"""\
{HEAD}prometheus: {{mode: managed, selectorLabels: {{release: main}}}}
grafana: {{folder: ML}}
alertmanager:
{RECEIVERS}logs:
  url: http://loki.loki.svc
  collector: alloy
argocd:
  repoURL: https://github.com/acme/demo.git
  targetRevision: main
"""
OBJECTS = f"{HEAD}alertmanager:\n  delivery: config\n{RECEIVERS}"
CHART = f"{HEAD}prometheus: {{mode: values, targets: jobs}}\nalertmanager:\n  delivery: values\n{RECEIVERS}"
FILES = f"{HEAD}prometheus: {{mode: files, url: http://prometheus.example.org}}\n"
MANY = f"""\
{HEAD}environments: {{prod: {{}}}}
clusters:
  - {{name: eu-1, environment: prod}}
  - name: us-1
    environment: prod
    values:
      modelServers: {{chat: {{thresholds: {{kvCacheUsage: 50%}}}}}}
hub:
  cluster: {{name: central}}
  endpoint: http://prometheus.<< name >>.example.org
"""
SECRET, PLATFORM = "secret-alertmanager-demo.yaml", "out/demo/base/platform"
Written = Callable[[str], None]
_TREES: dict[str, dict[str, str]] = {}


@pytest.fixture
def rendered(obsgen: Command, tmp_path: Path) -> Written:
    """Writes a profile and renders it; equal profiles once."""

    def write(text: str) -> None:
        if text not in _TREES:
            (tmp_path / "demo.yaml").write_text(text)
            ran = obsgen("render", "demo.yaml")
            assert ran.code == 0, ran.err
            every = [each for each in tmp_path.rglob("*") if each.is_file()]
            _TREES[text] = {str(each.relative_to(tmp_path)): each.read_text() for each in every}
        for file, content in _TREES[text].items():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(content)

    return write


def spot(file: str, fragment: str) -> Place:
    """The place of a fragment in the one file of a name."""
    (path,) = [each for each in Path().rglob(Path(file).name) if str(each).endswith(file)]
    text = path.read_text()
    at = text.index(fragment)
    return Place(str(path), text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def decided(text: str, place: Place, check: str = "") -> str:
    found = Causes(read_repository([Path("out"), *(p for p in (Path("argocd"),) if p.is_dir())])).of(place, check)
    assert found is None or found.file == "demo.yaml"
    return text.splitlines()[found.line - 1].strip() if found else ""


@pytest.mark.parametrize(
    ("profile", "file", "fragment", "expected"),
    [
        (OWN, SECRET, "name: night", "night: {slack"),
        (OWN, SECRET, "#day", "day: {slack"),
        (OWN, SECRET, "group_wait", "alertmanager:"),
        (OWN, "alertmanager-demo.yaml", "replicas", "alertmanager:"),
        (OWN, "tests/routes-prod.yaml", "cases", "alertmanager:"),
        (OWN, "prometheusrule-alertmanager.yaml", "expr", "alertmanager:"),
        (OWN, "prometheus-prometheus.yaml", "ruleSelector", "prometheus: {"),
        (OWN, "prometheus-prometheus.yaml", "release: main", "prometheus: {"),
        (OWN, "configmap-alloy.yaml", "data", "logs:"),
        (OWN, "prometheusrule-alloy.yaml", "for:", "logs:"),
        (OWN, "servicemonitor-alloy.yaml", "port:", "logs:"),
        (OWN, "application-demo-prod.yaml", "repoURL", "repoURL:"),
        (OWN, "application-demo-prod.yaml", "targetRevision", "targetRevision:"),
        (OWN, "application-demo-prod.yaml", "project:", "argocd:"),
        (OWN, "appproject-demo.yaml", "spec:", "argocd:"),
        (OWN, "dashboards/vllm.json", '"panels"', "- {name: chat"),
        (OWN, "dashboards/prometheus.json", '"panels"', "prometheus: {"),
        (OBJECTS, "monitoring/alertmanagerconfig-demo.yaml", "name: night", "night: {slack"),
        (OBJECTS, "monitoring/alertmanagerconfig-demo.yaml", "groupWait", "alertmanager:"),
        (CHART, "values/prod.yaml", "name: night", "night: {slack"),
        (CHART, "values/prod.yaml", "group_wait", "alertmanager:"),
        (CHART, "values/prod.yaml", "retention:", "prometheus: {"),
        (CHART, "values/prod.yaml", "metrics_path", "- {name: chat"),
        (FILES, "prometheus/prod/prometheus.yml", "evaluation_interval", "prometheus: {"),
        (FILES, "prometheus/prod/prometheus.yml", "metrics_path", "- {name: chat"),
        (FILES, "prometheus/prod/rules/chat.yml", "expr", "- {name: chat"),
        (MANY, "prod/us-1/rules/patch-prometheusrule-chat.yaml", "vector(0.5)", "modelServers: {chat:"),
        (MANY, "base/rules/prometheusrule-chat.yaml", "vector(0.9)", "- {name: chat"),
        (MANY, "overlays/hub/platform/configmap-demo-datasources.yaml", "data", ""),
        (MANY, "overlays/prod/kustomization.yaml", "resources", ""),
    ],
)
def test_sections_have_their_line(rendered: Written, profile: str, file: str, fragment: str, expected: str) -> None:
    rendered(profile)
    found = decided(profile, spot(file, fragment))
    assert found.startswith(expected)
    assert bool(found) == bool(expected)


def test_alerts_that_nobody_gets_are_routed_by_the_section(rendered: Written) -> None:
    rendered(OWN)
    place = spot("prometheusrule-chat.yaml", "severity:")
    assert decided(OWN, place, "route/nobody") == "alertmanager:"
    assert decided(OWN, place).startswith("- {name: chat")


def test_no_report_offers_to_write_to_a_tree(rendered: Written, obsgen: Command) -> None:
    rendered(HEAD)
    rules = Path("out/demo/base/rules/prometheusrule-chat.yaml")
    broken = rules.read_text().replace("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")
    rules.write_text(broken)
    told = {form: obsgen("validate", "out", "--tools", "off", "--format", form).out for form in ("sarif", "text")}
    results = json.loads(told["sarif"])["runs"][0]["results"]
    assert "signal/removed" in {one["ruleId"] for one in results}
    assert not any("fixes" in one for one in results)
    assert "signal/removed" in told["text"]
    assert "--fix corrects" not in told["text"]
    assert "left alone" in obsgen("validate", "out", "--tools", "off", "--fix").err
    assert rules.read_text() == broken


def test_what_a_program_inside_another_serves_is_its_own(rendered: Written) -> None:
    text = HEAD.replace(
        SERVER,
        "modelServers:\n  - name: chat\n    type: kserve\n    namespace: ml\n    selector: {app: chat}\n"
        "    runtime:\n      type: vllm\n      version: '0.12'\n",
    )
    rendered(text)
    place = spot("prometheusrule-chat.yaml", 'vllm:num_requests_waiting{job="chat",namespace="ml"}) > 10')
    assert decided(text, place, "signal/removed") == "version: '0.12'"
    assert decided(text, spot("podmonitor-chat.yaml", "app: chat")) == "selector: {app: chat}"
