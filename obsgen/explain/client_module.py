"""A Python module with the metrics that a profile declares of an application, for the library prometheus_client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from obsgen.findings import InputError, Place, error
from obsgen.hints import nearest
from obsgen.profile.load import load_profile
from obsgen.profile.metrics import DeclaredMetric
from obsgen.profile.models import Application
from obsgen.units import number_text

_CLASSES = {"counter": "Counter", "gauge": "Gauge", "histogram": "Histogram"}


def client_module(application: str, profile: Path) -> str:
    """The module of one application; InputError if the profile has no such, or the library cannot expose a metric."""
    loaded = load_profile(profile)
    if loaded.faults:
        raise InputError(loaded.faults)
    known = {each.name: (index, each) for index, each in enumerate(loaded.base.settings.applications)}
    if application not in known:
        message = f"{profile} declares no application '{application}'"
        raise InputError(
            [error("profile/unknown-server", message, Place(str(profile)), nearest(application, list(known)))]
        )
    index, found = known[application]
    place = loaded.base.merged.place
    wrong = [
        error("profile/metric", f"prometheus_client exposes every counter as …_total, so not {name}",
              place(("applications", index, "metrics", name), True), f"name it {name}_total")
        for name, said in found.metrics.items() if said.type == "counter" and not name.endswith("_total")
    ]  # fmt: skip
    if wrong:
        raise InputError(wrong)
    return "\n".join(_lines(found))


def _lines(application: Application) -> Iterator[str]:
    used = sorted({_CLASSES[said.type] for said in application.metrics.values()})
    yield f'"""Metrics of {application.name}."""'
    yield ""
    yield f"from prometheus_client import {', '.join(used)}"
    for name, said in application.metrics.items():
        yield ""
        yield from _metric(name, said)


def _metric(name: str, said: DeclaredMetric) -> Iterator[str]:
    """One metric. The library adds `_total` to counters itself."""
    exposed = name.removesuffix("_total") if said.type == "counter" else name
    yield f"{_constant(name)} = {_CLASSES[said.type]}("
    yield f"    {exposed!r},"
    yield f"    {said.help or name!r},"
    if said.labels:
        yield f"    {list(said.labels.values())!r},"
    if said.buckets:
        yield f"    buckets=[{', '.join(map(number_text, said.buckets))}],"
    yield ")"


def _constant(name: str) -> str:
    """A name for a constant of Python's."""
    return re.sub(r"\W", "_", name).upper().lstrip("_0123456789") or "METRIC"
