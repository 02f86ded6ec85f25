"""Options of functions: which there are, and of what kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

_WORDS: dict[type, str] = {
    str: "a text",
    int: "a number",
    Decimal: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}


def checked(options: dict[str, Any], kinds: dict[str, tuple[type, ...]], required: tuple[str, ...]) -> str:
    """What is wrong with options, in a few words; empty when nothing is."""
    for key, value in options.items():
        if key not in kinds:
            return f"{key[:40]!r} is not one of them"
        if not isinstance(value, kinds[key]) or (isinstance(value, bool) and bool not in kinds[key]):
            return f"{key} is {_WORDS[kinds[key][0]]}"
    missing = [key for key in required if key not in options]
    return f"{missing[0]} is missing" if missing else ""
