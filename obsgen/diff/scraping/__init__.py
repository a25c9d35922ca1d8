"""What is scraped on both sides: pages, and the series that they keep."""
