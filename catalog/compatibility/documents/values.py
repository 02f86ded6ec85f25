"""JSON values: equality as JSON means it, one canonical text for each, numbers without rounding."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

_MAX_DIGITS = 60
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)")
_quote = json.encoder.encode_basestring


def number(text: str) -> int | Decimal | None:
    """The exact number of a JSON or YAML literal; None beyond 60 characters or an exponent of 400."""
    if len(text) > _MAX_DIGITS:
        return None
    found = _EXPONENT.search(text)
    if found is None and "." not in text:
        return int(text)
    if found is not None and abs(int(found.group(1))) > 400:
        return None
    return Decimal(text)


def _number_text(value: Decimal) -> str:
    if value == value.to_integral_value() and value.adjusted() < 100:
        return str(int(value))
    return str(value.normalize()).replace("E+", "e").replace("E", "e")


def canonical_text(value: Any) -> str:
    """Canonical JSON: sorted keys, no white space, 1.0 and 1 alike, decimals exact.

    Depth is bounded where documents are read, so that recursion is safe here.
    """
    if isinstance(value, str):
        return _quote(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, dict):
        items = sorted((str(key), item) for key, item in value.items())
        return "{" + ",".join(f"{_quote(key)}:{canonical_text(item)}" for key, item in items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(canonical_text, value)) + "]"
    return str(value) if isinstance(value, int) else _number_text(Decimal(str(value)))


def same(left: Any, right: Any) -> bool:
    """JSON equality: true is not 1, 1.0 is 1, order of keys does not matter."""
    if left is right:
        return True
    if isinstance(left, (str, int, Decimal)) or left is None:
        return left == right and isinstance(left, bool) is isinstance(right, bool)
    return canonical_text(left) == canonical_text(right)
