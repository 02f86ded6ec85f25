"""Which rules of a ruleset an API document breaks: Spectral's rulesets without node, pure and bounded."""

from catalog.linting.codes import HELP, LintCode, LintError
from catalog.linting.engine import lint_document
from catalog.linting.findings import Finding, Report
from catalog.linting.rulesets import Exemption, Level, Problem, Rule, Ruleset, read_ruleset

__all__ = [
    "HELP",
    "Exemption",
    "Finding",
    "Level",
    "LintCode",
    "LintError",
    "Problem",
    "Report",
    "Rule",
    "Ruleset",
    "lint_document",
    "read_ruleset",
]
