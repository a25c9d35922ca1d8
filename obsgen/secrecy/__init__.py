"""Secrets in files that are read or written: told at their places, quoted nowhere."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from obsgen.findings import Finding, Place, error
from obsgen.leaks import Leak, is_literal, leaks

ID = "secret/value"
_TEXTS = frozenset((".yaml", ".yml", ".json", ".md", ".py", ".sh", ".js", ".txt"))
_MOST_BYTES = 1024 * 1024
_HINT = "name a Secret and its key instead; what has been in git is known to others: revoke it"


def exposed(what: str, place: Place) -> Finding:
    """The finding of a secret: what it is called and where it stands."""
    return error(ID, f"this looks like {what}", place, _HINT)


def place_of(leak: Leak, text: str, file: str) -> Place:
    """Where a secret of a file's text stands; of one on several lines the first."""
    line = text.count("\n", 0, leak.start) + 1
    first = text[leak.start : leak.start + leak.length].partition("\n")[0]
    return Place(file, line, leak.start - text.rfind("\n", 0, leak.start), max(1, len(first)))


def in_text(text: str, file: str) -> list[Finding]:
    """An error for each secret in a file's text."""
    return [exposed(leak.what, place_of(leak, text, file)) for leak in leaks(text)]


def in_files(files: Mapping[str, bytes], folder: str) -> Iterator[Finding]:
    """An error for each secret in the files of a tree."""
    for name, content in files.items():
        yield from in_text(content.decode(), f"{folder}/{name}")


def in_folders(folders: Iterable[Path], shown: Callable[[Path], str]) -> Iterator[Finding]:
    """An error for each secret in the files of components; what cannot be read is told by whoever needs it."""
    for path in (path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in _TEXTS):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MOST_BYTES:
            yield from in_text(path.read_text("utf-8", "replace"), shown(path))


_NO_SECRETS = frozenset((
    "bucket", "email", "enabled", "endpoint", "host", "name", "namespace", "port", "project", "region", "server",
    "type", "url", "user", "username",
))  # fmt: skip
"""Keys of Secrets whose values are none, unless they look like one."""


_ENDINGS = (".yaml", ".yml", ".json", ".toml", ".conf", ".ini", ".properties")
_SETTING = re.compile(r"""(?m)^\s*["']?[\w.-]+["']?\s*[:=]""")


def secret_values(secret: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The values of an object of kind Secret that are secret: their field, their key, and the text itself.

    Configuration in a Secret is none as long as no value in it looks like one.
    """
    for field in ("stringData", "data"):
        values = secret.get(field)
        for key, value in values.items() if isinstance(values, dict) else ():
            text = decoded(str(value)) if field == "data" else str(value)
            if value is not None and is_secret(str(key), text):
                yield field, str(key), str(value)


def decoded(value: str) -> str:
    """What a value in base64 says; the value itself where it is no text."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value


def is_secret(key: str, text: str) -> bool:
    """Whether a Secret's value under this key is one: configuration is none, nor are references and placeholders."""
    if leaks(text):
        return True
    return may_be_secret(key, text) and is_literal(text)


def may_be_secret(key: str, text: str) -> bool:
    """Whether a Secret's value under this key may be one: it is neither configuration nor what everybody may know."""
    lines = text.strip().count("\n") + 1
    settings = _SETTING.search(text) and (lines > 1 or key.endswith(_ENDINGS))
    configuration = settings or text.lstrip()[:1] in ("{", "[", "<")
    return not configuration and key.lower() not in _NO_SECRETS
