"""The path from exporter to receiver, followed through manifests and configuration."""
