"""Formats of texts and numbers; one that is not known allows anything."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_TIME = re.compile(
    r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,30})?(z|[+-]\d\d(:?\d\d)?)\Z", re.ASCII | re.I
)
_URI = re.compile(r"[a-z][a-z0-9+.-]{0,60}:[^\s<>\"{}|\\^`\x00-\x20]*\Z", re.I)
_URI_REFERENCE = re.compile(r"[^\s<>\"{}|\\^`\x00-\x20]*\Z")
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,10}\Z", re.I)
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,30}\Z", re.I)
_UUID = re.compile(r"(urn:uuid:)?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.I)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}\Z")
_FLOAT = Decimal(2) ** 128


def _date(text: str) -> bool:
    found = _DATE.match(text)
    try:
        return bool(found) and bool(dt.date(*map(int, found.groups())))  # type: ignore[union-attr]
    except ValueError:
        return False


def _date_time(text: str) -> bool:
    return len(text) > 11 and text[10] in "tT " and _date(text[:10]) and bool(_TIME.match(text[11:]))


def _address(version: type) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return bool(version(text))
        except ValueError:
            return False

    return check


def _regex(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError, ValueError):
        return False
    return True


_TEXTS: dict[str, Callable[[str], Any]] = {
    "date": _date,
    "time": _TIME.match,
    "date-time": _date_time,
    "uri": _URI.match,
    "uri-reference": _URI_REFERENCE.match,
    "email": _EMAIL.match,
    "hostname": _HOST.match,
    "ipv4": _address(ipaddress.IPv4Address),
    "ipv6": _address(ipaddress.IPv6Address),
    "uuid": _UUID.match,
    "byte": lambda text: len(text) % 4 == 0 and _BASE64.match(text),
    "regex": _regex,
}


def _whole(bits: int) -> Callable[[Any], bool]:
    return lambda number: number % 1 == 0 and -(1 << bits - 1) <= number < 1 << bits - 1


_NUMBERS: dict[str, Callable[[Any], bool]] = {
    "int32": _whole(32),
    "int64": _whole(64),
    "float": lambda number: abs(number) <= _FLOAT,
}


def fits(name: str, value: Any) -> bool:
    """Whether a text or number has the format; values of other kinds have any."""
    if isinstance(value, str):
        return name not in _TEXTS or (len(value) <= 10_000 and bool(_TEXTS[name](value)))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return True
    return name not in _NUMBERS or _NUMBERS[name](value)
