"""PromQL by itself: what it parses to, and what it can never mean."""
