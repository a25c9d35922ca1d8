"""Keys, tokens and passwords in a text: where they stand, never what they are.

What counts is a form that an issuer has published, or a value behind a name that asks for one. Placeholders, references
and templates are no values. Nothing is guessed from randomness alone: a finding here stops a render.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Form(NamedTuple):
    """A form of secret: what it is called, words of which every text with one has one, its pattern."""

    what: str
    signs: str
    pattern: str


# Sources: the issuers' own pages on their tokens, and GitHub's list of supported secret scanning patterns.
_FORMS = (
    Form(
        "a webhook of Slack",
        "hooks.slack",
        r"https://hooks\.slack(?:-gov)?\.com/[a-z]{5,12}/[\w-]{6,40}/[\w/-]{12,120}",
    ),
    Form(
        "a webhook of Discord",
        "/api/webhooks/",
        r"https://[a-z.]{0,8}discord(?:app)?\.com/api/webhooks/\d{15,22}/[\w-]{40,90}",
    ),
    Form(
        "a webhook of Microsoft Teams",
        "/webhookb2/",
        r"https://[\w.-]{4,80}\.office\.com/webhookb2/[\w@-]{36,80}/[\w/-]{20,200}",
    ),
    Form("a signed address", "sig=", r"(?<=[?&]sig=)[\w%-]{32,120}"),
    Form("a token of Slack", "xox", r"\bxox[abeoprs]-[\w-]{16,120}"),
    Form("a token of Slack", "xapp-", r"\bxapp-\d-[\w-]{16,120}"),
    Form("an access key of AWS", "AKIA ASIA", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    Form(
        "a private key",
        "-----BEGIN",
        r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\]{0,8000}",
    ),
    Form("a token of GitHub", "gho_ ghp_ ghr_ ghs_ ghu_", r"\bgh[oprsu]_[A-Za-z0-9]{36,80}\b"),
    Form("a token of GitHub", "github_pat_", r"\bgithub_pat_\w{50,100}\b"),
    Form("a token of GitLab", "glpat-", r"\bglpat-[\w-]{20,60}"),
    Form("a key of Google", "AIza", r"\bAIza[\w-]{35}\b"),
    Form("a key of OpenAI or Anthropic", "sk-", r"\bsk-(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[A-Z])[\w-]{32,200}\b"),
    Form("a token of Hugging Face", "hf_", r"\bhf_[A-Za-z]{30,50}\b"),
    Form("a token of Grafana", "glsa_ glc_", r"\bgl(?:sa|c)_[\w+/=]{30,200}"),
    Form("a JSON web token", "eyJ", r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{16,2000}"),
    Form(
        "a bearer token",
        "earer",
        r"(?i)(?<=\bbearer )(?=[\w.~+/-]{0,200}\d)(?=[\w.~+/-]{0,200}[a-z])[\w.~+/-]{24,500}={0,2}",
    ),
    Form("a password in a URL", "://", r"(?<=://)[^\s/:@'\"<>{}$]{0,100}:[^\s/@'\"<>{}$*]{1,200}(?=@)"),
)
_COMPILED = [(form.what, form.signs.split(), re.compile(form.pattern)) for form in _FORMS]
_SPOKEN = frozenset(("pass", "password", "passwd", "pw", "secret", "token", "user"))
"""What examples call a password in a URL."""

_ASKS_PASSWORD = ("password", "passwd", "passphrase")
_ASKS_KEY = (
    "token", "apikey", "accesskey", "secretkey", "privatekey", "routingkey", "servicekey", "integrationkey",
    "accountkey", "encryptionkey", "signingkey", "clientsecret", "apisecret", "authsecret", "credentials",
)  # fmt: skip
_KEY = re.compile(r"(?<![\w.])([A-Za-z][\w.-]{2,100})[\"']?[ \t]*([:=])")
_VALUE = re.compile(
    r"[ \t]*(?:\"(?P<double>[^\"\n]{1,500})\"|'(?P<single>[^'\n]{1,500})'|(?P<plain>[^\s\"'#,}\]][^\n]{0,500}))"
)
_END = re.compile(r"\s#|,\s|[\"']|[,}\]]+\s*$")
_NAMED = re.compile(r"[ \t]*[\"']?(?P<name>[\w.-]{1,100})[\"']?[ \t]*(?:,|\r?\n)[ \t]*[\"']?value[\"']?[ \t]*:")
_TEMPLATE = re.compile(r"<|>|\{\{|\$[({\w]|%\(|\*\*|\.\.\.|…|ENC\[|^(?:vault|ref|op|arn|ssm|file|env|path)[:+]|[*\\]")
_PLACEHOLDER = re.compile(
    r"(?i:your[-_]|[-_]here\b|placeholder|redacted|example|dummy)|YOUR|CHANGE|X{4}|x{4}|(?:(.)\1{7})"
)
_NO_VALUE = frozenset(("true", "false", "null", "none", "yes", "no", "~"))
_HEAD = 8
"""So many characters of a secret are enough to know it by."""
_CUT = re.compile(r"…|\.\.\.")
_WORDS = re.compile(r"[A-Za-z]?[a-z]+(?:[-_./ :]+[A-Za-z]?[a-z]*)*")
_HEX = re.compile(r"[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RANDOM = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[\w+/=.~-]{20,500}")


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """A secret in a text: where it stands, and what it is called."""

    start: int
    length: int
    what: str


def leaks(text: str) -> list[Leak]:
    """Every secret in a text, in the order of their places; of two that overlap the first."""
    found = sorted((*_known(text), *_in_fields(text)))
    kept: list[Leak] = []
    for leak in found:
        if not kept or leak.start >= kept[-1].start + kept[-1].length:
            kept.append(leak)
    return kept


def masked(text: str, mask: str = "") -> str:
    """The text with the mask for each secret, else with as many asterisks, so that lines and columns stay."""
    parts, end = [], 0
    for leak in leaks(text):
        secret = text[leak.start : leak.start + leak.length]
        parts += [text[end : leak.start], mask or re.sub(r"[^\r\n]", "*", secret)]
        end = leak.start + leak.length
    return "".join(parts) + text[end:] if parts else text


def without(text: str, secrets: Iterable[str]) -> str:
    """A text without secrets that it may quote: whole, cut off behind, or in other case.

    Short ones are words that others may use too: they are hidden where they stand alone. Those that are whole go
    first, since another one may begin alike. A common beginning that is a word is none that was cut off, unless dots
    say so.
    """
    folded = text.casefold()
    known = [each for each in secrets if each and each[:_HEAD].casefold() in folded]
    for secret in sorted(known, key=len, reverse=True):
        whole = re.escape(secret)
        whole = whole if len(secret) >= _HEAD else rf"(?<!\w){whole}(?!\w)"
        text = re.sub(whole, "***", text, flags=re.IGNORECASE)
    for secret in known:
        text = _without_beginning(text, secret)
    return text


def _without_beginning(text: str, secret: str) -> str:
    head = secret[:_HEAD].casefold()
    at = text.casefold().find(head) if len(head) == _HEAD else -1
    while at >= 0:
        pairs = zip(text[at:].casefold(), secret.casefold(), strict=False)
        common = next((index for index, (one, other) in enumerate(pairs) if one != other), None)
        end = at + (min(len(secret), len(text) - at) if common is None else common)
        if _CUT.match(text, end) or not _WORDS.fullmatch(text[at:end]):
            text = f"{text[:at]}***{text[end:]}"
            end = at + 3
        at = text.casefold().find(head, end)
    return text


def is_literal(value: str) -> bool:
    """Whether a value is one, not a placeholder, a reference, or nothing at all."""
    return bool(value.strip()) and value.lower() not in _NO_VALUE and not _TEMPLATE.search(value)


def _known(text: str) -> Iterator[Leak]:
    for what, signs, pattern in _COMPILED:
        for match in pattern.finditer(text) if any(sign in text for sign in signs) else ():
            if not _PLACEHOLDER.search(match[0]) and match[0].rpartition(":")[2].lower() not in _SPOKEN:
                yield Leak(match.start(), len(match[0]), what)


def _in_fields(text: str) -> Iterator[Leak]:
    """Values behind keys, behind flags such as `--password=`, and of variables: `name: X_PASSWORD`, `value: …`."""
    plain = _plain(text)
    if not any(word in plain for word in (*_ASKS_PASSWORD, *_ASKS_KEY)):
        return
    for match in _KEY.finditer(text):
        name, sign = match.groups()
        if name == "name" and (named := _NAMED.match(text, match.end())):
            yield from _value(text, named.end(), named["name"])
        elif sign == ":" or text.startswith("--", match.start() - 2):
            yield from _value(text, match.end(), name)


def _plain(text: str) -> str:
    return text.lower().replace("_", "").replace("-", "")


def _value(text: str, start: int, name: str) -> Iterator[Leak]:
    """The value that begins at `start`, if the name asks for a secret and the value may be one."""
    password = _plain(name).endswith(_ASKS_PASSWORD)
    if not password and not _plain(name).endswith(_ASKS_KEY):
        return
    match = _VALUE.match(text, start)
    group = match.lastgroup if match else None
    if match is None or group is None:
        return
    value = match[group] if group != "plain" else _END.split(match[group])[0].rstrip()
    if is_literal(value) and (_is_password(value, group) if password else _is_key(value)):
        yield Leak(match.start(group), len(value), f"the value of {name}")


def _is_password(value: str, group: str) -> bool:
    """Whether a value may be a password: prose and structure are not."""
    quoted = group != "plain"
    return not _PLACEHOLDER.search(value) and (quoted or not re.search(r"[\s{\[|&!:]", value))


def _is_key(value: str) -> bool:
    """Whether a value is made up of what keys are made of."""
    return not _PLACEHOLDER.search(value) and bool(_HEX.fullmatch(value) or _RANDOM.fullmatch(value))
