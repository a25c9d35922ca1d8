"""Secrets: those that are named and those that leak."""
