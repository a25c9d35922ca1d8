"""Rules and queries: PromQL and LogQL wherever it stands, the series that it asks for, and what it means."""
