"""Rules and queries on both sides: how two expressions differ, and what that is called."""
