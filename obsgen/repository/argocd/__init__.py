"""Argo CD's Applications and projects."""
