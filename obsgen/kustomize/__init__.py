"""Kustomize without kustomize: overlays written as the smallest patches, and kustomizations built in process."""
