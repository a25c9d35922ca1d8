"""What YAML itself makes of what is written."""
