"""Reading tokens one after the other, with errors that say what was expected."""

from __future__ import annotations

from dataclasses import dataclass, field

from obsgen.logql.errors import LogqlError, NotUnderstoodError
from obsgen.logql.regexes import regex
from obsgen.logql.tokens import Token, tokens
from obsgen.logql.tree import Text

MAX_NESTING = 60
MAX_JOINTS = 250


@dataclass(frozen=True, slots=True)
class Doubt:
    """A piece of a query that only Loki itself can judge."""

    reason: str
    start: int
    end: int


@dataclass(slots=True)
class Cursor:
    """A place in a list of tokens, and the doubts found on the way."""

    text: str
    found: list[Token] = field(init=False)
    at: int = 0
    depth: int = 0
    joints: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found = tokens(self.text)

    @property
    def token(self) -> Token:
        """The next token."""
        return self.found[self.at]

    @property
    def is_over(self) -> bool:
        """Whether no token is left."""
        return self.token.kind == "end"

    @property
    def behind(self) -> Token:
        """The token behind the next one."""
        return self.found[min(self.at + 1, len(self.found) - 1)]

    @property
    def end(self) -> int:
        """Where the last token taken ends."""
        return self.found[self.at - 1].end if self.at else 0

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.token
        self.at += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        """The next token if it is one of these signs or words."""
        return self.take() if self.token.is_(*texts) else None

    def expect(self, text: str) -> Token:
        """The next token, which must be this sign or word."""
        return self.accept(text) or self.fail(f"'{text}'")

    def name(self, what: str = "a label name") -> Token:
        """The next token, which must be a name."""
        if self.token.kind == "odd":
            raise NotUnderstoodError(f"{self.token.text} where {what} is expected", self.token.start)
        return self.take() if self.token.kind == "name" else self.fail(what)

    def string(self, what: str = "a string") -> Text:
        """The next token, which must be a string."""
        token = self.take() if self.token.kind == "string" else self.fail(what)
        return Text(value=str(token.value), start=token.start, end=token.end)

    def names(self) -> tuple[str, ...]:
        """`(a, b)`, or `()`."""
        self.expect("(")
        found: list[str] = []
        while not (not found and self.token.is_(")")):
            found.append(self.name().text)
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(found)

    def fail(self, expected: str) -> Token:
        """Raises what says that something else was expected here."""
        token = self.token
        if token.kind == "end":
            raise LogqlError(f"the expression ends where {expected} is expected", max(self.end - 1, 0))
        shown = token.text if len(token.text) <= 40 else f"{token.text[:39]}…"
        raise LogqlError(f"unexpected {shown}, expected {expected}", token.start, token.end - token.start)

    def deeper(self) -> None:
        """Count a level of nesting; more than a reader of trees can bear is not understood."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise NotUnderstoodError(f"nested more than {MAX_NESTING} levels deep", self.token.start)

    def join(self) -> None:
        """Count an operator: a long chain of them makes a tree as deep as nesting does."""
        self.joints += 1
        if self.joints > MAX_JOINTS:
            raise NotUnderstoodError(f"more than {MAX_JOINTS} operators", self.token.start)

    def doubt(self, reason: str, start: int, end: int) -> None:
        """Note what only Loki can judge."""
        self.doubts.append(Doubt(reason, start, end))

    def check_regex(self, text: Text) -> None:
        """An error for a regular expression that Go surely refuses, a doubt for one that it may refuse."""
        found = regex(text.value)
        if found.fault:
            length = text.end - text.start
            raise LogqlError(f"not a regular expression for Loki: {found.fault}", text.start, length)
        if not found.known:
            self.doubt("a regular expression that only Loki can judge", text.start, text.end)
