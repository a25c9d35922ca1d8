"""The datasources that dashboards ask: whether they exist, are loaded and of the right type."""
