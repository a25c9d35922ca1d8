"""LogQL of rules and dashboards."""
