"""Values of the Helm chart kube-prometheus-stack: found by content, and how its keys become fields of resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from obsgen.repository.objects import KubeObject, Located
from obsgen.source import Route, load_text

CHART = "kube-prometheus-stack"
_DATA = Path(__file__).with_name(f"{CHART}.yaml")
_TELLING = (("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec"), ("thanosRuler", "thanosRulerSpec"))
_HOLDING = ("values", "valuesObject")
"""The keys of objects that hold the values of a whole chart."""
_API_VERSION = "monitoring.coreos.com/v1"
_PORT = "http-web"
"""What the chart calls the port of its Prometheus where values do not say (its values.yaml, `portName`)."""


@dataclass(frozen=True)
class Spec:
    """A part of the values whose keys become fields of a resource.

    `own` keys are the chart's, `passed` ones are handed on, under another name where `fields` has one.
    """

    at: tuple[str, ...]
    kind: str
    own: frozenset[str]
    passed: frozenset[str]
    fields: Mapping[str, str]

    @property
    def known(self) -> frozenset[str]:
        """All keys that the chart knows."""
        return self.own | self.passed | self.fields.keys()

    @property
    def api_version(self) -> str:
        """The resource's."""
        return _API_VERSION


@cache
def known_keys() -> dict[str, Any]:
    """The tree of keys that the chart knows; `any` where it holds anything."""
    keys: dict[str, Any] = _data()["keys"]
    return keys


@cache
def specs() -> tuple[Spec, ...]:
    """The parts that become resources."""
    return tuple(
        Spec(
            tuple(each["at"]),
            each["kind"],
            frozenset(each["own"].split()),
            frozenset(each["passed"].split()),
            each["fields"],
        )
        for each in _data()["specs"]
    )


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = load_text(_DATA.read_text(encoding="utf-8"), _DATA.name)[0].value
    return found


def is_values(value: Any) -> bool:
    """Whether a mapping holds values of the chart, its own or as those of a sub-chart, whatever that is called."""
    return isinstance(value, dict) and (_tells(value) or bool(_sub_chart(value)))


def _sub_chart(value: Mapping[Any, Any]) -> str:
    """The key of the values that an outer chart hands on: the chart's name, or the alias of a dependency."""
    named = (key for key, each in value.items() if isinstance(key, str) and _tells(each))
    return CHART if isinstance(value.get(CHART), dict) else next(named, "")


def _tells(value: Any) -> bool:
    return isinstance(value, dict) and any(
        isinstance(value.get(chart), dict) and isinstance(value[chart].get(spec), dict) for chart, spec in _TELLING
    )


def of_document(located: Located) -> Located:
    """The chart's values in a file: the whole, or those that an outer chart hands on."""
    inner = "" if _tells(located.value) else _sub_chart(located.value)
    return located.at(inner) if inner else located


def is_of_sub_chart(values: Located) -> bool:
    """Whether an outer chart hands them on; then Helm itself may read a key of theirs, such as `enabled`."""
    return bool(values.route) and values.route[-1] not in _HOLDING


def in_objects(objects: Iterable[KubeObject]) -> Iterator[Located]:
    """Values that stand in objects: Argo CD's `valuesObject`, Flux' HelmRelease."""
    for object_ in objects:
        for route in _routes(object_):
            found = object_.located.at(*route)
            if is_values(found.value):
                yield of_document(found)


def _routes(object_: KubeObject) -> Iterator[Route]:
    if object_.kind == "HelmRelease":
        yield ("spec", "values")
    elif object_.kind == "Application":
        yield ("spec", "source", "helm", "valuesObject")
        sources = object_.located.at("spec", "sources").items()
        yield from (("spec", "sources", index, "helm", "valuesObject") for index in range(len(sources)))


def namespaces_besides(values: Iterable[Located]) -> list[str]:
    """The namespaces besides its release's that the chart deploys to, given all values that it may get."""
    laid = list(values)
    if any(_is_off(each.at("kubernetesServiceMonitors")) for each in laid):
        return []
    found: Mapping[str, list[str]] = _data()["elsewhere"]
    return [namespace for namespace, keys in found.items() if any(_is_on(key, laid) for key in keys)]


def _is_on(key: str, laid: Iterable[Located]) -> bool:
    return not any(_is_off(each.at(key)) or _is_off(each.at(key, "service")) for each in laid)


def _is_off(part: Located) -> bool:
    return part.at("enabled").value is False


def prometheus_made(values: Located, name: str, namespace: str) -> KubeObject | None:
    """The Prometheus object of this name that the chart makes of its values; None if they speak of none."""
    spec = values.at("prometheus", "prometheusSpec")
    if not isinstance(spec.value, dict):
        return None
    metadata = {"name": name, "namespace": namespace}
    made = {"metadata": metadata, "spec": {"portName": _PORT, **spec.value}}
    return KubeObject(Located(made, spec.where, spec.route), _API_VERSION, "Prometheus", metadata)
