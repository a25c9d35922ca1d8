"""Alerts and Alertmanagers: which alert may come to which configuration."""
