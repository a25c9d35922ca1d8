"""Alertmanager's configuration by itself: its form, its matchers, routes that nothing reaches."""
