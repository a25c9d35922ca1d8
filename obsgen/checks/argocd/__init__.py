"""Argo CD's Applications and projects: whether what they deploy exists, is allowed and comes in order."""
