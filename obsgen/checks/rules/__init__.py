"""Rules by themselves: their form, names, runbooks, severities."""
