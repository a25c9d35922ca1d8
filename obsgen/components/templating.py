"""Text in components: `<< expression >>` and `<% if %>` in string leaves, in a language too small to do harm.

YAML is parsed first; only its string leaves are rendered, so a value can never change a document's structure.
What an expression may contain is a list of permitted syntax: names, attributes that do not start with an underscore,
comparisons, arithmetic on numbers, a few filters, calls of the functions that the context offers. No methods, loops,
macros, imports or assignments, so nothing reaches Python's internals and nothing grows without bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from obsgen.units import number_text

MAX_TEXT = 256 * 1024
"""Characters that one rendered leaf may have."""

_FILTERS = ("lower", "upper", "replace", "join", "sort", "length", "first", "last", "default", "round", "int", "abs")
_TESTS = ("defined", "none", "in", "eq", "ne")
_SYNTAX = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Concat, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Filter,
    nodes.Test, nodes.Call, nodes.Keyword, nodes.If,
)  # fmt: skip
_ARITHMETIC = (nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv)


class TemplateError(ValueError):
    """A leaf that cannot be rendered; the message is for the author of the text, `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("*", "+"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplication is for numbers alone: text times a billion is how a template eats a machine."""
        if operator == "*" and not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
            raise SecurityError("* multiplies numbers only")
        return super().call_binop(context, operator, left, right)


def _finalize(value: Any) -> Any:
    if value is None:
        raise TemplateError("the expression gives nothing", "give it a value, or write default('…')")
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else value


def _replace(text: str, old: str, new: str) -> str:
    """Jinja2's replace, stopped before a chain of them grows a text without bound."""
    if len(text) + text.count(old) * len(new) > MAX_TEXT:
        raise TemplateError(f"the text grows beyond {MAX_TEXT:,} characters")
    return text.replace(old, new)


_ENVIRONMENT = _Environment(
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
    undefined=StrictUndefined,
    finalize=_finalize,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
)
_ENVIRONMENT.filters = {name: _ENVIRONMENT.filters[name] for name in _FILTERS}
_ENVIRONMENT.filters["replace"] = _replace
_ENVIRONMENT.tests = {name: _ENVIRONMENT.tests[name] for name in _TESTS}
_ENVIRONMENT.globals = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A leaf ready to render; `names` are the variables it reads."""

    render: Callable[[Mapping[str, Any]], Any]
    names: frozenset[str]


def is_template(text: str) -> bool:
    """Whether a text holds anything to render."""
    return "<<" in text or "<%" in text or "<#" in text


@lru_cache(maxsize=4096)
def compile_text(text: str) -> Compiled:
    """A string leaf; one that is a single `<< expression >>` keeps the type of its value. Raises TemplateError."""
    tree = _parse(text)
    body = tree.body
    if len(body) == 1 and isinstance(body[0], nodes.Output) and len(body[0].nodes) == 1:
        only = body[0].nodes[0]
        if not isinstance(only, nodes.TemplateData):
            return Compiled(_typed(text.strip()[2:-2].strip("-+ \n")), _names(tree))
    template = _ENVIRONMENT.from_string(text)
    return Compiled(lambda context: template.render(context), _names(tree))


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Compiled:
    """A bare expression, as `when:` and `forEach:` hold it. Raises TemplateError."""
    tree = _parse(f"<< {text} >>")
    return Compiled(_typed(text), _names(tree))


def _typed(expression: str) -> Callable[[Mapping[str, Any]], Any]:
    try:
        return _ENVIRONMENT.compile_expression(expression, undefined_to_none=False)
    except TemplateSyntaxError as problem:
        raise TemplateError(f"broken expression: {problem.message}") from None


def _parse(text: str) -> nodes.Template:
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as problem:
        raise TemplateError(f"broken template: {problem.message}", _syntax_hint(problem.message or "")) from None
    for node in tree.find_all(nodes.Node):
        _permit(node)
    return tree


def _syntax_hint(message: str) -> str:
    return "expressions stand in << >>, conditions in <% if … %><% endif %>" if "unknown tag" in message else ""


def _permit(node: nodes.Node) -> None:
    if not isinstance(node, _SYNTAX):
        kind = type(node).__name__.lower()
        hint = (
            "write `forEach:` beside the object instead"
            if kind == "for"
            else "texts, `when:` and `forEach:` are all there is"
        )
        raise TemplateError(f"'{kind}' is not allowed in a template", hint)
    if isinstance(node, (nodes.Getattr,)) and node.attr.startswith("_"):
        raise TemplateError(
            f"attribute '{node.attr}' is out of reach", "names that start with an underscore are private"
        )
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Name):
        raise TemplateError("only the functions of the context can be called", "use a filter: << names | join(', ') >>")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise TemplateError(f"no filter '{node.name}'", f"known: {', '.join(_FILTERS)}")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise TemplateError(f"no test '{node.name}'", f"known: {', '.join(_TESTS)}")


def _names(tree: nodes.Template) -> frozenset[str]:
    return frozenset(node.name for node in tree.find_all(nodes.Name))


def evaluate(text: str, context: Mapping[str, Any], *, expression: bool = False) -> Any:
    """The value of a leaf, or of a bare expression, in a context. Raises TemplateError."""
    compiled = compile_expression(text) if expression else compile_text(text)
    unknown = compiled.names - context.keys()
    if unknown:
        name = min(unknown)
        raise TemplateError(f"'{name}' is undefined", did_you_mean(name, context))
    try:
        value = compiled.render(context)
        if isinstance(value, StrictUndefined):
            value._fail_with_undefined_error()
    except UndefinedError as problem:
        raise TemplateError(str(problem.message), "") from None
    except SecurityError as problem:
        raise TemplateError(str(problem), "") from None
    except (TypeError, ValueError, ArithmeticError, LookupError) as problem:
        if isinstance(problem, TemplateError):
            raise
        raise TemplateError(f"the expression fails: {problem}") from None
    if callable(value):
        raise TemplateError("the expression gives a function", "call it: << name('…') >>")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise TemplateError(f"the text grows beyond {MAX_TEXT:,} characters")
    return value


def did_you_mean(name: str, known: Mapping[str, Any] | list[str] | set[str] | frozenset[str]) -> str:
    """A hint with the nearest known name and, where the list is short, all of them."""
    from difflib import get_close_matches

    names = sorted(str(item) for item in known)
    near = get_close_matches(name, names, 1, 0.6)
    listing = f"known: {', '.join(names)}" if len(names) <= 30 else ""
    return "; ".join(filter(None, (f"did you mean '{near[0]}'?" if near else "", listing)))
