"""What an exchange rate is: an exact positive decimal. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_TEXT = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,12})?")


def to_rate(value: object) -> Decimal:
    """A rate within numeric(20,12). Raises ValueError on floats, exponents, signs, NaN and zero."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise ValueError("a rate is decimal text, never a float")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("a rate must be finite")
    text = value if isinstance(value, str) else format(value, "f")
    if "." in text and not isinstance(value, str):
        text = text.rstrip("0").rstrip(".")
    if not _TEXT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a plain positive decimal of at most 8 digits and 12 decimals")
    rate = Decimal(text)
    if not rate:
        raise ValueError("a rate must be above zero")
    return rate
