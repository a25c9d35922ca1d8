"""What brought a change."""

from __future__ import annotations

from collections.abc import Mapping

from obsgen.diff.difference import Difference
from obsgen.diff.model import Cause, Change
from obsgen.diff.sides import Sides


def attribute(both: Sides, found: Difference) -> Mapping[Change, tuple[Cause, ...]]:
    """The causes of changes."""
    return {}
