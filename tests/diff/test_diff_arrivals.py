"""What stacks, environments and clusters bring as a whole, and take with them: alerts, Secrets, stored data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from parts import manifest
from written import compared, lines

from obsgen.diff.difference import Difference
from obsgen.diff.model import Risk
from obsgen.diff.telling import told

OPERATOR = "monitoring.coreos.com/v1"
RULE, MANAGER, SERVER = (OPERATOR, "PrometheusRule"), (OPERATOR, "Alertmanager"), (OPERATOR, "Prometheus")
APPLICATION = ("argoproj.io/v1alpha1", "Application")
CASCADE = "resources-finalizer.argocd.argoproj.io"
CLAIM = {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}}
REPOSITORY = "https://git.example.org/acme/gitops.git"


def rules(**alerts: str) -> str:
    """Alerts, each with its severity."""
    entries = [{"alert": name, "expr": "up == 0", "labels": {"severity": each}} for name, each in alerts.items()]
    return manifest(RULE, {"groups": [{"name": "g", "rules": entries}]}, "rules")


def alertmanager(secret: str = "", **receivers: str) -> str:
    """An Alertmanager whose critical alerts go to the first receiver, all others to the last one."""
    first, last = next(iter(receivers)), list(receivers)[-1]
    config = {
        "route": {"receiver": last, "routes": [{"matchers": ['severity="critical"'], "receiver": first}]},
        "receivers": [{"name": name, f"{kind}_configs": [{"x": "y"}]} for name, kind in receivers.items()],
    }
    spec = {"configSecret": "config", **({"secrets": [secret]} if secret else {})}
    held = manifest(("v1", "Secret"), None, "config", stringData={"alertmanager.yaml": yaml.safe_dump(config)})
    return manifest(MANAGER, spec) + held


def stack(overlays: dict[str, str], **applications: list[str]) -> dict[str, str]:
    """A rendered tree with overlays, and Applications with their finalizers."""
    files = {"out/shop/.obsgen/record.json": "{}\n"} if overlays else {"empty.txt": ""}
    for path, text in overlays.items():
        files[f"out/shop/overlays/{path}/kustomization.yaml"] = "resources: [all.yaml]\n"
        files[f"out/shop/overlays/{path}/all.yaml"] = text
    for name, finalizers in applications.items():
        source = {"repoURL": REPOSITORY, "path": f"out/shop/overlays/{name}"}
        labels = {"obsgen.dev/environment": name.partition("/")[0]}
        metadata: dict[str, Any] = {"labels": labels, **({"finalizers": finalizers} if finalizers else {})}
        files["argocd/shop/.obsgen/record.json"] = "{}\n"
        text = manifest(APPLICATION, {"source": source}, name.replace("/", "-"), "argocd", metadata=metadata)
        files[f"argocd/shop/{name.replace('/', '-')}.yaml"] = text
    return files


def difference(folder: Path, old: dict[str, str], new: dict[str, str]) -> Difference:
    """What differs between two sets of overlays."""
    return compared(folder, stack(old), stack(new))


def only(found: Difference, thing: str) -> list[str]:
    """The lines of what is told of stacks, of environments, or of clusters."""
    return lines([each for each in found.changes if each.id.startswith(f"change/{thing}-")])


ALL = rules(Down="critical", Slow="warning", Full="warning")
PAGER = alertmanager("keys", pager="pagerduty", chat="slack")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ALL + PAGER, "new: 3 alerts, 1 of them critical → pager; needs Secret obs/keys (may page)"),
        (rules(Down="critical") + alertmanager(p="pagerduty", c="slack"), "new: 1 alert, critical → p (may page)"),
        (rules(A="critical", B="critical"), "new: 2 alerts, all of them critical (may page)"),
        (ALL + alertmanager(chat="slack", other="email"), "new: 3 alerts, nobody is paged (safe)"),
        (rules(Slow="warning"), "new: 1 alert, nobody is paged (safe)"),
        (rules(A="critical", B="warning") + alertmanager(p="pagerduty"), "new: 2 alerts, all of them → p (may page)"),
        (manifest(MANAGER, {"secrets": ["keys"]}), "new: needs Secret obs/keys (needs review)"),
        (manifest(("v1", "ConfigMap"), None), "new (safe)"),
    ],
)
def test_a_new_environment_says_who_may_be_paged(tmp_path: Path, text: str, expected: str) -> None:
    found = difference(tmp_path, {"dev": ALL}, {"dev": ALL, "prod": text})
    assert only(found, "environment") == [f"+ environment prod: {expected}"]


def test_those_who_ask_see_all_alerts_and_what_secrets_must_have(tmp_path: Path) -> None:
    found = difference(tmp_path, {"dev": ALL}, {"dev": ALL, "prod": ALL + PAGER})
    (change,) = (each for each in found.changes if each.id == "change/environment-added")
    assert change.details[:3] == (
        "1 alert, critical → pager: Down",
        "2 alerts, warning → chat: Full, Slow",
        "Secret obs/keys must be there",
    )
    assert "PrometheusRule obs/rules" in change.details


def test_a_new_stack_is_one_line_of_all_that_it_brings(tmp_path: Path) -> None:
    units = {"dev": ALL, "prod/one": rules(Other="critical") + PAGER}
    found = difference(tmp_path, {}, units)
    assert only(found, "stack") == [
        "+ stack shop: new: 4 alerts, 2 of them critical → pager; needs Secret obs/keys (may page)"
    ]


def test_many_clusters_are_one_line_whatever_their_secrets_are_called(tmp_path: Path) -> None:
    clusters = {
        f"prod/c{number}": ALL + alertmanager(f"keys-c{number}", pager="pagerduty", chat="slack") for number in range(6)
    }
    found = difference(tmp_path, {"prod/c0": clusters["prod/c0"]}, clusters)
    (line,) = (each for each in told(found).lines if each.first.id == "change/cluster-added")
    assert (line.subject, line.risk) == ("5 clusters", Risk.PAGES)
    assert line.first.what == "new: 3 alerts, 1 of them critical → pager; needs Secret obs/keys-<cluster>"


@pytest.mark.parametrize(
    ("spec", "finalizers", "expected"),
    [
        ({}, [CASCADE], "gone, with all that it has (may stop paging)"),
        ({"storage": CLAIM}, [CASCADE], "gone, with all that it has and the data of its Prometheus (destroys data)"),
        ({"storage": CLAIM}, None, "gone, with all that it has and the data of its Prometheus (destroys data)"),
        (
            {"storage": CLAIM},
            [],
            "gone from the files: what it has stays in the cluster, and grows old (needs review)",
        ),
    ],
)
def test_what_goes_with_its_volumes_destroys_data(
    tmp_path: Path, spec: dict[str, Any], finalizers: list[str] | None, expected: str
) -> None:
    overlays = {"dev": ALL, "prod": manifest(SERVER, {"x": 1, **spec})}
    old, new = stack(overlays), stack({"dev": ALL})
    if finalizers is not None:
        old, new = stack(overlays, prod=finalizers, dev=[CASCADE]), stack({"dev": ALL}, dev=[CASCADE])
    found = compared(tmp_path, old, new)
    assert only(found, "environment") == [f"- environment prod: {expected}"]


def test_a_stack_that_stays_in_its_clusters_destroys_nothing(tmp_path: Path) -> None:
    text = manifest(SERVER, {"storage": CLAIM})
    for number, (finalizers, risk) in enumerate([([], Risk.REVIEW), ([CASCADE], Risk.DESTROYS)]):
        old = stack({"dev": text, "prod": text}, dev=finalizers, prod=finalizers)
        found = compared(tmp_path / str(number), old, stack({})).changes
        assert [each.risk for each in found if each.id == "change/stack-removed"] == [risk]


@pytest.mark.parametrize("is_new", [True, False])
def test_the_applications_of_clusters_are_told_with_these(tmp_path: Path, is_new: bool) -> None:
    text = ALL + PAGER
    one, all_ = {"prod/c0": text}, {f"prod/c{number}": text for number in range(3)}
    sides = [stack(each, **{path: [CASCADE] for path in each}) for each in (one, all_)]
    found = compared(tmp_path, *(sides if is_new else sides[::-1])).changes
    assert {each.id for each in found} == {f"change/cluster-{'added' if is_new else 'removed'}"}


def test_the_data_of_what_must_not_be_pruned_stays(tmp_path: Path) -> None:
    kept = manifest(
        SERVER, {"storage": CLAIM}, metadata={"annotations": {"argocd.argoproj.io/sync-options": "Prune=false"}}
    )
    found = difference(tmp_path, {"dev": ALL, "prod": kept}, {"dev": ALL})
    assert only(found, "environment") == ["- environment prod: gone, with all that it has (may stop paging)"]
