"""Recording rules: series that are computed once and used by boards and alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.components.origin import Origin
from obsgen.components.rules import Recording
from obsgen.components.templating import TemplateError
from obsgen.findings import Faults
from obsgen.hints import nearest
from obsgen.promql.build import Expr, call, laid_out, number, selector, union
from obsgen.render.queries.phrases import SentenceError
from obsgen.render.queries.proofread import proofread_query
from obsgen.render.queries.scopes import RuleScope, Scope, UnknownSignalError
from obsgen.render.queries.sentences import phrase
from obsgen.render.rules.joins import missing, renamed, with_others
from obsgen.stack.model import Instance, Stack
from obsgen.units import duration


@dataclass(frozen=True)
class RenderedRecording:
    """A recording rule of one instance."""

    instance: Instance
    group: str
    record: str
    expr: str
    labels: Mapping[str, str]

    def rule(self) -> dict[str, Any]:
        """The rule as Prometheus reads it."""
        labels = {"labels": dict(sorted(self.labels.items()))} if self.labels else {}
        return {"record": self.record, "expr": laid_out(self.expr), **labels}


def recordings(stack: Stack) -> list[RenderedRecording]:
    """Every recording rule of a stack, instance by instance; InputError with all faults."""
    written = [(i, index) for i in stack.instances for index in range(len(i.folder.recordings))]
    with Faults() as faults:
        return [one for some in faults.each(written, lambda each: list(_of_each(stack, *each))) for one in some]


def _of_each(stack: Stack, instance: Instance, index: int) -> Iterator[RenderedRecording]:
    recording = instance.folder.recordings[index]
    origin = instance.folder.origin("recording.yaml", index)
    for context in origin.each(recording.for_each, instance.context):
        if origin.at("when").holds(recording.when, context):
            yield _rendered(stack, instance, recording, origin, context)


def _rendered(
    stack: Stack, instance: Instance, recording: Recording, origin: Origin, context: Mapping[str, Any]
) -> RenderedRecording:
    scope = RuleScope(stack, _speaker(stack, instance, recording, origin, context), metrics_only=True)
    try:
        expr, lacking = _expression(recording, scope, origin, context)
    except UnknownSignalError as problem:
        origin.at("signal").refuse("signal/unknown", str(problem), problem.hint)
    except SentenceError as problem:
        origin.refuse("signal/sentence", str(problem))
    proofread_query(expr, origin.at("expr") if recording.expr is not None else origin)
    labels = {name: origin.at("labels", name).text(value, context) for name, value in recording.labels.items()}
    return RenderedRecording(instance, recording.group, recording.record, expr, {**lacking, **labels})


def _speaker(
    stack: Stack, instance: Instance, recording: Recording, origin: Origin, context: Mapping[str, Any]
) -> Instance:
    """Whose signals a recording speaks of: the component's own, or those of the server that it names."""
    if recording.server is None:
        return instance
    name = origin.at("server").text(recording.server, context)
    servers = {each.name: each for each in reversed(stack.instances)}
    if name not in servers:
        origin.at("server").refuse("profile/unknown-server", f"no server '{name}'", nearest(name, sorted(servers)))
    return servers[name]


def _expression(
    recording: Recording, scope: RuleScope, origin: Origin, context: Mapping[str, Any]
) -> tuple[str, dict[str, str]]:
    """The PromQL of a recording, and labels in place of those that no series has."""
    if recording.constant is not None:
        return call("vector", _number(origin.at("constant"), recording.constant, context)).text, {}
    if recording.expr is not None:
        return origin.at("expr").text(recording.expr, {**context, **_for_expressions(scope)}).strip(), {}
    said = with_others(phrase(_matched(recording, origin, context), scope), recording, scope)
    return renamed(said, recording.rename).text, missing(said, recording.rename, scope.instance.name)


def _number(origin: Origin, text: str, context: Mapping[str, Any]) -> Expr:
    """A constant, which must be a number once it is rendered."""
    value = origin.text(text, context)
    try:
        return number(float(value))
    except ValueError:
        origin.refuse("signal/sentence", f"'{value}' is no number", "write a number, or an expression that gives one")


def _for_expressions(scope: RuleScope) -> dict[str, Any]:
    """What an `expr` may refer to: series, and the window of the rates that it builds on."""
    window = scope.fitted_window
    return {
        "series": series_of(scope),
        "stored": _stored_of(scope),
        "window": window,
        "window_seconds": duration(window),
    }


def _stored_of(scope: Scope) -> Any:
    """The function `stored('signal', 'label')` of an `expr`: the name under which Prometheus has one of our labels."""

    def stored(name: str, label: str, owner: str | None = None) -> str:
        found = scope.source(owner, name, {}).stored_label(label)
        if found is None:
            raise TemplateError(f"'{name}' has no label '{label}'", "a label of the signal, by our name")
        return found

    return stored


def _matched(recording: Recording, origin: Origin, context: Mapping[str, Any]) -> Recording:
    """The sentence with the values of its `match` rendered; one that comes out twice counts once."""
    values = {
        label: tuple(dict.fromkeys(origin.at("match", label, i).text(value, context) for i, value in enumerate(wanted)))
        for label, wanted in recording.match.items()
    }
    return recording.model_copy(update={"match": values})


def series_of(scope: Scope) -> Any:
    """The function `series('signal')` of an `expr`: the signal's selectors."""

    def series(name: str, owner: str | None = None) -> str:
        source = scope.source(owner, name, {})
        if source.signal.is_log:
            raise TemplateError(f"'{name}' is log lines, and an expression is PromQL", "say it as a sentence")
        return union([selector(stored.name, matchers) for stored, matchers in source.series]).within(9)

    return series
