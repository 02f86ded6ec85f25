"""Pages of flows, runs and quarantined records."""
