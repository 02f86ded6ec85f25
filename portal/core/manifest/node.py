"""Reading entries of a manifest: typed values from text, with the file and line of every fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from portal.core.errors import BadInput, Fault
from portal.core.manifest.codes import Code
from portal.core.text import clean_code, clean_text
from portal.core.yamlsafe import Path, Positions, Yaml

_INTEGER = re.compile(r"-?[0-9]{1,12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=4096)  # tables repeat few days often
def iso_day(text: str) -> date | None:
    """`YYYY-MM-DD` and nothing else as a date; none when empty. Raises ValueError with a plain sentence."""
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"'{text[:40]}' is not a date such as 2026-01-31.")


@dataclass(slots=True)
class Document:
    """One manifest file: its name for places, the lines of its nodes, and all faults found so far."""

    name: str
    positions: Positions
    faults: list[Fault] = field(default_factory=list)

    def place(self, path: Path) -> str:
        """`file:line` of a node."""
        return f"{self.name}:{self.positions.line(path)}"


class Entry:
    """A mapping of the manifest. Faults are collected; reading goes on with neutral values.

    A key without a default is required. Keys that nobody asked for are faults (see `finish`).
    """

    def __init__(self, document: Document, path: Path, value: Yaml) -> None:
        self.document = document
        self.path = path
        self._asked: set[str] = set()
        self._children: list[Entry] = []
        self._value: dict[str, Yaml] = {}
        if isinstance(value, dict):
            self._value = value
        else:
            self.fault(Code.YAM_103, "A mapping of keys and values is expected here.")

    @property
    def place(self) -> str:
        return self.document.place(self.path)

    def place_of(self, *path: str | int) -> str:
        """`file:line` of a node below this entry."""
        return self.document.place((*self.path, *path))

    def fault(self, code: str, message: str, *path: str | int) -> None:
        """Record a fault at this entry, or at a node below it."""
        self.document.faults.append(Fault(str(code), message, self.place_of(*path)))

    def row_fault(self, code: str, message: str, place: str) -> None:
        """Record a fault of a table's row, which may stand in another file."""
        self.document.faults.append(Fault(str(code), message, place))

    def __iter__(self) -> Iterator[str]:
        """The keys, in the file's order."""
        return iter(self._value)

    def has(self, key: str) -> bool:
        """Whether the key is there with something in it."""
        return self._value.get(key, "") != ""

    def peek(self, key: str) -> Yaml:
        """The untyped value without asking for the key."""
        return self._value.get(key, "")

    def raw(self, key: str) -> Yaml:
        """The untyped value; the empty text when absent."""
        self._asked.add(key)
        return self._value.get(key, "")

    def text(
        self, key: str, default: str | None = None, *, max_length: int = 200, multiline: bool = False
    ) -> str:
        """Clean text, see `portal.core.text.clean_text`."""
        value = self.raw(key)
        if isinstance(value, list | dict):
            self.fault(Code.YAM_103, f"'{key}' takes a text.", key)
            return default or ""
        if value == "":
            if default is None:
                self.fault(Code.YAM_102, f"'{key}' is missing.", key)
            return default or ""
        try:
            return clean_text(value, max_length, multiline=multiline)
        except BadInput as error:
            self.fault(error.code, error.message, key)
            return default or ""

    def code(self, key: str = "code", default: str | None = None) -> str:
        """A code, see `portal.core.text.clean_code`."""
        value = self.text(key, default)
        if value and value != default:
            try:
                return clean_code(value)
            except BadInput as error:
                self.fault(error.code, error.message, key)
        return value

    def choice(self, key: str, options: Iterable[str], default: str | None = None) -> str:
        value = self.text(key, default)
        known = [str(option) for option in options]
        if value and value not in known:
            self.fault(Code.YAM_104, f"'{key}' is one of {', '.join(known)}; not '{value}'.", key)
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.text(key, None if default is None else str(default))
        if not value:
            return low
        if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
            self.fault(Code.YAM_104, f"'{key}' is a whole number from {low} to {high}; not '{value}'.", key)
            return low
        return int(value)

    def optional_integer(self, key: str, low: int, high: int) -> int | None:
        self._asked.add(key)
        return self.integer(key, low, high) if self.has(key) else None

    def boolean(self, key: str, default: bool | None = None) -> bool:
        """Only the words true and false."""
        words = {True: "true", False: "false", None: None}
        value = self.text(key, words[default])
        if value not in ("true", "false", ""):
            self.fault(Code.YAM_104, f"'{key}' is true or false; not '{value}'.", key)
        return value == "true"

    def day(self, key: str) -> date | None:
        """An ISO date, none when absent."""
        return self.parse_day(self.text(key, ""), key)

    def required_day(self, key: str) -> date:
        found = self.parse_day(self.text(key), key)
        return found or date.min

    def parse_day(self, value: str, *path: str | int) -> date | None:
        """`value` as an ISO date; a fault at `path` when it is none."""
        try:
            return iso_day(value)
        except ValueError as error:
            self.fault(Code.YAM_104, str(error), *path)
            return None

    def texts(self, key: str, *, required: bool = False) -> list[str]:
        """A list of texts."""
        value = self.raw(key)
        if value == "":
            if required:
                self.fault(Code.YAM_102, f"'{key}' is missing.", key)
            return []
        if not isinstance(value, list) or any(not isinstance(item, str) or item == "" for item in value):
            self.fault(Code.YAM_103, f"'{key}' takes a list of texts.", key)
            return []
        return [str(item) for item in value]

    def entry(self, key: str) -> Entry | None:
        """A mapping below this one, none when absent."""
        value = self.raw(key)
        return None if value == "" else self.child(value, key)

    def entries(self, key: str, *, required: bool = False) -> list[Entry]:
        """A list of mappings."""
        value = self.raw(key)
        if value == "":
            if required:
                self.fault(Code.YAM_102, f"'{key}' is missing.", key)
            return []
        if not isinstance(value, list):
            self.fault(Code.YAM_103, f"'{key}' takes a list.", key)
            return []
        return [self.child(item, key, index) for index, item in enumerate(value)]

    def child(self, value: Yaml, *path: str | int) -> Entry:
        """`value` as an entry at a path below this one."""
        child = Entry(self.document, (*self.path, *path), value)
        self._children.append(child)
        return child

    def finish(self, known: Sequence[str] = ()) -> None:
        """Keys nobody asked for become faults, here and below."""
        for key in self._value:
            if key not in self._asked:
                words = sorted(known or self._asked)
                self.fault(
                    Code.YAM_101, f"The key '{key[:64]}' is unknown here; known: {', '.join(words)}.", key
                )
        for child in self._children:
            child.finish()
