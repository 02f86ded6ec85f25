"""x"""

RULESET = "rules: {}\n"
