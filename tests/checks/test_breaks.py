"""Links of the shipped trees, each broken: the check that is there for it tells of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from obsgen.checks import runner

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from breaks import KINDS, Break, breaks, laid_out, told, trial  # noqa: E402


class Sample(NamedTuple):
    """The break number `which` of a kind in the files with a name, and the check that must tell of it."""

    kind: str
    file: str
    check: str
    tree: str = "inference-platform"
    which: int = 0


SAMPLES = (
    Sample("label by which Prometheus selects", "servicemonitor-gpu.yaml", "path/not-selected"),
    Sample("port of a monitor", "servicemonitor-alloy.yaml", "path/no-port"),
    Sample("port of a monitor", "servicemonitor-kube-state-metrics.yaml", "path/no-port"),
    Sample("selector of a monitor", "servicemonitor-gpu.yaml", "path/no-target"),
    Sample("namespace of a monitor's targets", "servicemonitor-gpu.yaml", "path/no-target"),
    Sample("keep list", "servicemonitor-model-server.yaml", "path/series-dropped"),
    Sample("keep list", "servicemonitor-model-server.yaml", "path/series-dropped", which=1),
    Sample("job of a monitor", "servicemonitor-thanos.yaml", "path/no-such-job"),
    Sample("job of a monitor", "servicemonitor-model-server.yaml", "path/no-such-job", which=1),
    Sample("job of a monitor", "servicemonitor-kube-state-metrics.yaml", "path/no-such-job"),
    Sample("series of a rule", "prometheusrule-gpu.yaml", "signal/no-such-series"),
    Sample("job of a rule", "prometheusrule-gpu.yaml", "path/no-such-job"),
    Sample("severity of an alert", "prometheusrule-gpu.yaml", "rules/severity"),
    Sample("receiver of a route", "secret-alertmanager-inference-platform.yaml", "alertmanager/routes"),
    Sample("matcher of a route", "secret-alertmanager-inference-platform.yaml", "route/unused"),
    Sample("name of a Secret", "statefulset-inference-platform-thanos-store.yaml", "secret/missing"),
    Sample("name of a Secret's reference", "grafana-grafana.yaml", "secret/missing"),
    Sample("name of a ConfigMap", "statefulset-alloy.yaml", "secret/missing"),
    Sample("namespace of an object", "clusterrolebinding-inference-platform-prometheus.yaml", "object/other-namespace"),
    Sample("selector of a Service", "service-alertmanager-inference-platform.yaml", "path/no-target"),
    Sample("selector of a Service", "service-inference-platform-prometheus-sidecars.yaml", "path/no-target", which=1),
    Sample("selector of a Service", "service-grafana.yaml", "path/no-target", "openshift-kserve"),
    Sample("selector of a Service", "-prometheus.yaml", "path/no-target", "cross-provider-benchmark", 1),
    Sample("port of a Service", "service-inference-platform-prometheus-sidecars.yaml", "path/no-port", which=1),
    Sample("port of a Service", "service-inference-platform-thanos-query.yaml", "path/no-port", which=1),
    Sample("series of a panel", "gpu.json", "signal/no-such-series"),
    Sample("series of a panel", "triton.json", "signal/no-such-series", "vllm-triton", 9),
    Sample("job of a panel", "gpu.json", "path/no-such-job"),
    Sample("uid of a board that a link names", "objectives.json", "link/board", "ai-infrastructure"),
    Sample("label of the board's ConfigMap", "kustomization.yaml", "datasource/not-loaded", "ai-infrastructure"),
    Sample("path of an Application", "application-inference-platform-prod.yaml", "argocd/path"),
    Sample("project of an Application", "application-inference-platform-prod.yaml", "argocd/project"),
    Sample("namespace of an Application's destination", "appproject-inference-platform.yaml", "argocd/project"),
    Sample(
        "namespace of an Application's destination",
        "appproject-cross-provider-benchmark-chart.yaml",
        "argocd/project",
        "cross-provider-benchmark",
    ),
)

Trees = Callable[[str], tuple[Path, set[tuple[str, str]]]]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    """A shipped tree in a folder of its own, and what is found in it as long as it is whole."""

    @cache
    def tree(name: str) -> tuple[Path, set[tuple[str, str]]]:
        root = laid_out(ROOT / "out" / name, tmp_path_factory.mktemp(name) / "repository")
        return root, told(root)

    return tree


def chosen(sample: Sample, root: Path) -> Break:
    """The break that a sample means."""
    found = [one for one in breaks(root) if one.kind == sample.kind and one.file.as_posix().endswith(sample.file)]
    return found[sample.which]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: f"{one.kind}, {one.file}")
def test_a_broken_link_is_told_of(sample: Sample, trees: Trees) -> None:
    root, before = trees(sample.tree)
    assert sample.check in trial(root, chosen(sample, root), before)


def test_every_kind_of_break_is_among_the_samples() -> None:
    assert {each.kind for each in SAMPLES} == {each.name for each in KINDS}


def test_without_its_check_a_broken_link_is_missed(trees: Trees, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = next(each for each in SAMPLES if each.check == "path/no-target" and each.kind == "selector of a Service")
    root, before = trees(sample.tree)
    others = [each for each in runner.plain_checks() if sample.check != each.ID]
    monkeypatch.setattr(runner, "plain_checks", lambda: others)
    assert trial(root, chosen(sample, root), before) == set()


def test_what_nobody_reads_is_no_link(trees: Trees) -> None:
    root, _ = trees("ai-infrastructure")
    for one in breaks(root):
        text = (root / one.file).read_text(encoding="utf-8")
        assert '"definition":' not in text[text.rfind("\n", 0, one.start) : one.start]
