"""REST of change requests."""
