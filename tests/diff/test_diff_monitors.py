"""What is scraped otherwise: targets, pages, labels, and series that are no longer kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parts import manifest, pair_of, part
from written import ids, lines

from obsgen.diff.compare.monitors import compare
from obsgen.diff.model import Risk
from obsgen.diff.scraping.pages import Page, matched

MONITOR = ("monitoring.coreos.com/v1", "ServiceMonitor")
PODS = ("monitoring.coreos.com/v1", "PodMonitor")
PROBE = ("monitoring.coreos.com/v1", "Probe")
RULE = ("monitoring.coreos.com/v1", "PrometheusRule")
PROMETHEUS = ("monitoring.coreos.com/v1", "Prometheus")
KEEP = {"action": "keep", "sourceLabels": ["__name__"]}


def spec(*pages: dict[str, Any], app: str = "chat", **more: Any) -> dict[str, Any]:
    """A monitor's spec."""
    return {"selector": {"matchLabels": {"app": app}}, "endpoints": list(pages) or [{"port": "http"}], **more}


def told(folder: Path, old: dict[str, Any], new: dict[str, Any], kind: tuple[str, str] = MONITOR) -> list[str]:
    """What is told when a monitor changes, without its name."""
    sides = ({"a.yaml": manifest(kind, each)} for each in (old, new))
    return [each.partition(" obs/main: ")[2] for each in lines(part(compare, folder, *sides))]


def job(value: str) -> list[dict[str, Any]]:
    """A relabelling that writes the label job."""
    return [{"action": "replace", "targetLabel": "job", "replacement": value}]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (spec(), spec(app="other"), ["scrapes other targets: app=other instead of app=chat (needs review)"]),
        (
            spec(namespaceSelector={"matchNames": ["a"]}),
            spec(namespaceSelector={"matchNames": ["b"]}),
            ["scrapes other targets: app=chat in b instead of app=chat in a (needs review)"],
        ),
        (
            spec(namespaceSelector={"matchNames": ["a"]}),
            spec(namespaceSelector={"any": True}),
            ["scrapes other targets: app=chat in all namespaces instead of app=chat in a (needs review)"],
        ),
        (spec({"port": "http"}), spec({"port": "web"}), ["port http → web (needs review)"]),
        (spec({"port": "a"}), spec({"port": "a", "scheme": "https"}), ["scheme nothing → https (needs review)"]),
        (
            spec({"port": "http", "path": "/m"}),
            spec({"port": "http"}),
            ["path /m → /metrics (needs review)"],
        ),
        (
            spec({"port": "http", "interval": "30s"}),
            spec({"port": "http", "interval": "60s"}),
            ["scrapes every 60s instead of 30s (needs review)"],
        ),
        (
            spec({"port": "http", "interval": "30s"}),
            spec({"port": "http", "interval": "15s"}),
            ["scrapes every 15s instead of 30s (safe)"],
        ),
        (
            spec({"port": "http"}),
            spec({"port": "http", "interval": "15s"}),
            ["scrapes every 15s instead of as the server does by default (safe)"],
        ),
        (
            spec({"port": "http", "relabelings": job("chat")}),
            spec({"port": "http", "relabelings": job("talk")}),
            ["label job chat → talk (needs review)"],
        ),
        (
            spec({"port": "http"}),
            spec({"port": "http", "relabelings": job("talk")}),
            ["label job is new (needs review)"],
        ),
        (
            spec({"port": "http"}),
            spec({"port": "http", "honorLabels": True}),
            ["its own labels win where a page has the same ones (needs review)"],
        ),
        (
            spec({"port": "http", "sampleLimit": 100}),
            spec({"port": "http", "sampleLimit": 50}),
            ["sampleLimit 100 → 50 (needs review)"],
        ),
        (
            spec({"port": "http"}),
            spec({"port": "http", "authorization": {"credentials": {"name": "a", "key": "b"}}}),
            ["authenticates otherwise (needs review)"],
        ),
        (spec({"port": "a"}), spec({"port": "a"}, {"port": "b"}), ["also scrapes port b/metrics (safe)"]),
        (
            spec({"port": "a"}, {"port": "b", "path": "/x"}),
            spec({"port": "a"}),
            ["no longer scrapes port b/x (loses data)"],
        ),
        (spec({"port": "a"}, {"port": "b"}), spec({"port": "b"}, {"port": "a"}), []),
        (
            spec({"port": "a", "metricRelabelings": [{**KEEP, "regex": "a|b|c"}]}),
            spec({"port": "a", "metricRelabelings": [{**KEEP, "regex": "b|c|d"}]}),
            ["keeps others: no longer a, also d (needs review)"],
        ),
        (
            spec({"port": "a", "metricRelabelings": [{**KEEP, "regex": "a|b|c"}]}),
            spec({"port": "a"}),
            ["keeps all series now, not only those of a list (needs review)"],
        ),
        (
            spec({"port": "a"}),
            spec({"port": "a", "metricRelabelings": [{**KEEP, "action": "drop", "regex": "a"}]}),
            ["drops a now (needs review)"],
        ),
    ],
)
def test_a_monitor_that_changes(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    found = told(tmp_path, old, new)
    assert [each for each in found if "spec.endpoints" not in each] == expected


def test_parameters_that_look_secret_are_not_shown(tmp_path: Path) -> None:
    old, new = (spec({"port": "a", "params": {"access_token": [f"ghp_{each * 36}"]}, "scheme": each}) for each in "xy")
    assert told(tmp_path, old, new) == ["another params (needs review)", "scheme x → y (needs review)"]


def test_several_differences_of_a_page_leave_nothing_untold(tmp_path: Path) -> None:
    old = spec({"port": "http", "path": "/a", "interval": "30s", "odd": 1})
    new = spec({"port": "web", "path": "/b", "interval": "15s", "odd": 2})
    found = told(tmp_path, old, new)
    assert found[:3] == [
        "port http → web (needs review)",
        "path /a → /b (needs review)",
        "scrapes every 15s instead of 30s (safe)",
    ]
    assert "odd" in found[3]


def test_monitors_come_and_go(tmp_path: Path) -> None:
    rest = manifest(("v1", "Service"), {"x": 1}, "rest")
    both = rest + manifest(MONITOR, spec(namespaceSelector={"matchNames": ["ml"]}))
    assert lines(part(compare, tmp_path / "1", {"a.yaml": rest}, {"a.yaml": both})) == [
        "+ ServiceMonitor obs/main: scrapes app=chat in ml (safe)"
    ]
    assert lines(part(compare, tmp_path / "2", {"a.yaml": both}, {"a.yaml": rest})) == [
        "- ServiceMonitor obs/main: no longer scrapes app=chat in ml (loses data)"
    ]


def test_other_kinds_of_monitors(tmp_path: Path) -> None:
    old, new = ({"selector": {}, "podMetricsEndpoints": [{"port": each}]} for each in ("a", "b"))
    assert told(tmp_path / "pods", old, new, PODS) == ["port a → b (needs review)"]
    old, new = ({"targets": {"staticConfig": {"static": each}}, "interval": "1m"} for each in (["a"], ["a", "b"]))
    assert told(tmp_path / "probe", old, new, PROBE) == [
        "scrapes other targets: 2 addresses instead of 1 addresses (needs review)"
    ]


def world(keep: str, *alerts: str, app: str = "chat", labels: str = "a") -> dict[str, str]:
    """A monitor with a keep list, a Prometheus, and alerts that ask for series."""
    rules = [{"alert": f"On{each}", "expr": f"rate({each}[5m]) > 1"} for each in alerts]
    page = {"port": "http", "relabelings": job("chat"), "metricRelabelings": [{**KEEP, "regex": keep}]}
    selector = {"serviceMonitorSelector": {"matchLabels": {"team": "a"}}, "ruleSelector": {}}
    return {
        "a.yaml": manifest(MONITOR, spec(page, app=app), metadata={"labels": {"team": labels}})
        + manifest(PROMETHEUS, selector)
        + manifest(RULE, {"groups": [{"name": "g", "rules": rules}]})
    }


def test_a_series_that_an_alert_asks_for_and_that_is_dropped_now(tmp_path: Path) -> None:
    asked = ("shop_orders_total", "shop_errors_total")
    old, new = world("shop_orders_total|shop_errors_total", *asked), world("shop_orders_total", *asked)
    (found,) = compare(pair_of(tmp_path / "1", old, new))
    assert found.what == "no longer keeps shop_errors_total: nothing for Onshop_errors_total"
    assert (found.risk, found.details) == (Risk.STOPS_PAGING, ("shop_errors_total",))
    (back,) = compare(pair_of(tmp_path / "2", new, old))
    assert (back.what, back.risk) == ("keeps shop_errors_total now", Risk.SAFE)


def test_a_keep_list_that_is_gone_loses_nothing(tmp_path: Path) -> None:
    old = world("shop_orders_total", "shop_orders_total")
    new = {"a.yaml": old["a.yaml"].replace("regex: shop_orders_total", "regex: .*")}
    assert all(each.risk is not Risk.STOPS_PAGING for each in compare(pair_of(tmp_path, old, new)))


def test_a_series_that_nothing_asks_for_any_more_may_be_dropped(tmp_path: Path) -> None:
    old = world("shop_orders_total|shop_errors_total", "shop_orders_total", "shop_errors_total")
    new = world("shop_orders_total", "shop_orders_total")
    (found,) = compare(pair_of(tmp_path, old, new))
    assert found.what == "no longer keeps shop_errors_total, which nothing here asks for"
    assert found.risk is Risk.SAFE


def test_a_monitor_that_no_prometheus_selects_any_more(tmp_path: Path) -> None:
    old, new = (world("shop_orders_total", "shop_orders_total", labels=each) for each in ("a", "b"))
    (found,) = compare(pair_of(tmp_path / "1", old, new))
    assert found.what.startswith("no Prometheus selects it any more")
    assert found.risk in (Risk.STOPS_PAGING, Risk.LOSES_DATA)
    (back,) = compare(pair_of(tmp_path / "2", new, old))
    assert (back.what, back.risk) == ("a Prometheus selects it now", Risk.SAFE)


JOBS = """
scrape_configs:
- job_name: chat
  scrape_interval: {interval}
  static_configs: [{{targets: [{target}]}}]
{more}
"""


def test_jobs_of_a_configuration_are_called_by_their_names(tmp_path: Path) -> None:
    old = {"prometheus.yml": JOBS.format(interval="30s", target="a:1", more="- job_name: gone")}
    new = {"prometheus.yml": JOBS.format(interval="10s", target="b:1", more="- job_name: come")}
    assert lines(part(compare, tmp_path, old, new)) == [
        "~ job chat: scrapes other targets (needs review)",
        "~ job chat: scrapes every 10s instead of 30s (safe)",
        "- prometheus.yml: no longer scrapes job gone (loses data)",
        "+ prometheus.yml: also scrapes job come (safe)",
    ]


def test_jobs_in_values_of_a_chart(tmp_path: Path) -> None:
    text = "prometheus: {{prometheusSpec: {{additionalScrapeConfigs: [{{job_name: a, metrics_path: {0}}}]}}}}\n"
    old, new = ({"values.yaml": text.format(each)} for each in ("/a", "/b"))
    assert lines(part(compare, tmp_path, old, new)) == ["~ job a: path /a → /b (needs review)"]


PAGES = st.lists(
    st.fixed_dictionaries({"port": st.sampled_from("abc"), "path": st.sampled_from(["/1", "/2"])}), max_size=4
)


def as_text(page: dict[str, Any]) -> str:
    """A page, whatever the order of its keys."""
    return json.dumps(page, sort_keys=True)


@settings(max_examples=80, deadline=None)
@given(PAGES, PAGES)
def test_every_page_is_matched_once(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    before, after = ([Page(each, (index,)) for index, each in enumerate(side)] for side in (old, new))
    found = matched(before, after)
    assert len({id(each.old) for each in found if each.old}) == sum(each.old is not None for each in found)
    assert sum(each.new is not None for each in found) - sum(each.old is not None for each in found) == len(new) - len(
        old
    )
    assert bool(found) is (sorted(map(as_text, old)) != sorted(map(as_text, new)))


def test_ids_are_of_monitors(tmp_path: Path) -> None:
    sides = ({"a.yaml": manifest(MONITOR, spec({"port": each}))} for each in ("a", "b"))
    assert ids(part(compare, tmp_path, *sides)) == ["monitor-address"]
