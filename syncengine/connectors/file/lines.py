"""Physical lines of a text file: decoded strictly, each with its number, none longer than the limit."""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from portal.core.errors import DomainError, Invalid
from syncengine.codes import Code
from syncengine.connectors.file.dataset import FileDataset
from syncengine.connectors.file.scan import LINE_LIMIT

_CHUNK = 1 << 16
_MARK = "\ufeff"
_DAMAGED = "\ufffd"


class Line(NamedTuple):
    """A physical line: its number from 1, its text and its line end ("\\n", "\\r\\n" or nothing)."""

    number: int
    text: str
    end: str


def fault(
    code: Code, message: str, name: str, line: int = 0, column: int | str = "", hint: str = ""
) -> DomainError:
    """A refusal with its place in words and as data: file, line, column (number or name)."""
    place = name + (f", line {line}" if line else "") + (f", column {column}" if column else "")
    details = {"file": name} | ({"line": line} if line else {}) | ({"column": column} if column else {})
    return Invalid(code, message, place=place, hint=hint, details=details)


def lines_of(stream: BinaryIO, dataset: FileDataset, name: str) -> Iterator[Line]:
    """The lines between `skip_lines` and `footer_lines`, with their numbers in the file.

    Raises Invalid SRC-008 (empty), SRC-011 (encoding), SRC-012 (NUL, mark, damage), SRC-013 (too long).
    """
    lines = _all_lines(stream, dataset, name)
    for _ in range(dataset.skip_lines):
        next(lines, None)
    held: deque[Line] = deque()
    for line in lines:
        held.append(line)
        if len(held) > dataset.footer_lines:
            yield held.popleft()


def _all_lines(stream: BinaryIO, dataset: FileDataset, name: str) -> Iterator[Line]:
    _check_start(stream, dataset, name)
    text = io.TextIOWrapper(stream, encoding=dataset.encoding, errors="strict", newline="\n")
    number = 0
    while line := _read_line(text, stream, dataset, name):
        number += 1
        if len(line) > LINE_LIMIT:
            raise fault(Code.SRC_013, f"The line is longer than {LINE_LIMIT:,} characters.", name, number)
        if "\0" in line or _MARK in line or _DAMAGED in line:
            _refuse_damage(line, number, dataset, name)
        end = "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""
        yield Line(number, line[: len(line) - len(end)], end)


def _check_start(stream: BinaryIO, dataset: FileDataset, name: str) -> None:
    """Leaves the stream before the text; a byte order mark before UTF-8 is no part of it."""
    start = stream.read(4)
    stream.seek(0)
    if not start:
        raise fault(Code.SRC_008, "The file is empty.", name)
    if dataset.encoding == "utf-16" and start[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise fault(Code.SRC_011, "The file does not begin with a UTF-16 byte order mark.", name, 1)
    if dataset.encoding == "utf-8" and start.startswith(codecs.BOM_UTF8):
        stream.seek(len(codecs.BOM_UTF8))


def _read_line(text: io.TextIOWrapper, stream: BinaryIO, dataset: FileDataset, name: str) -> str:
    try:
        return text.readline(LINE_LIMIT + 1)
    except UnicodeError:
        raise _encoding_fault(stream, dataset, name) from None


def _encoding_fault(stream: BinaryIO, dataset: FileDataset, name: str) -> DomainError:
    """Reads the file again up to the bytes that do not decode: the exact line and byte."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(dataset.encoding)("strict")
    line = 1
    offset = 0
    while True:
        chunk = stream.read(_CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            line += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeDecodeError as error:
            line += error.object[: error.start].decode(dataset.encoding, "replace").count("\n")
            at = offset - pending + error.start
            words = f"Byte {at + 1} (0x{error.object[error.start]:02x}) is not valid {dataset.encoding}."
            found = fault(Code.SRC_011, words, name, line)
            found.details["byte"] = at + 1
            return found
        except UnicodeError:
            return fault(Code.SRC_011, f"The text is not valid {dataset.encoding}.", name, line)
        offset += len(chunk)
        if not chunk:
            return fault(Code.SRC_011, f"The text is not valid {dataset.encoding}.", name)


def _refuse_damage(line: str, number: int, dataset: FileDataset, name: str) -> None:
    for character, words in (
        ("\0", "The line holds a NUL character."),
        (_MARK, "The line holds a byte order mark in the middle of the text."),
        (_DAMAGED, "The line holds U+FFFD, left by an earlier conversion that lost a character."),
    ):
        at = line.find(character)
        if at >= 0 and not (character == _DAMAGED and dataset.keep_damaged):
            found = fault(Code.SRC_012, f"{words} It is character {at + 1}.", name, number)
            found.details["character"] = at + 1
            raise found
