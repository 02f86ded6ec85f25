"""Records of delimited text: quoted (RFC 4180) or unquoted, the latter possibly broken over lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from portal.core.errors import DomainError
from syncengine.codes import Code
from syncengine.connectors.file.dataset import FileDataset
from syncengine.connectors.file.lines import Line, fault
from syncengine.connectors.file.scan import LINE_LIMIT
from syncengine.separators import separator_hint

_MOST_LINES = 100


class Record(NamedTuple):
    """One record and the number of its first line."""

    line: int
    fields: list[str]


def quoted_records(lines: Iterator[Line], dataset: FileDataset, name: str) -> Iterator[Record]:
    """Records with quoting; a quoted field may hold line breaks. Raises SRC-013, SRC-014."""
    feed = _Feed(lines, name)
    reader = csv.reader(
        feed, delimiter=dataset.separator, quotechar=dataset.quote, doublequote=True, strict=True
    )
    while True:
        feed.begin_record()
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise _quoting_fault(str(error), feed, name) from None
        if fields is None:
            return
        if fields:
            yield Record(feed.first, fields)


class _Feed(Iterator[str]):
    """Hands lines to the csv reader and knows where the record began and how long it is."""

    def __init__(self, lines: Iterator[Line], name: str) -> None:
        self._lines = lines
        self._name = name
        self._length = 0
        self._at = 0
        self.first = 0

    def begin_record(self) -> None:
        self._length = 0

    def __next__(self) -> str:
        line = next(self._lines)
        if not self._length:
            self.first = line.number
        self._at = line.number
        self._length += len(line.text) + len(line.end)
        if self._length > LINE_LIMIT:
            raise fault(
                Code.SRC_014, "The record never ends: a quotation mark is not closed.", self._name, self.first
            )
        return line.text + line.end


def _quoting_fault(words: str, feed: _Feed, name: str) -> DomainError:
    if "field limit" in words:
        return fault(
            Code.SRC_013, "A field is too long; perhaps a quotation mark is not closed.", name, feed.first
        )
    if "unexpected end" in words:
        return fault(Code.SRC_014, "A quotation mark is opened and never closed.", name, feed.first)
    if "new-line" in words:
        return fault(Code.SRC_014, "A carriage return stands in an unquoted field.", name, feed.first)
    return fault(Code.SRC_014, "Text follows a closing quotation mark.", name, feed.first)


def unquoted_records(
    lines: Iterator[Line], dataset: FileDataset, name: str, columns: int
) -> Iterator[Record]:
    """Records without quoting. `columns` counts the trailing empty one; 0 takes the first line as it is.

    With `continuation: join`, lines are put together until the record has all its columns; a record that
    then has too many, or is never completed, raises SRC-010 with its first line. Otherwise a line that
    fits only together with the next raises SRC-015.
    """
    separator = dataset.separator
    expected = columns
    for line in lines:
        if not line.text and expected != 1:
            continue
        fields = line.text.split(separator)
        expected = expected or len(fields)
        if len(fields) < expected:
            fields = _completed(line, lines, dataset, name, expected)
        yield Record(line.number, fields)


def _completed(
    first: Line, lines: Iterator[Line], dataset: FileDataset, name: str, expected: int
) -> list[str]:
    separator = dataset.separator
    have = first.text.count(separator) + 1
    text, end = first.text, first.end
    for count, line in enumerate(lines, start=2):
        text += end + line.text
        end = line.end
        found = text.count(separator) + 1
        if found == expected and not dataset.join_lines:
            raise fault(Code.SRC_015, f"The record goes on in line {line.number}.", name, first.number)
        if found == expected:
            return text.split(separator)
        if found > expected or count > _MOST_LINES or len(text) > LINE_LIMIT or not dataset.join_lines:
            break
    raise wrong_count(name, first.number, have, expected, separator_hint(first.text.split(separator)))


def wrong_count(name: str, line: int, found: int, expected: int, hint: str = "") -> DomainError:
    """SRC-010 with the counts; `expected` counts a declared trailing column too."""
    words = f"The record has {found} column{'s' * (found != 1)} instead of {expected}{hint}."
    error = fault(Code.SRC_010, words, name, line)
    error.details |= {"found": found, "expected": expected}
    return error


def records(lines: Iterator[Line], dataset: FileDataset, name: str) -> Iterator[Record]:
    """Records of the file, header included, without the empty field after a trailing separator.

    Every record has as many fields as the first (or as the declared columns): SRC-010 otherwise.
    """
    extra = 1 if dataset.trailing_separator else 0
    expected = len(dataset.columns) + extra if dataset.columns and not dataset.header else 0
    if dataset.quote:
        found = quoted_records(lines, dataset, name)
    else:
        found = unquoted_records(lines, dataset, name, expected)
    first: Sequence[str] = ()
    for record in found:
        if not expected:
            expected, first = len(record.fields), record.fields
        if len(record.fields) != expected:
            hint = separator_hint(first) or separator_hint(record.fields)
            raise wrong_count(name, record.line, len(record.fields), expected, hint)
        if extra and record.fields.pop():
            raise fault(
                Code.SRC_010,
                "Text follows the separator that should end the record.",
                name,
                record.line,
                expected,
            )
        yield record
