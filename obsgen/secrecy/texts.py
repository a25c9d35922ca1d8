"""Values in texts under names that ask for a secret: settings, JSON, variables, flags, headers, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from obsgen.leaks import Leak, leaks
from obsgen.secrecy.names import asks, flag_asks, is_ordinary, plain, secret_part

_SIGNS = re.compile(
    r"(?i)pass|pw|key|token|secret|auth|cred|cookie|jwt|bearer|dsn|connection|webhook|slack|incoming|-u|user"
)
"""One of these is in every name that asks for a secret."""
_QUOTED = (
    r"(?:\\\"(?P<escaped>[^\"\\\n]{1,2000})|\"(?P<double>(?:[^\"\\\n]|\\[^\n]){1,2000})\""
    r"|'(?P<single>(?:[^'\n]|''){1,2000})'|(?P<bare>%s))"
)
_SETTING = re.compile(
    r"(?<![\w.:/-])(?P<name>[A-Za-z_][\w./-]{1,120})(?P<mark>\\?[\"']|(?=:\s|\s?=|:\w))[ \t]*(?P<sign>:|=(?![=~]))"
    r"[ \t]*(?:\{\s*\"values?\":\s*)?(?:\[\s*|[|>][+-]?[ \t]*\r?\n[ \t]+)?" + _QUOTED % r"[^\s\"'`\[{][^\n]{0,2000}"
)
_FLAG = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w.-]{0,80})(?![\w.-])(?:=|[\"']?[ \t]*,?\s*(?:-[ \t]+)?)"
    r"(?!→|differs\b|is (?:gone|new)\b)" + _QUOTED % r"[^\s\"'`=,\[\]{}-][^\s\"']{0,2000}"
)
_PAIR = re.compile(
    r"\b(?:name|key|header)\\?[\"']?[ \t]*:[ \t]*\\?[\"']?(?P<name>[\w./-]{2,120})\\?[\"']?[ \t]*(?:,|\r?\n)\s*"
    r"\\?[\"']?values?\\?[\"']?[ \t]*:[ \t]*\[?[ \t]*" + _QUOTED % r"[^\s\"'\[{][^\n]{0,2000}"
)
_PARAMETER = re.compile(r"[?&;,](?P<name>[A-Za-z][\w.-]{1,80})=(?P<bare>[^\s\"'&;<>#]{1,2000})")
_END = re.compile(r"\s#|,\s|[\"']|[,}\]]+,?\s*$|\s+\\\s*$|\s--?[a-z]")
_HEADER = re.compile(r"(?i)(?:.*[-_])?(?:authorization|key|token|secret|auth)")
_PROSE = 3
"""So many words without quotes are a sentence, not a value."""


def named(text: str) -> list[Leak]:
    """The places of values whose names ask for a secret, in their order; those that overlap are one."""
    if not _SIGNS.search(text):
        return []
    return _joined(each for pattern in (_SETTING, _FLAG, _PAIR, _PARAMETER) for each in _found(pattern, text))


def secrets_in(text: str) -> list[Leak]:
    """Values whose names ask for a secret, and whatever has the form of one."""
    return _joined((*leaks(text), *named(text)))


def _joined(found: Iterable[Leak]) -> list[Leak]:
    kept: list[Leak] = []
    for leak in sorted(found, key=lambda each: (each.start, -each.length)):
        if kept and leak.start < kept[-1].start + kept[-1].length:
            last = kept.pop()
            leak = Leak(last.start, max(last.length, leak.start + leak.length - last.start), last.what)
        kept.append(leak)
    return kept


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Leak]:
    at = 0
    while match := pattern.search(text, at):
        sort = (flag_asks if pattern is _FLAG else asks)(match["name"])
        # What stands behind a name that asks for nothing may be such a name itself.
        at = match.end("name") + 1
        if sort and (pattern is not _SETTING or _is_setting(match)) and (pattern is not _FLAG or _is_given(match)):
            yield from _leak(match, sort)


def _is_setting(match: re.Match[str]) -> bool:
    """Whether a name stands where it is set: neither a matcher of a query nor a word before a colon."""
    quoted = match["mark"] not in ("", None)
    if match["sign"] == "=":
        before = match.string[max(0, match.start() - 3) : match.start()].rstrip()[-1:]
        return before not in ("{", ",") or match["bare"] is not None
    if not quoted and re.match(r"[\w)] ", match.string[max(0, match.start() - 2) : match.start()]):
        return False
    spaced = match.string[match.end("sign") : match.end("sign") + 1] in (" ", "\t", "\r", "\n")
    return quoted or spaced or bool(_HEADER.fullmatch(match["name"]))


def _is_given(match: re.Match[str]) -> bool:
    """Whether a flag has a value, rather than a sentence that goes on behind it."""
    between = match.string[match.end("name") : match.start("bare")] if match["bare"] else ""
    return between.strip() != "," or not is_ordinary(match["bare"].rstrip("]},"))


def _is_assigned(match: re.Match[str]) -> bool:
    """Whether a value follows its name without blanks, as in a shell: then it has none either."""
    return match.re is _SETTING and match.string[match.end("name") : match.end("name") + 1] == "="


def _leak(match: re.Match[str], sort: str) -> Iterator[Leak]:
    group = next(each for each in ("escaped", "double", "single", "bare") if match.groupdict().get(each) is not None)
    value = match[group]
    if value.startswith("***"):
        return  # hidden already
    if group == "bare":
        value = _END.split(value)[0].rstrip()
        value = value if "{" in value or "[" in value else value.rstrip("]},")
        value = value.split()[0].rstrip(";,") if _is_assigned(match) and value else value
        if match.re in (_SETTING, _PAIR) and len(value.split()) > _PROSE:
            return
    # Behind `secretKey` External Secrets have a name.
    part = secret_part("secret" if plain(match["name"]) == "secret_key" else sort, value)
    if part:
        yield Leak(match.start(group) + value.index(part), len(part), f"the value of {match['name']}")
