"""Sentences about signals become queries: which series they speak of, windows, PromQL or LogQL."""
