"""Boards, the ConfigMaps that carry them, and datasources."""
