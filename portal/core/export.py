"""CSV export that a spreadsheet cannot turn into a formula (OWASP CSV injection; controls.md 6.4 row 15)."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from portal.core.canonical import decimal_text

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could compute the text, apostrophes before it or not."""
    bare = text.lstrip("'")
    return bare.startswith(_BREAKS) or bare.lstrip().startswith(_FORMULA)


def guard_text(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if starts_formula(text) else text


def unguard_text(text: str) -> str:
    """The inverse of `guard_text`, for every text."""
    return text[1:] if text.startswith("'") and starts_formula(text) else text


class Figure(str):
    """A number in the digits it is to have, so that cents stay: 0.00."""


def figure(value: Decimal, places: int = 2) -> Figure:
    """The amount ungrouped, with a point: 60953.40. `places` pads, it never rounds."""
    whole, _, fraction = decimal_text(value).partition(".")
    fraction = fraction.ljust(places, "0")
    return Figure(f"{whole}.{fraction}" if fraction else whole)


def csv_safe(value: Any) -> str:
    """Text cells are guarded; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, Figure):
        return str(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return guard_text(str(value))


class _Echo:
    def write(self, value: str) -> str:
        return value


def stream_csv(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, guarded: bool = False
) -> Iterator[str]:
    """Lines of a CSV (RFC 4180) made one at a time, for a streaming response.

    `guarded`: whoever made the rows has guarded their texts already.
    """
    writer = csv.writer(_Echo())
    yield writer.writerow([csv_safe(cell) for cell in header])
    for row in rows:
        yield writer.writerow(row if guarded else [csv_safe(cell) for cell in row])
