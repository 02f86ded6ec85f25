"""The demo organisation: Halden Group, a fictional maker of pumps, and one year of its journals."""
