"""What Prometheus reads: servers, found by objects or by scrape jobs, and other Prometheus."""
