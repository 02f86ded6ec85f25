"""REST of dimensions, mapping sets and rate sets."""
