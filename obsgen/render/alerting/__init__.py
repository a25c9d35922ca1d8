"""Who is told of alerts: Alertmanager's configuration, and a table of what it does."""
