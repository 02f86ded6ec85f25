"""Reading the one sheet of an XLSX file as text, guarded before anything is inflated."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._reader import WorkSheetParser

from mappings.rules.faults import FaultCode, FileFault, FileFaults
from mappings.rules.tables import MAX_CELLS_IN_ROW, MAX_ROWS, TableRow, check_size

MAX_ENTRIES = 2_000
MAX_INFLATED = 512 * 1024 * 1024
MAX_RATIO = 200
_RATIO_FROM = 1024 * 1024  # small parts may compress as well as they like
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _refuse(message: str) -> FileFaults:
    return FileFaults([FileFault(FaultCode.ARCHIVE, message)])


def check_archive(data: bytes) -> None:
    """Judge the archive by its central directory alone. Raises FileFaults MAP-024.

    What zipfile later inflates is never more than the directory declares, so the sums hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refuse("the file is not a readable XLSX archive") from error
    if len(entries) > MAX_ENTRIES:
        raise _refuse(f"the archive has more than {MAX_ENTRIES} parts")
    if len({entry.filename for entry in entries}) != len(entries):
        raise _refuse("the archive holds two parts of one name")
    total = 0
    for entry in entries:
        total += entry.file_size
        if entry.flag_bits & 0x1:
            raise _refuse("the archive is encrypted")
        if entry.compress_type not in _READABLE:
            raise _refuse("the archive uses a compression that XLSX does not")
        if entry.file_size > _RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise _refuse(f"the part {entry.filename!r} would inflate more than {MAX_RATIO} times")
    if total > MAX_INFLATED:
        raise _refuse(f"the archive would inflate to more than {MAX_INFLATED // 1024 // 1024} MB")


def read_sheet(data: bytes) -> Iterator[TableRow]:
    """Rows of the only sheet; cells are text or whole numbers. Raises FileFaults with the cell.

    Formulas are refused, not evaluated; so are dates, decimals and truth values, whose text in the
    source system cannot be known.
    """
    check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = book.worksheets
    except Exception as error:  # openpyxl raises whatever its parsers meet
        raise _refuse("the file is not a readable XLSX workbook") from error
    if len(sheets) != 1:
        raise _refuse(f"the workbook has {len(sheets)} sheets; leave the one to read")
    return _rows(sheets[0])


def _rows(sheet: Any) -> Iterator[TableRow]:
    """Rows as the file has them: openpyxl's own iteration pads gaps and drops repeated row numbers."""
    last = 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=False,
            epoch=sheet.parent.epoch,
            date_formats=sheet.parent._date_formats,
            timedelta_formats=sheet.parent._timedelta_formats,
        )
        parsed = parser.parse()
        while True:
            try:
                number, cells = next(parsed)
            except StopIteration:
                return
            except Exception as error:
                raise FileFaults(
                    [FileFault(FaultCode.ARCHIVE, "the sheet cannot be read", last + 1)]
                ) from error
            if number <= last or number > MAX_ROWS * 2:
                message = f"row number {number} is out of order"
                raise FileFaults([FileFault(FaultCode.STRUCTURE, message, last + 1)])
            last = number
            row = TableRow(number, _texts(number, cells), sheet=True)
            check_size(row)
            yield row


def _texts(line: int, cells: list[dict[str, Any]]) -> list[str]:
    """The cells of a row at their places; gaps are empty."""
    texts: list[str] = []
    for cell in cells:
        place = cell["column"] - 1
        if place >= MAX_CELLS_IN_ROW:
            row = TableRow(line, [], sheet=True)
            message = f"the row has more than {MAX_CELLS_IN_ROW} cells; remove the surplus ones"
            raise FileFaults([row.fault(FaultCode.TOO_LARGE, message, place=place)])
        if place < len(texts):
            row = TableRow(line, [], sheet=True)
            raise FileFaults([row.fault(FaultCode.STRUCTURE, "the cell comes twice", place=place)])
        texts.extend([""] * (place - len(texts)))
        texts.append(_text(line, place, cell))
    return texts


def _text(line: int, place: int, cell: dict[str, Any]) -> str:
    value, sort = cell["value"], cell["data_type"]
    if value is None:
        return ""
    row = TableRow(line, [], sheet=True)
    if sort == "f":
        message = "the cell holds a formula; paste its value instead"
        raise FileFaults([row.fault(FaultCode.FORMULA, message, place=place)])
    if isinstance(value, str) and sort != "e":
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    kind = "an error" if sort == "e" else f"a {type(value).__name__}"
    message = f"the cell holds {kind}; format it as text"
    raise FileFaults([row.fault(FaultCode.CELL, message, place=place)])
