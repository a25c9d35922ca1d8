"""The path of a signal, hop by hop: from the exporter to the person who is told, and back.

`trace` works it out; `text`, `document` and `picture` show it.
"""

from obsgen.trace.model import Hop, State, Trace, Tracing
from obsgen.trace.tracing import trace

__all__ = ["Hop", "State", "Trace", "Tracing", "trace"]
