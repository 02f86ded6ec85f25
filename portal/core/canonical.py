"""Canonical JSON and sha256: one text for one content, so that one hash stands for it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, dict):
        plain = {str(key): _plain(item) for key, item in value.items()}
        if len(plain) != len(value):
            raise TypeError("two keys have the same text")
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def decimal_text(value: Decimal) -> str:
    """Shortest plain decimal text: no exponent, no trailing zeros, no negative zero.

    Raises ValueError on NaN and beyond 100 digits on either side (1E999999999 would fill the memory).
    """
    if not value.is_finite():
        raise ValueError("not a finite decimal")
    if value and not -100 <= value.adjusted() <= 100:
        raise ValueError("a decimal of more than 100 digits")
    text = format(value if value else Decimal(0), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def canonical_json(value: Any) -> str:
    """Sorted keys, no white space, decimals and dates as text (as RFC 8785 does). TypeError on floats."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain_json(value: Any) -> Any:
    """The value as it reads back from its canonical JSON: decimals and dates are text from here on."""
    return _plain(value)


def sha256_hex(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def content_hash(value: Any) -> str:
    """sha256 (hex) of the canonical JSON of a content."""
    return sha256_hex(canonical_json(value))
