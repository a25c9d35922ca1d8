"""Files and texts to documents, with limits on size, depth and alias expansion."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from obsgen.findings import Finding, InputError, Place, error
from obsgen.source.document import Document, Places, Trap
from obsgen.source.events import MAX_SLOW_CHARACTERS, Event, documents
from obsgen.source.jsontext import depth, duplicate_keys, half_character, json_hint
from obsgen.source.scalars import KNOWN_TAGS, YAML11_TRAP, resolve_plain
from obsgen.source.slips import slip

_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF_CHARACTER = "\\u… names half a character, which no UTF-8 text can hold"

_JOIN = "remove one of the two, or join what is below them"
_QUOTE_BRACES = "a text that begins with '{' or '[' needs quotes"

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 100
MAX_NODES = 1_000_000


def read_text(path: Path, name: str, max_bytes: int = MAX_BYTES) -> str:
    """The text of a file, or an InputError that says why it cannot be had."""
    place = Place(name)
    try:
        if path.is_dir():
            _refuse("file/directory", f"{name} is a directory, not a file", place)
        size = path.stat().st_size
        if size > max_bytes:
            _refuse("file/too-large", f"{name} has {size:,} bytes; at most {max_bytes:,} are read", place)
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        _refuse("file/unreadable", f"cannot read {name}: {reason}", place)
    if len(raw) > max_bytes:  # a device or a pipe, which has no size
        _refuse("file/too-large", f"{name} has more than {max_bytes:,} bytes", place)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        good = raw[: problem.start]
        line = good.count(b"\n") + 1
        column = len(good) - (good.rfind(b"\n") + 1) + 1
        spot = Place(name, line, column)
        _refuse("file/encoding", f"byte 0x{raw[problem.start]:02x} is not UTF-8", spot, "save the file as UTF-8")


def load_file(path: Path, name: str | None = None, text_keys: frozenset[str] = frozenset()) -> list[Document]:
    """All documents of a YAML file, or the one of a JSON file; InputError if it cannot be read or parsed."""
    name = name or str(path)
    return load_text(read_text(path, name), name, text_keys)


def load_text(text: str, file: str, text_keys: frozenset[str] = frozenset()) -> list[Document]:
    """The documents in `text`; `file` names it in places and its ending tells JSON from YAML.

    Plain scalars under `text_keys` stay the text that was written, such as version 0.10.
    """
    if file.endswith(".json"):
        return [_load_json(text, file)]
    try:
        return _read(text, file, text_keys, slow=False)
    except YAMLError as problem:
        if len(text) > MAX_SLOW_CHARACTERS:
            _refuse_syntax(problem, text, file)
    try:
        return _read(text, file, text_keys, slow=True)
    except YAMLError as problem:
        _refuse_syntax(problem, text, file)


def _refuse_syntax(problem: YAMLError, text: str, file: str) -> NoReturn:
    """Refuses a text that is no YAML, in the words of the slip that explains it or else in the parser's."""
    found = slip(text, problem) if isinstance(problem, MarkedYAMLError) else None
    if found:
        _refuse("yaml/syntax", found.message, Place(file, found.line, found.column, max(found.length, 1)), found.hint)
    _refuse("yaml/syntax", _problem_text(problem), _problem_place(problem, file))


def _read(text: str, file: str, text_keys: frozenset[str], *, slow: bool) -> list[Document]:
    reader = _Reader(file, text_keys)
    read: list[Document] = []
    shared: list[Places] = []
    for index, events in enumerate(documents(text, slow=slow)):
        value, traps = reader.build(events)
        read.append(Document(file, text, value, index, traps, shared))
    if reader.findings:
        raise InputError(reader.findings)
    return read


def one_document(documents: Iterable[Document], file: str, what: str) -> Document:
    """The only document of a file that must hold exactly one `what`."""
    found = [document for document in documents if document.value is not None]
    if not found:
        _refuse("file/empty", f"{file} is empty", Place(file), f"a {what} is expected here")
    if len(found) > 1:
        _refuse("file/many-documents", f"{file} holds {len(found)} documents", Place(file), f"one {what} per file")
    return found[0]


def _load_json(text: str, file: str) -> Document:
    unique = True

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal unique
        value = dict(items)
        unique = unique and len(value) == len(items)
        return value

    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as problem:
        _refuse("json/syntax", problem.msg, Place(file, problem.lineno, problem.colno), json_hint(text, problem.pos))
    except RecursionError:
        _refuse("yaml/too-deep", f"nested deeper than {MAX_DEPTH} levels", Place(file))
    half = half_character(text, file)
    if half:
        _refuse("file/encoding", _HALF_CHARACTER, half, "write the character itself")
    if depth(text) > MAX_DEPTH:
        _refuse("yaml/too-deep", f"nested deeper than {MAX_DEPTH} levels", Place(file))
    if not unique:
        raise InputError(
            error("yaml/duplicate-key", f"key '{name}' stands twice in this mapping", place, _JOIN)
            for name, place in duplicate_keys(text, file)
        )
    return Document(file, text, value)


class _Reader:
    """Builds plain data from one file's events; collects findings so that all are told at once."""

    def __init__(self, file: str, text_keys: frozenset[str]) -> None:
        self.file = file
        self.text_keys = text_keys
        self.findings: list[Finding] = []
        self._nodes = 0
        self._typed = True

    def build(self, events: Iterator[Event]) -> tuple[Any, tuple[Trap, ...]]:
        """The value of one document and the YAML 1.1 traps in it."""
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._traps: list[Trap] = []
        value = self._value(next(events), events, 0)
        next(events)  # the document's end
        return value, tuple(self._traps)

    def _value(self, event: Event, events: Iterator[Event], depth: int) -> Any:
        self._count(1, event)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._nodes
        if isinstance(event, ScalarEvent):
            value = self._scalar(event)
        elif depth >= MAX_DEPTH:
            _refuse("yaml/too-deep", f"nested deeper than {MAX_DEPTH} levels", self._place(event))
        elif isinstance(event, MappingStartEvent):
            value = self._mapping(events, depth)
        else:
            value = self._sequence(events, depth)
        self._check_tag(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._nodes - before)
        return value

    def _alias(self, event: Event) -> Any:
        if event.anchor not in self._anchors:
            hint = f'if a text is meant, put it in quotes: "*{event.anchor}"'
            self._report("yaml/unknown-alias", f"alias *{event.anchor} has no anchor before it", event, hint)
            return None
        value, nodes = self._anchors[event.anchor]
        self._count(nodes, event)
        return value

    def _mapping(self, events: Iterator[Event], depth: int) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        merged: list[Any] = []
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            is_merge = isinstance(event, ScalarEvent) and event.value == "<<" and event.style == ""
            key = event.value if is_merge else self._value(event, events, depth + 1)
            value = self._below(key, next(events), events, depth)
            if is_merge:
                merged += value if isinstance(value, list) else [value]
            elif isinstance(key, (dict, list)):
                self._report("yaml/complex-key", "a mapping key must be a scalar", event, _QUOTE_BRACES)
            elif key in mapping:
                message = f"key '{key}' stands twice in this mapping"
                self._report("yaml/duplicate-key", message, event, _JOIN)
            else:
                mapping[key] = value
        for source in merged:
            if isinstance(source, dict):
                mapping = source | mapping
        return mapping

    def _below(self, key: Any, event: Event, events: Iterator[Event], depth: int) -> Any:
        """The value of a key; text keys turn the typing of plain scalars off for all that is below them."""
        typed, self._typed = self._typed, self._typed and not (isinstance(key, str) and key in self.text_keys)
        value = self._value(event, events, depth + 1)
        self._typed = typed
        return value

    def _sequence(self, events: Iterator[Event], depth: int) -> list[Any]:
        items = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, events, depth + 1))
        return items

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        if event.style == '"' and _SURROGATE.search(text):
            self._report("file/encoding", _HALF_CHARACTER, event, "write the character itself")
        if event.style or event.tag:
            return text if event.tag in (None, "tag:yaml.org,2002:str") or event.style else resolve_plain(text)
        if YAML11_TRAP.match(text):
            self._traps.append(Trap(text, self._place(event, len(text))))
        return resolve_plain(text) if self._typed else text

    def _check_tag(self, event: Event) -> None:
        if event.tag and event.tag not in KNOWN_TAGS and event.tag != "!":
            hint = "remove the tag; a text that begins with '!' needs quotes"
            self._report("yaml/tag", f"tag {event.tag} is not allowed: data only, no objects", event, hint)

    def _count(self, nodes: int, event: Event) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values after aliases are expanded"
            _refuse("yaml/alias-bomb", message, self._place(event))

    def _report(self, check: str, message: str, event: Event, hint: str = "") -> None:
        length = len(event.value) if isinstance(event, ScalarEvent) else 1
        self.findings.append(error(check, message, self._place(event, length), hint))

    def _place(self, event: Event, length: int = 1) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1, max(length, 1))


def _problem_text(problem: YAMLError) -> str:
    if isinstance(problem, MarkedYAMLError) and problem.problem:
        context = f" {problem.context}" if problem.context else ""
        return f"{problem.problem}{context}"
    return str(problem).split("\n", 1)[0] or "not YAML"


def _problem_place(problem: YAMLError, file: str) -> Place:
    mark = getattr(problem, "problem_mark", None)
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)


def _refuse(check: str, message: str, place: Place, hint: str = "") -> NoReturn:
    raise InputError([error(check, message, place, hint)])
