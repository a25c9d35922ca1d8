"""Kustomizations: keys, forms, files that nobody names."""
