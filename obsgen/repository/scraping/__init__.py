"""What the files say of scraping: configurations of Prometheus, monitors, and the labels that they add."""
