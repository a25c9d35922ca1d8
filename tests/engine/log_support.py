"""A component that logs, and a collector, made up for tests of logs."""

from __future__ import annotations

from pathlib import Path

from obsgen.components.catalogue import catalogue
from obsgen.profile.load import parse_profile
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_profile

SPEAKER = """
title: Speaker
role: exporter
description: Logs what it does.
options:
  answer: {help: field, default: answer}
  logged: {help: whether, default: true, values: [true, false]}
thresholds: {share: {unit: ratio, default: 20%, help: a share}}
"""
SIGNALS = """
talks:
  help: t
  type: counter
  unit: requests
  labels: [model]
  series: [{log: {whereNot: {<< options.answer >>: ""}}}]
noes:
  help: n
  type: counter
  unit: requests
  series: [{when: options.logged, log: {where: {<< options.answer >>: [no, false]}, labels: {model: request.model}}}]
spans: {help: s, type: histogram, unit: seconds, labels: [model], series: [{log: {field: took_ms}, scale: 0.001}]}
score: {help: g, type: gauge, unit: ratio, series: [{log: {field: judge.score}}]}
words: {help: w, type: counter, unit: tokens, series: [{log: {field: words, parse: logfmt}}]}
lines: {help: l, type: counter, unit: events, series: [{log: {}}]}
told: {help: m, type: counter, unit: events, series: [{name: told_total}]}
"""
SHIPPER = """
title: Shipper
role: platform
description: Ships.
activate: logs and logs.collector == 'shipper' and logs.deploy_collector
collects: {labels: {namespace: ns, pod: k8s_pod, cluster: cluster}, fields: structured, text: message}
conflicts: [{when: logs.openshift, key: logs.collector, message: not there, hint: take another}]
"""
TEXTS = "group: g, for: 5m, severity: info, summary: s, description: \"<< label('model') >> << value >> << window >>\""
HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"
LOGS = "logs: {url: 'http://loki:3100', ruler: configmap}"
STREAMS = '{namespace="apps", pod=~"bot-.*"}'


def stack(root: Path, alert: str, logs: str = LOGS, more: dict[str, str] | None = None, profile: str = "") -> Stack:
    """The stack of one server that logs, with one alert."""
    files = {
        "speaker/component.yaml": SPEAKER,
        "speaker/signals.yaml": SIGNALS,
        "speaker/alerts.yaml": f"Aaa: {{{alert}, {TEXTS}}}\n" if alert else "{}\n",
        "shipper/component.yaml": SHIPPER,
        **(more or {}),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    server = "exporters: [{name: bot, type: speaker, namespace: apps, pods: 'bot-.*'}]\n"
    return resolve_profile(parse_profile(f"{HEAD}{logs}\n{server}{profile}"), catalogue([root]))[0]
