"""The way of alerts on both sides: who is told of each, and what decides that."""
