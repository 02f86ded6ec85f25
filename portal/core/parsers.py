"""A JSON parser that refuses what stock parsers let through (controls.md 6.3, 6.4 rows 1 to 5)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from portal.core.codes import Code
from portal.core.errors import BadInput, TooLarge
from portal.core.text import clean_tree

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 100_000


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise BadInput(Code.API_003, f"The key {key[:80]!r} appears twice in one object.")
        result[key] = value
    return result


def _integer(text: str) -> int:
    if len(text) > 40:
        raise BadInput(Code.API_005, "A number has more than 40 digits.")
    return int(text)


def _decimal(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= 60 else None
    if number is None or (number and not -60 <= number.adjusted() <= 60):
        raise BadInput(Code.API_005, "A number has more than 60 digits.")
    return number


def _constant(text: str) -> Any:
    raise BadInput(Code.API_005, f"{text} is not a number that JSON knows.")


_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)  # possessive and open-ended: linear on any bytes
_SIGNS = re.compile(rb"[][{},]")


def _measure(raw: bytes) -> None:
    """Depth and rough number of values before parsing, ignoring what stands inside strings."""
    depth = values = 0
    for sign in _SIGNS.finditer(_TEXTS.sub(b"", raw)):
        match sign[0]:
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
            case _:
                values += 1
        if depth > MAX_DEPTH:
            raise BadInput(Code.API_002, f"The body is nested deeper than {MAX_DEPTH} levels.")
        if values > MAX_VALUES:
            raise BadInput(Code.API_002, f"The body has more than {MAX_VALUES} values.")


def parse_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8, bounded, no duplicate keys, decimals exact, texts clean.

    Raises BadInput API-001/002/003/005/011 or TooLarge API-002.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(Code.API_002, f"The body is larger than {MAX_BYTES} bytes.")
    _measure(raw)
    try:
        data = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_constant,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as exc:
        raise BadInput(
            Code.API_001, "The body is not well-formed JSON in UTF-8.", place=str(exc)[:120]
        ) from None
    return clean_tree(data)


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        if media_type and "charset=" in media_type.lower():
            charset = media_type.lower().partition("charset=")[2].partition(";")[0].strip(' "')
            if charset not in ("utf-8", "utf8"):
                raise UnsupportedMediaType(media_type)
        return parse_json(stream.read(MAX_BYTES + 1))
