"""Reading an uploaded table - CSV or XLSX - as text cells with their places, or refusing it with codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.rules.faults import FaultCode, FileFault, FileFaults

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELL = 4_000
MAX_CELLS_IN_ROW = 100
_DELIMITERS = ",;\t"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of the file (from 1) and its cells; `sheet` rows are named by cell, others by line."""

    line: int
    cells: list[str]
    sheet: bool = False

    def fault(self, code: FaultCode, message: str, heading: str = "", place: int | None = None) -> FileFault:
        """A fault of this row, or of one of its cells by heading and place (from 0)."""
        cell = f"{column_letters(place)}{self.line}" if self.sheet and place is not None else ""
        return FileFault(code, message, self.line, heading, cell)


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows. Rows are read as they are consumed; a broken one raises FileFaults."""

    header: list[str]
    rows: Iterator[TableRow] = field(repr=False)
    header_line: int = 1


def column_letters(place: int) -> str:
    """Spreadsheet letters of a column place from 0: A, B, ... Z, AA."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_table(data: bytes) -> Table:
    """The table in a file: XLSX by its signature, else CSV in UTF-8 with comma, semicolon or tab.

    Raises FileFaults MAP-020, -021, -023, -024 or -025 with the place of what is wrong.
    """
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise FileFaults([FileFault(FaultCode.TOO_LARGE, f"the file is larger than {limit} MB; split it")])
    if data.startswith(_OLD_EXCEL):
        message = "this is an old or encrypted Excel file; save it as XLSX without a password, or as CSV"
        raise FileFaults([FileFault(FaultCode.ARCHIVE, message)])
    if data.startswith(b"PK"):
        from mappings.rules.xlsx import read_sheet  # xlsx builds on this module

        rows = read_sheet(data)
    else:
        rows = _read_csv(data)
    first = next(rows, None)
    if first is None:
        raise FileFaults([FileFault(FaultCode.HEADER, "the file is empty: it needs a line of headings")])
    header = _header(first)
    return Table(header, _same_width(rows, len(header)), first.line)


def _header(row: TableRow) -> list[str]:
    """Headings, trimmed. Empty and repeated ones are faults."""
    cells = [cell.strip() for cell in row.cells]
    while cells and not cells[-1]:
        cells.pop()
    faults = []
    for place, name in enumerate(cells):
        if not name:
            faults.append(row.fault(FaultCode.HEADER, f"heading {place + 1} is empty", place=place))
        elif name in cells[:place]:
            faults.append(row.fault(FaultCode.HEADER, f"the heading '{name}' comes twice", name, place))
    if faults:
        raise FileFaults(faults)
    return cells


def _same_width(rows: Iterator[TableRow], width: int) -> Iterator[TableRow]:
    """Rows as wide as the header; blank lines are left out, extra or missing cells are faults."""
    count = 0
    for row in rows:
        if not any(row.cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileFaults(
                [row.fault(FaultCode.TOO_LARGE, f"the file has more than {MAX_ROWS:,} rows; split it")]
            )
        cells = row.cells
        if row.sheet and len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        while len(cells) > width and not cells[-1]:
            cells = cells[:-1]
        if len(cells) != width:
            message = f"the line has {len(cells)} cell{'s' * (len(cells) != 1)}, the headings are {width}"
            raise FileFaults([row.fault(FaultCode.STRUCTURE, message)])
        yield row if cells is row.cells else TableRow(row.line, cells, row.sheet)


def _read_csv(data: bytes) -> Iterator[TableRow]:
    """Rows of a CSV text; a cell may hold line breaks when quoted."""
    text = _decoded(data)
    lines = _lines(text)
    first = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"the line is not well-formed CSV: {error}"
            raise FileFaults([FileFault(FaultCode.STRUCTURE, message, line)]) from error
        row = TableRow(line, cells)
        check_size(row)
        yield row
        line = reader.line_num + 1


def _lines(text: str) -> list[str]:
    """Lines ending in LF, CRLF or CR, and in nothing else that Unicode calls a line break."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not plain[-1]:
        plain.pop()
    return [f"{line}\n" for line in plain]


def _decoded(data: bytes) -> str:
    """The text of a file in UTF-8. Raises FileFaults MAP-021 that say what to save it as."""
    if _is_utf_16(data):
        message = "the file is UTF-16; save it as CSV UTF-8"
        raise FileFaults([FileFault(FaultCode.STRUCTURE, message)])
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        message = (
            "the file is neither an XLSX workbook nor text: it holds a NUL character; save it as CSV UTF-8"
        )
        raise FileFaults([FileFault(FaultCode.STRUCTURE, message, line)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        message = f"the file is not UTF-8: byte 0x{byte:02X} at offset {error.start}; save it as CSV UTF-8"
        raise FileFaults([FileFault(FaultCode.STRUCTURE, message, line)]) from error


def _is_utf_16(data: bytes) -> bool:
    """By its mark; without one by its headings, of which every other byte is then NUL."""
    head = data[:8]
    return data.startswith(_UTF_16) or (len(head) == 8 and (not any(head[1::2]) or not any(head[::2])))


def check_size(row: TableRow) -> None:
    """Refuse a row of too many cells or with a cell of too many characters."""
    if len(row.cells) > MAX_CELLS_IN_ROW:
        message = f"the line has more than {MAX_CELLS_IN_ROW} cells; remove the surplus ones"
        raise FileFaults([row.fault(FaultCode.TOO_LARGE, message)])
    for place, cell in enumerate(row.cells):
        if len(cell) > MAX_CELL:
            message = f"a cell has more than {MAX_CELL:,} characters; shorten it"
            raise FileFaults([row.fault(FaultCode.TOO_LARGE, message, place=place)])
