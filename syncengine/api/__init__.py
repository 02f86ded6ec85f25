"""REST of flows, runs and quarantined records."""
