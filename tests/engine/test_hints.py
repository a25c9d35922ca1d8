"""Hints say what was meant: for every kind of value of a profile, a wrong one and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, HEAD, Command, findings

from obsgen.findings import Finding

SERVER = HEAD + "modelServers:\n  - {name: chat, type: alpha, namespace: ml, "
MINE = "alerts: {Mine: {server: chat, group: g, signal: waiting, for: 1m, severity: info, summary: s, description: d, "
MAIL = "alertmanager: {{receivers: {{a: {{email: {{to: {}, from: a@example.org, smarthost: '{}'}}}}}}}}\n"

# A profile with one slip, and what it is told to write.
SLIPS = {
    "letters with accents": (HEAD.replace("demo", "héé"), "write hee"),
    "other alphabets": (HEAD.replace("demo", "模型"), "lower-case letters, digits and '-'"),
    "sharp s and blanks": (HEAD.replace("demo", "Große Modelle"), "write grosse-modelle"),
    "upper case": (HEAD.replace("demo", "Demo"), "write demo"),
    "underscores": (HEAD.replace("demo", "my_demo"), "write my-demo"),
    "typographic quotes": (HEAD.replace("demo", "“demo”"), "write demo"),
    "a no-break space": (HEAD.replace("demo", "my\u00a0demo"), "no-break space (U+00A0): type it anew, as my demo"),
    "a number for a name": (HEAD.replace("demo", "123"), 'write "123"'),
    "no value": (HEAD.replace("demo", ""), "write a value behind `stack:`, or remove the key"),
    "a key in upper case": (HEAD.replace("stack", "Stack"), "did you mean 'stack'?"),
    "a key with an invisible character": (HEAD.replace("stack", "\u200bstack"), "zero width space (U+200B)"),
    "a key with underscores": (ALPHA + "gpu_exporter: {type: probe}\n", "did you mean 'gpuExporter'?"),
    "a key beside its mapping": (ALPHA + "prometheus:\nmode: existing\n", "it goes below prometheus"),
    "a key at the top": (ALPHA + "thresholds: {latencyP95: 8s}\n", "it goes below platform or modelServers"),
    "a text for a selector": (SERVER + "selector: vllm}\n", "write {app: vllm}"),
    "a pair for a selector": (SERVER + "selector: app=vllm}\n", "write {app: vllm}"),
    "a selector without a blank": (SERVER + "selector: {app:vllm}}\n", "write app: vllm"),
    "a list for a selector": (SERVER + "selector: [{app: vllm}]}\n", "write {app: vllm}"),
    "words for a selector": (SERVER + "selector: [app, vllm]}\n", "write {key: value}"),
    "a pair for labels": (ALPHA + "labels: team=ml\n", "write {team: ml}"),
    "a blank in a label": (ALPHA + "labels: {team: my team}\n", "write my-team"),
    "a mapping for a list": (HEAD + "modelServers: {name: a, type: beta}\n", "write [{name: a, type: beta}]"),
    "names as keys": (HEAD + "modelServers: {a: {type: beta}}\n", "write [{name: a, type: beta}]"),
    "a type for a list": (HEAD + "modelServers: beta\n", "write [{name: beta, type: beta}]"),
    "a type for an item": (HEAD + "modelServers: [beta]\n", "write {name: beta, type: beta}"),
    "a text for a list": (HEAD + "providers: [{name: m, type: meter, covers: acme}]\n", "write [acme]"),
    "texts for a list": (HEAD + "providers: [{name: m, type: meter, covers: 'acme, zeta'}]\n", "write [acme, zeta]"),
    "a provider that is misspelt": (HEAD + "providers: [{name: m, type: meter, covers: [acmee]}]\n", "mean 'acme'?"),
    "a list for a mapping": (ALPHA + "gpuExporter: [{type: probe}]\n", "write {type: probe}"),
    "a text for a mapping": (ALPHA + "gpuExporter: probe\n", "write {type: probe}"),
    "a name for a cluster": (ALPHA + "cluster: ml-prod\n", "write {name: ml-prod}"),
    "a mode for Prometheus": (ALPHA + "prometheus: openshift\n", "write {mode: openshift}"),
    "an address for Argo CD": (ALPHA + "argocd: https://git.example.org/a/b\n", "write {repoURL: "),
    "true for a mapping": (ALPHA + "kubernetes: true\n", "write {nodes: true}"),
    "false for an alert": (ALPHA + "alerts: {AlphaQueued: false}\n", "write {enabled: false}"),
    "names for environments": (ALPHA + "environments: [dev, prod]\n", "write {dev: {}, prod: {}}"),
    "dashes before environments": (ALPHA + "environments: [{dev: {}}, {prod: {}}]\n", "write {dev: {}, prod: {}}"),
    "a text for a folder": (ALPHA + "templates: mine\n", "write [mine]"),
    "the number of a port": (ALPHA.replace("port: http", "port: 8000"), "write the port's name"),
    "the name for a number": (ALPHA.replace("port: http", "portNumber: http"), "write port: http"),
    "a port in upper case": (ALPHA.replace("port: http", "port: HTTP"), "write http"),
    "a path without a slash": (SERVER + "path: metrics}\n", "write /metrics"),
    "an interval without a unit": (SERVER + "interval: 30}\n", "write 30s (or 30m?)"),
    "a word for a switch": (SERVER + "monitor: sometimes}\n", "write true or false"),
    "pods with anchors": (SERVER + "pods: '^chat-.*$'}\n", 'write "chat-.*"'),
    "a version with a v": (SERVER + "version: v1.9}\n", "write 1.9; known nearby: 1.0.0, 1.9.0, 1.10.0"),
    "a comparison of versions": (SERVER + "version: '>=1.9'}\n", "write 1.9"),
    "a misspelt latest": (SERVER + "version: latestt}\n", "did you mean 'latest'?"),
    "a threshold without a unit": (SERVER + "thresholds: {latencyP95: 8}}\n", "write 8s (or 8ms?)"),
    "a threshold in milliseconds": (SERVER + "thresholds: {latencyP95: 8000}}\n", "write 8000ms (or 8000s?)"),
    "a threshold as a share": (SERVER + "thresholds: {memoryUsage: 90}}\n", "write 90% or 0.9"),
    "true for a threshold": (SERVER + "thresholds: {memoryUsage: true}}\n", "write a number with its unit"),
    "a threshold in a list": (SERVER + "thresholds: {latencyP95: [8s]}}\n", "write 8s"),
    "a list of thresholds": (SERVER + "thresholds: [{latencyP95: 8s}]}\n", "write {latencyP95: 8s}"),
    "a price without a unit": (ALPHA + "prices: {acme: {m: {input: 2.5, output: 1USD/Mtok}}}\n", "write 2.5USD/Mtok"),
    "for without a unit": (ALPHA + "alerts: {AlphaQueued: {for: 5}}\n", "write 5m (or 5s?)"),
    "an alert's name in lower case": (ALPHA + "alerts: {AlphaQueued: {name: queue_long}}\n", "write QueueLong"),
    "a label with a dash": (ALPHA + "alerts: {AlphaQueued: {labels: {my-team: x}}}\n", "write my_team"),
    "a quantile in percent": (ALPHA + MINE.replace("waiting", "latency") + "quantile: 95, above: 8s}}\n", "write 0.95"),
    "a quantile as a name": (ALPHA + MINE.replace("waiting", "latency") + "quantile: p95, above: 8s}}\n", "write 0.95"),
    "a limit without a unit": (ALPHA + MINE + "above: 3 requests}}\n", "write 3"),
    "a size in GB": (ALPHA + "grafana: {delivery: provisioned, storage: 100GB}\n", "write 100Gi"),
    "an address without https": (ALPHA + "grafana: {url: grafana.example.org}\n", "write https://grafana.example.org"),
    "an address with a query": (ALPHA + "grafana: {url: 'https://g.org/?x=1'}\n", "write https://g.org/"),
    "a repository by its name": (ALPHA + "argocd: {repoURL: acme/gitops}\n", "https://github.com/acme/gitops.git"),
    "a repository without ssh": (ALPHA + "argocd: {repoURL: git@github.com/a/b}\n", "write git@github.com:a/b"),
    "a path from the root": (
        ALPHA + "argocd: {repoURL: 'https://git.example.org/a/b', path: /out/demo}\n",
        "write out/demo",
    ),
    "an address of a Service": (ALPHA + "traces: {url: 'tempo.tempo.svc:4317'}\n", "write http://tempo.tempo.svc:4317"),
    "an address of this machine": (ALPHA + "grafana: {url: 'localhost:3000'}\n", "write http://localhost:3000"),
    "no mail address": (ALPHA + MAIL.format("x", "smtp.example.org:587"), "such as oncall@example.org"),
    "a mail server without a port": (
        ALPHA + MAIL.format("x@example.org", "smtp.example.org"),
        "such as smtp.example.org:587",
    ),
    "a retention without a unit": (ALPHA + "prometheus: {mode: managed, retention: 15}\n", "write 15d\n"),
    "a volume without a unit": (ALPHA + "prometheus: {mode: managed, storage: {size: 100}}\n", "write 100Gi\n"),
    "an age without a unit": (
        ALPHA + "longTerm: {objectStorage: {secret: x}, retention: {raw: 30}}\nprometheus: {mode: managed}\n",
        "write 30d\n",
    ),
    "a severity that is none": (ALPHA + "alerts: {AlphaQueued: {severity: criticl}}\n", "did you mean 'critical'?"),
    "a severity as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {severity: info}}}\n", "write `severity:`"),
    "a name as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {alertname: X}}}\n", "renamed with `name:`"),
    "a cluster as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {cluster: x}}}\n", "`cluster: {name: …}`"),
    "a namespace as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {namespace: x}}}\n", "write `namespace:`"),
    "a server as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {service: x}}}\n", "the server's `name:`"),
    "a label of one's own alert": (ALPHA + MINE + "above: 3, labels: {severity: info}}}\n", "write `severity:`"),
    "a label of obsgen's": (ALPHA + "labels: {app.kubernetes.io/managed-by: me}\n", "a key of your own"),
    "obsgen's environment": (ALPHA + "labels: {obsgen.dev/environment: x}\n", "a key of your own"),
    "a label that Prometheus selects": (
        ALPHA + "prometheus: {selectorLabels: {release: monitoring}}\nlabels: {release: other}\n",
        "write monitoring",
    ),
    "a label that Grafana selects": (ALPHA + "labels: {grafana_dashboard: '2'}\n", "write 1"),
    "a label of an environment": (
        ALPHA + "environments: {dev: {labels: {grafana_dashboard: '2'}}}\n",
        "objects without that label are overlooked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_once_with_what_was_meant(slip: str, obsgen: Command, tmp_path: Path) -> None:
    text, hint = SLIPS[slip]
    (tmp_path / "profile.yaml").write_text(text)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "1 error. Nothing was written." in ran.err
    assert hint in ran.err


def test_labels_that_a_selector_has_as_well_are_no_contradiction() -> None:
    same = "prometheus: {selectorLabels: {release: monitoring}}\nlabels: {release: monitoring, team: ml}\n"
    assert findings(ALPHA + same) == []


def test_labels_of_alerts_besides_those_that_every_alert_has_are_free() -> None:
    assert findings(ALPHA + "alerts: {AlphaQueued: {labels: {team: ml, tier: '1'}}}\n") == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (HEAD.replace("stack: demo", "stck: demo"), ()),
        (HEAD.replace("stack: demo", "stakc: demo").replace("kind: Profile\n", ""), ("kind",)),
        (HEAD.replace("stack: demo", "grafanna: {}"), ("stack",)),
    ],
)
def test_a_key_is_missing_only_if_no_other_looks_like_it(text: str, missing: tuple[str, ...]) -> None:
    found = findings(text)
    assert [each.message for each in found if "missing" in each.id] == [f"key '{name}' is missing" for name in missing]
    assert len(found) == 1 + len(missing)


def test_credentials_are_told_in_no_hint() -> None:
    for text in (
        "grafana: https://me:secret@g.org x\n",
        "argocd: ['https://me:secret@g.org/a']\n",
        "labels: a://b:secret@c\n",
    ):
        assert not any("secret" in each.hint + each.message for each in findings(ALPHA + text))


# Thresholds against what they are compared with.
def own_component(folder: Path, unit: str, default: str, sentence: str) -> list[Finding]:
    (folder / "mine").mkdir()
    files = {
        "component.yaml": "title: Mine\nrole: modelServer\ndescription: d\nscrape: {selector: {app: x}, port: http}\n"
        f"thresholds: {{most: {{unit: {unit}, default: {default}, help: h}}}}\n",
        "signals.yaml": "power: {help: h, type: gauge, unit: watts, series: [{name: power_watts}]}\n"
        "calls: {help: h, type: counter, unit: requests, series: [{name: calls_total}]}\n",
        "alerts.yaml": f"TooMuch:\n  group: g\n  {sentence}\n  above: most\n  for: 5m\n  severity: info\n"
        "  summary: more than << limit >>\n  description: it is << value >>\n",
    }
    for name, text in files.items():
        (folder / "mine" / name).write_text(text)
    return findings(HEAD + f"templates: ['{folder}']\nmodelServers: [{{name: a, type: mine}}]\n")


@pytest.mark.parametrize(
    ("unit", "default", "sentence"),
    [
        ("celsius", "80C", "signal: power"),
        ("requests", "5", "signal: calls"),
        ("seconds", "5s", "expr: x\n  unit: ratio"),
    ],
)
def test_a_threshold_in_another_unit_is_refused_in_the_components_file(
    unit: str, default: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    found = [each for each in own_component(tmp_path / "own", unit, default, sentence) if each.id == "profile/unit"]
    (only,) = found
    assert only.place.file.endswith("mine/alerts.yaml")
    assert f"threshold most is in {unit}" in only.message
    assert "unit:" in only.hint


@pytest.mark.parametrize(
    ("unit", "default", "sentence"),
    [("watts", "300W", "signal: power"), ("count", "5", "signal: calls\n  over: {increase: 5m}")],
)
def test_a_threshold_in_the_same_unit_is_compared(unit: str, default: str, sentence: str, tmp_path: Path) -> None:
    found = own_component(tmp_path, unit, default, sentence)
    assert [each for each in found if each.id == "profile/unit"] == []


@pytest.mark.parametrize("key", ["(own)", "[key]", "(change)"])
def test_a_key_called_like_a_step_of_the_validator_is_an_unknown_key(key: str) -> None:
    (only,) = findings(HEAD + f"'{key}': 1\n")
    assert (only.id, only.place.line) == ("profile/unknown-key", 4)
    assert f"'{key}'" in only.message
