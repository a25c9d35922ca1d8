"""PromQL without a server: parsing with places, and what an expression surely does to labels and values."""

from obsgen.promql.parse import PromqlError, Query, TooLargeError, parse
from obsgen.promql.syntax import Problem
from obsgen.promql.tree import Node

__all__ = ["Node", "Problem", "PromqlError", "Query", "TooLargeError", "parse"]
