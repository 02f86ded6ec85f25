"""Text validation: what people and machines may write into names, codes and comments."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from portal.core.codes import Code
from portal.core.errors import BadInput

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Letters and marks that show nothing (Unicode Default_Ignorable_Code_Point and look-alikes of a space).
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0000", "\U000e0fff"))
# Controls, formats (direction, zero width), surrogates, private use, unassigned, separators of lines.
_REFUSED = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])


def _refused(char: str, multiline: bool) -> bool:
    if char.isascii() and char.isprintable():
        return False
    if multiline and char in "\n\t":
        return False
    if char in _INVISIBLE or any(low <= char <= high for low, high in _SELECTORS):
        return True
    return unicodedata.category(char) in _REFUSED


def clean_text(
    value: str, max_length: int = 2000, *, multiline: bool = False, trim: bool = True, place: str = ""
) -> str:
    """NFC text without controls, invisible, direction-changing or surrogate characters, trimmed.

    Raises BadInput API-011 naming the character (controls.md 6.3, 6.4 rows 2, 3, 18, 29), API-005 when
    the value is no text.
    """
    if not isinstance(value, str):
        raise BadInput(Code.API_005, "A text is expected.", place=place)
    if value.isascii() and value.isprintable() and len(value) <= max_length:
        return value.strip() if trim else value  # what follows changes and refuses nothing of it
    too_long = BadInput(Code.API_011, f"The text is longer than {max_length} characters.", place=place)
    if len(value) > 4 * max_length:
        raise too_long
    if multiline:
        value = value.replace("\r\n", "\n")
    for position, char in enumerate(value):
        if _refused(char, multiline):
            raise BadInput(
                Code.API_011,
                f"The text contains the character U+{ord(char):04X} at position {position + 1}.",
                place=place,
            )
    cleaned = unicodedata.normalize("NFC", value)
    if trim:
        cleaned = cleaned.strip()
    if len(cleaned) > max_length:
        raise too_long
    return cleaned


def clean_code(value: str, *, place: str = "") -> str:
    """A code: 1 to 64 ASCII letters, digits, dot, underscore, hyphen. Raises BadInput API-011."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise BadInput(
            Code.API_011,
            "A code has 1 to 64 letters, digits, dots, underscores or hyphens and starts with a letter "
            "or digit.",
            place=place,
        )
    return value


def refuse_odd_digits(value: str, *, place: str = "") -> str:
    """The text, unless a digit in it is not 0 to 9, which looks like one and never equals it: API-011."""
    for position, char in enumerate("" if value.isascii() else value):
        if char.isdigit() and not char.isascii():
            raise BadInput(
                Code.API_011,
                f"The text contains the digit U+{ord(char):04X} at position {position + 1}; write 0 to 9.",
                place=place,
            )
    return value


def escaped(value: object, limit: int) -> str:
    """Any value as one printable line: refused characters as \\uXXXX, capped (controls.md 6.4 row 29)."""
    text = str(value)[:limit]
    return "".join(f"\\u{ord(char):04x}" if _refused(char, False) else char for char in text)


def clean_tree(value: Any, place: str = "") -> Any:
    """Walk JSON data and clean each text in it (keys too); blanks at the ends stay, since data may mean them.

    Raises BadInput API-011 (text), API-003 (keys that become the same), API-005 (floats).
    """
    if isinstance(value, str):
        return clean_text(value, 20000, multiline=True, trim=False, place=place)
    if isinstance(value, float):
        raise BadInput(Code.API_005, "Write decimals as text, never as floats.", place=place)
    if isinstance(value, dict):
        cleaned = {
            clean_text(k, 200, trim=False, place=place): clean_tree(v, f"{place}/{k}")
            for k, v in value.items()
        }
        if len(cleaned) != len(value):
            raise BadInput(Code.API_003, "A key appears twice in one object.", place=place)
        return cleaned
    if isinstance(value, list):
        return [clean_tree(item, f"{place}/{index}") for index, item in enumerate(value)]
    return value
