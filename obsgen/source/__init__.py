"""Reading YAML and JSON files: plain data out, places on demand, hostile input refused early.

YAML is read by the 1.2 core rules from libyaml's event stream. Size, depth and alias expansion are counted on
that stream, before anything is built. Positions are not kept: a finding that needs one asks `Document.place`,
which walks the events of the text again. That keeps the common, faultless case fast.
"""

from obsgen.source.document import Document, Trap
from obsgen.source.events import Route
from obsgen.source.load import load_file, load_text, one_document, read_text
from obsgen.source.scalars import YAML11_TRAP, resolve_plain

__all__ = [
    "YAML11_TRAP",
    "Document",
    "Route",
    "Trap",
    "load_file",
    "load_text",
    "one_document",
    "read_text",
    "resolve_plain",
]
