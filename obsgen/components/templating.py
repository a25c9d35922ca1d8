"""Text in components: `<< expression >>` and `<% if %>` in string leaves, in a language too small to do harm.

YAML is parsed first; only its string leaves are rendered, so a value can never change a document's structure.
What an expression may contain is a list of permitted syntax: names, attributes that do not start with an underscore,
comparisons, arithmetic on numbers, a few filters, calls of the functions that the context offers. No methods, loops,
macros, imports or assignments, so nothing reaches Python's internals and nothing grows without bound.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from obsgen.hints import nearest
from obsgen.units import number_text

MAX_TEXT = 256 * 1024
"""Characters that one rendered leaf may have."""
MAX_SOURCE = 64 * 1024
"""Characters that a leaf may have before it is rendered: compiling takes time for each of them."""

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
    """A leaf that cannot be rendered; the message is for the author of the text, `hint` says what to do.

    `line` is that of the leaf, from 1, None if unknown; `spot` the offset and length of what is at fault in it.
    """

    def __init__(self, message: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line
        self.spot = (0, 1)


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("*",))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplication is for numbers alone: text times a billion is how a template eats a machine."""
        if operator == "*" and not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
            raise SecurityError("* multiplies numbers only")
        return super().call_binop(context, operator, left, right)


def _finalize(value: Any) -> Any:
    """What a value is inside a text."""
    if value is None:
        raise TemplateError("the expression gives nothing", "give it a value, or write default('…')")
    if isinstance(value, (dict, list, tuple)):
        raise TemplateError("the expression gives more than one value", "name one of them, or use join(', ')")
    _refuse_functions(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else value


def _refuse_functions(value: Any) -> None:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if callable(value):
        raise TemplateError("the expression gives a function", "call it: << name('…') >>")


def _bounded(length: int) -> None:
    """Stops a filter before a chain of them grows a text without bound."""
    if length > MAX_TEXT:
        raise TemplateError(f"the text grows beyond {MAX_TEXT:,} characters")


def _replace(value: Any, old: str, new: str) -> str:
    text = str(value)
    _bounded(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _join(values: Any, separator: str = "") -> str:
    parts = [str(_finalize(value)) for value in values]
    _bounded(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def _round(value: Any, digits: int = 0) -> Any:
    if not -15 <= digits <= 15:
        raise TemplateError(f"cannot round to {digits} digits", "0 to 15 digits")
    return round(value, digits)


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
    # Folding constants would work out every part of a chain of filters anew, and nobody writes constants.
    optimized=False,
)
_ENVIRONMENT.filters = {name: _ENVIRONMENT.filters[name] for name in _FILTERS}
_ENVIRONMENT.filters |= {"replace": _replace, "join": _join, "round": _round}
_ENVIRONMENT.tests = {name: _ENVIRONMENT.tests[name] for name in _TESTS}
_ENVIRONMENT.globals = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A leaf ready to render; `names` are the variables it reads, with the line that each is first read in."""

    render: Callable[[Mapping[str, Any]], Any]
    names: Mapping[str, int]


def is_template(text: str) -> bool:
    """Whether a text holds anything to render."""
    return "<<" in text or "<%" in text or "<#" in text


@lru_cache(maxsize=4096)
def compile_text(text: str) -> Compiled:
    """A string leaf; one that is a single `<< expression >>` keeps the type of its value. Raises TemplateError."""
    tree = _parse(text)
    return _compiled(tree, _only_expression(tree))


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Compiled:
    """A bare expression, as `when:` and `forEach:` hold it. Raises TemplateError."""
    tree = _parse(f"<< {text} >>")
    only = _only_expression(tree)
    if only is None:
        raise TemplateError("this is not one expression", "no << >> is needed here")
    return _compiled(tree, only)


def _only_expression(tree: nodes.Template) -> nodes.Expr | None:
    """The expression of a text that is nothing else."""
    body = tree.body
    if len(body) == 1 and isinstance(body[0], nodes.Output) and len(body[0].nodes) == 1:
        only = body[0].nodes[0]
        return None if isinstance(only, nodes.TemplateData) else only
    return None


def _compiled(tree: nodes.Template, only: nodes.Expr | None) -> Compiled:
    found = sorted((node.lineno, node.name) for node in tree.find_all(nodes.Name))
    names = {name: line for line, name in reversed(found)}
    try:
        if only is None:
            return Compiled(_ENVIRONMENT.from_string(tree).render, names)
        result = nodes.Assign(nodes.Name("result", "store"), only, lineno=1)
        template = _ENVIRONMENT.from_string(nodes.Template([result], lineno=1))
    except (RecursionError, MemoryError, SyntaxError):
        raise _too_deep() from None
    return Compiled(TemplateExpression(template, undefined_to_none=False), names)


def _too_deep() -> TemplateError:
    return TemplateError("the template is nested too deeply", "say it in simpler words")


def _parse(text: str) -> nodes.Template:
    if len(text) > MAX_SOURCE:
        raise TemplateError(
            f"the template has more than {MAX_SOURCE:,} characters", "put what is not rendered into a file"
        )
    try:
        tree = _ENVIRONMENT.parse(text)
        for node in tree.find_all(nodes.Node):
            _permit(node)
    except TemplateSyntaxError as problem:
        hint = _syntax_hint(problem.message or "")
        raise TemplateError(f"broken template: {problem.message}", hint, problem.lineno) from None
    except RecursionError:
        raise _too_deep() from None
    return tree


def _syntax_hint(message: str) -> str:
    return "expressions stand in << >>, conditions in <% if … %><% endif %>" if "unknown tag" in message else ""


def _permit(node: nodes.Node) -> None:
    refused = _refused(node)
    if refused:
        raise TemplateError(*refused, line=node.lineno)


def _refused(node: nodes.Node) -> tuple[str, str] | None:
    """Why a piece of syntax is not permitted, and what to write instead."""
    if not isinstance(node, _SYNTAX):
        kind = type(node).__name__.lower()
        instead = "write `forEach:` beside the object instead"
        return (
            f"'{kind}' is not allowed in a template",
            instead if kind == "for" else "texts, `when:` and `forEach:` are all there is",
        )
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"attribute '{node.attr}' is out of reach", "names that start with an underscore are private"
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Name):
        return "only the functions of the context can be called", "use a filter: << names | join(', ') >>"
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        return f"no filter '{node.name}'", f"known: {', '.join(_FILTERS)}"
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        return f"no test '{node.name}'", f"known: {', '.join(_TESTS)}"
    return None


def evaluate(text: str, context: Mapping[str, Any], *, expression: bool = False) -> Any:
    """The value of a leaf, or of a bare expression, in a context. Raises TemplateError."""
    if not expression and not is_template(text):
        return text
    try:
        return _evaluated(compile_expression(text) if expression else compile_text(text), context)
    except TemplateError as problem:
        problem.spot = _spot(text, problem)
        raise


def _evaluated(compiled: Compiled, context: Mapping[str, Any]) -> Any:
    unknown = [name for name in compiled.names if name not in context]
    if unknown:
        name = min(unknown, key=lambda each: (compiled.names[each], each))
        raise TemplateError(f"'{name}' is undefined", nearest(name, sorted(context)), compiled.names[name])
    try:
        value = compiled.render(context)
        _refuse_functions(value)
    except TemplateError as problem:
        problem.line = _line_of(problem)
        raise
    except TemplateRuntimeError as problem:
        raise TemplateError(str(problem.message), line=_line_of(problem)) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as problem:
        raise TemplateError(f"the expression fails: {problem}", line=_line_of(problem)) from None
    if isinstance(value, str):
        _bounded(len(value))
    return value


def _line_of(problem: BaseException) -> int | None:
    """The line of the text in which something failed; Jinja puts frames of the text itself into the traceback."""
    lines = [
        line for frame, line in traceback.walk_tb(problem.__traceback__) if "__jinja_exception__" in frame.f_globals
    ]
    return lines[-1] if lines else None


def _spot(text: str, problem: TemplateError) -> tuple[int, int]:
    """Offset and length of what a message speaks of: a name that it quotes, else the first expression of its line."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text)), len(text)]
    line = min(problem.line or 1, len(starts) - 1)
    start, end = starts[line - 1], starts[line] if problem.line else len(text)
    opening = re.search(r"<<|<%|<#", text[start:end])
    start += opening.start() if opening else 0
    for name in re.findall(r"'([^']+)'", re.sub(r"expected token '[^']*'", "", str(problem))):
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text[start:end])
        if match:
            return start + match.start(), len(name)
    return start, 2 if opening else 1
