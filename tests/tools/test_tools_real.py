"""The pinned tools themselves: each answers, tells its release, and finds a fault."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen import tools
from obsgen.tools.locate import reported
from obsgen.tools.specs import known_version, spec

pytestmark = pytest.mark.tools
Real = Callable[[str], tools.Tool]

RULES = "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: up == 0\n    for: 5m\n"
CASES = """
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
- input_series: [{series: 'up{job="a"}', values: '0x10'}]
  alert_rule_test:
  - {eval_time: 4m, alertname: Down}
  - {eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
"""
ROUTES = "route:\n  receiver: team\n  routes:\n  - {matchers: ['severity=\"critical\"'], receiver: pager}\n"


@pytest.mark.parametrize("name", ["amtool", "kubeconform", "kustomize", "logql", "promtool"])
def test_each_answers_with_its_release(real_tool: Real, name: str) -> None:
    tool = real_tool(name)
    assert reported(tool.path, spec(name).ask) == known_version(tool.version)


@pytest.mark.parametrize(("expression", "code"), [("up == 0", 0), ("up ==", 1), ("rate(up[5m]) by (job)", 1)])
def test_promtool_checks_a_rule(real_tool: Real, expression: str, code: int) -> None:
    done = tools.run(real_tool("promtool"), ["check", "rules"], input=RULES.replace("up == 0", expression))
    assert done.returncode == code, done.stderr


@pytest.mark.parametrize(("duration", "code"), [("5m", 0), ("6m", 1)])
def test_promtool_tests_a_rule(real_tool: Real, tmp_path: Path, duration: str, code: int) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.replace("5m", duration))
    (tmp_path / "test.yaml").write_text(CASES)
    assert tools.run(real_tool("promtool"), ["test", "rules", "test.yaml"], cwd=tmp_path).returncode == code


def test_kustomize_builds(real_tool: Real, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("namespace: prod\nresources: [config.yaml]\n")
    (tmp_path / "config.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    done = tools.run(real_tool("kustomize"), ["build", "."], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "namespace: prod" in done.stdout


def test_kustomize_reaches_no_network(real_tool: Real, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(
        "resources: ['https://example.com/base.yaml', 'ssh://git@example.com/a']\n"
    )
    done = tools.run(real_tool("kustomize"), ["build", "."], cwd=tmp_path, timeout=30)
    assert done.returncode != 0
    assert "127.0.0.1:9" in done.stderr or "not allowed" in done.stderr


@pytest.mark.parametrize(("replicas", "code"), [(3, 0), ("three", 1)])
def test_kubeconform_validates(real_tool: Real, tmp_path: Path, replicas: object, code: int) -> None:
    schema = {"type": "object", "properties": {"spec": {"properties": {"replicas": {"type": "integer"}}}}}
    (tmp_path / "thing-example.json").write_text(json.dumps(schema))
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"replicas": replicas}}
    location = f"{tmp_path}/{{{{.ResourceKind}}}}-example.json"
    done = tools.run(
        real_tool("kubeconform"), ["-output=json", f"-schema-location={location}", "-"], input=json.dumps(thing)
    )
    assert done.returncode == code, done.stderr
    assert len(json.loads(done.stdout)["resources"]) == code


@pytest.mark.parametrize(("receivers", "code"), [("team, pager", 0), ("team", 1)])
def test_amtool_checks_a_configuration(real_tool: Real, tmp_path: Path, receivers: str, code: int) -> None:
    names = ", ".join(f"{{name: {name}}}" for name in receivers.split(", "))
    (tmp_path / "alertmanager.yaml").write_text(f"{ROUTES}receivers: [{names}]\n")
    done = tools.run(real_tool("amtool"), ["check-config", "alertmanager.yaml"], cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr


QUESTIONS = [
    ("ok", 'sum by (app) (rate({app="a"} |= "x" [5m])) > 0.5'),
    ("lines", '{app="a"} | json'),
    ("open", 'rate({app="a"}\n[5m]'),
    ("late", '{app="a"} |~ "("'),
]


def test_logql_judges_each_question(real_tool: Real) -> None:
    asked = "".join(json.dumps({"id": name, "expr": text}) + "\n" for name, text in QUESTIONS)
    done = tools.run(real_tool("logql"), [], input=asked)
    assert done.returncode == 0, done.stderr
    ok, lines, unclosed, late = map(json.loads, done.stdout.splitlines())
    assert (ok["id"], ok["ok"], ok["metric"]) == ("ok", True, True)
    assert ok["selectors"] == [[{"name": "app", "op": "=", "value": "a"}]]
    assert ok["ranges"] == [{"operation": "rate", "window": 300_000, "offset": 0}]
    assert ok["groupings"] == [{"operation": "sum", "without": False, "labels": ["app"]}]
    assert ok["lineFilters"] == [{"op": "|=", "value": "x"}]
    assert (lines["ok"], lines["metric"]) == (True, False)
    assert unclosed["error"] == {"message": "syntax error: unexpected $end, expecting )", "line": 2, "column": 5}
    assert not late["ok"]
    assert "missing closing )" in late["error"]["message"]


def test_logql_says_what_it_could_not_read(real_tool: Real) -> None:
    done = tools.run(real_tool("logql"), [], input='{"id": "1", "expr": "1"}\nno json\n')
    assert (done.returncode, json.loads(done.stdout)["id"]) == (2, "1")
    assert "invalid character" in done.stderr
