"""One way in: bytes, text or a value become a bounded Document."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal
from typing import Any

from catalog.compatibility.documents.codes import DocumentCode, DocumentError
from catalog.compatibility.documents.document import Document, Notes
from catalog.compatibility.documents.json_reader import check_size, json_lines, parse_json, storable
from catalog.compatibility.documents.limits import Limits
from catalog.compatibility.documents.yaml_reader import YamlReader

_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DEFAULT = Limits()
# Characters that YAML forbids in a stream but editors leave in descriptions; tab and line ends stay.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_document(data: bytes | str, *, limits: Limits = _DEFAULT) -> Document:
    """Read JSON or YAML (1.2 types) within the limits. Raises DocumentError; imperfections become notes."""
    size = len(data)
    if size > limits.max_bytes:
        raise DocumentError(
            DocumentCode.TOO_LARGE, f"The document has {size} bytes; at most {limits.max_bytes} are read."
        )
    notes = Notes()
    text = data if isinstance(data, str) else _decode(data, notes)
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        check_size(text, limits)
        try:
            value = parse_json(text, notes)
        except ValueError:
            notes = Notes()  # flow style YAML, or JSON with a trailing comma
        else:
            return Document(value, tuple(notes.found), lambda: json_lines(text))
    value, lines = YamlReader(limits, notes).read(_without_controls(text, notes))
    return Document(value, tuple(notes.found), lambda: lines)


def _decode(data: bytes, notes: Notes) -> str:
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        notes.add(DocumentCode.ENCODING, f"Byte {error.start + 1} is not valid {encoding}.", line)
        return data.decode(encoding, errors="replace")


def _without_controls(text: str, notes: Notes) -> str:
    text = storable(text, notes)
    if not _CONTROLS.search(text):
        return text
    notes.add(DocumentCode.TEXT, "The document holds control characters; they were replaced.")
    return _CONTROLS.sub(" ", text)


def from_value(value: Any, *, limits: Limits = _DEFAULT) -> Document:
    """A Document from a value that was parsed elsewhere; floats become exact decimals.

    Raises DocumentError when it is too deep or too large, or holds what JSON does not.
    """
    notes = Notes()
    budget = [limits.max_nodes]
    return Document(_plain(value, limits.max_depth, budget, notes), tuple(notes.found))


def _plain(value: Any, depth: int, budget: list[int], notes: Notes) -> Any:
    budget[0] -= 1
    if budget[0] < 0:
        raise DocumentError(DocumentCode.TOO_MANY_NODES, "The document holds too many values.")
    if isinstance(value, str):
        return storable(value, notes)
    if value is None or isinstance(value, (bool, int, Decimal)):
        return value
    if isinstance(value, float):
        return Decimal(repr(value)) if value == value and abs(value) != float("inf") else str(value)
    if depth == 0:
        raise DocumentError(DocumentCode.TOO_DEEP, "The document is nested too deep.")
    if isinstance(value, dict):
        return {
            storable(str(key), notes): _plain(item, depth - 1, budget, notes) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth - 1, budget, notes) for item in value]
    raise DocumentError(DocumentCode.SYNTAX, f"A {type(value).__name__} is not a JSON value.")
