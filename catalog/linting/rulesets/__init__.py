"""Rulesets as Spectral writes them, read into rules that can be run."""

from catalog.linting.rulesets.formats import formats_of
from catalog.linting.rulesets.model import RANK, Exemption, Given, Level, Problem, Rule, Ruleset, Scoped, Then
from catalog.linting.rulesets.reading import read_ruleset

__all__ = [
    "RANK",
    "Exemption",
    "Given",
    "Level",
    "Problem",
    "Rule",
    "Ruleset",
    "Scoped",
    "Then",
    "formats_of",
    "read_ruleset",
]
