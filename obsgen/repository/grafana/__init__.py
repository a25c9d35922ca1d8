"""Dashboards and datasources of Grafana, wherever they are provisioned."""
