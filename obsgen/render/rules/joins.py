"""What recording rules do with a second signal: less it, times it, its labels brought along; labels under new names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from obsgen.components.rules import Operand, Recording
from obsgen.promql.build import Expr, binary, call, quoted
from obsgen.render.queries.phrases import Phrase, SentenceError
from obsgen.render.queries.scopes import Scope, Source
from obsgen.render.queries.sentences import phrase


def with_others(said: Phrase, recording: Recording, scope: Scope) -> Phrase:
    """A phrase less another signal, then times another one, each where the recording says so."""
    if recording.less:
        said = replace(said, expr=_less(said, _other(recording.less, said, scope)))
    if recording.product:
        other = _other(recording.product, said, scope)
        expr = binary(said.expr, "*", other.expr, other.matching)
        said = replace(said, expr=expr, labels={**said.labels, **other.brought})
    return said


@dataclass(frozen=True, slots=True)
class _Other:
    """A second signal, the labels on which it is matched and those that it brings along (ours to stored)."""

    expr: Expr
    on: Sequence[str]
    brought: Mapping[str, str]

    @property
    def matching(self) -> str:
        return f"on ({', '.join(self.on)}) group_left ({', '.join(self.brought.values())})"


def _other(operand: Operand, said: Phrase, scope: Scope) -> _Other:
    found = phrase(operand.measure(), _AcrossNamespaces(scope))
    unknown = [label for label in operand.by if label not in found.labels]
    if unknown:
        raise SentenceError(f"{operand.signal} has no label '{unknown[0]}'")
    common = [label for label in operand.by if label in said.labels]
    strange = [label for label in common if said.labels[label] != found.labels[label]]
    if strange or not common:
        named = strange[0] if strange else operand.by[0]
        raise SentenceError(f"the two signals are not matched by '{named}': it has two names, or one signal lacks it")
    brought = {label: found.labels[label] for label in operand.by if label not in said.labels}
    return _Other(found.expr, ["cluster", *(found.labels[label] for label in common)], brought)


def _less(said: Phrase, other: _Other) -> Expr:
    """What is left, at least nothing; all of it where there is no other."""
    left = call("clamp_min", binary(said.expr, "-", other.expr, other.matching), "0")
    return binary(left, "or", said.expr)


@dataclass(frozen=True, slots=True)
class _AcrossNamespaces:
    """Sources of a scope that are told apart by cluster alone: a second signal is matched on the labels it is told."""

    scope: Scope

    @property
    def window(self) -> str:
        return self.scope.window

    def source(self, owner: str | None, name: str, match: Mapping[str, Sequence[str]]) -> Source:
        return replace(self.scope.source(owner, name, match), kept=("cluster",))


def renamed(said: Phrase, names: Mapping[str, str]) -> Expr:
    """A phrase whose labels have other names as well; those that it lacks are left to the rule's labels."""
    expr = said.expr
    for ours, new in names.items():
        stored = said.labels.get(ours)
        if stored and stored != new:
            expr = call("label_replace", expr, quoted(new), quoted("$1"), quoted(stored), quoted("(.*)"))
    return expr


def missing(said: Phrase, names: Mapping[str, str], server: str) -> dict[str, str]:
    """Labels for the rule in place of those that no series has: the server's name."""
    return {new: server for ours, new in names.items() if ours not in said.labels}
