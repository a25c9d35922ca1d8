"""Series of histograms as a page has them: the bucket of everything counts what `_count` does."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WHOLE = re.compile(r'_bucket\{(.*),le="\+Inf"\}')


def with_counts(series: Mapping[str, str]) -> dict[str, str]:
    """The series, and for each histogram its `_count` where nobody wrote it."""
    counts = {_WHOLE.sub(r"_count{\1}", name): values for name, values in series.items() if _WHOLE.search(name)}
    return {**counts, **series}
