"""Alerts: sentences about signals become PromQL, texts and figures, once for each instance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from obsgen.components.origin import Origin
from obsgen.components.rules import Alert
from obsgen.components.sentences import Alternative, Condition, Measure
from obsgen.findings import Faults
from obsgen.hints import closest, nearest
from obsgen.profile.models import OwnAlert
from obsgen.promql.build import Expr, union
from obsgen.render.queries.phrases import Language, Phrase, SentenceError, readable
from obsgen.render.queries.proofread import proofread_logs, proofread_query, proofread_text
from obsgen.render.queries.scopes import RuleScope, UnknownSignalError
from obsgen.render.queries.sentences import condition, joined, phrase
from obsgen.render.queries.windows import Window, in_words
from obsgen.render.rules.recordings import series_of
from obsgen.stack.model import Instance, Stack
from obsgen.units import UNITS, UnitError, commensurable, parse, text

_NAMES_SERVER = re.compile(r"<<[^>]*\bname\b")
"""In a summary that speaks of its server. The name alone is no proof: a server may be called `cache`."""


class UnknownLabelError(Exception):
    """A text speaks of a label that the alert does not have."""

    def __init__(self, name: str, labels: Iterable[str]) -> None:
        super().__init__(f"this alert has no label '{name}': it keeps {', '.join(labels) or 'none'}")
        self.hint = f"add {name} to `by:`, or write << name >> for the server"


@dataclass(frozen=True)
class RenderedAlert:
    """An alert of one instance: a rule for Prometheus, or for Loki; a row of a table, the figures of a runbook.

    `limit` is a number that people may set and boards can draw, None where the alert has none; `figure` tells it
    ("above 8 s"). `meaning` is the summary without the server's name; `wider` are the windows that are longer than the
    alert's sentence says.
    """

    key: str
    name: str
    instance: Instance
    group: str
    expr: str
    for_: str
    severity: str
    limit: float | None
    figure: str
    summary: str
    meaning: str
    description: str
    labels: Mapping[str, str]
    by: tuple[str, ...]
    wider: tuple[str, ...] = ()
    language: Language = "promql"
    names_server: bool = False

    @property
    def query(self) -> str:
        """The expression as people read it."""
        return readable(self.expr, self.language)


def alerts(stack: Stack) -> list[RenderedAlert]:
    """Every alert of a stack that the profile leaves enabled, instance by instance; InputError with all faults."""
    with Faults() as faults:
        every = faults.each(_sentences(stack), lambda each: each.rendered() if each.wanted() else None)
        return [alert for alert in every if alert]


def with_servers(stack: Stack, found: Iterable[RenderedAlert]) -> Iterator[RenderedAlert]:
    """The alerts with their servers in the summaries, where a stack has several of the kind."""
    servers = Counter(instance.folder.name for instance in stack.instances)
    return (_named(alert) if servers[alert.instance.folder.name] > 1 else alert for alert in found)


def _named(alert: RenderedAlert) -> RenderedAlert:
    """The alert with its server in the summary: of one out of several, a page must say which."""
    return alert if alert.names_server else replace(alert, summary=f"{alert.summary} ({alert.instance.name})")


def _sentences(stack: Stack) -> Iterator[_Writer]:
    for instance in stack.instances:
        for key, alert in instance.folder.alerts.items():
            yield _Writer(stack, instance, key, alert, instance.folder.origin("alerts.yaml", key))
        for key, own in instance.own_alerts.items():
            if instance.own_origin:
                yield _Writer(stack, instance, key, own, instance.own_origin.at(key))


class _Writer:
    """Turns the sentences of one alert into PromQL and texts."""

    def __init__(self, stack: Stack, instance: Instance, key: str, alert: Alert, origin: Origin) -> None:
        self.instance, self.key, self.alert, self.origin = instance, key, alert, origin
        self.scope = RuleScope(stack, instance)
        self.windows: list[Window] = []

    def wanted(self) -> bool:
        """Whether the alert applies here and is left enabled."""
        change = self.instance.changes.get(self.key)
        applies = self.origin.at("when").holds(self.alert.when, self.instance.context)
        return applies and (change is None or change.enabled)

    def rendered(self) -> RenderedAlert:
        """The finished alert."""
        alert, change = self.alert, self.instance.changes.get(self.key)
        expr, said, limit = self._whole()
        proofread = proofread_query if said.language == "promql" else proofread_logs
        proofread(expr.text, self.origin.at("expr") if alert.expr is not None else self.origin)
        context = self._context(said, limit)
        figure = self._figure(context["limit"])
        meaning = self._text(alert.summary, context, "summary")
        return RenderedAlert(
            key=self.key,
            name=(change and change.name) or self.key,
            instance=self.instance,
            group=(change and change.group) or alert.group,
            expr=expr.text,
            for_=self._for(),
            severity=(change and change.severity) or alert.severity,
            limit=limit if figure else None,
            figure=figure,
            by=alert.any_[0].by if alert.any_ else alert.by,
            summary=meaning,
            meaning=meaning,
            names_server=bool(_NAMES_SERVER.search(alert.summary)),
            wider=tuple(dict.fromkeys(window.used for window in self.windows if window.is_wider)),
            language=said.language,
            description=self._text(alert.description, context, "description"),
            labels={
                **{name: self._text(value, context, "labels", name) for name, value in alert.labels.items()},
                **(change.labels if change else {}),
            },
        )

    def _context(self, said: Phrase, limit: float | None) -> dict[str, Any]:
        """What texts may refer to."""
        return {
            **self.instance.context,
            "limit": "" if limit is None else text(limit, UNITS[said.unit]),
            "value": "{{ $value | " + self._template(said.unit) + " }}" + UNITS[said.unit].tail,
            "waited": in_words(self._for()),
            "window": in_words(self.windows[0].used) if self.windows else "",
            "label": lambda name: self._label(said, name),
        }

    def _for(self) -> str:
        change = self.instance.changes.get(self.key)
        return (change and change.for_) or self.alert.for_

    def _text(self, text: str, context: Mapping[str, Any], *route: str) -> str:
        origin = self.origin.at(*route)
        return proofread_text(self._naming_series(text, context, origin), origin)

    def _template(self, unit: str) -> str:
        """How the value is told: what was counted is whole, though `increase` extrapolates."""
        template = UNITS[unit].template
        counted = {"increase", "changes"} & {*((self.alert.any_ or (self.alert,))[0].over or ())}
        return 'printf "%.0f"' if counted and template == "humanize" else template

    def _figure(self, shown: str) -> str:
        first = (self.alert.any_ or (self.alert,))[0]
        for direction, written in (("above", first.above), ("below", first.below)):
            if written in self.instance.thresholds:
                return f"{direction} {shown}"
        return ""

    def _whole(self) -> tuple[Expr, Phrase, float | None]:
        """The expression, the phrase that its value comes from, and the limit on that."""
        if not self.alert.any_:
            return self._qualified(self.alert, self.origin)
        parts = [
            self._qualified(each, place)
            for each, place in ((each, self.origin.at("any", i)) for i, each in enumerate(self.alert.any_))
            if place.at("when").holds(each.when, self.instance.context)
        ]
        if not parts:
            self.origin.at("any").refuse("signal/sentence", "no condition holds here", "give the alert a `when:` too")
        self._one_language([said for _, said, _ in parts], self.origin.at("any"))
        return union([expr for expr, _, _ in parts]), parts[0][1], parts[0][2]

    def _qualified(self, sentence: Alert | Alternative, origin: Origin) -> tuple[Expr, Phrase, float | None]:
        """A condition with what it demands and what excuses it."""
        whole, said, limit = self._condition(sentence, origin)
        for operator, key, other in (("and", "while", sentence.while_), ("unless", "unless", sentence.unless_)):
            if other:
                expr, other_said, _ = self._condition(other, origin.at(key))
                self._one_language([said, other_said], origin.at(key))
                whole = joined(whole, operator, said.labels, expr, other_said.labels)
        return whole, said, limit

    def _one_language(self, said: Sequence[Phrase], origin: Origin) -> None:
        """Loki evaluates alerts on logs, Prometheus those on metrics: nobody evaluates one on both."""
        if len({each.language for each in said}) > 1:
            hint = "make two alerts of it"
            origin.refuse("signal/sentence", "an alert speaks of metrics or of log lines, not of both", hint, key=True)

    def _condition(self, sentence: Condition, origin: Origin) -> tuple[Expr, Phrase, float | None]:
        with Faults() as faults:
            said = self._phrase(sentence, origin)
            faults.attempt(lambda: self._know_labels(sentence, said, origin), None)
            limit = self._limit(sentence, said.unit, origin)
        return said.expr if limit is None else condition(sentence, limit, said), said, limit

    def _phrase(self, sentence: Measure, origin: Origin) -> Phrase:
        if sentence.expr is not None:
            labels = {label: label for label in sentence.by}
            expr = self._naming_series(sentence.expr, self.instance.context, origin.at("expr")).strip()
            return Phrase(Expr(expr, 0), sentence.unit or "count", labels)
        try:
            said = phrase(sentence, self.scope)
        except UnknownSignalError as problem:
            self._refuse_signal(sentence, problem, origin)
        except SentenceError as problem:
            origin.refuse("signal/sentence", str(problem), key=True)
        self.windows += [said.window] if said.window else []
        return said

    def _refuse_signal(self, sentence: Measure, problem: UnknownSignalError, origin: Origin) -> NoReturn:
        """Refuses a signal that there is not, and whatever else is wrong if the one most like it was meant."""
        with Faults() as faults:
            refuse = origin.at("signal").refuse
            faults.attempt(lambda: refuse("signal/unknown", str(problem), problem.hint), None)
            meant = closest(problem.name, problem.known) if problem.name == sentence.signal else None
            if meant and isinstance(sentence, Condition):
                self._if_meant(sentence.model_copy(update={"signal": meant}), origin)
        raise problem

    def _if_meant(self, sentence: Condition, origin: Origin) -> None:
        """Judges a sentence about the signal most like it; one that asks what that has not was not meant."""
        with suppress(SentenceError, UnknownSignalError):
            phrase(sentence, self.scope)
            self._condition(sentence, origin)

    def _know_labels(self, sentence: Measure, said: Phrase, origin: Origin) -> None:
        """Refuses labels that no series has; a component's alerts may name those of other versions."""
        strange = [label for label in sentence.by if label not in said.labels]
        if strange and isinstance(self.alert, OwnAlert) and not sentence.absent:
            named = self.instance.signals.get(sentence.signal or "")
            hint = nearest(strange[0], sorted({*said.labels, *(named.labels if named else ())}))
            origin.at("by").refuse("signal/label", f"no series here has a label '{strange[0]}'", hint)

    def _naming_series(self, text: str, context: Mapping[str, Any], origin: Origin) -> str:
        """A text in which `series('signal')` gives the signal's selectors."""
        try:
            return origin.text(text, {**context, "series": series_of(self.scope)})
        except UnknownSignalError as problem:
            origin.refuse("signal/unknown", str(problem), problem.hint)
        except UnknownLabelError as problem:
            origin.refuse("signal/label", str(problem), problem.hint)

    def _limit(self, sentence: Condition, unit: str, origin: Origin) -> float | None:
        """The limit of a condition: a threshold by its name, or a quantity in the phrase's unit."""
        written = sentence.above if sentence.above is not None else sentence.below
        if written is None:
            return None
        place = origin.at("above" if sentence.above is not None else "below")
        if written in self.instance.thresholds:
            self._check_unit(written, unit, place)
            return self.instance.thresholds[written]
        try:
            limit = parse(written, UNITS[unit])
        except UnitError as problem:
            named = nearest(written, sorted(self.instance.thresholds)) if written[:1].isalpha() else ""
            hint = f"{problem.hint}, or name a threshold; {named}" if named else problem.hint
            place.refuse("profile/unit", str(problem), hint)
        if sentence.below is not None and limit <= UNITS[unit].bounds[0] and _is_never_negative(sentence):
            message = f"nothing in {unit} is ever below {written}: this alert could never fire"
            place.refuse(
                "signal/sentence", message, "raise the limit, or write `absent: true` for series that are gone"
            )
        return limit

    def _check_unit(self, threshold: str, unit: str, origin: Origin) -> None:
        """Refuses to compare a measure with a threshold that counts something else."""
        declared = self.instance.folder.component.thresholds.get(threshold)
        if declared and not commensurable(declared.unit, unit):
            message = f"threshold {threshold} is in {declared.unit}, what it is compared with in {unit}"
            hint = f"name a threshold in {unit}, or say `unit:` if the measure is in {declared.unit}"
            origin.refuse("profile/unit", message, hint)

    def _label(self, said: Phrase, name: str) -> str:
        """A label of the firing alert for a text; the server's name where the series do not carry it."""
        stored = said.labels.get(name)
        if stored is None and isinstance(self.alert, OwnAlert):
            raise UnknownLabelError(name, said.labels)
        return "{{ $labels." + stored + " }}" if stored else self.instance.name


def _is_never_negative(sentence: Condition) -> bool:
    """Whether what a sentence measures has the bounds of its unit: slopes and expressions may have others."""
    return sentence.expr is None and "deriv" not in (sentence.over or {}) and (sentence.times or 1) > 0
