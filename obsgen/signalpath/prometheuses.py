"""The Prometheus that selects monitors and rules: an object, values of its chart, or what facts say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from obsgen.findings import Place
from obsgen.promql.durations import milliseconds
from obsgen.signalpath.exporters import place_of
from obsgen.signalpath.monitors import GROUP, SELECTORS
from obsgen.signalpath.selectors import Answer, Labels, both, selects, takes_namespace, unmet

if TYPE_CHECKING:
    from obsgen.facts import Monitoring
    from obsgen.repository.objects import KubeObject, Located

RULES = "rule"
"""How the fields that select rules begin."""
_SCRAPING, _LOADING = ("Prometheus", "PrometheusAgent"), ("Prometheus", "ThanosRuler")
_DEFAULT_INTERVAL = 30_000
"""The operator's, in milliseconds."""
_CHART_SELECTORS = (*SELECTORS.values(), RULES)


@dataclass(frozen=True, eq=False)
class Prometheus:
    """One that selects objects by the fields of `spec`. Without a place it is outside of the files."""

    name: str
    namespace: str
    kind: str
    spec: Mapping[str, Any]
    located: Located | None = None
    object: KubeObject | None = None

    @property
    def scrapes(self) -> bool:
        """Whether it scrapes."""
        return self.kind in _SCRAPING

    @property
    def loads_rules(self) -> bool:
        """Whether it evaluates rules."""
        return self.kind in _LOADING

    @property
    def is_unmanaged(self) -> bool:
        """Whether it has no selector of monitors at all: then the operator configures nothing, not even rules."""
        return self.kind in _SCRAPING and all(self.selector(each) is None for each in SELECTORS.values())

    def selector(self, of: str) -> Any:
        """The label selector of a kind; None if it has none."""
        return self.spec.get(f"{of}Selector")

    def place(self, of: str = "") -> Place | None:
        """Where the selector stands; the name where it has none."""
        if self.located is None:
            return None
        if of and f"{of}Selector" in self.spec:
            return self.located.place((f"{of}Selector",), key=True)
        return place_of(self.object) if self.object else self.located.place((), key=True)

    def takes(self, of: str, labels: Labels, namespace: str, about: Labels | None) -> Answer:
        """Whether it selects an object with these labels in a namespace whose labels are known, or None."""
        in_reach = takes_namespace(self.spec.get(f"{of}NamespaceSelector"), self.namespace, namespace, about)
        return both(selects(self.selector(of), labels), in_reach)

    def wants(self, of: str, labels: Labels) -> list[str]:
        """What labels lack for its selector, in words."""
        return [str(each) for each in unmet(self.selector(of), labels)]

    def interval(self, field: str) -> int:
        """`scrapeInterval` or `evaluationInterval`, in milliseconds."""
        value = self.spec.get(field)
        found = milliseconds(value) if isinstance(value, str) else None
        return found if found is not None else _DEFAULT_INTERVAL

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name}"


def of_objects(objects: Iterable[KubeObject]) -> Iterator[Prometheus]:
    """Those among some objects."""
    for each in objects:
        spec = each.value.get("spec")
        if each.group == GROUP and each.kind in (*_SCRAPING, *_LOADING) and isinstance(spec, dict):
            yield Prometheus(each.name, each.namespace, each.kind, spec, each.located.at("spec"), each)


def of_facts(known: Monitoring) -> Prometheus:
    """The one that facts tell of; it looks into all namespaces."""
    selector = {"matchLabels": known.selector_labels} if known.selector_labels else {}
    spec: dict[str, Any] = {f"{each}Selector": selector for each in _CHART_SELECTORS}
    spec |= {f"{each}NamespaceSelector": {} for each in _CHART_SELECTORS}
    spec |= {"scrapeInterval": known.scrape_interval, "evaluationInterval": known.evaluation_interval}
    return Prometheus(known.name, known.namespace, "Prometheus", spec)


def of_values(values: Located, release: str = "") -> Prometheus | None:
    """The one that kube-prometheus-stack makes of its values; where nobody tells the release, any name of it will do.

    Source: prometheus-community/helm-charts, templates/prometheus/prometheus.yaml.
    """
    located = values.at("prometheus", "prometheusSpec")
    if not isinstance(located.value, dict) or values.at("prometheus", "enabled").value is False:
        return None
    spec = dict(located.value)
    named = (
        {"matchLabels": {"release": release}}
        if release
        else {"matchExpressions": [{"key": "release", "operator": "Exists"}]}
    )
    for each in _CHART_SELECTORS:
        by_release = spec.get(f"{each}SelectorNilUsesHelmValues") is not False
        spec[f"{each}Selector"] = spec.get(f"{each}Selector") or (named if by_release else {})
        spec[f"{each}NamespaceSelector"] = spec.get(f"{each}NamespaceSelector") or {}
    namespace = str(values.at("namespaceOverride").value or "")
    return Prometheus(release or "kube-prometheus-stack", namespace, "Prometheus", spec, located)
