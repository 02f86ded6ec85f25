"""YAML read as text: no implicit types, no aliases, no tags, bounded size, depth and number of nodes.

Every refusal carries a code and a line. The document is built from parse events in a loop, so that nesting
can not exhaust the stack, and stops at the first node too deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import yaml

Yaml: TypeAlias = "str | list[Yaml] | dict[str, Yaml]"
Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
MAX_NODES = 250_000

# libyaml's event parser where the wheel carries it; the pure one has the same events and is only slower.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Controls (except tab and line ends), line separators that editors do not count, bidi overrides, zero width
# characters and a byte order mark inside the text: the person who reviews the file sees none of them.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)


class YamlCode(StrEnum):
    """Why a document was refused."""

    ALIAS = "YAM-008"
    CHARACTER = "YAM-003"
    DUPLICATE_KEY = "YAM-007"
    ENCODING = "YAM-002"
    KEY = "YAM-010"
    SYNTAX = "YAM-001"
    TAG = "YAM-009"
    TOO_DEEP = "YAM-005"
    TOO_LARGE = "YAM-004"
    TOO_MANY_NODES = "YAM-006"


class YamlError(ValueError):
    """A refused document: `code`, a plain sentence, and the line (from 1) where reading stopped."""

    def __init__(self, code: YamlCode, message: str, line: int) -> None:
        super().__init__(f"{code} line {line}: {message}")
        self.code = code
        self.message = message
        self.line = line


@dataclass(slots=True)
class Positions:
    """Lines (from 1) of one document's nodes, by path; a path that is not there has its parent's line."""

    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Line of the node at `path`, else of its nearest ancestor, else 1."""
        for length in range(len(path), -1, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return 1


@dataclass(slots=True)
class _Frame:
    """An open list or mapping while the document is being built."""

    path: Path
    value: list[Yaml] | dict[str, Yaml]
    key: str | None = None
    key_line: int = 0


def load_yaml(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> tuple[Yaml, Positions]:
    """Read one document into str, list and dict (in the file's order) with the line of each node.

    Scalars stay the text that was written: `NO`, `007`, `12:30:45`, `null` and `~` are those characters.
    An empty value is the empty text. Raises YamlError.
    """
    text = _decode(data, max_bytes)
    builder = _Builder(max_depth, max_nodes)
    for event in _events(text):
        builder.take(event)
    return builder.finish()


def _decode(data: bytes, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise YamlError(
            YamlCode.TOO_LARGE, f"The document has {len(data)} bytes; at most {max_bytes} are read.", 1
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(YamlCode.ENCODING, f"Byte {error.start + 1} is not valid UTF-8.", line) from None
    text = text.removeprefix("\ufeff")
    bad = _FORBIDDEN.search(text)
    if bad is not None:
        line = text.count("\n", 0, bad.start()) + 1
        raise YamlError(YamlCode.CHARACTER, f"The character {_name(bad)} is not allowed.", line)
    return text


def _name(found: re.Match[str]) -> str:
    return f"U+{ord(found.group()):04X}"


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            YamlCode.SYNTAX, _sentence(error.problem or ""), mark.line + 1 if mark else 1
        ) from None
    except yaml.YAMLError as error:
        raise YamlError(YamlCode.SYNTAX, _sentence(str(error)), 1) from None


def _sentence(problem: str) -> str:
    text = " ".join(problem.split())[:200]
    return f"The document is not valid YAML: {text}."


class _Builder:
    """Builds the value from events, with an explicit stack."""

    def __init__(self, max_depth: int, max_nodes: int) -> None:
        self.max_depth = max_depth
        self.max_nodes = max_nodes
        self.nodes = 0
        self.documents = 0
        self.stack: list[_Frame] = []
        self.positions = Positions()
        self.root: Yaml = ""

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._document(line)
        elif isinstance(event, yaml.AliasEvent):
            raise YamlError(YamlCode.ALIAS, f"The alias *{str(event.anchor)[:64]} is not allowed.", line)
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()

    def finish(self) -> tuple[Yaml, Positions]:
        return self.root, self.positions

    def _document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise YamlError(YamlCode.SYNTAX, "The file holds more than one document.", line)

    def _node(self, event: Any, line: int) -> None:
        self._refuse_anchor_and_tag(event, line)
        self.nodes += 1
        if self.nodes > self.max_nodes:
            raise YamlError(
                YamlCode.TOO_MANY_NODES, f"The document has more than {self.max_nodes} nodes.", line
            )
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
            return
        if len(self.stack) >= self.max_depth:
            raise YamlError(
                YamlCode.TOO_DEEP, f"The document is nested deeper than {self.max_depth} levels.", line
            )
        value: list[Yaml] | dict[str, Yaml] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self.stack.append(_Frame(self._place(value, line), value))

    @staticmethod
    def _refuse_anchor_and_tag(event: Any, line: int) -> None:
        if event.anchor:
            raise YamlError(YamlCode.ALIAS, f"The anchor &{event.anchor[:64]} is not allowed.", line)
        if event.tag:
            raise YamlError(YamlCode.TAG, f"The tag {event.tag[:64]} is not allowed.", line)

    def _scalar(self, event: Any, line: int) -> None:
        bad = _FORBIDDEN.search(event.value)
        if bad is not None:
            raise YamlError(YamlCode.CHARACTER, f"The character {_name(bad)} is not allowed.", line)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event, line)
        else:
            self._place(event.value, line)

    def _key(self, frame: _Frame, event: Any, line: int) -> None:
        key: str = event.value
        if key == "<<" and not event.style:  # unquoted
            raise YamlError(YamlCode.ALIAS, "The merge key << is not allowed.", line)
        if key in frame.value:
            first = self.positions.line((*frame.path, key))
            raise YamlError(
                YamlCode.DUPLICATE_KEY, f"The key '{key[:64]}' stands on line {first} already.", line
            )
        frame.key, frame.key_line = key, line

    def _place(self, value: Yaml, line: int) -> Path:
        """Put a value where the open collection expects it; return its path."""
        if not self.stack:
            self.root = value
            self.positions.lines[()] = line
            return ()
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            path: Path = (*frame.path, len(frame.value))
            frame.value.append(value)
        elif frame.key is None:
            raise YamlError(YamlCode.KEY, "A key must be a plain text, not a list or a mapping.", line)
        else:
            path = (*frame.path, frame.key)
            frame.value[frame.key] = value
            line, frame.key = frame.key_line, None
        self.positions.lines[path] = line
        return path
