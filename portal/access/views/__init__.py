"""Pages of people, roles, grants and tokens."""
