"""The rule engine: pure values and functions without Django."""
