"""A guard against work that goes on for ever on hostile input. It is no measure: benchmarks/ measures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

GUARD = 60
"""CPU seconds; whatever is linear takes less than one of them, and what is not takes hours."""


@contextmanager
def ends() -> Iterator[None]:
    """Fails where what is done takes out of all proportion."""
    started = time.process_time()
    yield
    assert time.process_time() - started < GUARD
