"""Brings a rendered tree to disk: what obsgen wrote it owns, what people wrote it leaves alone.

`plan` reads, `refusals` and `stale` judge, `apply` and `apply_all` write.
"""

from obsgen.tree.planner import Plan, plan, refusals, stale
from obsgen.tree.writer import Outcome, apply, apply_all

__all__ = ["Outcome", "Plan", "apply", "apply_all", "plan", "refusals", "stale"]
