"""Objects to bytes: one dialect of YAML and JSON, the same for every reader and on every machine."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

from _ruamel_yaml import CEmitter
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from obsgen.source import YAML11_TRAP, resolve_plain

# YAML 1.1 readers make dates of these, and numbers of those: PyYAML and Go's readers drop underscores, and know signs
# before other bases.
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_NUMBER = re.compile(r"[-+]?(?:0[bxo][0-9a-fA-F_]+|(?=[0-9_.]*[0-9])[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]+)?)\Z")


def yaml_bytes(value: Any, header: str = "") -> bytes:
    """One YAML document: two-space indent, keys in the order given, text of several lines as a literal block.

    Every string that a YAML 1.1 or 1.2 reader would take for something else is quoted, keys included. `header`
    becomes a comment above the document.
    """
    stream = BytesIO()
    emitter = CEmitter(stream, width=1 << 20, allow_unicode=True, encoding="utf-8")
    emitter.emit(StreamStartEvent(encoding="utf-8"))
    emitter.emit(DocumentStartEvent(explicit=False))
    _emit(emitter, value)
    emitter.emit(DocumentEndEvent(explicit=False))
    emitter.emit(StreamEndEvent())
    comment = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    return comment.encode() + stream.getvalue()


def _emit(emitter: Any, value: Any) -> None:
    if isinstance(value, dict):
        emitter.emit(MappingStartEvent(None, None, True, flow_style=not value))
        for key, item in value.items():
            _emit(emitter, key)
            _emit(emitter, item)
        emitter.emit(MappingEndEvent())
    elif isinstance(value, (list, tuple)):
        emitter.emit(SequenceStartEvent(None, None, True, flow_style=not value))
        for item in value:
            _emit(emitter, item)
        emitter.emit(SequenceEndEvent())
    else:
        text, style = _scalar(value)
        emitter.emit(ScalarEvent(None, None, (True, True), text, style=style))


def _scalar(value: Any) -> tuple[str, str]:
    """The text of a scalar and the style that keeps its meaning."""
    if isinstance(value, str):
        if "\n" in value:
            return value, "|" if _is_block(value) else '"'
        odd = YAML11_TRAP.match(value) or _DATE.match(value) or _NUMBER.match(value)
        trapped = odd or not isinstance(resolve_plain(value), str)
        # Where a plain scalar would not parse, libyaml itself chooses quotes.
        return value, '"' if trapped else ""
    if value is None:
        return "null", ""
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    if isinstance(value, int):
        return str(value), ""
    if isinstance(value, float):
        return _float(value), ""
    raise TypeError(f"cannot write a {type(value).__name__} as YAML")


def _is_block(text: str) -> bool:
    """Whether a literal block gives the text back: it ends in one newline and holds only ordinary characters."""
    lines = text.split("\n")
    if lines[-1] or len(lines) < 2 or not lines[-2] or lines[0][:1] in ("", " "):
        return False
    return all(line.isprintable() and line == line.rstrip() for line in lines)


def _float(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}[text]
    # 1e-06 has no dot: YAML 1.1 would read a string.
    mantissa, exponent, power = text.partition("e")
    return text if not exponent or "." in mantissa else f"{mantissa}.0e{power}"


def json_bytes(value: Any) -> bytes:
    """A JSON file for people and importers: two-space indent, keys in the order given, UTF-8, a final newline."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
