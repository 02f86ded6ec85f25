"""What changed between two versions of an OpenAPI contract, and whom it breaks."""

from catalog.compatibility.openapi.engine import Report, compare_apis, compare_documents
from catalog.compatibility.openapi.findings import Finding
from catalog.compatibility.openapi.levels import Direction, Level, Rule
from catalog.compatibility.openapi.options import Options, levels_of, options_of
from catalog.compatibility.openapi.rules import RULES

__all__ = [
    "RULES",
    "Direction",
    "Finding",
    "Level",
    "Options",
    "Report",
    "Rule",
    "compare_apis",
    "compare_documents",
    "levels_of",
    "options_of",
]
