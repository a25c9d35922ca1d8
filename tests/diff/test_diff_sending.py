"""Where servers send alerts, and from which Secret an Alertmanager reads its routes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from parts import manifest, part
from written import compared, lines

from obsgen.diff.compare.sending import compare

OPERATED = "alertmanager-operated"
MONITORING = "monitoring.coreos.com/v1"
ALERTMANAGER = manifest((MONITORING, "Alertmanager"), {"replicas": 2}, "am")
SUBJECT = "~ Prometheus obs/main: "
NONE = ": no Service {} is among the files"


def server(*names: str, **more: Any) -> str:
    """A Prometheus that sends alerts to these Services."""
    listed = [{"name": each, "port": "web"} for each in names]
    alerting = {"alerting": {"alertmanagers": listed}} if listed else {}
    return manifest((MONITORING, "Prometheus"), {"retention": "9d", **alerting, **more})


def service(name: str) -> str:
    """A Service."""
    return manifest(("v1", "Service"), {"ports": [{"name": "web", "port": 9093}]}, name)


def of(folder: Path, old: str, new: str, *others: str) -> list[str]:
    """What is told of two servers beside objects that stay the same."""
    files = [{"s.yaml": each, **{f"{index}.yaml": one for index, one in enumerate(others)}} for each in (old, new)]
    return lines([each for each in part(compare, folder, *files) if each.what])


@pytest.mark.parametrize(
    ("old", "new", "others", "told"),
    [
        (
            [OPERATED],
            ["other"],
            [ALERTMANAGER],
            f"other instead of {OPERATED}: no Service other is among the files (may stop paging)",
        ),
        ([OPERATED], ["other"], [ALERTMANAGER, service("other")], f"other instead of {OPERATED} (needs review)"),
        (
            [OPERATED],
            ["other"],
            [],
            f"other instead of {OPERATED}: no Service other is among the files (needs review)",
        ),
        (
            [OPERATED],
            [OPERATED, "other"],
            [ALERTMANAGER],
            "other besides: no Service other is among the files (needs review)",
        ),
        ([], [OPERATED], [ALERTMANAGER], f"{OPERATED} now (needs review)"),
    ],
)
def test_alerts_that_go_elsewhere(old: list[str], new: list[str], others: list[str], told: str, tmp_path: Path) -> None:
    assert of(tmp_path, server(*old), server(*new), *others) == [f"{SUBJECT}sends alerts to {told}"]


def test_alerts_that_go_to_fewer_or_to_nobody(tmp_path: Path) -> None:
    two, one = server(OPERATED, "other"), server(OPERATED)
    assert of(tmp_path / "fewer", two, one, ALERTMANAGER) == [
        f"{SUBJECT}no longer sends alerts to other, still to {OPERATED} (needs review)"
    ]
    assert of(tmp_path / "none", one, server(), ALERTMANAGER) == [
        f"{SUBJECT}no longer sends alerts to {OPERATED}, nor to anybody else (may stop paging)"
    ]
    elsewhere = server(additionalAlertManagerConfigs={"name": "more", "key": "more.yaml"})
    assert f"{SUBJECT}no longer sends alerts to {OPERATED} (needs review)" in of(tmp_path / "else", one, elsewhere)


def test_what_else_is_said_of_an_address_is_told_too(tmp_path: Path) -> None:
    old, new = server(OPERATED, "a"), server(OPERATED, "b").replace("port: web", "port: http", 1)
    found = of(tmp_path, old, new, ALERTMANAGER)
    assert len(found) == 2
    assert "port web → http" in found[1]


def test_a_service_of_another_namespace_is_named_with_it(tmp_path: Path) -> None:
    new = server(OPERATED).replace(f"name: {OPERATED}", f"name: {OPERATED}\n      namespace: web")
    what = f"sends alerts to web/{OPERATED} instead of {OPERATED}: no Service web/{OPERATED} is among the files"
    assert of(tmp_path, server(OPERATED), new, ALERTMANAGER) == [f"{SUBJECT}{what} (may stop paging)"]


def test_a_server_in_another_folder_than_its_alertmanager(tmp_path: Path) -> None:
    old, new = ({"one/s.yaml": server(each), "two/a.yaml": ALERTMANAGER} for each in (OPERATED, "other"))
    told = lines(list(compared(tmp_path, old, new).changes))
    what = f"sends alerts to other instead of {OPERATED}: no Service other is among the files"
    assert told == [f"{SUBJECT}{what} (may stop paging)"]


def test_it_is_told_once_whatever_checks_find(tmp_path: Path) -> None:
    rule = manifest(
        (MONITORING, "PrometheusRule"), {"groups": [{"name": "g", "rules": [{"alert": "Up", "expr": "up == 0"}]}]}
    )
    for name, new in (("other", server("other")), ("none", server())):
        old, now = ({"s.yaml": each, "a.yaml": ALERTMANAGER, "r.yaml": rule} for each in (server(OPERATED), new))
        told = lines(list(compared(tmp_path / name, old, now).changes))
        assert len([each for each in told if each.startswith(SUBJECT)]) == 1, told


ROUTES = '{"route": {"receiver": "ml"}, "receivers": [{"name": "ml", "slack_configs": [{"channel": "#ml"}]}]}'


def routes(name: str) -> str:
    """A Secret with Alertmanager's configuration."""
    return manifest(("v1", "Secret"), None, name, stringData={"alertmanager.yaml": ROUTES})


def reader(secret: str) -> str:
    """An Alertmanager that reads a Secret."""
    return manifest((MONITORING, "Alertmanager"), {"configSecret": secret}, "am")


EXTERNAL = manifest(
    ("external-secrets.io/v1", "ExternalSecret"),
    {"data": [{"secretKey": "alertmanager.yaml", "remoteRef": {"key": "k"}}]},
    "new",
)


def test_a_secret_that_is_not_there_loses_all_routes(tmp_path: Path) -> None:
    sides = reader("old"), reader("new")
    told = "~ Alertmanager obs/am: reads its routes from Secret new"
    assert of(tmp_path / "a", *sides, routes("old")) == [
        f"{told}, which is not among the files: without it nobody is told (may stop paging)"
    ]
    assert of(tmp_path / "b", *sides, routes("old"), routes("new")) == [f"{told} instead of old (needs review)"]
    assert of(tmp_path / "c", *sides, routes("old"), EXTERNAL) == [f"{told} instead of old (needs review)"]
    # Who keeps no Secrets among the files brings them in some other way.
    assert of(tmp_path / "d", *sides) == [f"{told} instead of old (needs review)"]


def test_a_secret_that_is_renamed_without_its_reader(tmp_path: Path) -> None:
    old, new = ({"a.yaml": reader("old"), "s.yaml": routes(each)} for each in ("old", "new"))
    found = lines([each for each in part(compare, tmp_path, old, new) if each.what])
    told = "~ Alertmanager obs/am: reads its routes from Secret old, which is not among the files"
    assert f"{told}: without it nobody is told (may stop paging)" in found
    assert "~ Secret obs/new: renamed from old (needs review)" in found


def test_the_secret_that_the_operator_looks_for_by_itself(tmp_path: Path) -> None:
    plain = manifest((MONITORING, "Alertmanager"), {"replicas": 2}, "am")
    named = manifest((MONITORING, "Alertmanager"), {"replicas": 2, "configSecret": "alertmanager-am"}, "am")
    assert not [each for each in of(tmp_path, plain, named, routes("alertmanager-am")) if "routes" in each]
