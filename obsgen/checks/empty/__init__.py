"""Expressions that have no value where one is expected, so that an alert stays silent."""
