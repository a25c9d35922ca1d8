"""Words that findings share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_ALIKE = 0.85
_DIGITS = re.compile(r"\d+")


def is_slip(written: str, there: str) -> bool:
    """Whether one name is a misspelling of another; those that differ in numbers alone are meant."""
    if written != there and _DIGITS.sub("", written) == _DIGITS.sub("", there):
        return False
    return SequenceMatcher(None, written.lower(), there.lower()).ratio() >= _ALIKE


def listed(names: Sequence[str], most: int = 3) -> str:
    """`a, b and c`; of more the first ones and how many others there are."""
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
