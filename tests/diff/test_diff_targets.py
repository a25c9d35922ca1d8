"""Alerts that are left without data because a monitor, what it finds, or the job that they ask for is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from parts import manifest
from written import compared, lines

OPERATOR = "monitoring.coreos.com/v1"
SERVER, RULE = (OPERATOR, "Prometheus"), (OPERATOR, "PrometheusRule")
SERVICE, MONITOR, PODS = ("v1", "Service"), (OPERATOR, "ServiceMonitor"), (OPERATOR, "PodMonitor")
SERIES = 'shop_orders_total{job="shop"}'
SELECTS = {"matchLabels": {"release": "kps"}}
GONE = "change/alert-no-data"


def service(app: str = "shop", name: str = "shop") -> str:
    """A Service, after which the operator calls the job."""
    spec = {"selector": {"app": app}, "ports": [{"name": "http", "port": 8000}]}
    return manifest(SERVICE, spec, name, "ml", metadata={"labels": {"app": app}})


def monitor(app: str = "shop", name: str = "shop", release: str = "kps", kind: tuple[str, str] = MONITOR) -> str:
    """A monitor of what has a label."""
    field = "endpoints" if kind == MONITOR else "podMetricsEndpoints"
    spec = {"selector": {"matchLabels": {"app": app}}, field: [{"port": "http"}]}
    return manifest(kind, spec, name, "ml", metadata={"labels": {"release": release}})


def prometheus(release: str = "kps") -> str:
    """A Prometheus that selects monitors by their release, and all rules."""
    selects = {"matchLabels": {"release": release}}
    spec = {"serviceMonitorSelector": selects, "podMonitorSelector": selects, "ruleSelector": {}}
    every = {f"{each}NamespaceSelector": {} for each in ("serviceMonitor", "podMonitor", "rule")}
    return manifest(SERVER, spec | every)


def rules(*expressions: str, **recorded: str) -> str:
    """Alerts, called A0, A1 …, and recorded series."""
    entries: list[dict[str, Any]] = [{"alert": f"A{n}", "expr": each} for n, each in enumerate(expressions)]
    entries += [{"record": name, "expr": each} for name, each in recorded.items()]
    return manifest(RULE, {"groups": [{"name": "g", "rules": entries}]}, "rules")


def told(folder: Path, old: str, new: str, *beginnings: str) -> list[str]:
    """What is told of monitors, and of alerts without data."""
    found = compared(folder, {"all.yaml": prometheus() + old}, {"all.yaml": prometheus() + new}).changes
    return sorted(lines([each for each in found if each.id.startswith(beginnings or (GONE, "change/monitor-"))]))


HERE = service() + monitor()
ALERT = rules(f"rate({SERIES}[5m]) > 1")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (HERE, service(), "no longer scrapes app=shop: nothing for A0"),
        (HERE, service() + monitor(release="x"), "no Prometheus selects it any more: nothing for A0"),
        (HERE, monitor(), "finds no Service any more: nothing for A0"),
        (HERE, service("other") + monitor(), "finds no Service any more: nothing for A0"),
    ],
)
def test_an_alert_that_can_no_longer_fire_is_named_where_its_data_ends(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert told(tmp_path, old + ALERT, new + ALERT) == [
        f"- ServiceMonitor ml/shop: {expected} (may stop paging)",
    ]


def test_without_an_alert_data_is_lost_all_the_same(tmp_path: Path) -> None:
    assert told(tmp_path, HERE, monitor()) == ["- ServiceMonitor ml/shop: finds no Service any more (loses data)"]


def test_pods_that_are_gone(tmp_path: Path) -> None:
    pod = {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [{"name": "c", "image": "shop"}]}}
    made = manifest(("apps/v1", "Deployment"), {"template": pod}, "shop", "ml")
    alert = rules('rate(shop_orders_total{job="ml/shop"}[5m]) > 1')
    old, new = made + monitor(kind=PODS) + alert, monitor(kind=PODS) + alert
    assert told(tmp_path, old, new) == [
        "- PodMonitor ml/shop: finds no Pods any more: nothing for A0 (may stop paging)"
    ]


@pytest.mark.parametrize(
    ("expression", "is_lost"),
    [
        (f"{SERIES} > 1", True),
        ('up{job="shop"} == 0', True),
        ('up{job=~"sho.|x"} == 0', True),
        (f"{SERIES} > 1 and on () other > 2", True),
        (f"{SERIES} > 1 unless on () other > 2", True),
        (f"other > 1 unless on () {SERIES} > 2", False),
        (f"{SERIES} > 1 or other > 2", False),
        (f'{SERIES} > 1 or up{{job="shop"}} == 0', True),
        (f"absent({SERIES})", False),
        ('shop_orders_total{job="other"} > 1', False),
        ('shop_orders_total{job!="shop"} > 1', False),
        ("shop_orders_total > 1", False),  # anybody may have it
        ("vllm:num_requests_running > 1", False),
    ],
)
def test_what_cannot_fire_without_a_job(tmp_path: Path, expression: str, is_lost: bool) -> None:
    found = told(tmp_path, HERE + rules(expression), service() + rules(expression))
    assert (": nothing for A0 (may stop paging)" in found[0]) is is_lost


def test_a_monitor_that_is_called_after_its_exporter_is_known_to_bring_its_series(tmp_path: Path) -> None:
    alert = rules("vllm:num_requests_running > 1", "node_load1 > 1")
    old = service("vllm", "vllm") + monitor("vllm", "chat-vllm") + alert
    assert told(tmp_path, old, service("vllm", "vllm") + alert) == [
        "- ServiceMonitor ml/chat-vllm: no longer scrapes app=vllm: nothing for A0 (may stop paging)"
    ]


@pytest.mark.parametrize(("job", "is_lost"), [("shop", False), ("other", True)])
def test_what_another_monitor_brings_is_not_lost(tmp_path: Path, job: str, is_lost: bool) -> None:
    other = service(job, job) + monitor(job, "again") if job != "shop" else monitor(name="again")
    (found,) = told(tmp_path, HERE + other + ALERT, service() + other + ALERT)
    assert found.endswith("app=shop: nothing for A0 (may stop paging)" if is_lost else "app=shop (loses data)")


def test_alerts_on_recorded_series_are_lost_with_the_rule(tmp_path: Path) -> None:
    some = rules("orders:rate5m > 1", **{"orders:rate5m": f"rate({SERIES}[5m])"})
    assert told(tmp_path, HERE + some, service() + some) == [
        "- ServiceMonitor ml/shop: no longer scrapes app=shop: nothing for A0 and 1 other query (may stop paging)"
    ]


def test_alerts_are_named_where_a_prometheus_selects_other_monitors(tmp_path: Path) -> None:
    old, new = ({"all.yaml": prometheus(each) + HERE + ALERT} for each in ("kps", "x"))
    found = compared(tmp_path, old, new).changes
    assert lines([each for each in found if each.id == GONE]) == [
        "- A0: no longer has data: no Prometheus selects what scrapes it (may stop paging)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("shop", "shop-prod", ["- A0: no longer has data: nothing is scraped as job shop-prod (may stop paging)"]),
        ("shop", "shop|x", []),
        ("x", "y", []),  # it had none before
    ],
)
def test_an_alert_that_asks_for_a_job_that_nothing_is_scraped_as(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    before, after = (HERE + rules(f'rate(shop_orders_total{{job=~"{each}"}}[5m]) > 1') for each in (old, new))
    assert told(tmp_path, before, after) == expected


def test_a_job_that_a_new_monitor_has_is_no_loss(tmp_path: Path) -> None:
    before = HERE + ALERT
    after = service("b", "b") + monitor("b", "b") + HERE + rules('rate(shop_orders_total{job="b"}[5m]) > 1')
    assert told(tmp_path, before, after, GONE) == []


def test_alerts_of_other_folders_are_not_named(tmp_path: Path) -> None:
    rest = {
        "b/all.yaml": prometheus() + HERE + ALERT,
        "b/kustomization.yaml": yaml.safe_dump({"resources": ["all.yaml"]}),
    }
    apply = {"a/kustomization.yaml": yaml.safe_dump({"resources": ["all.yaml"]}), **rest}
    old, new = (
        {**apply, "a/all.yaml": prometheus() + each + manifest(("v1", "ConfigMap"), None)} for each in (HERE, service())
    )
    found = compared(tmp_path, old, new).changes
    assert lines([each for each in found if "/monitor-" in each.id]) == [
        "- ServiceMonitor ml/shop: no longer scrapes app=shop (loses data)"
    ]
