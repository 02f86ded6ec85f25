"""What differs between the drafts of JSON Schema and the schemas of OpenAPI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """`lone_reference`: what stands beside `$ref` has no effect. `null_word`: keyword that allows null.

    `flag_limits`: exclusiveMinimum and exclusiveMaximum are true or false. `prefix`: prefixItems exists.
    """

    name: str
    lone_reference: bool = True
    flag_limits: bool = False
    prefix: bool = False
    conditions: bool = True
    null_word: str = ""


_DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("draft4", flag_limits=True, conditions=False),
        Dialect("draft6", conditions=False),
        Dialect("draft7"),
        Dialect("draft2019-09", lone_reference=False),
        Dialect("draft2020-12", lone_reference=False, prefix=True),
        Dialect("oas2", flag_limits=True, conditions=False, null_word="x-nullable"),
        Dialect("oas3", flag_limits=True, conditions=False, null_word="nullable"),
    )
}
_MARKS = {
    "draft-04": "draft4",
    "draft-06": "draft6",
    "draft-07": "draft7",
    "2019-09": "draft2019-09",
    "2020-12": "draft2020-12",
}


def dialect_named(name: str, schema: Any = None) -> Dialect:
    """A dialect by name; `auto` takes it from `$schema`, draft7 without one. Raises ValueError."""
    if name == "auto":
        text = schema.get("$schema", "") if isinstance(schema, dict) else ""
        name = next((dialect for mark, dialect in _MARKS.items() if mark in str(text)), "draft7")
    if name not in _DIALECTS:
        raise ValueError(f"the dialect {name[:30]!r} is not known")
    return _DIALECTS[name]
