"""Datasources in the forms of their readers: provisioning files, values of a Helm chart, objects of Grafana's operator.

Secrets are named, never read: a file mounts them (`$__file{…}`), or the operator puts their values in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obsgen.tree.serialise import yaml_bytes

ACCOUNT = "/var/run/secrets/grafana"
"""Where a deployed Grafana finds the token of its own service account, and the CA of the cluster's services."""
SECRETS = "/etc/grafana/secrets"
"""Where it finds the Secrets of datasources, each in a folder of its own."""
TOKEN_SECRET = "grafana-token"  # noqa: S105  # a Secret's name
"""The Secret with a token of its service account, where the operator writes datasources: it reads no files."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a secret value is: as a file, and as a reference of the operator."""

    file: str
    kind: str
    name: str
    key: str


_TOKEN = _Source(f"{ACCOUNT}/token", "secretKeyRef", TOKEN_SECRET, "token")
_CA = _Source(f"{ACCOUNT}/service-ca.crt", "configMapKeyRef", "openshift-service-ca.crt", "service-ca.crt")
"""OpenShift puts that ConfigMap into every namespace."""


def datasource_names(datasources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What templates speak of: `provisioning` is a file's text, `chart_datasources` the same for values that Helm
    renders once more, `datasource_objects` what the operator's objects hold, `datasource_secrets` what is mounted.
    """
    files = [_provisioned(each) for each in datasources]
    return {
        "provisioning": yaml_bytes({"apiVersion": 1, "datasources": files}).decode(),
        "chart_datasources": _without_templates(files),
        "datasource_objects": [_object(each) for each in datasources],
        "datasource_secrets": _mounts(datasources),
    }


def _provisioned(datasource: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a provisioning file, where Grafana expands `$NAME` in every text and makes one dollar of two."""
    files = {path: f"{before}$__file{{{source.file}}}" for path, before, source in _secrets(datasource)}
    common = _doubled(_common(datasource))
    return _entry({"name": common["name"], "uid": datasource["uid"], **common}, _headers(datasource), files)


def _object(datasource: Mapping[str, Any]) -> dict[str, Any]:
    """The uid, the datasource and the values of a GrafanaDatasource's spec."""
    secrets = list(_secrets(datasource))
    marks = {path: f"{before}${{{source.key}}}" for path, before, source in secrets}
    values = [
        {"targetPath": path, "valueFrom": {source.kind: {"name": source.name, "key": source.key}}}
        for path, _, source in secrets
    ]
    entry = _entry(_common(datasource), _headers(datasource), marks)
    return {"uid": datasource["uid"], "datasource": entry, "values_from": values}


def _common(datasource: Mapping[str, Any]) -> dict[str, Any]:
    """What is the same for every reader."""
    return {
        "name": datasource["name"],
        "type": datasource["type"],
        "access": "proxy",
        "url": datasource["url"],
        "isDefault": datasource["default"],
        "editable": False,
        **({"basicAuth": True} if datasource["login"] else {}),
        "jsonData": {
            **datasource["json_data"],
            **{f"httpHeaderName{number}": name for number, (name, _) in enumerate(_header_names(datasource), 1)},
            **({"tlsAuthWithCACert": True} if datasource["account"] else {}),
        },
    }


def _header_names(datasource: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Headers that go with every question, and their values where they are no secrets."""
    token = [("Authorization", None)] if datasource["account"] or datasource["token"] else []
    return [*token, *([("X-Scope-OrgID", datasource["tenant"])] if datasource["tenant"] else [])]


def _headers(datasource: Mapping[str, Any]) -> dict[str, str]:
    """Paths and values of headers that are no secrets."""
    names = enumerate(_header_names(datasource), 1)
    return {f"secureJsonData.httpHeaderValue{number}": value for number, (_, value) in names if value}


def _secrets(datasource: Mapping[str, Any]) -> Iterator[tuple[str, str, _Source]]:
    """Each secret value: its path in the datasource, what stands before it, where it is."""
    if datasource["account"]:
        yield "secureJsonData.httpHeaderValue1", "Bearer ", _TOKEN
        yield "secureJsonData.tlsCACert", "", _CA
    if datasource["token"]:
        yield "secureJsonData.httpHeaderValue1", "Bearer ", _mounted(datasource["token"])
    if datasource["login"]:
        yield "basicAuthUser", "", _mounted(datasource["login"]["username"])
        yield "secureJsonData.basicAuthPassword", "", _mounted(datasource["login"]["password"])


def _mounted(key: Mapping[str, str]) -> _Source:
    return _Source(f"{SECRETS}/{key['secret']}/{key['key']}", "secretKeyRef", key["secret"], key["key"])


def _entry(common: Mapping[str, Any], *values: Mapping[str, str]) -> dict[str, Any]:
    """A datasource with values laid at their paths, which have one or two steps."""
    entry = dict(common)
    for path, value in (item for each in values for item in sorted(each.items())):
        step, _, inner = path.partition(".")
        if inner:
            entry[step] = {**entry.get(step, {}), inner: value}
        else:
            entry[step] = value
    return entry


def _mounts(datasources: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The Secrets that must be mounted for files, once each."""
    sources = (source for each in datasources for _, _, source in _secrets(each) if source.file.startswith(SECRETS))
    return [{"name": name, "path": f"{SECRETS}/{name}"} for name in sorted({source.name for source in sources})]


def _doubled(value: Any) -> Any:
    return _replaced(value, "$", "$$")


def _without_templates(value: Any) -> Any:
    """For values that Helm reads as templates: braces stand for themselves."""
    return _replaced(value, "{{", "{{`{{`}}")


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, old, new) for inner in value]
    return value.replace(old, new) if isinstance(value, str) else value
