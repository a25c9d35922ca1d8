"""What a change of trees means: for alerts, boards, monitors, routes, storage, and those on call."""
