"""Buckets: limits between or outside of them, quantiles of each series."""
