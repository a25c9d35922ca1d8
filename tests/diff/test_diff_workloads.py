"""What runs: replicas, images, resources, and what servers add, select and send elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parts import manifest, pair_of, part
from written import ids, lines

from obsgen.diff.compare.workloads import compare
from obsgen.diff.model import Risk, Unit

PROMETHEUS = ("monitoring.coreos.com/v1", "Prometheus")
ALERTMANAGER = ("monitoring.coreos.com/v1", "Alertmanager")
DEPLOYMENT = ("apps/v1", "Deployment")
STATEFUL_SET = ("apps/v1", "StatefulSet")
CLAIM = {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}}
NO_MATCH = "silences, routes and queries by it no longer match"


def told(folder: Path, kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What is told when the spec of one object changes, which has something besides."""
    sides = ({"a.yaml": manifest(kind, {"x": 1, **each})} for each in (old, new))
    return [each.partition(": ")[2] for each in lines(part(compare, folder, *sides))]


def pods(image: str, **more: Any) -> dict[str, Any]:
    """A workload's spec with one container."""
    return {"template": {"spec": {"containers": [{"name": "c", "image": image, **more}]}}}


def limits(**values: str) -> dict[str, Any]:
    """A container's limits."""
    return {"resources": {"limits": values}}


def selects(label: str) -> dict[str, Any]:
    """A selector by one label."""
    return {"matchLabels": {"team": label}}


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        (PROMETHEUS, {"replicas": 3}, {"replicas": 2}, "fewer replicas 3 → 2 (needs review)"),
        (PROMETHEUS, {"replicas": 2}, {"replicas": 1}, "fewer replicas 2 → 1 (may stop paging)"),
        (ALERTMANAGER, {"replicas": 1}, {"replicas": 0}, "fewer replicas 1 → 0 (may stop paging)"),
        (DEPLOYMENT, {"replicas": 2}, {"replicas": 1}, "fewer replicas 2 → 1 (needs review)"),
        (DEPLOYMENT, {"replicas": 1}, {"replicas": 0}, "fewer replicas 1 → 0 (loses data)"),
        (DEPLOYMENT, {"replicas": 1}, {"replicas": 4}, "more replicas 1 → 4 (safe)"),
        (PROMETHEUS, {"shards": 2}, {"shards": 4}, "more shards 2 → 4 (safe)"),
        (
            PROMETHEUS,
            {"externalLabels": {"cluster": "a"}},
            {"externalLabels": {"cluster": "b"}},
            f"external label cluster a → b: {NO_MATCH} (needs review)",
        ),
        (PROMETHEUS, {}, {"externalLabels": {"env": "b"}}, "external label env=b (needs review)"),
        (PROMETHEUS, {"externalLabels": {"env": "b"}}, {}, "no external label env any more (needs review)"),
        (
            PROMETHEUS,
            {},
            {"remoteWrite": [{"url": "https://store.example.org/push"}]},
            "sends series to https://store.example.org/push (needs review)",
        ),
        (
            PROMETHEUS,
            {"remoteWrite": [{"name": "a", "url": "https://a/x"}, {"name": "b", "url": "https://b/x"}]},
            {"remoteWrite": [{"name": "b", "url": "https://b/x"}]},
            "no longer sends series to https://a/x (loses data)",
        ),
        (
            PROMETHEUS,
            {"ruleSelector": selects("a")},
            {"ruleSelector": selects("b")},
            "selects rules with team=b instead of team=a (needs review)",
        ),
        (
            PROMETHEUS,
            {"serviceMonitorNamespaceSelector": {}},
            {"serviceMonitorNamespaceSelector": selects("b")},
            "selects ServiceMonitors in namespaces with team=b instead of any labels (needs review)",
        ),
        (
            PROMETHEUS,
            {"probeSelector": selects("a")},
            {},
            "selects Probes with no selector instead of team=a (needs review)",
        ),
        (
            PROMETHEUS,
            {"scrapeInterval": "30s"},
            {"scrapeInterval": "60s"},
            "scrapes every 60s instead of 30s (needs review)",
        ),
        (DEPLOYMENT, pods("q/a:v1"), pods("q/a:v2"), "v1 → v2 (needs review)"),
        (DEPLOYMENT, pods("q/a:v1"), pods("q/b:v1"), "q/a:v1 → q/b:v1 (needs review)"),
        (DEPLOYMENT, pods("q/a"), pods("q/a:v2"), "latest → v2 (needs review)"),
        (
            DEPLOYMENT,
            pods("q/a", **limits(memory="4Gi", cpu="2")),
            pods("q/a", **limits(memory="2Gi", cpu="500m")),
            "memory limit 4Gi → 2Gi, cpu limit 2 → 500m (needs review)",
        ),
        (
            DEPLOYMENT,
            pods("q/a", **limits(memory="4Gi")),
            pods("q/a", **limits(memory="8Gi")),
            "memory limit 4Gi → 8Gi (safe)",
        ),
        (
            DEPLOYMENT,
            pods("q/a", **limits(memory="4Gi", cpu="1")),
            pods("q/a", **limits(memory="4Gi")),
            "cpu limit 1 → none (safe)",
        ),
        (DEPLOYMENT, pods("q/a"), pods("q/a", **limits(memory="4Gi")), "memory limit none → 4Gi (needs review)"),
        (PROMETHEUS, {"version": "v3.1.0"}, {"version": "v3.2.0"}, "version v3.1.0 → v3.2.0 (needs review)"),
    ],
)
def test_a_setting_of_a_server_is_told_in_one_line(
    tmp_path: Path, kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any], expected: str
) -> None:
    assert told(tmp_path, kind, old, new) == [expected]


def test_one_bump_of_many_workloads_is_one_line(tmp_path: Path) -> None:
    old, new = (
        {
            "a.yaml": manifest(STATEFUL_SET, pods(f"quay.io/thanos/thanos:{tag}"), "store")
            + manifest(DEPLOYMENT, pods(f"quay.io/thanos/thanos:{tag}"), "query")
            + manifest(PROMETHEUS, {"version": tag, "image": f"quay.io/thanos/thanos:{tag}"})
        }
        for tag in ("v0.40.0", "v0.41.0")
    )
    found = part(compare, tmp_path, old, new)
    assert set(lines(found)) == {"~ image thanos: v0.40.0 → v0.41.0 (needs review)"}
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        (PROMETHEUS, {}, "gone: no more scraping, no more alerts (may stop paging)"),
        (PROMETHEUS, {"storage": CLAIM}, "gone, data too: no more scraping, no more alerts (destroys data)"),
        (ALERTMANAGER, {}, "gone: no more notifications (may stop paging)"),
        (ALERTMANAGER, {"storage": CLAIM}, "gone, data too: no more notifications (destroys data)"),
        (STATEFUL_SET, {}, "gone (loses data)"),
        (STATEFUL_SET, {"volumeClaimTemplates": [CLAIM]}, "gone, data too (destroys data)"),
        (DEPLOYMENT, {}, "gone (loses data)"),
        (("v1", "Service"), {}, "gone (needs review)"),
    ],
)
def test_a_server_that_is_gone(tmp_path: Path, kind: tuple[str, str], spec: dict[str, Any], expected: str) -> None:
    rest = manifest(("v1", "Namespace"), {}, "obs", "")
    old = {"a.yaml": rest + manifest(kind, {"x": 1, **spec})}
    assert lines(part(compare, tmp_path, old, {"a.yaml": rest})) == [f"- {kind[1]} obs/main: {expected}"]


@pytest.mark.parametrize(
    ("prune", "annotations", "expected"),
    [
        (True, {}, "gone, data too: no more scraping, no more alerts (destroys data)"),
        (False, {}, "gone: no more scraping, no more alerts (may stop paging)"),
        (True, {"argocd.argoproj.io/sync-options": "Prune=false"}, "gone: no more scraping, no more alerts (may stop"),
    ],
)
def test_what_argocd_leaves_in_the_cluster_keeps_its_data(
    tmp_path: Path, prune: bool, annotations: dict[str, str], expected: str
) -> None:
    source = {"repoURL": "https://git.example.org/a/b.git", "path": "app"}
    spec = {"source": source, "syncPolicy": {"automated": {"prune": prune}}}
    rest = manifest(("v1", "Namespace"), {}, "obs", "")
    server = manifest(PROMETHEUS, {"storage": CLAIM}, metadata={"annotations": annotations})
    new = {
        "cd/a.yaml": manifest(("argoproj.io/v1alpha1", "Application"), spec, "a", "argocd"),
        "app/kustomization.yaml": "resources: [all.yaml]\n",
        "app/all.yaml": rest,
    }
    pair = pair_of(tmp_path, {**new, "app/all.yaml": rest + server}, new, Unit("app"))
    assert lines(list(compare(pair)))[0].startswith(f"- Prometheus obs/main: {expected}")


def test_values_of_a_chart_are_those_of_its_servers(tmp_path: Path) -> None:
    text = "prometheus: {{prometheusSpec: {{replicas: {0}, image: {{tag: v{0}}}}}}}\n"
    text += "alertmanager: {{alertmanagerSpec: {{replicas: {0}}}}}\n"
    old, new = ({"values.yaml": text.format(count)} for count in (2, 1))
    assert lines(part(compare, tmp_path, old, new)) == [
        "~ values of prometheus: tag v2 → v1 (needs review)",
        "▼ values of prometheus: fewer replicas 2 → 1 (may stop paging)",
        "▼ values of alertmanager: fewer replicas 2 → 1 (may stop paging)",
    ]


def test_an_address_with_a_password_is_not_shown(tmp_path: Path) -> None:
    url = "https://writer:hunter2secret@store.example.org/push"
    found = told(tmp_path, PROMETHEUS, {}, {"remoteWrite": [{"url": url}]})
    assert found == ["sends series to another address (needs review)"]


def test_what_a_checksum_stands_for_is_told_where_it_changed(tmp_path: Path) -> None:
    template = {"metadata": {"annotations": {"obsgen.dev/checksum": "a"}}}
    other = {"metadata": {"annotations": {"obsgen.dev/checksum": "b"}}}
    assert told(tmp_path / "1", DEPLOYMENT, {"template": template}, {"template": other}) == ["its Pods restart (safe)"]
    found = told(tmp_path / "2", DEPLOYMENT, {"template": template, "replicas": 1}, {"template": other, "replicas": 2})
    assert found == ["more replicas 1 → 2 (safe)"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.integers(0, 5))
def test_only_fewer_replicas_are_a_risk(tmp_path_factory: pytest.TempPathFactory, old: int, new: int) -> None:
    folder = tmp_path_factory.mktemp("r")
    sides = ({"a.yaml": manifest(ALERTMANAGER, {"replicas": each})} for each in (old, new))
    found = part(compare, folder, *sides)
    assert [each.risk is not Risk.SAFE for each in found] == ([new < old] if new != old else [])
    assert ids(found) == ([] if new == old else ["workload-fewer" if new < old else "workload-replicas"])
