"""Grafana's dashboards by themselves: form, identity, what newer versions dropped."""
