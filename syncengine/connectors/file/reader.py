"""Reads any declared layout into columns and records, in Python, with places; the authority on every file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from syncengine.codes import Code
from syncengine.connectors.file.dataset import FileDataset, first_repeated, name_problem
from syncengine.connectors.file.delimited import Record, records
from syncengine.connectors.file.lines import Line, fault, lines_of
from syncengine.connectors.file.workbook import sheet_records
from syncengine.separators import quoted, separator_hint


@dataclass(frozen=True, slots=True)
class Table:
    """Column names and the records after the header; each has one field per column."""

    columns: tuple[str, ...]
    records: Iterator[Record]


@contextmanager
def open_table(path: Path, dataset: FileDataset, name: str = "") -> Iterator[Table]:
    """The file at a trusted path as a table. Raises the SRC codes of the layout with file, line, column."""
    shown = name or path.name
    with path.open("rb") as stream:
        yield table_of(stream, dataset, shown)


def table_of(stream: BinaryIO, dataset: FileDataset, name: str) -> Table:
    if dataset.format == "fixed":
        return Table(dataset.columns, _fixed_records(lines_of(stream, dataset, name), dataset, name))
    if dataset.format == "xlsx":
        found = sheet_records(stream, dataset, name)
    else:
        found = records(lines_of(stream, dataset, name), dataset, name)
    if not dataset.header:
        return Table(dataset.columns, found)
    header = next(found, None)
    if header is None:
        raise fault(Code.SRC_008, "The file has no header line.", name)
    return Table(checked_header(header.fields, dataset, name, header.line), found)


def checked_header(names: list[str], dataset: FileDataset, name: str, line: int) -> tuple[str, ...]:
    """The column names of a header, renamed as declared. Raises SRC-009 for empty, repeated, missing or
    unexpected names."""
    hint = separator_hint(names)
    names = _renamed(names, dataset, name, line)
    for position, column in enumerate(names, start=1):
        if problem := name_problem(column):
            raise fault(Code.SRC_009, f"The column name {problem}{hint}.", name, line, position)
    if repeated := first_repeated(names):
        raise fault(Code.SRC_009, f"The column {repeated!r} appears twice.", name, line, repeated)
    if dataset.columns and tuple(names) != dataset.columns:
        missing = [column for column in dataset.columns if column not in names]
        unknown = [column for column in names if column not in dataset.columns]
        words = "; ".join(
            f"{what}: {', '.join(columns[:10])}"
            for what, columns in (("missing", missing), ("unexpected", unknown))
            if columns
        )
        raise fault(Code.SRC_009, f"The columns differ ({words or 'in their order'}){hint}.", name, line)
    return tuple(names)


def _renamed(names: list[str], dataset: FileDataset, name: str, line: int) -> list[str]:
    ours = {header: own for own, header in dataset.renamed}
    if absent := [header for header in ours if header not in names]:
        words = (
            f"rename names the header {absent[0]!r}, which the file does not have; it has: {quoted(names)}"
        )
        raise fault(Code.SRC_009, f"{words}{separator_hint(names)}.", name, line)
    return [ours.get(header, header) for header in names]


def read_rows(path: Path, dataset: FileDataset, name: str = "") -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values by column name of each record; the null marker reads as empty text.

    The path must be trusted or opened through `paths`; `name` is what errors call the file.
    """
    with open_table(path, dataset, name) as table:
        for record in table.records:
            values = ("" if value == dataset.null_marker else value for value in record.fields)
            yield record.line, dict(zip(table.columns, values, strict=True))


def _fixed_records(lines: Iterator[Line], dataset: FileDataset, name: str) -> Iterator[Record]:
    """Columns cut out by position, without the blanks around them. A short line is a cut one: SRC-010."""
    cuts = [slice(field.start - 1, field.start - 1 + field.width) for field in dataset.widths]
    end = max(cut.stop for cut in cuts)
    for line in lines:
        if not line.text.strip():
            continue
        if len(line.text) < end:
            words = f"The line has {len(line.text)} characters instead of {end}."
            raise fault(Code.SRC_010, words, name, line.number)
        if line.text[end:].strip():
            words = f"Text stands after character {end}, the end of the last column."
            raise fault(Code.SRC_010, words, name, line.number)
        yield Record(line.number, [line.text[cut].strip(" ") for cut in cuts])
