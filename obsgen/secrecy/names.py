"""Names that ask for a secret: of keys, flags, variables, headers and parameters. What is said under them is hidden.

More is hidden than is told as a fault: a finding must be sure, while a value that is hidden in vain costs little. The
word token alone says nothing where models are served: limits, speeds and special tokens are nobody's secret.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TAIL = re.compile(
    r"(?:_(?:values?|old|new|current|data|text|txt|plain|plaintext|raw|base64|b64|encoded|hash|prod|production|staging"
    r"|stage|dev|test|primary|secondary|v?\d+|v))+$"
)
"""What is added to a name without making it another thing: API_KEY_PROD, password_hash, token2."""

_PASSWORD = re.compile(
    r"(?:password|passwd|passphrase|passcode)s?$"
    r"|(?:^|_)(?:pw|(?<!^)pwd|(?:db|database|user|admin|root|smtp|mail|email|redis|pg|mysql|auth|api|http|login)_pass)$"
)
_KEY = re.compile(
    r"(?:api|access|secret|private|routing|service|integration|account|encryption|signing|master|license|ssh|hmac|salt"
    r"|subscription|storage|session|admin|auth|application|app|client|ingest|write|virtual|deploy|instrumentation)_?keys?$"
)
_SECRET = re.compile(
    r"(?:^|_)(?:client|api|app|application|oauth|oauth_2|jwt|session|cookie|shared|hmac|signing|consumer|webhook"
    r"|encryption)_?secrets?$"
)
_TOKEN = re.compile(r"token$|(?:^|_)(?:auth|access|api|bearer|refresh|identity|service)_tokens$")
_COUNTED = re.compile(
    r"(?:^|_)(?:first|last|next|per|max|min|each|input|output|prompt|completion|generated|generation|decode|prefill"
    r"|cached|draft|bos|eos|pad|unk|sep|cls|mask|stop|start|end|begin|special|image|video|audio|vision|think|thinking"
    r"|reasoning|tool|newline|placeholder)_token$|(?:^|_)(?:per|disable|enable)_"
)
"""Tokens that models read and write, and switches."""
_OTHERS = re.compile(
    r"(?:^|_)(?:authorization|credentials?|cookie|jwt|bearer|dsn|connection_?string|secure_json|secure_settings)$"
)
_WEBHOOK = re.compile(r"slack_(?:\w+_)?url$|(?:^|_)webhook(?:_ur[il])?$|(?:^|_)incoming_url$")
_OF_SECRET = re.compile(r"(?:^|_)secret$")
"""Elsewhere than in variables mostly the name of an object of kind Secret."""
_OF_VARIABLE = re.compile(r"(?:^|_)(?:pass|secret|key)$")
_OPEN = re.compile(r"(?:^|_)(?:public|primary|foreign|partition|sort|cache|group|topology|hot|index)_key$")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_INJECTED = re.compile(r"agent_inject_")
"""Annotations that say where Vault keeps a secret."""
_LONGEST = 200


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """The words of a name: `hf_token` of HF_TOKEN, `x_api_key` of X-Api-Key, `admin_password` of adminPassword."""
    words = "_".join(_WORDS.findall(name[-_LONGEST:])).lower()
    return _TAIL.sub("", words)


@lru_cache(maxsize=65536)
def asks(name: str) -> str:
    """What sort of secret a name asks for; empty for none.

    `password`; `key` for what is no number and no sentence; `webhook` for an address; `secret` for what may be the
    name of an object.
    """
    text = plain(name)
    if _INJECTED.search(text):
        return ""
    if _PASSWORD.search(text) or _OTHERS.search(text):
        return "password"
    if _KEY.search(text) or _SECRET.search(text) or (_TOKEN.search(text) and not _COUNTED.search(text)):
        return "key"
    if _VARIABLE.fullmatch(name) and _OF_VARIABLE.search(text) and not _OPEN.search(text):
        return "key"
    return "webhook" if _WEBHOOK.search(text) else "secret" if _OF_SECRET.search(text) else ""


_LOGIN = frozenset(("u", "user", "proxy-user", "basic-auth"))


def flag_asks(name: str) -> str:
    """The same of a flag's name without its dashes; `login` for a user with a password, as curl takes them."""
    return "login" if name in _LOGIN else asks(name)


_REFERENCE = re.compile(
    r"\$\{\{.*?(?:\}\}|$)|\$__\w+\{[^}]*\}|\$\{[^}]*(?:\}|$)|\$\([^)]*\)|\$[A-Za-z_]\w*|\{\{.*?(?:\}\}|$)|<<.*?>>|<[^<>]*>"
    r"|%\(\w+\)s|ENC\[[^\]]*\]"
)
_ELSEWHERE = re.compile(
    r"(?:vault|ref|op|arn|ssm|file|env|path|secret|awssm|gcpsm)[:+]\S+|[~.]{0,2}/[\w.-]+(?:/[\w.-]+)+/?"
)
"""References of tools that fetch secrets, and paths of files."""
_OBJECT = re.compile(r"[a-z0-9][a-z0-9._-]*|[A-Z][A-Z0-9_]*")
_NUMBER = re.compile(r"[-+]?\d{1,12}(?:\.\d+)?\s?(?:%|[a-zA-Z]{1,3})?")
_NO_VALUE = frozenset(
    ("true", "false", "null", "none", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional", "basic",
     "bearer", "file", "env", "secret", "|", ">", "|-", ">-", "|+", ">+", "{", "[", "{}", "[]")
)  # fmt: skip
_SCHEME = re.compile(r"(?i)(?:basic|bearer|token|apikey|digest|splunk|genietoken)\s+")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,12}://([^/?#\s]*)(?:[/?#](\S+))?")
_INSIDE = re.compile(r"(?:.*@)?(?:localhost|[\d.]+|[\w-]+|[\w.-]+\.(?:svc|local|internal))(?::\d+)?")
"""Hosts of one's own network: their addresses are no secret."""
_FEW = 2
"""More words than these are a sentence about a key."""


def secret_part(sort: str, value: str) -> str:
    """What is secret of a value under a name that asks for a secret of some sort; empty if nothing is.

    References, paths, switches, numbers and quantities are not; of a header its scheme is not, of an address the host.
    """
    text = value.strip()
    scheme = _SCHEME.match(text)
    text = text[scheme.end() :] if scheme else text
    if text.lower() in _NO_VALUE or not re.search(r"\w", _REFERENCE.sub("", text)) or _ELSEWHERE.fullmatch(text):
        return ""
    if sort == "login":
        user, colon, text = text.partition(":")
        return "" if not (user and colon) or ":" in text or _NUMBER.fullmatch(text) else secret_part("password", text)
    url = _URL.fullmatch(text)
    if sort == "webhook":
        return url[2] if url and url[2] and not _INSIDE.fullmatch(url[1]) else ""
    if url:
        return text.partition("://")[2] if "@" in url[1] else url[2] or ""
    if sort == "secret" and _OBJECT.fullmatch(text):
        return ""
    if sort != "password" and (len(text.split()) > _FEW or _NUMBER.fullmatch(text)):
        return ""
    return text


_ORDINARY = re.compile(r"[A-Z]?[a-z]+(?:[-_./: ,]+[A-Z]?[a-z]+)*|[A-Z]+(?:[-_]+[A-Z]+)*|\d{1,6}")


def is_ordinary(secret: str) -> bool:
    """Whether others may say the same without meaning it, such as admin, EMPTY or 8000: hidden at its place alone."""
    return len(secret) < 4 or (len(secret) <= 32 and bool(_ORDINARY.fullmatch(secret)))
