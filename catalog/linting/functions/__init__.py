"""All functions that rules may name: Spectral's core functions and those of the built-in rulesets."""

from catalog.linting.finance.functions import FINANCE
from catalog.linting.functions.core import CORE
from catalog.linting.oas.functions import OAS
from catalog.linting.targets import UNDEFINED, Function, Lint, Result, Target

FUNCTIONS: dict[str, Function] = {**CORE, **OAS, **FINANCE}

__all__ = ["FUNCTIONS", "UNDEFINED", "Function", "Lint", "Result", "Target"]
