"""How much work validation does: it grows with the files, not with their square."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from obsgen.checks import validate

Objects = list[dict[str, Any]]
OPERATOR = "monitoring.coreos.com/v1"


def obj(kind: str, name: str, spec: Any, version: str = OPERATOR, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop", **metadata},
        "spec": spec,
    }


def rules(number: int, expr: str = 'sum by (pod) (vllm:num_requests_waiting{zone="a"}) > 5') -> dict[str, Any]:
    rule = {"alert": f"Slow{number}", "expr": expr, "labels": {"severity": "warning"}}
    annotations = {"summary": "{{ $labels.pod }} is slow"}
    return obj(
        "PrometheusRule", f"r{number}", {"groups": [{"name": "g", "rules": [{**rule, "annotations": annotations}]}]}
    )


def served(number: int) -> Objects:
    """A server with its Service and monitor, and rules about its series."""
    labels = {"app": f"s{number}"}
    container = {"name": "a", "image": "vllm/vllm-openai:v0.12.0", "ports": [{"name": "http", "containerPort": 8000}]}
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    endpoint = {"port": "http", "metricRelabelings": [{"action": "labeldrop", "regex": "zone"}]}
    return [
        obj("Deployment", f"s{number}", {"selector": {"matchLabels": labels}, "template": pods}, "apps/v1"),
        obj(
            "Service", f"s{number}", {"selector": labels, "ports": [{"name": "http", "port": 80}]}, "v1", labels=labels
        ),
        obj("ServiceMonitor", f"s{number}", {"selector": {"matchLabels": labels}, "endpoints": [endpoint]}),
        rules(number),
    ]


def received(number: int) -> Objects:
    """Rules, and the route of a team to whom their alerts go."""
    route = {"receiver": "a", "groupBy": ["pod"], "matchers": [{"name": "team", "value": f"t{number}"}]}
    spec = {"route": route, "receivers": [{"name": "a", "webhookConfigs": [{"url": "https://acme.dev"}]}]}
    return [rules(number), obj("AlertmanagerConfig", f"c{number}", spec, "monitoring.coreos.com/v1alpha1")]


def deployed(number: int) -> Objects:
    source = {"repoURL": "https://github.com/acme/gitops.git", "path": f"all/{number}"}
    return [obj("Application", f"a{number}", {"source": source}, "argoproj.io/v1alpha1"), rules(number)]


def calls(folder: Path, made: Callable[[int], Objects], count: int) -> Counter[str]:
    """How often each function of ours is called when so many of some objects are validated."""
    for number in range(count):
        text = "---\n".join(json.dumps(each) + "\n" for each in made(number))
        (folder / "all" / str(number)).mkdir(parents=True)
        (folder / "all" / str(number) / "objects.yaml").write_text(text, encoding="utf-8")
    alertmanager = obj("Alertmanager", "main", {"alertmanagerConfigSelector": {}})
    (folder / "all" / "main.yaml").write_text(json.dumps(alertmanager), encoding="utf-8")
    found: Counter[str] = Counter()

    def seen(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_globals.get("__name__", "").startswith("obsgen."):
            found[f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}"] += 1

    sys.setprofile(seen)
    try:
        validate([folder], "off")
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize(
    ("made", "growth"),
    [
        pytest.param(lambda number: [rules(number)], 1.3, id="rules"),
        pytest.param(served, 1.3, id="servers"),
        pytest.param(deployed, 1.3, id="applications"),
        pytest.param(received, 2, id="routes"),  # each alert is held against each route, as Alertmanager does it
    ],
)
def test_a_step_more_of_objects_is_no_more_work_than_the_step_before(
    made: Callable[[int], Objects], growth: float, tmp_path: Path
) -> None:
    step = 12
    calls(tmp_path / "first", made, 1)  # fills what is kept for the whole process
    one, two, three = (calls(tmp_path / str(times), made, times * step) for times in (1, 2, 3))
    sorting = ("__eq__", "__lt__")  # which grows a little faster than what is sorted
    more = {name: (two[name] - one[name], three[name] - two[name]) for name in three if not name.endswith(sorting)}
    assert {name: each for name, each in more.items() if each[1] > growth * each[0] + step} == {}
