"""The path of series where facts tell of one end, where nobody does, and where things differ by place."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.checks.discovery import assumptions
from obsgen.repository import read_repository
from obsgen.repository.scraping.nearby import alike
from obsgen.repository.scraping.scrapes import whole_paths

MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: chat, namespace: monitoring, labels: {release: main}}
spec:
  namespaceSelector: {matchNames: [ml]}
  selector: {matchLabels: {app: chat}}
  endpoints: [{port: http}]
"""
RULES = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: chat, namespace: monitoring, labels: {release: main}}
spec:
  groups:
    - name: chat
      rules:
        - alert: CacheFull
          expr: max(vllm:kv_cache_usage_perc) > 0.9
          for: 5m
          labels: {severity: warning}
          annotations: {summary: the cache is full}
"""
FACTS = """\
apiVersion: obsgen.dev/v1alpha1
kind: Facts
prometheus: {selectorLabels: {release: main}}
servers:
  - {component: vllm, name: chat, namespace: ml, versions: ["0.12"], selector: {app: chat}, ports: [http]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: ml, labels: {app: chat}}
spec: {selector: {app: chat}, ports: [{name: http, port: 80}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A monitor and rules, and facts about both their ends."""
    for name, text in (("monitor.yaml", MONITOR), ("rules.yaml", RULES), ("facts.yaml", FACTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def told(folder: Path) -> list[str]:
    found = [one for one in validate([folder], "off").findings if one.id.startswith(("path/", "timing/"))]
    return [f"{Path(one.place.file).name}:{one.place.line} {one.severity} {one.id}: {one.hint}" for one in found]


def taken(folder: Path) -> set[str]:
    return {one.text for one in assumptions(read_repository([folder]))}


SELECTED = "a Prometheus selects ServiceMonitor monitoring/chat"
LOADED = "a Prometheus loads PrometheusRule monitoring/chat"
THERE = "there is a Service with app=chat for ServiceMonitor monitoring/chat in ml"


def test_what_facts_tell_is_whole(folder: Path) -> None:
    assert told(folder) == []
    assert taken(folder) & {SELECTED, LOADED, THERE} == {THERE}
    assert whole_paths(read_repository([folder]).feeds) == (2, 2)


def test_what_nobody_tells_is_an_assumption(folder: Path) -> None:
    (folder / "facts.yaml").unlink()
    assert told(folder) == []
    assert taken(folder) >= {SELECTED, LOADED, THERE}
    assert whole_paths(read_repository([folder]).feeds) == (0, 2)


def test_what_is_among_the_files_is_no_assumption(folder: Path) -> None:
    (folder / "service.yaml").write_text(SERVICE, encoding="utf-8")
    assert THERE not in taken(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("monitor.yaml", "release: main", "release: mian",
         "monitor.yaml:3 error path/not-selected: add to its metadata labels: {release: main}"),
        ("rules.yaml", "release: main", "team: ml",
         "rules.yaml:3 error path/rules-not-selected: add to its metadata labels: {release: main}"),
        ("monitor.yaml", "[ml]", "[mll]",
         "monitor.yaml:5 error path/no-target: write namespaceSelector: {matchNames: [ml]}"),
        ("monitor.yaml", "app: chat", "app: talk", "monitor.yaml:6 error path/no-target: did you mean app=chat?"),
        ("monitor.yaml", "port: http", "port: web", "monitor.yaml:7 error path/no-port: it has http"),
        ("rules.yaml", "usage_perc)", 'usage_perc{job="chats"})',
         "rules.yaml:9 error path/no-such-job: did you mean chat?"),
        ("rules.yaml", "for: 5m", "for: 1m", "rules.yaml:10 warning timing/for: wait 90s or more"),
        ("rules.yaml", "max(vllm:kv_cache_usage_perc) > 0.9", "rate(vllm:prompt_tokens_total[1m]) < 1",
         "rules.yaml:9 warning timing/window: write 120s or more"),
    ],
)  # fmt: skip
def test_slips_against_facts(folder: Path, file: str, old: str, new: str, expected: str) -> None:
    if "job=" in new:
        edit(
            folder, "monitor.yaml", "{port: http}", "{port: http, relabelings: [{targetLabel: job, replacement: chat}]}"
        )
    edit(folder, file, old, new)
    assert told(folder) == [expected]


def keep(folder: Path, regex: str) -> None:
    steps = f"metricRelabelings: [{{sourceLabels: [__name__], regex: '{regex}', action: keep}}]"
    edit(folder, "monitor.yaml", "{port: http}", f"{{port: http, {steps}}}")


def test_a_dropped_series_is_certain_if_nobody_else_may_have_it(folder: Path) -> None:
    keep(folder, "vllm:num_.*")
    hint = "let its name pass there, or ask for one that does"
    assert told(folder) == [f"rules.yaml:9 error path/series-dropped: {hint}"]
    (folder / "other.yaml").write_text(MONITOR.replace("chat", "other"), encoding="utf-8")
    assert told(folder) == [f"rules.yaml:9 warning path/series-dropped: {hint}"]


def test_a_series_on_the_other_side_of_an_or_is_spare(folder: Path) -> None:
    keep(folder, "vllm:num_.*")
    edit(folder, "rules.yaml", "max(", "max(vllm:num_requests_waiting or ")
    assert told(folder) == []


def test_labels_of_the_exporter_are_told_as_a_warning(folder: Path) -> None:
    edit(folder, "facts.yaml", 'component: vllm, name: chat, namespace: ml, versions: ["0.12"]',
         "component: dcgm, name: chat, namespace: ml")  # fmt: skip
    edit(folder, "rules.yaml", "max(vllm:kv_cache_usage_perc) > 0.9", 'DCGM_FI_DEV_GPU_TEMP{pod="chat"} > 90')
    hint = "ask for exported_pod, or write honorLabels: true at the endpoint"
    assert told(folder) == [f"rules.yaml:9 warning path/exported-label: {hint}"]
    edit(folder, "monitor.yaml", "{port: http}", "{port: http, honorLabels: true}")
    assert told(folder) == []


KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def test_overlays_that_are_alternatives_do_not_scrape_twice(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "kustomization.yaml").write_text(f"{KUSTOMIZATION}resources: [monitor.yaml, service.yaml]\n")
    (base / "monitor.yaml").write_text(MONITOR)
    (base / "service.yaml").write_text(SERVICE)
    for name in ("dev", "prod"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kustomization.yaml").write_text(
            f"{KUSTOMIZATION}namePrefix: {name}-\nresources: [../base]\n"
        )
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("one", "other", "is_alike"), [("shop", "shopp", True), ("shop", "door", False), ("", "", False)]
)
def test_words_that_are_written_almost_so(one: str, other: str, is_alike: bool) -> None:
    assert alike(one, other) is is_alike
