"""What is secret in plain values, such as objects and documents: by the names that lead there, and by its form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from obsgen.findings import InputError
from obsgen.secrecy import decoded, is_secret, may_be_secret
from obsgen.secrecy.names import asks, flag_asks, is_ordinary, secret_part
from obsgen.secrecy.texts import secrets_in
from obsgen.source import Route, load_text

_NAMING = ("name", "key", "header")
"""Keys beside `value` that say whose value it is."""
_VALUES = frozenset(("value", "values"))
_PARTS = re.compile(r"[&;,]")
_YAML = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:-\s|[\w.\"'/-]+:\s)")
_GIVEN = re.compile(r"-{0,2}([A-Za-z][\w.-]*)=(.+)")
"""A flag with its value, or a variable with its."""
_LONGEST = 50_000
_SECURE = frozenset(("secureJsonData", "secure_json_data", "secure_settings", "secureSettings"))
"""Keys of Grafana's files below which everything is secret."""
_WITHIN = frozenset((*_VALUES, "secrets", "plaintext", "inline"))
"""Keys below a name that asks for a secret: still its value."""


def secrets_of(value: Any) -> Iterator[str]:
    """Every secret of a document, as it is meant; some more than once.

    Of what stands outside of Secrets words are left out that others may say as well.
    """
    if isinstance(value, dict) and value.get("kind") == "Secret":
        yield from _of_secret(value)
    yield from (each for each in _walk(value, "") if not is_ordinary(each))


def is_secret_at(whole: Any, route: Route, value: Any) -> bool:
    """Whether a value that a document has, or had, at a route is a secret as a whole."""
    name = ""
    for step in route:
        name, whole = _name_of(whole, step, name), _at(whole, step)
    return isinstance(value, str | int | float) and any(each == str(value).strip() for each in _named(value, name))


def _at(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def _of_secret(secret: Mapping[str, Any]) -> Iterator[str]:
    for field in ("stringData", "data"):
        values = secret.get(field)
        for key, value in values.items() if isinstance(values, dict) else ():
            text = decoded(str(value)) if field == "data" else str(value)
            if value is not None and (is_secret(str(key), text) or (may_be_secret(str(key), text) and _part(text))):
                yield from (str(value), text)


def _part(text: str) -> str:
    return secret_part("password", text)


def _walk(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _walk(below, _name_of(value, key, name))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _walk(below, _name_of(value, index, name))
            yield from _given(value, index)
    elif isinstance(value, str) or (name and isinstance(value, int | float)):
        yield from _named(value, name)
        yield from _in_text(value) if isinstance(value, str) else ()


def _given(items: list[Any], index: int) -> Iterator[str]:
    """The secret of an argument that has its name in it, or that is a user with a password behind a flag."""
    item = items[index]
    if isinstance(item, str) and (given := _GIVEN.fullmatch(item)):
        yield from _named(given[2], given[1])
    if isinstance(item, str) and (sort := flag_asks(_flag_before(items, index))) == "login":
        yield from filter(None, (secret_part(sort, item),))


def _name_of(whole: Any, step: str | int, name: str) -> str:
    """What a part is called: its key, the variable's name beside it, the flag before it, or what the whole is called.

    The word slack is kept, since it makes a secret of an address.
    """
    if isinstance(whole, list):
        return _flag_before(whole, step) or name
    if isinstance(step, int):
        return name
    key = str(step)
    whole = whole if isinstance(whole, dict) else {}
    if key in _VALUES and (named := next((whole[each] for each in _NAMING if isinstance(whole.get(each), str)), "")):
        return str(named)
    if key == "value" and isinstance(path := whole.get("path"), str):
        return path.rpartition("/")[2]
    if key == "secretKey" and "remoteRef" in whole:
        return ""
    if _stays(name, key, whole.get(step)):
        return name
    return f"slack.{key}" if key in ("api_url", "apiURL") and "slack" in name.lower() else key


def _stays(name: str, key: str, value: Any) -> bool:
    """Whether a part below a name that asks for a secret is what was asked for, as in `X-Api-Key: {values: […]}`."""
    return name in _SECURE or (bool(asks(name)) and key in _WITHIN and (key != "secrets" or isinstance(value, list)))


def _flag_before(items: list[Any], step: str | int) -> str:
    before = items[step - 1] if isinstance(step, int) and 0 < step < len(items) else None
    is_flag = isinstance(before, str) and before.startswith("-") and not before.strip("-").partition("=")[1]
    is_value = is_flag and not str(items[int(step)]).startswith("--")
    return str(before).lstrip("-") if is_value and " " not in str(before) else ""


def _named(value: str | float, name: str) -> Iterator[str]:
    if isinstance(value, bool) or not (sort := asks(name)):
        return
    part = secret_part(sort, str(value))
    yield from (part,) if part else ()


@lru_cache(maxsize=4096)
def _in_text(text: str) -> tuple[str, ...]:
    """The secrets in a text, which may be a file of its own; of what is assigned, its first part as well."""
    found = []
    for leak in secrets_in(text):
        secret = text[leak.start : leak.start + leak.length]
        found += [secret, secret.replace("''", "'"), _PARTS.split(secret)[0]]
        if leak.what == "a password in a URL":
            found.append(secret.partition(":")[2])
    found += [each for value in _inside(text) for each in _walk(value, "")]
    return tuple(dict.fromkeys(found))


def _inside(text: str) -> Iterator[Any]:
    """The documents of a file of YAML that stands in a string."""
    if "\n" in text.strip() and len(text) <= _LONGEST and _YAML.match(text):
        try:
            yield from (each.value for each in load_text(text, "inside.yaml"))
        except InputError:
            return
