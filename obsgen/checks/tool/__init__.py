"""The real tools on the same files; what they find beyond the checks of our own."""
