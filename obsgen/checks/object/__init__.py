"""Kubernetes objects by themselves: names, forms, duplicates, namespaces."""
