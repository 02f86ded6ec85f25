"""A document as read: its value, the line of every node, what was tolerated, one canonical text and hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from catalog.compatibility.documents.codes import DocumentCode
from catalog.compatibility.documents.pointers import split
from catalog.compatibility.documents.values import canonical_text

# For each key of a mapping or index of a list: the line, and with it the same of what stands below.
Lines: TypeAlias = "dict[str | int, int | tuple[int, Lines]]"
_MAX_NOTES = 200


@dataclass(frozen=True, slots=True)
class Note:
    """An imperfection that was tolerated, with its line (0 where the document did not come as text)."""

    code: DocumentCode
    message: str
    line: int = 0


class Notes:
    """Notes of one reading; beyond 200 they are dropped, an attacker writes them."""

    def __init__(self) -> None:
        self.found: list[Note] = []

    def add(self, code: DocumentCode, message: str, line: int = 0) -> None:
        if len(self.found) < _MAX_NOTES:
            self.found.append(Note(code, message, line))


@dataclass(eq=False)
class Document:
    """`value` holds dict, list, str, bool, None, int and Decimal only."""

    value: Any
    notes: tuple[Note, ...] = ()
    make_lines: Callable[[], Lines] | None = field(default=None, repr=False)

    @cached_property
    def lines(self) -> Lines:
        """Lines of the text it came as; empty when it came as a value."""
        return self.make_lines() if self.make_lines else {}

    @cached_property
    def canonical(self) -> str:
        """Canonical JSON text of the whole document: what is stored, compared and hashed."""
        return canonical_text(self.value)

    @cached_property
    def sha256(self) -> str:
        """sha256 (hex) of the canonical text."""
        return hashlib.sha256(self.canonical.encode("utf-8", "surrogatepass")).hexdigest()

    def line(self, pointer: str) -> int:
        """Line (from 1) of the node at the pointer or its nearest ancestor; 0 when it came as a value."""
        if self.make_lines is None:
            return 0
        line, level = 1, self.lines
        for key in split(pointer):
            found = level.get(key) or level.get(int(key) if key.isdecimal() and len(key) < 9 else -1)
            if not isinstance(found, tuple):
                line = found or line
                break
            line, level = found
        return line
