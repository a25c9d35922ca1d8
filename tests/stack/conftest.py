"""These tests see no components but those that they write."""
