"""Sums that count a thing twice."""
