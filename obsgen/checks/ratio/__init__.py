"""Shares whose two sides do not belong together."""
