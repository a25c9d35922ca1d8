"""Facts: what checks must know that files cannot say, such as versions that run or a Prometheus' selectors.

A rendered tree carries its own in `.obsgen/facts.json`; for other folders a file of kind Facts, or flags, give them.
"""

from obsgen.facts.model import Boards, Facts, Monitoring, Running, SeenFacts, Share, TreeFacts
from obsgen.facts.read import assumed, facts_in, tree_facts

__all__ = [
    "Boards",
    "Facts",
    "Monitoring",
    "Running",
    "SeenFacts",
    "Share",
    "TreeFacts",
    "assumed",
    "facts_in",
    "tree_facts",
]
