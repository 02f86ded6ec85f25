"""YAML 1.2 from parse events, in a loop: NO stays text, aliases are counted before they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from catalog.compatibility.documents.codes import DocumentCode, DocumentError
from catalog.compatibility.documents.document import Lines, Notes
from catalog.compatibility.documents.json_reader import storable
from catalog.compatibility.documents.limits import Limits
from catalog.compatibility.documents.values import number

# libyaml's event parser where the wheel carries it; the pure one has the same events and is only slower.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_BASED = re.compile(r"0(?:o([0-7]{1,30})|x([0-9a-fA-F]{1,30}))\Z")
_NUMBER_STARTS = frozenset("0123456789+-.")
_STRING_TAG = "tag:yaml.org,2002:str"


class _Frame:
    __slots__ = ("anchor", "before", "height", "is_list", "key", "key_line", "lines", "merges", "value")

    def __init__(self, value: Any, anchor: str | None, before: int) -> None:
        self.value: Any = value
        self.is_list = isinstance(value, list)
        self.lines: Lines = {}
        self.anchor = anchor
        self.before = before
        self.height = 1
        self.key: str | None = None
        self.key_line = 0
        self.merges: list[tuple[Any, Lines | None]] = []


_Anchored = tuple[Any, "Lines | None", int, int]  # value, lines, nodes, height


class YamlReader:
    """Builds one document. Use `read()` once."""

    def __init__(self, limits: Limits, notes: Notes) -> None:
        self.limits = limits
        self.notes = notes
        self.nodes = 0
        self.aliases = 0
        self.stack: list[_Frame] = [_Frame([], None, 0)]
        self.anchors: dict[str, _Anchored | None] = {}

    def read(self, text: str) -> tuple[Any, Lines]:
        """Value and lines of the first document. Raises DocumentError."""
        documents = 0
        for event in _events(text):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._open({}, event)
            elif kind is yaml.SequenceStartEvent:
                self._open([], event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    line = event.start_mark.line + 1
                    self.notes.add(DocumentCode.MORE_DOCUMENTS, "Only the first document is read.", line)
                    break
        root = self.stack[0]
        if not root.value:
            return None, {}
        found = root.lines[0]
        return root.value[0], found[1] if isinstance(found, tuple) else {}

    def _count(self, nodes: int, height: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.max_nodes:
            raise DocumentError(
                DocumentCode.TOO_MANY_NODES,
                f"The document holds more than {self.limits.max_nodes} values.",
                line=line,
            )
        if len(self.stack) - 1 + height > self.limits.max_depth:
            raise DocumentError(
                DocumentCode.TOO_DEEP,
                f"The document is nested deeper than {self.limits.max_depth} levels.",
                line=line,
            )

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        frame = self.stack[-1]
        self._count(1, 0, line)
        text = event.value
        if not text.isascii() or "\x00" in text:
            text = storable(text, self.notes, line)
        if not frame.is_list and frame.key is None:
            self._key(frame, text, line)
            if event.anchor:
                self.anchors[event.anchor] = (text, None, 1, 0)
            return
        plain = event.implicit[0] and event.tag != _STRING_TAG and not event.style
        value = self._typed(text, line) if plain else text
        if event.anchor:
            self.anchors[event.anchor] = (value, None, 1, 0)
        self._place(value, None, line)

    def _typed(self, text: str, line: int) -> Any:
        if text in _PLAIN:
            return _PLAIN[text]
        if text[0] not in _NUMBER_STARTS:
            return text
        if _NUMBER.match(text):
            value = number(text)
            if value is None:
                self.notes.add(DocumentCode.NUMBER, f"The number {text[:24]}... is kept as text.", line)
            return text if value is None else value
        based = _BASED.match(text)
        if based:
            return int(based.group(1), 8) if based.group(1) else int(based.group(2), 16)
        return text

    def _key(self, frame: _Frame, key: str, line: int) -> None:
        if key in frame.value:
            self.notes.add(
                DocumentCode.DUPLICATE_KEY, f"The key '{key[:64]}' stands twice; the last one counts.", line
            )
        frame.key, frame.key_line = key, line

    def _place(self, value: Any, lines: Lines | None, line: int) -> None:
        frame = self.stack[-1]
        if frame.is_list:
            frame.lines[len(frame.value)] = line if lines is None else (line, lines)
            frame.value.append(value)
            return
        if frame.key is None:
            raise DocumentError(DocumentCode.SYNTAX, "A key must be a plain text.", line=line)
        if frame.key == "<<" and isinstance(value, (dict, list)):
            frame.merges.append((value, lines))
        else:
            frame.value[frame.key] = value
            frame.lines[frame.key] = frame.key_line if lines is None else (frame.key_line, lines)
        frame.key = None

    def _open(self, value: Any, event: Any) -> None:
        line = event.start_mark.line + 1
        self._count(1, 1, line)
        if event.anchor:
            self.anchors[event.anchor] = None
        frame = _Frame(value, event.anchor, self.nodes - 1)
        self._place(value, frame.lines, line)
        self.stack.append(frame)

    def _close(self) -> None:
        frame = self.stack.pop()
        outer = self.stack[-1]
        for value, lines in frame.merges:
            self._merge(frame, value, lines)
        outer.height = max(outer.height, frame.height + 1)
        if frame.anchor:
            nodes = self.nodes - frame.before
            self.anchors[frame.anchor] = (frame.value, frame.lines, nodes, frame.height)

    def _merge(self, frame: _Frame, value: Any, lines: Lines | None) -> None:
        parts = value if isinstance(value, list) else [value]
        for index, part in enumerate(parts):
            below = lines or {}
            if isinstance(value, list):
                found = below.get(index)
                below = found[1] if isinstance(found, tuple) else {}
            if not isinstance(part, dict):
                continue
            self._count(len(part), 0, frame.key_line)
            for key, item in part.items():
                if key not in frame.value:
                    frame.value[key] = item
                    frame.lines[key] = below.get(key, frame.key_line)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.aliases += 1
        if self.aliases > self.limits.max_aliases:
            raise DocumentError(
                DocumentCode.TOO_MANY_ALIASES, f"More than {self.limits.max_aliases} aliases.", line=line
            )
        if event.anchor not in self.anchors:
            raise DocumentError(
                DocumentCode.SYNTAX, f"The alias *{event.anchor[:64]} names nothing.", line=line
            )
        found = self.anchors[event.anchor]
        if found is None:
            raise DocumentError(
                DocumentCode.REFERENCE_CYCLE,
                f"The alias *{event.anchor[:64]} stands inside itself.",
                line=line,
            )
        value, lines, nodes, height = found
        self._count(nodes, height, line)
        frame = self.stack[-1]
        frame.height = max(frame.height, height + 1)
        if not frame.is_list and frame.key is None and not isinstance(value, (dict, list)):
            self._key(frame, str(value), line)
            return
        self._place(value, lines, line)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _syntax(error.problem or "", mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        raise _syntax(str(error), 0) from None


def _syntax(problem: str, line: int) -> DocumentError:
    text = " ".join(problem.split())[:200]
    return DocumentError(DocumentCode.SYNTAX, f"The document is neither JSON nor YAML: {text}.", line=line)
