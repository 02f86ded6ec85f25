"""Canonical schemas: fields of a finance object, normalised and checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from catalog.codes import Code
from portal.core.errors import Fault, Faults
from portal.core.text import clean_text

TYPES = ("amount", "boolean", "code", "date", "period", "quantity", "rate", "text", "timestamp")
CLASSIFICATIONS = ("public", "internal", "confidential", "restricted")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _faults(place: str, field: dict[str, Any], seen: set[str]) -> list[Fault]:
    faults = []
    name = str(field.get("name", ""))
    if not _NAME.fullmatch(name):
        faults.append(
            Fault(Code.CTR_006, f"{name!r} is not a field name (lower case, digits, underscore).", place)
        )
    if name in seen:
        faults.append(Fault(Code.CTR_006, f"The field {name} stands twice.", place))
    if field.get("type") not in TYPES:
        faults.append(Fault(Code.CTR_006, f"The type of {name} must be one of: {', '.join(TYPES)}.", place))
    if field.get("classification", "internal") not in CLASSIFICATIONS:
        faults.append(
            Fault(
                Code.CTR_006,
                f"The classification of {name} must be one of: {', '.join(CLASSIFICATIONS)}.",
                place,
            )
        )
    if field.get("required", False) not in (True, False, "true", "false", ""):
        faults.append(Fault(Code.CTR_006, f"'required' of {name} is true or false.", place))
    unknown = sorted(set(field) - {"name", "type", "classification", "required", "description"})
    if unknown:
        faults.append(Fault(Code.CTR_006, f"Unknown key {unknown[0]!r}.", place))
    return faults


def normal_fields(fields: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fields with every key filled in, in the given order. Raises Faults CTR-006 naming each place."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, field in enumerate(fields):
        if not isinstance(field, dict):
            faults.append(Fault(Code.CTR_006, "A field is a mapping of name, type ...", f"fields/{index}"))
            continue
        faults += _faults(f"fields/{index}", field, seen)
        seen.add(str(field.get("name", "")))
    if not fields:
        faults.append(Fault(Code.CTR_006, "A schema has at least one field.", "fields"))
    if faults:
        raise Faults(faults)
    return [
        {
            "name": field["name"],
            "type": field["type"],
            "classification": field.get("classification", "internal"),
            "required": field.get("required", False) in (True, "true"),
            "description": clean_text(
                field.get("description", ""), 1000, multiline=True, place=f"fields/{index}/description"
            ),
        }
        for index, field in enumerate(fields)
    ]
