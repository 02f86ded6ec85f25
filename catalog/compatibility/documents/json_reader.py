"""JSON with limits that hold before parsing, and lines that are found only when somebody asks."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from catalog.compatibility.documents.codes import DocumentCode, DocumentError
from catalog.compatibility.documents.document import Lines, Notes
from catalog.compatibility.documents.limits import Limits
from catalog.compatibility.documents.values import number

# A string without end matches to the end of the text, so that the scan is linear whatever is sent.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_STRINGS = re.compile(_STRING, re.DOTALL)
_OUTSIDE = re.compile(r"[^\[\]{}]+")
_TOKEN = re.compile(rf'({_STRING})|([\[{{])|([\]}}])|(,)|(:)|(\n)|[^\s"\[\]{{}},:]+', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def check_size(text: str, limits: Limits) -> None:
    """Raise DocumentError when the JSON text nests too deep or holds too many values; nothing is built."""
    bare = _STRINGS.sub('""', text)
    if bare.count(",") + bare.count("[") + bare.count("{") > limits.max_nodes:
        raise DocumentError(
            DocumentCode.TOO_MANY_NODES, f"The document holds more than {limits.max_nodes} values."
        )
    depth = max(itertools.accumulate(_STEP[mark] for mark in _OUTSIDE.sub("", bare)), default=0)
    if depth > limits.max_depth:
        raise DocumentError(
            DocumentCode.TOO_DEEP, f"The document is nested deeper than {limits.max_depth} levels."
        )


def storable(text: str, notes: Notes, line: int = 0) -> str:
    """The text without NUL and lone surrogates, which no database stores."""
    if not _UNSTORABLE.search(text):
        return text
    notes.add(DocumentCode.TEXT, "A text holds NUL or half a character; it was replaced.", line)
    return _UNSTORABLE.sub("�", text)


def parse_json(text: str, notes: Notes) -> Any:
    """Parse JSON text that passed `check_size`. Raises ValueError when it is not JSON."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key, item in found:
            key = storable(key, notes)
            if key in value:
                message = f"The key '{key[:64]}' stands twice; the last one counts."
                notes.add(DocumentCode.DUPLICATE_KEY, message)
            value[key] = _storable_value(item, notes)
        return value

    def numeral(literal: str) -> Any:
        value = number(literal)
        if value is None:
            notes.add(DocumentCode.NUMBER, f"The number {literal[:24]}... is kept as text.")
        return literal[:200] if value is None else value

    value = json.loads(
        text, object_pairs_hook=pairs, parse_float=numeral, parse_int=numeral, parse_constant=str
    )
    return _storable_value(value, notes)


def _storable_value(value: Any, notes: Notes) -> Any:
    if isinstance(value, str):
        return storable(value, notes)
    if isinstance(value, list) and any(isinstance(item, str) for item in value):
        return [storable(item, notes) if isinstance(item, str) else item for item in value]
    return value


class _Frame:
    __slots__ = ("index", "is_list", "key", "key_line", "lines")

    def __init__(self, is_list: bool) -> None:
        self.lines: Lines = {}
        self.is_list = is_list
        self.index = 0
        self.key: str | None = None
        self.key_line = 0

    def place(self, line: int, below: Lines | None) -> None:
        if self.is_list:
            self.lines[self.index] = line if below is None else (line, below)
        elif self.key is not None:
            self.lines[self.key] = self.key_line if below is None else (self.key_line, below)


def json_lines(text: str) -> Lines:
    """Lines of every node of a JSON text that has been parsed without error."""
    root = _Frame(is_list=True)
    stack = [root]
    line = 1
    for token in _TOKEN.finditer(text):
        string, opened, closed, comma, _, newline = token.groups()
        frame = stack[-1]
        if newline:
            line += 1
        elif opened:
            inner = _Frame(is_list=opened == "[")
            frame.place(line, inner.lines)
            stack.append(inner)
        elif closed:
            stack.pop()
        elif comma:
            frame.index += 1
            frame.key = None
        elif string and not frame.is_list and frame.key is None:
            frame.key, frame.key_line = json.loads(string), line
        elif token.group() != ":":
            frame.place(line, None)
    found = root.lines.get(0)
    return found[1] if isinstance(found, tuple) else {}
