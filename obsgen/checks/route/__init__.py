"""The way of alerts: Alertmanagers, routes, receivers, inhibitions."""
