"""The PromQL of objects that act on it: those that scale by a query, judge a roll-out by one, or alert in Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.promql import PromqlError, parse
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.expressions import Expression

_SCALING = ("ScaledObject", "ScaledJob")
_JUDGING = ("AnalysisTemplate", "ClusterAnalysisTemplate")
_TEMPLATE = "{{"
"""What stands in a query that is written only once it is asked."""


def scaler_expressions(objects: Iterable[KubeObject]) -> Iterator[Expression]:
    """Those of KEDA's triggers, of the metrics of Argo Rollouts, and those of Grafana's alerts that are PromQL."""
    for object_ in objects:
        if object_.group == "grafana.integreatly.org" and object_.kind == "GrafanaAlertRuleGroup":
            found = (_read(each, each.value) for each in _asked(object_) if isinstance(each.value, str))
            yield from (each for each in found if each.query)
        for located in _queries(object_):
            text = located.value
            if isinstance(text, str) and text.strip() and _TEMPLATE not in text:
                yield _read(located, text)


def _queries(object_: KubeObject) -> Iterator[Located]:
    spec = object_.located.at("spec")
    if object_.group == "keda.sh" and object_.kind in _SCALING:
        yield from (
            each.at("metadata", "query")
            for each in spec.at("triggers").items()
            if each.at("type").value == "prometheus"
        )
    elif object_.group == "argoproj.io" and object_.kind in _JUDGING:
        yield from (each.at("provider", "prometheus", "query") for each in spec.at("metrics").items())


def _asked(object_: KubeObject) -> Iterator[Located]:
    for rule in object_.located.at("spec", "rules").items():
        yield from (data.at("model", "expr") for data in rule.at("data").items())


def _read(located: Located, text: str) -> Expression:
    try:
        return Expression("scaler", located, 0, parse(text))
    except PromqlError as refusal:
        return Expression("scaler", located, 0, None, refusal)
