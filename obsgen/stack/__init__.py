"""Stacks: profiles resolved for one environment."""
