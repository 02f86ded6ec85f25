"""A schema with the document that its references lead into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.compatibility.documents import lookup
from catalog.compatibility.documents.pointers import MISSING, from_reference
from catalog.linting.jsonschema.dialects import Dialect
from catalog.linting.regexes import regex_of


@dataclass(frozen=True, slots=True)
class Schema:
    """`value` is a mapping or a boolean; `$ref` leads into `root`."""

    value: Any
    root: Any
    dialect: Dialect

    def target(self, reference: str) -> Any:
        """What a local reference leads to; MISSING when nowhere."""
        return lookup(self.root, from_reference(reference)) if reference.startswith("#") else MISSING


def schema_problem(schema: Any) -> str:
    """What cannot be run in the schema of a rule, in a few words. Raises LintError (LNT-108) for patterns."""
    stack = [schema]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        if not isinstance(value, dict):
            continue
        reference = value.get("$ref")
        if isinstance(reference, str) and Schema(schema, schema, _NONE).target(reference) is MISSING:
            return f"the reference {reference[:60]!r} leads nowhere in it"
        if isinstance(value.get("pattern"), str):
            regex_of(value["pattern"])
        if isinstance(value.get("patternProperties"), dict):
            for pattern in value["patternProperties"]:
                regex_of(pattern)
        stack.extend(value.values())
    return ""


_NONE = Dialect("none")
