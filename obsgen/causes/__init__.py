"""Which line of a profile decides what stands in a rendered tree: people correct it there, not in the tree."""

from obsgen.causes.tracing import Causes, cause_of, folded

__all__ = ["Causes", "cause_of", "folded"]
