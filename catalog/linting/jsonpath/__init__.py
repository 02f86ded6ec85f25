"""JSONPath as Spectral's rules write it: JSONPath-Plus with filters in a small part of JavaScript."""

from catalog.linting.jsonpath.evaluation import Finder
from catalog.linting.jsonpath.parsing import parse_path
from catalog.linting.jsonpath.segments import PathError, Segment

__all__ = ["Finder", "PathError", "Segment", "parse_path"]
