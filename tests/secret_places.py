"""Files with a secret at every kind of place where people put one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]


def _object(kind: str, name: str, **parts: Any) -> Json:
    group = {"Deployment": "apps/v1", "Application": "argoproj.io/v1alpha1"}.get(kind, "v1")
    group = "monitoring.coreos.com/v1" if kind == "ServiceMonitor" else group
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name, "namespace": "ml"}, **parts}


def _workload(name: str, annotations: Mapping[str, str] | None = None, **container: Any) -> Json:
    spec = {"containers": [{"name": "app", "image": "a:1", **container}]}
    template = {"metadata": {"labels": {"app": name}, "annotations": annotations or {}}, "spec": spec}
    return _object("Deployment", name, spec={"selector": {"matchLabels": {"app": name}}, "template": template})


def _map(name: str, key: str, text: str) -> Json:
    return _object("ConfigMap", name, data={key: text, "other": "one"})


def _chart(name: str, **helm: Any) -> Json:
    source = {"repoURL": "https://charts.example.org", "chart": "kps", "targetRevision": "1.0.0", "helm": helm}
    return _object("Application", name, spec={"project": "default", "source": source})


def _monitor(name: str, **endpoint: Any) -> Json:
    spec = {"selector": {"matchLabels": {"app": "a"}}, "endpoints": [{"port": "http", **endpoint}]}
    return _object("ServiceMonitor", name, spec=spec)


WHOLE: dict[str, Callable[[str], Json]] = {
    "an argument behind a flag": lambda s: _workload("behind", args=["--port", "80", "--api-key", s, "--name", "a"]),
    "an argument with its flag": lambda s: _workload("with", args=["--api-key=" + s, "--max-tokens=8"]),
    "a variable": lambda s: _workload("variable", env=[{"name": "HF_TOKEN", "value": s}]),
    "a variable, value first": lambda s: _workload("first", env=[{"value": s, "name": "DB_PASSWORD"}]),
    "a variable's secret": lambda s: _workload("secret", env=[{"name": "OAUTH_CLIENT_SECRET", "value": s}]),
    "a variable's key": lambda s: _workload("key", env=[{"name": "LITELLM_MASTER_KEY", "value": s}]),
    "a variable of any key": lambda s: _workload("anykey", env=[{"name": "ROBOTHEUS_KEY", "value": s}]),
    "an annotation": lambda s: _workload("note", {"vault-token": s}),
    "an annotation with a group": lambda s: _workload("group", {"example.org/api-key": s}),
    "a key of a ConfigMap": lambda s: _map("plain", "OPENAI_API_KEY", s),
    "JSON in a ConfigMap": lambda s: _map("json", "app.json", json.dumps({"auth": {"apiKey": s}}, indent=1)),
    "JSON in one line": lambda s: _map("line", "app", json.dumps({"clientSecret": s})),
    "YAML in a ConfigMap": lambda s: _map("yaml", "app.yaml", f"user: me\npassword: {json.dumps(s)}\n"),
    "a block in YAML": lambda s: _map("block", "app.yaml", f"user: me\ntoken: >-\n  {s}\nport: 1\n"),
    "a parameter of a chart": lambda s: _chart("parameter", parameters=[{"name": "grafana.adminPassword", "value": s}]),
    "values of a chart": lambda s: _chart("values", valuesObject={"grafana": {"adminPassword": s}}),
    "values as text": lambda s: _chart("text", values=f"grafana:\n  adminPassword: {json.dumps(s)}\n"),
    "a parameter of a scrape": lambda s: _monitor("params", params={"token": [s]}),
    "a header's values": lambda s: _map(
        "header", "p.yaml", json.dumps({"http_headers": {"X-Api-Key": {"values": [s]}}})
    ),
    "Grafana's secure data": lambda s: _map("grafana", "d.yaml", f"secureJsonData:\n  anything: {json.dumps(s)}\n"),
    "a Secret": lambda s: _object("Secret", "plain", stringData={"k": s}),
    "a Secret in base64": lambda s: _object("Secret", "coded", data={"k": base64.b64encode(s.encode()).decode()}),
}
"""Places that hold a secret and nothing else."""

IN_TEXT: dict[str, Callable[[str], Json]] = {
    "a command of a shell": lambda s: _workload("shell", command=["sh", "-c", f"vllm serve --api-key {s} --port 80"]),
    "a variable of a shell": lambda s: _workload("export", command=["sh", "-c", f"HF_TOKEN={s} vllm serve"]),
    "a header": lambda s: _workload(
        "probe",
        readinessProbe={"httpGet": {"httpHeaders": [{"name": "Authorization", "value": f"Bearer {s}"}], "port": 80}},
    ),
    "a header of curl": lambda s: _workload("curl", args=["-H", f"Authorization: Bearer {s}", "http://a"]),
    "a user with a password": lambda s: _workload("curl-u", command=["curl", "-u", f"me:{s}", "http://a"]),
    "the same in a shell": lambda s: _workload("curl-sh", command=["sh", "-c", f"curl --user me:{s} http://a"]),
    "lines of variables": lambda s: _map("env", "app.env", f"A=1\nOPENAI_API_KEY={s}\nB=2\n"),
    "one variable": lambda s: _map("one", "app.env", f"OPENAI_API_KEY={s}\n"),
    "an ini file": lambda s: _map("ini", "grafana.ini", f"[security]\nadmin_password = {s}\n[server]\nx = 1\n"),
    "a file of Alloy": lambda s: _map("alloy", "a.alloy", f'basic_auth {{\n  bearer_token = "{s}"\n}}\n'),
    "an address's user": lambda s: _workload("url", env=[{"name": "DATABASE_URL", "value": f"postgres://u:{s}@db/x"}]),
    "an address's parameter": lambda s: _workload("ask", args=[f"--push=https://a.example.org/x?api_key={s}&b=1"]),
    "a proxy": lambda s: _monitor("proxy", proxyUrl=f"http://u:{s}@proxy"),
    "a webhook": lambda s: _chart(
        "hook",
        parameters=[
            {
                "name": "alertmanager.config.global.slack_api_url",
                "value": f"https://hooks.example.org/services/T0/{s}",
            }
        ],
    ),
    "a slack receiver": lambda s: _map(
        "slack", "am.yaml", f"slack:\n- slack_configs:\n  - api_url: https://hooks.example.org/T0/{s}\n"
    ),
    "a storage account": lambda s: _workload(
        "azure", env=[{"name": "STORAGE", "value": f"AccountName=a;AccountKey={s};Endpoint=b"}]
    ),
    "a patch in a text": lambda s: _workload("nested", args=[json.dumps({"x": json.dumps({"api_key": s})})]),
}
"""Places where other text stands beside it."""

PLACES = {**WHOLE, **IN_TEXT}


def written(secret: str, *places: str) -> str:
    """A file with the secret at some places: at all of them unless told otherwise."""
    chosen = places or tuple(PLACES)
    return "---\n".join(json.dumps(PLACES[each](secret), indent=1) + "\n" for each in chosen)
