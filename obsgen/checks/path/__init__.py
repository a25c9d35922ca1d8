"""The way of series from a container to Prometheus, and of rules into it."""
