"""Names, labels, addresses and sizes as profiles write them, each with the reason that a wrong one is refused for."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from obsgen.components.fields import NotEmpty, refusal
from obsgen.conventions import COMPONENT, DOMAIN, MANAGED_BY, NAME, PART_OF
from obsgen.findings import redacted
from obsgen.hints import repaired
from obsgen.units import duration

_OBJECT_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\Z")
_SECRET_KEY = re.compile(r"[-A-Za-z0-9_.]+\Z")
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")
_LABEL_KEY = re.compile(r"(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\Z")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/%+@:-]*)?\Z")
_HOST_PORT = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:[0-9]{1,5}\Z")
_GIT_URL = re.compile(
    r"(?:https://[A-Za-z0-9.-]+(?::[0-9]+)?/|ssh://git@[A-Za-z0-9.-]+(?::[0-9]+)?/|git@[A-Za-z0-9.-]+:)[A-Za-z0-9._~/-]+\Z"
)
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\Z")
# What RE2 and Python's regular expressions agree on.
POD_REGEX = r"^[-a-z0-9.*+()|\[\]]{1,200}$"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\Z")
_AGE = re.compile(r"[1-9][0-9]{0,3}[hdwy]\Z")
_RESERVED = {MANAGED_BY, PART_OF, COMPONENT, NAME}
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*\Z")


def _shown(value: str) -> str:
    value = redacted(value)
    return repr(value if len(value) <= 60 else value[:57] + "...")


def _pattern(pattern: re.Pattern[str], what: str, hint: str, longest: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > longest:
            raise refusal("profile/name", f"{_shown(value)} has {len(value)} characters", f"at most {longest}")
        if not pattern.match(value):
            raise refusal("profile/name", f"{_shown(value)} is not {what}", _instead(value, pattern, hint, longest))
        return value

    return AfterValidator(check)


def _plain_text(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise refusal("profile/name", f"{_shown(value)} is not a line of text", "no line breaks or control characters")
    return value


def regex(value: str) -> str:
    """Refuses what is no regular expression, or means something else to RE2."""
    try:
        re.compile(value)
    except re.error as problem:
        raise refusal(
            "profile/regex", f"'{value}' is no regular expression: {problem.msg}", "such as chat-.*"
        ) from None
    if re.search(r"[*+]{2}", value):
        raise refusal("profile/regex", f"'{value}' repeats a repetition", "such as chat-.*")
    return value


def in_whole(seconds: int, rule: str) -> AfterValidator:
    """Refuses durations that are no multiple of so many seconds; `rule` says what must be one."""

    def check(text: str) -> str:
        if duration(text) % seconds:
            raise refusal("profile/duration", f"{rule}, not '{text}'", "write 14d")
        return text

    return AfterValidator(check)


def _instead(value: str, pattern: re.Pattern[str], form: str, longest: int) -> str:
    """What to write instead, where it can be guessed, and the form that is wanted."""
    meant = repaired(value, lambda text: len(text) <= longest and pattern.match(text))
    if meant is None:
        return form
    return f"write {meant}" if form.startswith("such as") else f"{form}: write {meant}"


def _kebab(value: str) -> str:
    if len(value) > 50:
        raise refusal(
            "profile/name", f"{_shown(value)} has {len(value)} characters", "at most 50, so that object names fit"
        )
    if not _NAME.match(value):
        hint = _instead(value, _NAME, "lower-case letters, digits and '-'", 50)
        raise refusal("profile/name", f"{_shown(value)} cannot be a name", hint)
    return value


def is_name(value: Any) -> bool:
    """Whether a value may be a `Name`."""
    return isinstance(value, str) and len(value) <= 50 and bool(_NAME.match(value))


def _own(label: str) -> str:
    if label in _RESERVED or label.startswith(f"{DOMAIN}/"):
        hint = "remove it, or take a key of your own, such as team"
        raise refusal("profile/reserved-label", f"label '{label}' is set by obsgen on every object", hint)
    return label


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Name = Annotated[str, AfterValidator(_kebab), Field(examples=["demo"])]
"""A name that becomes part of objects' names and of paths: RFC 1123, at most 50 characters."""
Namespace = Annotated[
    str, _pattern(_NAME, "a namespace", "lower-case letters, digits and '-'", 63), Field(examples=["monitoring"])
]
LabelKey = Annotated[
    str, _pattern(_LABEL_KEY, "a label key", "such as app or app.kubernetes.io/name", 316), Field(examples=["app"])
]
LabelValue = Annotated[
    str,
    BeforeValidator(_text),
    _pattern(_LABEL_VALUE, "a label value", "letters, digits, '-', '_', '.'", 63),
    Field(examples=["chat"]),
]
Labels = dict[LabelKey, LabelValue]
OwnLabels = dict[Annotated[LabelKey, AfterValidator(_own)], LabelValue]
"""Labels that do not take the place of obsgen's."""
Title = Annotated[str, StringConstraints(max_length=120), AfterValidator(_plain_text), Field(examples=["Chat"])]
ModelName = Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain_text), Field(examples=["a-model"])]
Url = Annotated[
    str,
    _pattern(_URL, "a URL", "such as https://grafana.example.org", 500),
    Field(examples=["https://grafana.example.org"]),
]
HostPort = Annotated[
    str,
    _pattern(_HOST_PORT, "host and port", "such as thanos.example.org:10901", 300),
    Field(examples=["thanos.example.org:10901"]),
]
GitUrl = Annotated[
    str,
    _pattern(_GIT_URL, "a git repository", "such as https://github.com/acme/gitops.git", 500),
    Field(examples=["https://github.com/acme/gitops.git"]),
]
RelativePath = Annotated[
    str, _pattern(_PATH, "a relative path", "such as out/demo, without '..'", 300), Field(examples=["out/demo"])
]
Revision = Annotated[
    str, _pattern(_REVISION, "a git revision", "such as main or v1.2.0", 200), Field(examples=["main"])
]
Version = Annotated[str, _pattern(_VERSION, "a version", "such as 1.2.0", 40), Field(examples=["1.2.0"])]
Versions = Annotated[
    tuple[Version, ...],
    BeforeValidator(
        lambda value: [value] if isinstance(value, (str, int, float)) else value,
        json_schema_input_type=str | float | list[str | float],
    ),
    NotEmpty,
    Field(examples=["1.2"]),
]
Port = Annotated[
    str,
    BeforeValidator(_text),
    StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$"),
    Field(examples=["http"]),
]
Size = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Mi|Gi|Ti)$"), Field(examples=["100Gi"])]
"""A quantity of bytes as Kubernetes writes it."""
Age = Annotated[str, _pattern(_AGE, "an age", "such as 30d or 2y", 5), Field(examples=["30d"])]
"""How long something is kept; longer than durations may be that are waited for."""

StorageClass = Annotated[
    str,
    _pattern(_OBJECT_NAME, "a storage class", "lower-case letters, digits, '-' and '.'", 253),
    Field(examples=["standard"]),
]
SecretKeyName = Annotated[
    str, _pattern(_SECRET_KEY, "a key of a Secret", "letters, digits, '-', '_', '.'", 253), Field(examples=["token"])
]
