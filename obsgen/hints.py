"""What was probably meant: near names, and texts that a small repair makes right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from obsgen.findings import redacted

ALIKE = 0.8
"""Names that are more alike than this are taken for one."""
_MANY = 40
_ASCII = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "þ": "th", "ı": "i"})
_QUOTES = "\"'“”„‟‘’‚‛«»`´"
_SIZE = re.compile(r"([0-9]+)\s*([KMGT])?i?[bB]?\Z", re.IGNORECASE)
_INSIDE = re.compile(r"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.svc(?:\.[a-z0-9.-]+)?)(?::[0-9]+)?(?:/|\Z)")
"""Addresses that mostly have no certificate: those of Services."""
_OWNER_AND_REPOSITORY = re.compile(r"[\w-]+/[\w.-]+\Z", re.ASCII)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the known name most like `name`; empty if none is near."""
    near = closest(name, known)
    return f"did you mean {near!r}?" if near else ""


def closest(name: str, known: Iterable[str], least: float = 0.6) -> str | None:
    """The known name most like `name`, if one is near: `least` of 1 is the likeness that counts as such."""
    from difflib import get_close_matches

    names = sorted(set(known))
    wanted = visible(name).strip()
    near = [each for each in names if plain(each) == plain(wanted)] or get_close_matches(wanted, names, 1, least)
    return near[0] if near else None


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest known name and, where there are few or none is near, all of them."""
    names = list(dict.fromkeys(known))
    near = did_you_mean(name, names)
    listing = f"known: {', '.join(names)}" if 0 < len(names) <= (12 if near else _MANY) else ""
    return " ".join(filter(None, (near, listing)))


def plain(name: str) -> str:
    """A name without case and separators, by which `model_servers` is `modelServers`."""
    return re.sub(r"[-_. ]", "", name).lower()


def visible(text: str) -> str:
    """A text in which every blank is an ordinary one and nothing is invisible."""
    kinds = [(unicodedata.category(each), each) for each in text]
    return "".join(" " if kind == "Zs" else each for kind, each in kinds if kind != "Cf")


def invisible(text: str) -> str:
    """The name of the first character that looks like a blank or like nothing, and is not what it seems; else empty."""
    odd = [each for each in text if each != " " and unicodedata.category(each) in ("Zs", "Cf")]
    return f"{unicodedata.name(odd[0], 'character').lower()} (U+{ord(odd[0]):04X})" if odd else ""


def ascii_text(text: str) -> str:
    """A text with letters of other Latin alphabets in plain ones: `héé` is `hee`, `Straße` is `Strasse`."""
    whole = text.replace("ß", "ss").translate(_ASCII)
    return unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode()


def repaired(text: str, fits: Callable[[str], object]) -> str | None:
    """The least change of a text that `fits`; None if none of the usual slips explains it."""
    if redacted(text) != text or len(text) > 500:
        return None
    return next((each for each in _repairs(text) if each and each != text and fits(each)), None)


def _repairs(text: str) -> Iterator[str]:
    """What people mean by a text with a slip in it, the least change first."""
    bare = visible(text).strip().strip(_QUOTES).strip()
    yield from (bare, bare.lower(), bare.strip("^$"), bare.strip("^$").lower())
    yield from (bare.rstrip("/"), bare.replace("\\", "/").strip("/").removeprefix("./"), re.split(r"[?#]", bare)[0])
    if _OWNER_AND_REPOSITORY.match(bare):
        yield f"https://github.com/{bare}.git"
    address = re.sub(r"^[a-z]*:?/+|^git://", "", bare)
    scheme = "http" if _INSIDE.match(address) else "https"
    yield from (bare.replace("/", ":", 1), f"{scheme}://{address}", f"ssh://git@{address}", _size(bare))
    if bare[:1].isalnum():
        yield from (f"/{bare}", f"-{bare}", f"0{bare}", f"#{bare}")
    latin = ascii_text(bare)
    for separator in "-_":
        joined = re.sub(rf"[^A-Za-z0-9.]+|{separator}+", separator, latin).strip("-_.")
        yield from (joined, joined.lower(), joined.replace(".", separator), joined.replace(".", separator).lower())
        yield joined.replace(".", separator).lower()[:50].strip(separator)
    yield "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", latin))


def _size(text: str) -> str:
    """A size as Kubernetes writes it; without a unit gibibytes are meant."""
    match = _SIZE.match(text)
    return f"{match[1]}{(match[2] or 'G').upper()}i" if match else ""
