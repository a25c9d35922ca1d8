"""LogQL without a server: parsing with places, and writing."""

from obsgen.logql.cursor import Doubt
from obsgen.logql.errors import LogqlError, NotUnderstoodError
from obsgen.logql.parse import Query, parse

__all__ = ["Doubt", "LogqlError", "NotUnderstoodError", "Query", "parse"]
