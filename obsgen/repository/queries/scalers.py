"""The PromQL of objects that act on it: those that scale by a query, and those that judge a roll-out by one."""

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
    """Those of KEDA's triggers and of the metrics of Argo Rollouts."""
    for object_ in objects:
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


def _read(located: Located, text: str) -> Expression:
    try:
        return Expression("scaler", located, 0, parse(text))
    except PromqlError as refusal:
        return Expression("scaler", located, 0, None, refusal)
