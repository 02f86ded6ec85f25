"""Records of one XLSX sheet: values only, numbers by their exact text, no formula, no macro, no link.

Read here rather than through a spreadsheet library, which would turn amounts into floats of its own.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from syncengine.codes import Code
from syncengine.connectors.file.archive import Capped, open_archive, unsafe
from syncengine.connectors.file.dataset import FileDataset
from syncengine.connectors.file.delimited import Record, wrong_count
from syncengine.connectors.file.lines import fault

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_BUILTIN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_MAX_COLUMNS = 1_000


def sheet_records(stream: BinaryIO, dataset: FileDataset, name: str) -> Iterator[Record]:
    """The sheet's rows, blank ones left out, `line` being the row number. Raises SRC-010, -016, -017."""
    with open_archive(stream, name) as archive:
        member, title = _sheet_member(archive, dataset.sheet, name)
        reader = _SheetReader(f"{name}, sheet {title}", _shared_strings(archive, name), _Dates(archive, name))
        width = 0 if dataset.header else len(dataset.columns)
        for number, row in reader.rows(archive, member):
            if number <= dataset.skip_lines or not any(row.values()):
                continue
            width = width or max(row) + 1
            if max(index for index, text in row.items() if text) >= width:
                raise wrong_count(reader.name, number, max(row) + 1, width)
            yield Record(number, [row.get(index, "") for index in range(width)])


def _parse(archive: zipfile.ZipFile, member: str, name: str) -> Element:
    root = ElementTree.parse(Capped(archive, member, name), forbid_dtd=True).getroot()
    if root is None:
        raise unsafe(f"The part {member} of the workbook is empty.", name)
    return root


def _sheet_member(archive: zipfile.ZipFile, wanted: str, name: str) -> tuple[str, str]:
    """The part and title of the sheet: the one named, or the only one."""
    relations = {
        str(item.get("Id")): str(item.get("Target"))
        for item in _parse(archive, "xl/_rels/workbook.xml.rels", name)
        if item.get("TargetMode") != "External"
    }
    sheets = {
        str(item.get("name")): relations.get(str(item.get(_RELATION)), "")
        for item in _parse(archive, "xl/workbook.xml", name).iter(f"{_MAIN}sheet")
    }
    if not wanted and len(sheets) == 1:
        wanted = next(iter(sheets))
    if wanted not in sheets:
        titles = ", ".join(list(sheets)[:10])
        raise fault(Code.SRC_009, f"Name one sheet of the workbook; it has: {titles}.", name)
    target = sheets[wanted]
    member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return member, wanted


def _shared_strings(archive: zipfile.ZipFile, name: str) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    texts: list[str] = []
    source = Capped(archive, "xl/sharedStrings.xml", name)
    for _, item in ElementTree.iterparse(source, events=("end",), forbid_dtd=True):
        if item.tag == f"{_MAIN}si":
            texts.append(_text_of(item))
            item.clear()
    return texts


def _text_of(item: Element) -> str:
    """The text of a string item; phonetic readings do not belong to it."""
    runs = [item.find(f"{_MAIN}t"), *(run.find(f"{_MAIN}t") for run in item.findall(f"{_MAIN}r"))]
    return "".join(run.text or "" for run in runs if run is not None)


class _Dates:
    """Knows which cell styles show numbers as dates, and the workbook's day zero."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        properties = _parse(archive, "xl/workbook.xml", name).find(f"{_MAIN}workbookPr")
        from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._zero = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)
        self._styles: list[bool] = []
        if "xl/styles.xml" in archive.namelist():
            self._read_styles(_parse(archive, "xl/styles.xml", name))

    def _read_styles(self, styles: Element) -> None:
        dated = {str(number) for number in _BUILTIN_DATES}
        for item in styles.iter(f"{_MAIN}numFmt"):
            code = _QUOTED.sub("", item.get("formatCode") or "").lower()
            if set(code) & set("ymdhs"):
                dated.add(str(item.get("numFmtId")))
        formats = styles.find(f"{_MAIN}cellXfs")
        self._styles = [item.get("numFmtId") in dated for item in formats] if formats is not None else []

    def shows(self, style: str | None) -> bool:
        index = int(style) if style and style.isdigit() else 0
        return index < len(self._styles) and self._styles[index]

    def text(self, serial: str) -> str:
        """ISO date, with the time of day if there is one. Raises ValueError, OverflowError."""
        moment = self._zero + dt.timedelta(seconds=round(float(serial) * 86_400))
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(sep=" ")


class _SheetReader:
    def __init__(self, name: str, strings: list[str], dates: _Dates) -> None:
        self.name = name
        self._strings = strings
        self._dates = dates

    def rows(self, archive: zipfile.ZipFile, member: str) -> Iterator[tuple[int, dict[int, str]]]:
        """Row number and the texts by column index, streamed."""
        root: Element | None = None
        previous = 0
        source = Capped(archive, member, self.name)
        for event, item in ElementTree.iterparse(source, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                root = item if item.tag == f"{_MAIN}sheetData" else root
            elif item.tag == f"{_MAIN}row":
                given = item.get("r") or str(previous + 1)
                if not given.isdigit() or int(given) <= previous:
                    raise unsafe("The rows of the sheet are out of order.", self.name)
                previous = int(given)
                yield previous, self._row(item, previous)
                if root is not None:
                    root.clear()

    def _row(self, row: Element, number: int) -> dict[int, str]:
        texts: dict[int, str] = {}
        for position, cell in enumerate(row.findall(f"{_MAIN}c")):
            match = _CELL.fullmatch(cell.get("r") or "")
            index = _column_index(match.group(1)) if match else position
            if index >= _MAX_COLUMNS or index in texts:
                raise unsafe(f"Row {number} has a cell in an unusable place.", self.name)
            texts[index] = self._text(cell, cell.get("r") or f"row {number}, column {index + 1}")
        return texts

    def _text(self, cell: Element, place: str) -> str:
        if cell.find(f"{_MAIN}f") is not None:
            raise fault(Code.SRC_017, "The cell holds a formula.", self.name, column=place)
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            inline = cell.find(f"{_MAIN}is")
            return _text_of(inline) if inline is not None else ""
        value = cell.findtext(f"{_MAIN}v") or ""
        if kind == "e":
            raise fault(Code.SRC_017, f"The cell holds the error {value[:20]}.", self.name, column=place)
        try:
            return self._plain(kind, value, cell.get("s"))
        except (ValueError, OverflowError, IndexError):
            raise fault(Code.SRC_016, "The cell cannot be read.", self.name, column=place) from None

    def _plain(self, kind: str, value: str, style: str | None) -> str:
        if kind == "s":
            if not value.isdigit():
                raise ValueError("not an index")
            return self._strings[int(value)]
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "n" and value:
            return self._dates.text(value) if self._dates.shows(style) else number_text(value)
        return value


def number_text(value: str) -> str:
    """The shortest text of the stored number: Excel writes 1.1 as 1.1000000000000001. Raises ValueError."""
    # the format stores binary doubles: their shortest round-trip text is the value meant; no arithmetic
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("not a number")
    text = repr(number)
    return text.removesuffix(".0") if "e" not in text else value


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
