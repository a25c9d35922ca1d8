"""Objects against the JSON Schemas of their kinds."""
