"""`obsgen render`: from profiles to trees on disk, all of them or none."""

from obsgen.rendering.planning import Options, Planned, dry_run, fresh, plan, products, stale_findings, summary, write

__all__ = ["Options", "Planned", "dry_run", "fresh", "plan", "products", "stale_findings", "summary", "write"]
