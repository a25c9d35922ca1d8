"""Logs: where Loki is and who writes to it, as templates know it; and the lines behind a signal as Loki stores them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from obsgen.components.catalogue import Catalogue
from obsgen.components.logs import FIELD, Collects, LogLines
from obsgen.components.origin import Origin
from obsgen.hints import nearest
from obsgen.profile.logs import DAY, Logs
from obsgen.profile.models import Settings
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Filter, Instance, Stored, StoredLog
from obsgen.stack.surroundings import on_openshift
from obsgen.units import duration

USUAL = Collects(labels={"namespace": "namespace", "pod": "pod", "container": "container"})
"""What most collectors write, where the profile names none."""

ON_OPENSHIFT = "openshift-logging"
"""The namespace that OpenShift's console looks for a LokiStack in, and the operator's tenants of that name."""


def logs_context(
    settings: Settings, namespaces: Mapping[str, str], catalogue: Catalogue, ledger: Ledger
) -> dict[str, Any] | None:
    """The section `logs` for templates, with what follows from it; None without the section.

    `url` is where it is queried, `push_url` where lines are sent, `gateway` who guards both: `openshift`, `oidc`, or
    nobody. `namespaces`, whose pods are read, is filled in once the servers are known.
    """
    logs = settings.logs
    if logs is None:
        return None
    collects = _collects(logs, catalogue, ledger)
    openshift = on_openshift(settings)
    home = ON_OPENSHIFT if openshift and logs.type == "lokistack" else namespaces["monitoring"]
    namespace = logs.namespace or home
    return {
        **logs.model_dump(),
        "openshift": openshift,
        "namespace": namespace,
        "days": duration(logs.retention) // DAY,
        "labels": {**collects.labels, **logs.labels},
        "fields": collects.fields,
        "text": collects.text,
        "namespaces": [],
        **_addresses(logs, ledger, openshift, namespace),
    }


def _addresses(logs: Logs, ledger: Ledger, openshift: bool, namespace: str) -> dict[str, str | None]:
    """Where Loki is asked and written to, as which tenant, and who guards it.

    Names and ports of a LokiStack's Services: grafana/loki operator/internal/manifests (var.go, gateway.go).
    """
    if logs.type == "existing":
        base = logs.url or f"http://loki-gateway.{namespace}.svc"
        if not logs.url:
            ledger.assume(f"Loki answers at {base} (logs.url)")
        push = base.rstrip("/") + "/loki/api/v1/push"
        return {"url": base, "push_url": push, "tenant": logs.tenant, "gateway": None}
    tenant = "application" if openshift else logs.tenant or "application"
    if openshift or logs.oidc:
        scheme = "https" if openshift else "http"
        url = f"{scheme}://{logs.name}-gateway-http.{namespace}.svc:8080/api/logs/v1/{tenant}"
        guard = "openshift" if openshift else "oidc"
        return {"url": url, "push_url": f"{url}/loki/api/v1/push", "tenant": tenant, "gateway": guard}
    ledger.assume(
        "Loki's operator runs with feature gate lokiStackGateway off, which its community bundle has on: it refuses a "
        "LokiStack without tenants (logs.oidc)"
    )
    ask, write = (f"http://{logs.name}-{part}-http.{namespace}.svc:3100" for part in ("query-frontend", "distributor"))
    return {"url": ask, "push_url": f"{write}/loki/api/v1/push", "tenant": tenant, "gateway": None}


def _collects(logs: Logs, catalogue: Catalogue, ledger: Ledger) -> Collects:
    """What the collector writes; an unknown one is told."""
    known = {name: each for name in catalogue.names if (each := catalogue.head(name).collects)}
    if logs.collector in known:
        return known[logs.collector]
    if logs.collector:
        message, hint = f"no collector of logs '{logs.collector}'", nearest(logs.collector, sorted(known))
        ledger.error("profile/unknown-component", message, ("logs", "collector"), hint)
    elif not logs.labels:
        names = ", ".join(USUAL.labels.values())
        ledger.assume(f"log lines reach Loki in streams with labels {names} (logs.labels, or logs.collector)")
    return USUAL


def with_sources(logs: dict[str, Any] | None, servers: Iterable[Instance], ledger: Ledger) -> dict[str, Any] | None:
    """The section, with the namespaces whose pods a stack reads the logs of; whose lines are whose is assumed."""
    for each in servers:
        if not each.pods and any(signal.is_log for signal in each.signals.values()):
            ledger.assume(f"{each.name}'s log lines may come from any pod of namespace {each.namespace} (pods)")
    return logs and {**logs, "namespaces": sorted({each.namespace for each in servers}) or [logs["namespace"]]}


def in_loki(stored: Stored, lines: LogLines, origin: Origin, context: Mapping[str, Any]) -> Stored:
    """A series that is log lines: labels of streams, and what is read from fields where streams lack it."""
    logs = context.get("logs") or {"labels": USUAL.labels, "fields": "", "text": ""}
    named = {ours: _field(real, origin.at("labels", ours), context) for ours, real in lines.labels.items()}
    read = {**dict(stored.labels), **named}
    log = StoredLog(
        where=_filters(lines.where, origin.at("where"), context),
        where_not=_filters(lines.where_not, origin.at("whereNot"), context),
        field=_field(lines.field, origin.at("field"), context) if lines.field else None,
        parse=lines.parse,
        streams=tuple(sorted(logs["labels"].items())),
        fields=tuple((ours, field) for ours, field in read.items() if ours not in logs["labels"]),
        inside=logs["fields"],
        text=logs["text"],
    )
    return replace(stored, labels=(*log.streams, *((ours, ours) for ours, _ in log.fields)), log=log)


def _filters(written: Mapping[str, tuple[str, ...]], origin: Origin, context: Mapping[str, Any]) -> tuple[Filter, ...]:
    return tuple(
        (_field(name, origin.at(name), context), tuple(origin.at(name).text(each, context) for each in values))
        for name, values in written.items()
    )


def _field(written: str, origin: Origin, context: Mapping[str, Any]) -> str:
    """A field's name, rendered."""
    name = origin.text(written, context)
    if not re.fullmatch(FIELD, name):
        origin.refuse("component/value", f"'{name}' names no field of a log line", "letters, digits and _, such as a.b")
    return name
