"""Alerts, recording rules and objectives, the objects that carry them, and the runbooks that they lead to."""
