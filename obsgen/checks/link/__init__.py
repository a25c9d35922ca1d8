"""Links: of dashboards, of alerts to runbooks, of variables."""
