"""What Prometheus would refuse in a rule is told where it was written: one bad rule makes it drop the whole object."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import promql_parser

from obsgen.components.origin import Origin
from obsgen.logql import LogqlError, NotUnderstoodError
from obsgen.logql import parse as parse_logql
from obsgen.promql import PromqlError, parse
from obsgen.promql.grafana import parse_templated
from obsgen.promql.syntax import Problem
from obsgen.promql.template import read_template

MAX_QUICK = 2000
"""Characters that the native parser is given unseen: it recurses, and crashes where thousands of levels nest."""


def proofread_query(expr: str, origin: Origin) -> None:
    """InputError at `origin` if the expression is not PromQL."""
    problem = _query_problem(expr)
    if problem:
        origin.refuse("promql/syntax", f"this is not PromQL: {problem.message}", problem.hint)


# Environments mostly repeat each other's rules: what was read once is not read again.
@lru_cache(maxsize=65536)
def _query_problem(expr: str) -> Problem | None:
    """What is wrong with a query; the quick parser alone judges what it takes."""
    try:
        if len(expr) <= MAX_QUICK:
            promql_parser.parse(expr)
            return None
    except ValueError:
        pass
    try:
        parse(expr)
    except PromqlError as refused:
        return refused.problem
    return None


def proofread_logs(expr: str, origin: Origin) -> None:
    """InputError at `origin` if Loki would refuse the expression in a rule."""
    try:
        parse_logql(expr)
    except NotUnderstoodError:
        return
    except LogqlError as refused:
        origin.refuse("logql/syntax", f"this is not LogQL: {refused.message}", refused.hint)


def proofread_panel(expr: str, origin: Origin) -> None:
    """InputError at `origin` if a panel's expression is not PromQL for any values of Grafana's variables."""
    try:
        parse_templated(expr)
    except PromqlError as refused:
        problem = refused.problem
        hint = problem.hint or "series('…') may give several series, joined by `or`: they take no range"
        origin.refuse("promql/syntax", f"this is not PromQL: {problem.message}", hint)


def proofread_object(value: Any, origin: Origin) -> None:
    """InputError where a rendered template is no Kubernetes object: what makes it one is text in its place."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict):
        origin.at("metadata").refuse("component/manifest", "an object has metadata", "write metadata: {name: …}")
    for holder, route in ((value, ("apiVersion",)), (value, ("kind",)), (metadata, ("metadata", "name"))):
        _proofread_name(holder.get(route[-1]), origin.at(*route))
    if "namespace" in metadata:
        _proofread_name(metadata["namespace"], origin.at("metadata", "namespace"))
    for pairs in ("labels", "annotations"):
        for key, text in _pairs(metadata.get(pairs), origin.at("metadata", pairs)):
            if not isinstance(text, str):
                origin.at("metadata", pairs, key).refuse(
                    "component/manifest", f"{key} must be text", "write it in quotes"
                )


def _proofread_name(name: Any, origin: Origin) -> None:
    if not isinstance(name, str) or not name or len(name) > 253:
        message = f"{'.'.join(map(str, origin.route[1:]))} must be text of 1 to 253 characters"
        origin.refuse("component/manifest", message, "an object has apiVersion, kind and metadata.name")


def _pairs(pairs: Any, origin: Origin) -> list[tuple[Any, Any]]:
    if pairs is not None and not isinstance(pairs, dict):
        origin.refuse("component/manifest", f"{origin.route[-1]} must be a mapping", "write {key: text}")
    return list((pairs or {}).items())


def proofread_text(text: str, origin: Origin) -> str:
    """The text of a label or annotation; InputError at `origin` if Prometheus cannot expand its template."""
    for problem in _text_problems(text):
        origin.refuse("promql/template", problem.message, problem.hint or "Prometheus expands {{ }} in this text")
    return text


@lru_cache(maxsize=65536)
def _text_problems(text: str) -> tuple[Problem, ...]:
    return tuple(read_template(text).problems) if "{{" in text or "}}" in text else ()
