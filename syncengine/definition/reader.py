"""Reads untyped values (JSON or text-only YAML) with the path of each; collects faults, never raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal

from portal.core.keys import Key, names
from syncengine.definition.faults import BAD_VALUE, MISSING, UNKNOWN_KEY, WRONG_TYPE, DefinitionFault

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}", re.ASCII)
TARGET_NAME = re.compile(r"(?!(?:slice|tieout_slice)$)[a-z][a-z0-9_]{0,62}", re.ASCII)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
MAX_TEXT = 1000
_TRUE = {"true", "yes"}
_FALSE = {"false", "no"}


def _way_out(header: str) -> str:
    """What to write when the name is a column's header."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    own = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]
    own = own if own[:1].isalpha() else f"column_{own}".rstrip("_")
    quoted = header.replace("'", "''")
    return f"; if it is a column's header, write {own} here and rename: {{{own}: '{quoted}'}} in the dataset"


class Node:
    """A value at a path. All nodes of one document share one list of faults."""

    def __init__(self, value: object, path: str, faults: list[DefinitionFault]) -> None:
        self.value = value
        self.path = path
        self.faults = faults

    def fault(self, code: str, message: str, key: str = "") -> None:
        """Records one fault at this node, or at its key `key`."""
        place = f"{self.path}.{key}" if self.path and key else self.path or key
        self.faults.append(DefinitionFault(code, message, place))

    def mapping(self, allowed: Iterable[Key]) -> Node:
        """This node as a mapping with only the allowed keys."""
        known = names(allowed)
        if not isinstance(self.value, Mapping):
            self.fault(WRONG_TYPE, "a mapping is expected here")
            return Node({}, self.path, self.faults)
        for key in self.value:
            if key not in known:
                self.fault(UNKNOWN_KEY, f"unknown key; one of {', '.join(known)} is expected", str(key))
        return self

    def has(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def child(self, key: str) -> Node:
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Node(value, f"{self.path}.{key}" if self.path else key, self.faults)

    def items(self, key: str, *, required: bool = False) -> list[Node]:
        """The nodes of a list under `key`; an absent key is an empty list."""
        child = self.child(key)
        if child.value is None:
            if required:
                self.fault(MISSING, "is required", key)
            return []
        if not isinstance(child.value, list | tuple):
            child.fault(WRONG_TYPE, "a list is expected here")
            return []
        if required and not child.value:
            child.fault(MISSING, "at least one entry is required")
        return [Node(item, f"{child.path}[{at}]", self.faults) for at, item in enumerate(child.value)]

    def scalar(self, *, blank: bool = False) -> str:
        """This node as text."""
        if not isinstance(self.value, str):
            self.fault(WRONG_TYPE, "text is expected here")
            return ""
        if not self.value and not blank:
            self.fault(MISSING, "may not be empty")
        if len(self.value) > MAX_TEXT or "\x00" in self.value:
            self.fault(BAD_VALUE, f"at most {MAX_TEXT} characters, none of them NUL")
        return self.value

    def text(self, key: str, default: str | None = None, *, blank: bool = False) -> str:
        """Text under `key`; without a default it is required."""
        if not self.has(key):
            if default is None:
                self.fault(MISSING, "is required", key)
            return default or ""
        return self.child(key).scalar(blank=blank)

    def name(self, key: str) -> str:
        """A column or field name: letters, digits, underscore."""
        found = self.text(key)
        if found and not NAME.fullmatch(found):
            self.child(key).fault(
                BAD_VALUE, f"{found!r} is no field name (letters, digits, underscore){_way_out(found)}"
            )
        return found

    def target_name(self, key: str) -> str:
        """A table or column of a target, as every database takes it without quotes."""
        found = self.text(key)
        if found and not TARGET_NAME.fullmatch(found):
            words = "1 to 63 lower-case letters, digits, underscores, not slice or tieout_slice"
            self.child(key).fault(BAD_VALUE, f"{found!r} is no name for a target ({words})")
        return found

    def code(self, key: str, default: str | None = None) -> str:
        """The code of an object of the portal."""
        found = self.text(key, default)
        if found and not CODE.fullmatch(found):
            self.child(key).fault(BAD_VALUE, f"{found!r} is no code (letters, digits, dot, dash, underscore)")
        return found

    def choice(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of a few words."""
        words = tuple(allowed)
        found = self.text(key, default)
        if found and found not in words:
            self.child(key).fault(BAD_VALUE, f"{found!r} is not one of {', '.join(words)}")
        return found if found in words else (default or words[0])

    def texts(self, key: str, *, required: bool = False, blank: bool = False) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        if isinstance(self.child(key).value, str):
            return (self.child(key).scalar(blank=blank),)
        return tuple(item.scalar(blank=blank) for item in self.items(key, required=required))

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number, also written as text."""
        if not self.has(key):
            if default is None:
                self.fault(MISSING, "is required", key)
            return default or low
        value = self.child(key).value
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            self.child(key).fault(BAD_VALUE, f"a whole number from {low} to {high} is expected")
            return low
        return int(text)

    def decimal(self, key: str, default: str) -> Decimal:
        """A decimal written as text (never a binary float), not negative."""
        value = self.child(key).value
        if value is None:
            return Decimal(default)
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if re.fullmatch(r"\d{1,18}(\.\d{1,4})?", text, re.ASCII):
            return Decimal(text)
        self.child(key).fault(BAD_VALUE, "a decimal in quotes is expected, at most four decimals")
        return Decimal(default)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false, also written as text."""
        value = self.child(key).value
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        self.child(key).fault(BAD_VALUE, "true or false is expected")
        return default

    def pairs(self, key: str, *, required: bool = False) -> list[tuple[str, Node]]:
        """The entries of a mapping with free keys, in their own order."""
        child = self.child(key)
        if child.value is None:
            if required:
                self.fault(MISSING, "is required", key)
            return []
        if not isinstance(child.value, Mapping):
            child.fault(WRONG_TYPE, "a mapping is expected here")
            return []
        return [(str(name), child.child(str(name))) for name in child.value]
