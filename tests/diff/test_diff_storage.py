"""What is kept, how long and where: what a difference of it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from parts import manifest, part
from written import ids, lines

from obsgen.diff.compare.storage import compare
from obsgen.diff.model import Change, Risk

PROMETHEUS = ("monitoring.coreos.com/v1", "Prometheus")
ALERTMANAGER = ("monitoring.coreos.com/v1", "Alertmanager")
RULER = ("monitoring.coreos.com/v1", "ThanosRuler")
LOKI = ("loki.grafana.com/v1", "LokiStack")
TEMPO = ("tempo.grafana.com/v1alpha1", "TempoStack")
STATEFUL_SET = ("apps/v1", "StatefulSet")
REFUSED = "Kubernetes refuses it as long as the StatefulSet is there"
CLAIM = ("v1", "PersistentVolumeClaim")


def change_of(folder: Path, kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """What is told when the spec of one object changes."""
    return part(compare, folder, {"a.yaml": manifest(kind, old)}, {"a.yaml": manifest(kind, new)})


def volume(size: str, class_: str = "fast") -> dict[str, Any]:
    """A claim's spec."""
    return {"storageClassName": class_, "resources": {"requests": {"storage": size}}}


def stored(claim: dict[str, Any]) -> dict[str, Any]:
    """A server of the operator with a volume."""
    return {"storage": {"volumeClaimTemplate": {"spec": claim}}}


def flags(*arguments: str) -> dict[str, Any]:
    """A StatefulSet's spec with one container."""
    return {"template": {"spec": {"containers": [{"name": "c", "args": list(arguments)}]}}}


def days(count: int) -> dict[str, Any]:
    """Loki's retention."""
    return {"limits": {"global": {"retention": {"days": count}}}}


def traces(time: str) -> dict[str, Any]:
    """Tempo's retention."""
    return {"retention": {"global": {"traces": time}}}


@pytest.mark.parametrize(
    ("kind", "old", "new", "what", "risk"),
    [
        (PROMETHEUS, {"retention": "15d"}, {"retention": "7d"}, "keeps less: retention 15d → 7d", Risk.DESTROYS),
        (PROMETHEUS, {"retention": "2w"}, {"retention": "15d"}, "keeps more: retention 2w → 15d", Risk.SAFE),
        (PROMETHEUS, {"retention": "2w"}, {"retention": "14d"}, "keeps more: retention 2w → 14d", Risk.SAFE),
        (
            PROMETHEUS,
            {"retentionSize": "90GiB"},
            {"retentionSize": "90GB"},
            "keeps less: retentionSize 90GiB → 90GB",
            Risk.DESTROYS,
        ),
        (PROMETHEUS, {}, {"retention": "7d"}, "retention the default → 7d", Risk.REVIEW),
        (PROMETHEUS, {"retention": "7d"}, {"retention": "${DAYS}"}, "retention 7d → ${DAYS}", Risk.REVIEW),
        (RULER, {"retention": "2d"}, {"retention": "1d"}, "keeps less: retention 2d → 1d", Risk.DESTROYS),
        (
            ALERTMANAGER,
            {"retention": "120h"},
            {"retention": "24h"},
            "forgets silences sooner: retention 120h → 24h",
            Risk.REVIEW,
        ),
        (LOKI, days(14), days(7), "keeps less: retention 14 → 7", Risk.DESTROYS),
        (LOKI, days(7), days(14), "keeps more: retention 7 → 14", Risk.SAFE),
        (TEMPO, traces("48h"), traces("24h"), "keeps less: retention of traces 48h → 24h", Risk.DESTROYS),
        (
            STATEFUL_SET,
            flags("compact", "--retention.resolution-raw=30d"),
            flags("compact", "--retention.resolution-raw=10d"),
            "keeps less: retention.resolution-raw 30d → 10d",
            Risk.DESTROYS,
        ),
        (
            STATEFUL_SET,
            flags("--storage.tsdb.retention.time=30d"),
            flags("--storage.tsdb.retention.time=0d"),
            "keeps more: storage.tsdb.retention.time 30d → 0d",
            Risk.SAFE,
        ),
        (TEMPO, {"storageSize": "10Gi"}, {"storageSize": "20Gi"}, "volume 10Gi → 20Gi", Risk.SAFE),
        (PROMETHEUS, stored(volume("1Ti")), stored(volume("2Ti")), "volume 1Ti → 2Ti", Risk.SAFE),
        (
            PROMETHEUS,
            stored(volume("1Ti")),
            stored(volume("900Gi")),
            "volume 1Ti → 900Gi: a volume cannot shrink, and a new one is empty",
            Risk.DESTROYS,
        ),
        (
            PROMETHEUS,
            stored(volume("1Ti")),
            stored(volume("1Ti", "slow")),
            "storage class fast → slow: volumes that are there stay as they are",
            Risk.REVIEW,
        ),
        (
            PROMETHEUS,
            stored(volume("1Ti")),
            {},
            "no volume any more: its data lives as long as its Pod",
            Risk.DESTROYS,
        ),
        (PROMETHEUS, {}, stored(volume("1Ti")), "keeps its data in a volume now", Risk.REVIEW),
        (
            STATEFUL_SET,
            {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": volume("1Gi")}]},
            {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": volume("2Gi")}]},
            f"volume 1Gi → 2Gi: {REFUSED}",
            Risk.REVIEW,
        ),
        (CLAIM, volume("2Gi"), volume("3Gi"), "volume 2Gi → 3Gi", Risk.SAFE),
        (
            PROMETHEUS,
            {"thanos": {"objectStorageConfig": {"name": "a", "key": "k"}}},
            {"thanos": {"objectStorageConfig": {"name": "a", "key": "other"}}},
            "object store by key of its Secret: another bucket would lack what is kept now",
            Risk.REVIEW,
        ),
        (
            PROMETHEUS,
            {"thanos": {"image": "q/t:v1", "objectStorageConfig": {"name": "a", "key": "k"}}},
            {"thanos": {"image": "q/t:v1"}},
            "no longer keeps data in an object store",
            Risk.LOSES_DATA,
        ),
        (
            PROMETHEUS,
            {"thanos": {"image": "q/t:v1", "objectStorageConfig": {"name": "a", "key": "k"}}},
            {},
            "no longer keeps data in an object store",
            Risk.LOSES_DATA,
        ),
        (
            PROMETHEUS,
            {},
            {"thanos": {"objectStorageConfig": {"name": "a"}}},
            "keeps data in an object store now",
            Risk.REVIEW,
        ),
    ],
)
def test_a_setting_of_storage_is_told_in_one_line(
    tmp_path: Path, kind: tuple[str, str], old: dict[str, Any], new: dict[str, Any], what: str, risk: Risk
) -> None:
    # The object itself stays, so that no side of it is empty.
    found = change_of(tmp_path, kind, {"x": 1, **old}, {"x": 1, **new})
    assert [(each.what, each.risk) for each in found] == [(what, risk)]
    assert found[0].subject == f"{kind[1]} obs/main"


def test_a_secret_of_the_object_store_is_told_with_what_it_may_mean(tmp_path: Path) -> None:
    old, new = ({"storage": {"secret": {"name": name, "type": "s3"}}} for name in ("a", "b"))
    found = change_of(tmp_path, LOKI, old, new)
    assert "object store by Secret a → b: another bucket would lack what is kept now" in [each.what for each in found]
    assert "object-changed" not in ids(found)


def test_settings_in_files_of_a_config_map_are_read(tmp_path: Path) -> None:
    files = []
    for hours, bucket in ((744, "logs"), (168, "other")):
        text = f"limits_config: {{retention_period: {hours}h}}\nstorage: {{s3: {{bucketnames: {bucket}}}}}\nx: 1\n"
        metadata = {"name": "loki", "namespace": "obs"}
        files.append(
            {
                "a.yaml": yaml.safe_dump(
                    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"loki.yaml": text}}
                )
            }
        )
    assert lines(part(compare, tmp_path, *files)) == [
        "▼ ConfigMap obs/loki: keeps less: retention_period 744h → 168h (destroys data)",
        "~ ConfigMap obs/loki: bucket logs → other: what the old one holds is no longer found (loses data)",
    ]


def test_a_claim_in_the_place_of_a_volume_of_the_pod(tmp_path: Path) -> None:
    without = {"template": {"spec": {"containers": [], "volumes": [{"name": "data", "emptyDir": {}}]}}}
    claimed = {
        "template": {"spec": {"containers": [], "volumes": []}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": volume("1Gi")}],
    }
    (come,) = change_of(tmp_path / "1", STATEFUL_SET, without, claimed)
    assert come.what == f"keeps its data in a volume now: {REFUSED}"
    (gone,) = change_of(tmp_path / "2", STATEFUL_SET, claimed, without)
    assert gone.risk is Risk.DESTROYS


VALUES = """
prometheus:
  prometheusSpec:
    retention: {retention}
    storageSpec: {{volumeClaimTemplate: {{spec: {{resources: {{requests: {{storage: {size}}}}}}}}}}}
alertmanager:
  alertmanagerSpec: {{retention: {silences}}}
"""


def test_values_of_the_chart_read_like_its_objects(tmp_path: Path) -> None:
    old, new = (
        {"values.yaml": VALUES.format(retention=retention, size=size, silences=silences)}
        for retention, size, silences in (("10d", "50Gi", "120h"), ("5d", "40Gi", "24h"))
    )
    assert lines(part(compare, tmp_path, old, new)) == [
        "▼ values of prometheus: keeps less: retention 10d → 5d (destroys data)",
        "▼ values of prometheus: volume 50Gi → 40Gi: a volume cannot shrink, and a new one is empty (destroys data)",
        "▼ values of alertmanager: forgets silences sooner: retention 120h → 24h (needs review)",
    ]


def test_a_claim_that_is_gone_takes_its_volume_along(tmp_path: Path) -> None:
    other = manifest(CLAIM, volume("1Gi"), "other")
    old = {"a.yaml": f"{manifest(CLAIM, volume('9Gi'))}---\n{other}"}
    assert lines(part(compare, tmp_path, old, {"a.yaml": other})) == [
        "- PersistentVolumeClaim obs/main: gone: its volume is deleted (destroys data)"
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "loses"),
    [
        (PROMETHEUS, stored(volume("1Gi")), True),
        (PROMETHEUS, {"retention": "1d"}, False),
        (LOKI, days(7), True),
        (STATEFUL_SET, {"volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": volume("1Gi")}]}, True),
        (STATEFUL_SET, {"replicas": 3}, False),
        (("apps/v1", "Deployment"), {"replicas": 3}, False),
    ],
)
def test_what_has_volumes_and_another_name_begins_with_empty_ones(
    tmp_path: Path, kind: tuple[str, str], spec: dict[str, Any], loses: bool
) -> None:
    old, new = ({"a.yaml": manifest(kind, spec, name)} for name in ("one", "two"))
    found = lines(part(compare, tmp_path, old, new))
    told = f"~ {kind[1]} obs/two: obs/one until now: begins with empty volumes (destroys data)"
    assert found == [told if loses else f"~ {kind[1]} obs/two: renamed from one (needs review)"]


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from(["h", "d", "w"]), st.sampled_from(["h", "d", "w"]))
def test_less_time_always_destroys_and_more_never_does(
    tmp_path_factory: pytest.TempPathFactory, old: int, new: int, old_unit: str, new_unit: str
) -> None:
    hours = {"h": 1, "d": 24, "w": 168}
    found = change_of(
        tmp_path_factory.mktemp("r"),
        PROMETHEUS,
        {"retention": f"{old}{old_unit}"},
        {"retention": f"{new}{new_unit}"},
    )
    shorter = new * hours[new_unit] < old * hours[old_unit]
    assert {each.risk for each in found} <= {Risk.DESTROYS if shorter else Risk.SAFE}
    assert bool(found) is ((old, old_unit) != (new, new_unit))
