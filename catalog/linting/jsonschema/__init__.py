"""JSON Schema on nodes of a document: drafts 4 to 2020-12 and the dialects of OpenAPI, in bounded work.

The library `jsonschema` was weighed and left: it runs patterns without a bound, follows combinations in
exponential time, and cannot see a document with its references followed.
"""

from catalog.linting.jsonschema.dialects import Dialect, dialect_named
from catalog.linting.jsonschema.schemas import Schema, schema_problem
from catalog.linting.jsonschema.validator import Error, Validator

__all__ = ["Dialect", "Error", "Schema", "Validator", "dialect_named", "schema_problem"]
