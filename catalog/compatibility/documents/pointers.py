"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

MISSING = object()


def child(pointer: str, key: str | int) -> str:
    """Pointer of the value at `key` below `pointer`."""
    if isinstance(key, int):
        return f"{pointer}/{key}"
    if "/" in key or "~" in key:
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{key}"


def join(*keys: str | int) -> str:
    """Pointer of a path of keys from the root."""
    pointer = ""
    for key in keys:
        pointer = child(pointer, key)
    return pointer


def split(pointer: str) -> list[str]:
    """Keys of a pointer, unescaped."""
    if not pointer:
        return []
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def lookup(value: Any, pointer: str) -> Any:
    """Value at the pointer, or MISSING."""
    for key in split(pointer):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key[:9]) < len(value):
            value = value[int(key[:9])]
        else:
            return MISSING
    return value


def from_reference(reference: str) -> str:
    """Pointer of a local `$ref` (`#/components/...`), percent escapes undone."""
    return unquote(reference[1:])
