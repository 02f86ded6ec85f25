"""REST foundations: strict values, a table of operations per resource, ETags, one effect per POST."""
