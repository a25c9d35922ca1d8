"""The Python module of an application's metrics exposes what its profile declares, by the real library."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import prometheus_client
import pytest

from obsgen.explain.client_module import client_module
from obsgen.findings import InputError

HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\napplications:\n"
METRICS = (
    "app_requests_total: {type: counter, unit: requests, labels: {model: model_id}, help: 'Requests, \"all\".'}, "
    "app_seconds: {type: histogram, unit: seconds, labels: [model], buckets: [0.1, 1, 2.5]}, "
    "app_queue: {type: gauge, unit: requests}"
)


def written(tmp_path: Path, metrics: str) -> Path:
    profile = tmp_path / "p.yaml"
    profile.write_text(f"{HEAD}  - {{name: app, namespace: ml, selector: {{app: app}}, metrics: {{{metrics}}}}}\n")
    return profile


def test_the_page_of_the_module_has_the_declared_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = prometheus_client.CollectorRegistry()
    for kind in ("Counter", "Gauge", "Histogram"):
        real = getattr(prometheus_client, kind)
        monkeypatch.setattr(prometheus_client, kind, lambda *a, real=real, **k: real(*a, registry=registry, **k))
    module: dict[str, Any] = {}
    exec(client_module("app", written(tmp_path, METRICS)), module)
    module["APP_REQUESTS_TOTAL"].labels(model_id="m").inc()
    module["APP_SECONDS"].labels(model="m").observe(2)
    module["APP_QUEUE"].set(3)
    page = prometheus_client.generate_latest(registry).decode()
    assert 'app_requests_total{model_id="m"} 1.0' in page
    assert "app_queue 3.0" in page
    assert re.findall(r'app_seconds_bucket\{le="([^"]+)"', page) == ["0.1", "1.0", "2.5", "+Inf"]
    assert '# HELP app_requests_total Requests, "all".' in page


def test_a_counter_that_the_library_cannot_expose_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exposes every counter as …_total, so not app_requests") as told:
        client_module("app", written(tmp_path, "app_requests: {type: counter, unit: requests}"))
    assert told.value.findings[0].hint == "name it app_requests_total"
    assert told.value.findings[0].place.line == 5


def test_an_application_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="declares no application 'ap'") as told:
        client_module("ap", written(tmp_path, METRICS))
    assert "did you mean 'app'" in told.value.findings[0].hint


def test_a_profile_with_faults_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no unit 'parsecs'"):
        client_module("app", written(tmp_path, "a: {type: gauge, unit: parsecs}"))
