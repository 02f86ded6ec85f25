"""XLSX sheets read as values by their exact text."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest

from portal.core.errors import DomainError
from syncengine.connectors.file.dataset import parse_dataset
from syncengine.connectors.file.reader import read_rows
from syncengine.connectors.file.workbook import number_text

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHARED = (
    f"<sst {_NS}><si><t>account</t></si>"
    '<si><r><t>am</t></r><r><t>ount</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>'
)
_SHEET = f"""<worksheet {_NS}><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c>
<c r="B2" t="inlineStr"><is><t>note</t></is></c></row>
<row r="4"><c r="A4" t="str"><v>0100</v></c><c r="C4"><v>1.1000000000000001</v></c></row>
</sheetData></worksheet>"""


def test_values_dates_and_blank_rows_read_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Journal"
    for row in (
        ["id", "amount", "day", "flag"],
        ["0100", 1234.56, dt.date(2026, 1, 31), True],
        [],
        [7, -0.1, None, "x"],
    ):
        sheet.append(row)
    book.create_sheet("Other")
    book.save(tmp_path / "gl.xlsx")
    dataset = parse_dataset({"file": "gl.xlsx", "format": "xlsx", "sheet": "Journal"})
    assert list(read_rows(tmp_path / "gl.xlsx", dataset)) == [
        (2, {"id": "0100", "amount": "1234.56", "day": "2026-01-31", "flag": "TRUE"}),
        (4, {"id": "7", "amount": "-0.1", "day": "", "flag": "x"}),
    ]
    with pytest.raises(DomainError, match="Journal, Other"):
        list(read_rows(tmp_path / "gl.xlsx", parse_dataset({"file": "gl.xlsx", "format": "xlsx"})))


def test_shared_strings_and_rows_out_of_the_way_are_found(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "plain.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as plain,
        zipfile.ZipFile(tmp_path / "gl.xlsx", "w") as target,
    ):
        for name in plain.namelist():
            target.writestr(name, _SHEET if name.endswith("sheet1.xml") else plain.read(name))
        target.writestr("xl/sharedStrings.xml", _SHARED)
    rows = list(read_rows(tmp_path / "gl.xlsx", parse_dataset({"file": "gl.xlsx", "format": "xlsx"})))
    assert rows == [(4, {"account": "0100", "note": "", "amount": "1.1"})]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1.1000000000000001", "1.1"),
        ("12345678901234.561", "12345678901234.56"),
        ("100", "100"),
        ("-0.05", "-0.05"),
        ("1E+20", "1E+20"),
    ],
)
def test_a_stored_number_reads_as_the_shortest_text_of_it(stored: str, shown: str) -> None:
    assert number_text(stored) == shown
