"""Where a text was written, so that a fault in it is told there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from obsgen.components.templating import TemplateError, evaluate
from obsgen.findings import InputError, Place, error
from obsgen.source import Route
from obsgen.units import shortened


@dataclass(frozen=True, slots=True)
class Origin:
    """A part of a component's file or of a profile; routes are relative to it."""

    locate: Callable[[Route, bool], Place]
    route: Route = ()
    within: Callable[[Route, int, int], Place] | None = None
    """Where a part of a text stands, from its offset and length."""

    def at(self, *steps: str | int) -> Origin:
        """A part of this part."""
        return Origin(self.locate, (*self.route, *steps), self.within)

    def evaluate(self, text: str, context: Mapping[str, Any], *, expression: bool = False) -> Any:
        """The value of the text that stands here; InputError at this place if it cannot be rendered."""
        try:
            return evaluate(text, context, expression=expression)
        except TemplateError as problem:
            place = self.within(self.route, *problem.spot) if self.within else self.locate(self.route, False)
            raise InputError([error("template/error", shortened(str(problem), 300), place, problem.hint)]) from None

    def text(self, text: str, context: Mapping[str, Any]) -> str:
        """The text that stands here, rendered."""
        return str(self.evaluate(text, context))

    def texts(self, texts: Mapping[str, str], context: Mapping[str, Any]) -> dict[str, str]:
        """The texts that stand here by keys, each rendered."""
        return {key: self.at(key).text(text, context) for key, text in texts.items()}

    def holds(self, condition: str | None, context: Mapping[str, Any]) -> bool:
        """Whether the `when:` that stands here holds; one that is not there does."""
        return condition is None or bool(self.evaluate(condition, context, expression=True))

    def each(
        self, for_each: Mapping[str, str] | None, context: Mapping[str, Any], key: str = "forEach"
    ) -> Iterator[Mapping[str, Any]]:
        """The context once, or once for every item of `forEach: {name: expression}` with the item under that name."""
        if not for_each:
            yield context
            return
        for name, expression in for_each.items():
            listed = self.at(key, name)
            items = listed.evaluate(expression, context, expression=True)
            if not isinstance(items, (list, tuple)):
                listed.refuse("template/error", "forEach needs a list", "name a list, such as prices")
            for item in items:
                yield {**context, name: item}

    def refuse(self, check: str, message: str, hint: str = "", *, key: bool = False) -> NoReturn:
        """Raises InputError with one finding at this place, or at the key that it stands under."""
        raise InputError([error(check, shortened(message, 300), self.locate(self.route, key), hint)]) from None
