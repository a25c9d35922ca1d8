"""The profile: models, loading with places, environments."""
