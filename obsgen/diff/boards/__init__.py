"""Grafana's dashboards on both sides: which belong together, and what they show otherwise."""
