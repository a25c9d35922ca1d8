"""Windows against scrape intervals, waits against evaluation."""
