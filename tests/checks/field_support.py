"""Files as people have them in their repositories, and what is told of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from obsgen.checks import validate
from obsgen.findings import Finding

FACTS = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nservers: [{component: vllm}]\n"
SERVER = """\
rule_files: [rules.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: ["alertmanager:9093"]}]}]}
scrape_configs: []
"""


def alert(expression: str, **more: object) -> dict[str, object]:
    return {"alert": "Odd", "expr": expression, "for": "5m", "labels": {"severity": "warning"}, **more}


def told(folder: Path, *rules: dict[str, object], **files: str) -> list[Finding]:
    (folder / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}))
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return list(validate([folder], "off").findings)


def ids(findings: list[Finding]) -> list[str]:
    return [each.id for each in findings]


def object_of(kind: str, name: str, spec: Mapping[str, object], version: str = "monitoring.coreos.com/v1") -> str:
    metadata = {"name": name, "namespace": "monitoring", "labels": {"for": name}}
    return json.dumps({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})
