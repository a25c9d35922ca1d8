"""Hops of other kinds than those of one ServiceMonitor, one Alertmanager and one folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import Command, obsgen
from trace_support import copied, hop, kinds, only

from obsgen.trace import State, Trace, trace

__all__ = ["obsgen"]

RULES = """\
groups:
  - name: shop
    rules:
      - alert: ShopSlow
        expr: max(shop_queue{job="shop"}) > 5
        labels: {severity: critical, team: search}
"""
FACTS = """\
apiVersion: obsgen.dev/v1alpha1
kind: Facts
metrics:
  shop_queue: {type: gauge, unit: requests, help: calls that wait}
"""
CONFIG = """\
scrape_configs:
  - job_name: shop
    scrape_interval: 90s
    static_configs: [{targets: ["shop:8080"]}]
  - job_name: other
    static_configs: [{targets: ["other:8080"]}]
rule_files: [rules.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: ["alerts:9093"]}]}]}
"""
ROUTES = """\
route:
  receiver: "null"
  group_by: [alertname]
  routes:
    - matchers: ['team="search"']
      receiver: search
      continue: true
      routes:
        - matchers: ['severity="critical"']
          receiver: pager
    - matchers: ['severity=~"critical|warning"']
      receiver: chat
receivers:
  - name: "null"
  - name: search
    webhook_configs: [{url: "http://search.example.org"}]
  - name: pager
    opsgenie_configs: [{api_key_file: /keys/opsgenie}]
  - name: chat
    slack_configs: [{channel: "#shop", api_url_file: /keys/slack}]
    email_configs: [{to: shop@example.org}]
"""


def traced(folder: Path, name: str = "ShopSlow", **files: str) -> Trace:
    """The path of an alert among files: `__` in their names stands for a dot."""
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(text, encoding="utf-8")
    return only(name, folder)


def monitor(kind: str, spec: str) -> str:
    """A manifest of the operator's, and a Prometheus that takes all of them."""
    select = "".join(f"  {each}Selector: {{}}\n" for each in ("serviceMonitor", "podMonitor", "probe", "scrapeConfig"))
    server = f"---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: main}}\nspec:\n{select}"
    head = f"apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: shop}}\nspec:\n"
    return f"{head}{spec}{server}"


def test_a_metric_that_is_declared_is_one(tmp_path: Path) -> None:
    found = traced(tmp_path, rules__yaml=RULES, facts__yaml=FACTS)
    assert hop(found, "exporter").text == "a declared metric: shop_queue (gauge)"


def test_of_scrape_jobs_the_one_that_is_asked_for_brings_the_series(tmp_path: Path) -> None:
    found = traced(tmp_path, rules__yaml=RULES, prometheus__yml=CONFIG)
    assert hop(found, "monitor").text == "scrape job shop, every 90s"
    assert hop(found, "service").text == "the targets of scrape job shop"
    assert hop(found, "prometheus").text == "the configuration that job shop stands in"
    assert sum(each.kind == "monitor" for each in found.hops) == 1


def test_jobs_that_nobody_can_choose_among_are_one_hop(tmp_path: Path) -> None:
    rules = RULES.replace('{job="shop"}', "")
    found = traced(tmp_path, rules__yaml=rules, prometheus__yml=CONFIG)
    text = "shop_queue, from one of scrape job shop and scrape job other: which one is not said"
    assert hop(found, "monitor").text == text
    assert hop(found, "monitor").state == State.ASSUMED
    assert "prometheus" not in kinds(found)


def test_the_only_monitor_there_is_may_bring_the_series(tmp_path: Path) -> None:
    spec = "  selector: {matchLabels: {app: shop}}\n  podMetricsEndpoints: [{port: web}]\n"
    found = traced(tmp_path, rules__yaml=RULES.replace('{job="shop"}', ""), monitor__yaml=monitor("PodMonitor", spec))
    assert hop(found, "monitor").text.endswith("PodMonitor shop, every 30s, may bring shop_queue")
    assert hop(found, "service").text == "Pods with app=shop in any namespace, port web, not among these files"


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Probe", "  jobName: shop\n  prober: {url: prober}\n  targets: {staticConfig: {static: [shop]}}\n"),
        ("ScrapeConfig", "  jobName: shop\n  staticConfigs: [{targets: [shop]}]\n"),
    ],
)
def test_probes_and_scrape_configs_name_their_targets_themselves(tmp_path: Path, kind: str, spec: str) -> None:
    found = traced(tmp_path, rules__yaml=RULES, monitor__yaml=monitor(kind, spec))
    assert hop(found, "service").text == f"the targets that {kind} shop names"
    assert hop(found, "monitor").text.startswith(f"{kind} shop, every 30s")


def test_without_any_monitor_it_says_so(tmp_path: Path) -> None:
    found = traced(tmp_path, rules__yaml=RULES)
    assert hop(found, "monitor").text == "nothing among these files scrapes shop_queue"
    assert hop(found, "rule").text == "group shop, in a rule file; who loads it is not among these files"
    assert hop(found, "route").text == "an Alertmanager that tells somebody, not among these files"


def test_every_route_that_takes_an_alert_is_told(tmp_path: Path) -> None:
    found = traced(tmp_path, rules__yaml=RULES, alertmanager__yml=ROUTES)
    routes = [each.text.partition(", in ")[0] for each in found.hops if each.kind == "route"]
    assert routes == ["team=search, severity=critical", "severity=~critical|warning"]
    told = [each.text for each in found.hops if each.kind == "receiver"]
    assert told == ["pager: opsgenie", "chat: email and slack"]


def test_grouping_is_inherited(tmp_path: Path) -> None:
    found = traced(tmp_path, rules__yaml=RULES, alertmanager__yml=ROUTES)
    assert hop(found, "route").text.endswith("; grouped by alertname")


def test_a_route_that_hangs_on_what_only_series_tell_is_assumed(tmp_path: Path) -> None:
    rules = RULES.replace(", team: search", "").replace("max(shop_queue", "max by (team) (shop_queue")
    found = traced(tmp_path, rules__yaml=rules, alertmanager__yml=ROUTES)
    first, second = (each for each in found.hops if each.kind == "route")
    assert first.state == State.ASSUMED
    assert first.text.endswith("depends on labels that only series tell")
    assert second.state == State.FACT


def test_a_receiver_that_is_meant_to_be_silent_breaks_nothing(tmp_path: Path) -> None:
    rules = RULES.replace("critical, team: search", "info")
    found = traced(tmp_path, rules__yaml=rules, alertmanager__yml=ROUTES, prometheus__yml=CONFIG)
    assert hop(found, "receiver").text == "null: tells nobody, as its name says"
    assert not found.broken


def test_an_alert_that_falls_to_a_silent_receiver_is_broken(tmp_path: Path) -> None:
    rules = RULES.replace("critical, team: search", "page")
    found = traced(tmp_path, rules__yaml=rules, alertmanager__yml=ROUTES, prometheus__yml=CONFIG)
    assert {each.kind for each in found.broken} & {"route", "receiver"}
    assert "route/nobody" in {one.id for each in found.broken for one in each.findings}


AMCONFIG = """\
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: {name: shop, namespace: shop}
spec:
  route: {receiver: chat, groupBy: [service], matchers: [{name: severity, value: critical}]}
  receivers:
    - name: chat
      slackConfigs: [{channel: "#shop", apiURL: {name: keys, key: slack}}]
"""


def test_objects_with_routes_name_their_secrets(tmp_path: Path) -> None:
    found = traced(tmp_path, rules__yaml=RULES, routes__yaml=AMCONFIG)
    assert hop(found, "route").text == "severity=critical, in AlertmanagerConfig shop/shop; grouped by service"
    assert hop(found, "receiver").text == "chat: slack"
    assert hop(found, "secret").text == "Secret shop/keys, key slack, not among these files"


def test_facts_say_which_secrets_there_are(tmp_path: Path) -> None:
    facts = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nsecrets: [shop/keys]\n"
    found = traced(tmp_path, rules__yaml=RULES, routes__yaml=AMCONFIG, facts__yaml=facts)
    assert hop(found, "secret").text == "Secret shop/keys, key slack"
    assert hop(found, "secret").state == State.FACT


LOKI = """\
apiVersion: loki.grafana.com/v1
kind: AlertingRule
metadata: {name: logs, namespace: shop}
spec:
  groups:
    - name: logs
      rules:
        - alert: ShopSlow
          expr: sum(count_over_time({app="shop"} |= "error" [5m])) > 5
          annotations: {summary: many errors are logged}
"""


def test_an_alert_on_log_lines_begins_there(tmp_path: Path) -> None:
    found = traced(tmp_path, logs__yaml=LOKI)
    assert kinds(found) == ["logs", "rule", "route"]
    assert found.sentence == "fires when many errors are logged"
    assert hop(found, "rule").text.startswith("group logs, in AlertingRule shop/logs")


KUSTOMIZED = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{}]\n"


def test_an_application_brings_what_its_kustomization_reaches(tmp_path: Path) -> None:
    shop = copied(tmp_path)
    parts = [each.name for each in shop.glob("*.yaml") if each.name not in ("facts.yaml", "application.yaml")]
    (shop / "base").mkdir()
    for name in parts:
        (shop / name).rename(shop / "base" / name)
    (shop / "board.json").unlink()
    (shop / "base" / "kustomization.yaml").write_text(KUSTOMIZED.format(", ".join(parts)))
    (shop / "live").mkdir()
    (shop / "live" / "kustomization.yaml").write_text(KUSTOMIZED.format("../base"))
    application = (shop / "application.yaml").read_text()
    for path, told in (("shop/live", True), ("shop/other", False), ("shop/base", True)):
        (shop / "application.yaml").write_text(application.replace("path: shop", f"path: {path}"))
        assert ("argo cd" in kinds(only("QueueGrowing", shop))) is told, path


def test_paths_of_an_application_set_may_be_filled_in(tmp_path: Path) -> None:
    shop = copied(tmp_path)
    (shop / "application.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\n"
        "spec:\n  generators: [{list: {elements: [{name: shop}]}}]\n  template:\n    metadata: {name: shop}\n"
        "    spec: {project: default, source: {repoURL: https://github.com/acme/x, path: '{{ .name }}'}, "
        "destination: {namespace: shop}}\n"
    )
    assert hop(only("QueueGrowing", shop), "argo cd").text == "ApplicationSet all, path {{ .name }}"


def test_a_runbook_elsewhere_is_an_assumption(tmp_path: Path) -> None:
    rules = f"{RULES}        annotations: {{runbook_url: https://wiki.example.org/ShopSlow}}\n"
    found = hop(traced(tmp_path, rules__yaml=rules), "runbook")
    assert (found.text, found.state) == ("https://wiki.example.org/ShopSlow, not among these files", State.ASSUMED)


def test_a_panel_is_whole_though_an_alert_beside_it_is_broken(tmp_path: Path) -> None:
    found = trace("Waiting", [copied(tmp_path, ("rules.yaml", "{team: shop}", "{team: shops}"))])
    assert not found.is_broken
    (path,) = found.traces
    assert hop(path, "alert").text.endswith("a path that is broken")


def test_a_metric_is_broken_where_an_alert_on_it_is(tmp_path: Path) -> None:
    found = trace("requests_waiting", [copied(tmp_path, ("rules.yaml", "{team: shop}", "{team: shops}"))])
    assert {each.kind for path in found.traces for each in path.broken} == {"alert"}


def test_warnings_make_a_hop_doubtful_and_break_nothing(tmp_path: Path) -> None:
    renamed = ("keys.yaml", "name: alertmanager-keys", "name: alertmanager-key")
    found = trace("QueueGrowing", [copied(tmp_path, renamed)])
    (path,) = found.traces
    assert hop(path, "secret").state == State.DOUBTFUL
    assert {each.id for each in hop(path, "secret").findings} == {"secret/missing"}
    assert not found.is_broken


def test_a_rule_file_that_a_configuration_names_is_loaded_by_it(tmp_path: Path) -> None:
    found = hop(traced(tmp_path, rules__yaml=RULES, prometheus__yml=CONFIG), "rule")
    assert found.text == f"group shop, loaded by {tmp_path / 'prometheus.yml'}"
    assert found.state == State.FACT
    other = CONFIG.replace("[rules.yaml]", "[/etc/prometheus/rules/*.yml]")
    assert hop(traced(tmp_path, prometheus__yml=other), "rule").state == State.ASSUMED


def test_a_runbook_that_stands_in_the_alert_itself_is_not_looked_for(tmp_path: Path) -> None:
    rules = f"{RULES}        annotations: {{runbook: 'Restart it, and/or see the queue.'}}\n"
    found = hop(traced(tmp_path, rules__yaml=rules), "runbook")
    assert (found.text, found.state) == ("in the alert's own annotation", State.FACT)


FILES = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: demo
prometheus: {mode: files}
modelServers: [{name: chat, type: vllm, version: "0.12", namespace: ml}]
environments:
  dev: {cluster: {name: a}}
  prod: {cluster: {name: b}}
"""


def test_each_environment_has_the_jobs_and_rules_of_its_own_files(obsgen: Command, tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(FILES, encoding="utf-8")
    assert obsgen("render", "demo.yaml").code == 0
    found = trace("VllmDown", [Path("out")]).traces
    assert [each.environments for each in found] == [("dev",), ("prod",)]
    for each in found:
        (environment,) = each.environments
        files = {one.place.file for one in each.hops if one.place and one.kind in ("monitor", "rule")}
        assert all(file.startswith(f"out/demo/prometheus/{environment}/") for file in files)
        assert hop(each, "rule").text.endswith(f"loaded by out/demo/prometheus/{environment}/prometheus.yml")
