"""What was probably done wrong in a text that is no YAML: told in people's words, where it was done.

A parser stops where it can go no further, which is often lines below the slip. Each rule here knows one slip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from obsgen.hints import invisible

_CLOSES = {"{": "}", "[": "]"}
_INDENTATION = ("did not find expected key", "expected <block end>", "expected '-' indicator")
_SMART = re.compile(r"(?:^|[\s\[{,])([“”„‟‘’«»])")
_KEY = re.compile(r"\s*(?:- +)*(?P<key>[^\s:#'\"{\[][^:#]*?)(?P<colon> *:)(?=\s|\Z)")
_NO_BLANK = re.compile(r"(\s*(?:- +)*)([A-Za-z][\w.-]*):([^\s/].*?)\s*\Z")
_EQUALS = re.compile(r"(\s*(?:- +)*)([A-Za-z][\w.-]*)\s*=\s*(.*?)\s*\Z")
_ODD_BLANK = re.compile(r"(?:^|[:,\[{-]) *([^\S \t\r\n]|[\u200b-\u200f\u2060\ufeff])")
_CONFLICT = "<<<<<<< "
_TEMPLATE = re.compile(r"(\s*(?:- +)*[^\s:#'\"{\[][^:#]*: +)(\{\{.*?)\s*\Z")
_DASHES = re.compile(r"\s*(?:- +)*")


class Slip(NamedTuple):
    """A slip: what is wrong, where (counted from 1), over how many characters, and what to write."""

    message: str
    line: int
    column: int
    length: int
    hint: str


@dataclass(frozen=True)
class _Trouble:
    """Where the parser stopped, in which lines, and what it was reading since when; counted from 0."""

    lines: list[str]
    problem: str
    context: str
    line: int
    column: int
    since: tuple[int, int]

    @property
    def here(self) -> str:
        """The line at which the parser stopped."""
        return self.lines[self.line]

    @property
    def character(self) -> str:
        """The character at which it stopped."""
        return self.here[self.column : self.column + 1]

    @property
    def opener(self) -> str:
        """The character with which began what it was reading."""
        return self.lines[self.since[0]][self.since[1] : self.since[1] + 1]

    def above(self) -> Iterator[tuple[int, str]]:
        """The lines above that say something, the nearest first."""
        for number in range(self.line - 1, -1, -1):
            if self.lines[number].strip() and not self.lines[number].lstrip().startswith("#"):
                yield number, self.lines[number]


def slip(text: str, problem: MarkedYAMLError) -> Slip | None:
    """The slip that explains a parser's problem, if a rule knows it."""
    mark, since = problem.problem_mark, problem.context_mark or problem.problem_mark
    if mark is None or since is None:
        return None
    lines = [*re.split("\r\n|[\n\r\x85\u2028\u2029]", text), ""]
    line = min(mark.line, len(lines) - 1)
    start = (min(since.line, len(lines) - 1), since.column)
    trouble = _Trouble(lines, str(problem.problem), str(problem.context), line, mark.column, start)
    return next((found for rule in _RULES if (found := rule(trouble))), None)


def _conflict(trouble: _Trouble) -> Slip | None:
    """What git leaves where two branches changed the same lines."""
    number = next((number for number, line in enumerate(trouble.lines) if line.startswith(_CONFLICT)), None)
    if number is None:
        return None
    hint = "take one side, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"
    return Slip("a conflict of a merge stands here", number + 1, 1, len(trouble.lines[number].rstrip()), hint)


def _template(trouble: _Trouble) -> Slip | None:
    """`key: {{ … }} text`, which begins a mapping to YAML."""
    match = _TEMPLATE.match(trouble.here)
    if not match or not (_is_indentation(trouble) or "flow" in trouble.context):
        return None
    quote = "'" if '"' in match[2] else '"'
    message = "a text that begins with '{{' needs quotes"
    return Slip(message, trouble.line + 1, match.start(2) + 1, len(match[2]), f"write {quote}{match[2]}{quote}")


def _tab(trouble: _Trouble) -> Slip | None:
    blanks = trouble.here[: len(trouble.here) - len(trouble.here.lstrip())]
    if "\t" not in blanks:
        return None
    hint = "indent with blanks, two for each level"
    return Slip("a tab indents this line, which YAML does not allow", trouble.line + 1, blanks.index("\t") + 1, 1, hint)


def _odd_blank(trouble: _Trouble) -> Slip | None:
    for number in range(trouble.line, max(trouble.line - 4, -1), -1):
        match = _ODD_BLANK.search(trouble.lines[number])
        if match:
            message = f"a {invisible(match[1])} is no blank to YAML"
            return Slip(message, number + 1, match.start(1) + 1, 1, "type the blanks of this line anew")
    return None


def _smart_quote(trouble: _Trouble) -> Slip | None:
    match = _SMART.search(trouble.here)
    if not match:
        return None
    return Slip(f"{match[1]} is no quote to YAML", trouble.line + 1, match.start(1) + 1, 1, 'use straight quotes: "…"')


def _open_quote(trouble: _Trouble) -> Slip | None:
    if "end of stream" in trouble.problem and trouble.opener in "\"'":
        quote, (line, column) = trouble.opener, trouble.since
        return Slip("this quote is never closed", line + 1, column + 1, 1, f"end the text with another {quote}")
    return None


def _stray_quote(trouble: _Trouble) -> Slip | None:
    """Text behind a closing quote: one was forgotten in a line above, or stands inside the text."""
    before = trouble.here[: trouble.column]
    if not _is_indentation(trouble) or not before.strip() or before.rstrip()[-1:] not in "\"'":
        return None
    quote = before.rstrip()[-1]
    for number, line in trouble.above():
        if line.count(quote) % 2:
            message = "this quote is not closed in its line"
            return Slip(message, number + 1, line.index(quote) + 1, 1, f"end the text with another {quote}")
    other = "''" if quote == "'" else '\\"'
    hint = f"put all of it in quotes; a quote inside is written {other}"
    return Slip("the text goes on behind its closing quote", trouble.line + 1, trouble.column + 1, 1, hint)


def _bracket(trouble: _Trouble) -> Slip | None:
    if "flow" not in trouble.context or trouble.opener not in _CLOSES:
        return None
    opener, closer = trouble.opener, _CLOSES[trouble.opener]
    if trouble.character in tuple(_CLOSES.values()):
        message = f"'{trouble.character}' closes what '{opener}' opened"
        return Slip(message, trouble.line + 1, trouble.column + 1, 1, f"write '{closer}' before it, or instead")
    if trouble.line > trouble.since[0]:
        line, column = trouble.since
        return Slip(f"this '{opener}' is never closed", line + 1, column + 1, 1, f"add '{closer}' where it ends")
    hint = "write a comma between two entries; a text with ': ' in it needs quotes"
    return Slip("a second ':' in one entry", trouble.line + 1, trouble.column + 1, 1, hint)


def _stray_bracket(trouble: _Trouble) -> Slip | None:
    if not trouble.character or trouble.character not in "]}":
        return None
    return Slip(f"'{trouble.character}' closes nothing", trouble.line + 1, trouble.column + 1, 1, "remove it")


def _colon_in_text(trouble: _Trouble) -> Slip | None:
    match = _KEY.match(trouble.here)
    if "mapping values" not in trouble.problem or not match or match.end() > trouble.column:
        return None
    start = match.end() + len(trouble.here[match.end() :]) - len(trouble.here[match.end() :].lstrip())
    value = trouble.here[start:].rstrip()
    quoted = '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))
    hint = f"put it in quotes: {match['key']}: {quoted}"
    return Slip("a text with ': ' in it needs quotes", trouble.line + 1, start + 1, len(value), hint)


def _no_blank(trouble: _Trouble) -> Slip | None:
    """`key:value` or `key = value`, which is a text to YAML; the parser notices in the next line."""
    if not ("mapping values" in trouble.problem or "expected ':'" in trouble.problem):
        return None
    number, line = next(trouble.above(), (trouble.line, ""))
    if "expected ':'" in trouble.problem:
        number, line = trouble.since[0], trouble.lines[trouble.since[0]]
    for pattern, message in ((_NO_BLANK, "a blank is missing behind ':'"), (_EQUALS, "YAML has ': ' instead of '='")):
        match = pattern.match(line)
        if match:
            return Slip(message, number + 1, match.start(2) + 1, len(match[2]), f"write `{match[2]}: {match[3]}`")
    return None


def _lonely(trouble: _Trouble) -> Slip | None:
    if "expected ':'" not in trouble.problem:
        return None
    line, column = trouble.since
    word = trouble.lines[line].strip()
    hint = "write `key: value`, or `- ` before an item of a list"
    return Slip("this line has neither ':' nor '-'", line + 1, column + 1, len(word), hint)


def _too_deep(trouble: _Trouble) -> Slip | None:
    """A line below `key: value` that is indented as if it belonged to the value."""
    above = next(trouble.above(), None)
    if "mapping values" not in trouble.problem or above is None:
        return None
    number, line = above
    wanted = _column(line, item=trouble.here.lstrip().startswith("- "))
    return _misplaced(trouble, wanted, number)


def _indentation(trouble: _Trouble) -> Slip | None:
    """A line that begins in no column in which a line above begins: the nearest one is meant."""
    start = len(trouble.here) - len(trouble.here.lstrip())
    if not _is_indentation(trouble) or trouble.column != start:
        return None
    item = trouble.here.lstrip().startswith("- ")
    above = [(number, line) for number, line in trouble.above() if number >= trouble.since[0]]
    above = [(number, line) for number, line in above if not item or line.lstrip().startswith("- ")]
    known = [(abs(_column(line, item=item) - start), number, line) for number, line in above]
    if not known:
        return None
    _, number, line = min(known, key=lambda each: (each[0], -each[1]))
    return _misplaced(trouble, _column(line, item=item), number)


def _misplaced(trouble: _Trouble, wanted: int, like: int) -> Slip:
    start = len(trouble.here) - len(trouble.here.lstrip())
    word = trouble.here.strip().split(" ", 1)[0]
    message = f"this line is indented by {start}, which fits none of the lines above"
    return Slip(message, trouble.line + 1, start + 1, len(word), f"indent it by {wanted}, like line {like + 1}")


def _is_indentation(trouble: _Trouble) -> bool:
    return any(told in trouble.problem for told in _INDENTATION)


def _column(line: str, *, item: bool) -> int:
    """In which column a line's key begins or, of an item, its dash."""
    match = _DASHES.match(line)
    return len(line) - len(line.lstrip()) if item or not match else match.end()


def _needs_quotes(trouble: _Trouble) -> Slip | None:
    """A text that begins with a character which means something to YAML."""
    told = (
        "cannot start any token",
        "comment or line break",
        "chomping or indentation",
        "mapping keys are not allowed",
    )
    if not any(each in trouble.problem for each in told):
        return None
    line, column = trouble.since if trouble.opener in "|>" else (trouble.line, trouble.column)
    rest = trouble.lines[line][column:].rstrip()
    message = f"a text that begins with '{rest[:1]}' needs quotes"
    return Slip(message, line + 1, column + 1, len(rest), f'write "{rest}"')


def _list_behind_key(trouble: _Trouble) -> Slip | None:
    if "sequence entries are not allowed" not in trouble.problem:
        return None
    items = trouble.here[trouble.column + 1 :].strip()
    hint = f"begin it on a line of its own, or write [{items}]"
    return Slip("a list cannot begin behind its key", trouble.line + 1, trouble.column + 1, 1, hint)


def _escape(trouble: _Trouble) -> Slip | None:
    if "escape character" not in trouble.problem:
        return None
    column = trouble.here.rfind("\\", 0, trouble.column + 1)
    hint = "write \\\\ for a backslash, or put the text in single quotes"
    return Slip("'\\' begins an escape that YAML does not know", trouble.line + 1, max(column, 0) + 1, 2, hint)


_RULES: tuple[Callable[[_Trouble], Slip | None], ...] = (
    _conflict,
    _template,
    _tab,
    _odd_blank,
    _smart_quote,
    _open_quote,
    _bracket,
    _stray_bracket,
    _stray_quote,
    _no_blank,
    _lonely,
    _colon_in_text,
    _too_deep,
    _indentation,
    _needs_quotes,
    _list_behind_key,
    _escape,
)
