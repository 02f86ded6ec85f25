"""Carrying out runs: stages in their order, each recorded, under a lease."""
