"""What the files of any repository hold: objects, rules, dashboards, configurations, and how they belong together."""

from obsgen.repository.repository import Repository, read_repository

__all__ = ["Repository", "read_repository"]
