"""REST of people, accounts, roles, grants and tokens."""
