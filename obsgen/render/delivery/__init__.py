"""Rendered objects as a tree of Kustomize folders, and the clusters that it is brought to."""
