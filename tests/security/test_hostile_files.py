"""Hostile and damaged files: a coded refusal with the place, soon and in little memory, nothing half done."""

from __future__ import annotations

import os
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portal.core.errors import DomainError
from syncengine.connectors import connect, parse_dataset
from syncengine.connectors.file.archive import MAX_MEMBERS
from syncengine.evidence import EvidenceStore

SHEET = "xl/worksheets/sheet1.xml"


def refusal(folder: Path, name: str, *, root: str = ".", **keys: object) -> DomainError:
    """The refusal of a file in the folder; asserts that no evidence came into being."""
    evidence = folder / "evidence-store"
    with pytest.raises(DomainError) as error:
        adapter = connect("file", {"folder": root}, allowed_roots=[folder], environ={})
        dataset = parse_dataset("file", {"file": name, **keys})
        adapter.extract(dataset, EvidenceStore(evidence), folder / "scratch-area")
    assert not [path for path in evidence.rglob("*") if path.is_file()]
    return error.value


def refused(folder: Path, data: bytes, **keys: object) -> tuple[str, Any, Any]:
    """Code, line and column of the refusal of a file with these bytes."""
    (folder / "gl.csv").write_bytes(data)
    error = refusal(folder, "gl.csv", **keys)
    assert "gl.csv" in error.place
    return error.code, error.details.get("line"), error.details.get("column")


@pytest.mark.parametrize(
    ("data", "keys", "expected"),
    [
        (b"", {}, ("SRC-008", None, None)),
        (b"account,,amount\n", {}, ("SRC-009", 1, 2)),
        (b"account,Amount,amount\n", {}, ("SRC-009", 1, "amount")),
        (b"account,_row\n", {}, ("SRC-009", 1, 2)),
        (b"account,sum\n1,2\n", {"columns": ["account", "amount"]}, ("SRC-009", 1, None)),
        (b"a,b\n1,2\n1,2,3\n", {}, ("SRC-010", 3, None)),
        (b"a,b\n1,2\n1,2,\n", {}, ("SRC-010", 3, None)),
        (b"a,b\n1,2\n1\n", {}, ("SRC-010", 3, None)),
        (b"a|b|\n1|2|3\n", {"separator": "|", "quote": "", "trailing_separator": True}, ("SRC-010", 2, 3)),
        (b"a,b\n1,\xff\n", {}, ("SRC-011", 2, None)),
        (b"a,b\n1,\xc3\xa5\n", {"encoding": "ascii"}, ("SRC-011", 2, None)),
        (b"a,b\n1,\x81\n", {"encoding": "cp1252"}, ("SRC-011", 2, None)),
        (b"a,b\n1,2\n", {"encoding": "utf-16"}, ("SRC-011", 1, None)),
        (b"\xef\xbb\xbfa,b\n1,2\n", {"encoding": "ascii"}, ("SRC-011", 1, None)),
        (b"a,b\n1,2\n\xef\xbb\xbf3,4\n", {}, ("SRC-012", 3, None)),
        (b"a,b\n1,\0\n", {}, ("SRC-012", 2, None)),
        ("a,b\n1,\ufffd\n".encode(), {}, ("SRC-012", 2, None)),
        (b'a,b\n1,2\n"3,4\n5,6\n', {}, ("SRC-014", 3, None)),
        (b'a,b\n"1"x,2\n', {}, ("SRC-014", 2, None)),
        (b"a,b\n1\r2,3\n", {}, ("SRC-014", 2, None)),
        (
            b"0001 10\n0002\n",
            {"format": "fixed", "columns": [{"name": "a", "start": 1, "width": 7}]},
            ("SRC-010", 2, None),
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, data: bytes, keys: dict[str, object], expected: tuple[str, Any, Any]
) -> None:
    assert refused(tmp_path, data, **keys) == expected


def test_broken_encoding_names_the_byte_far_into_the_file(tmp_path: Path) -> None:
    (tmp_path / "gl.csv").write_bytes(b"a,b\n" + b"1,\xc3\xa5\n" * 50_000 + b"2,\xe5\n")
    error = refusal(tmp_path, "gl.csv")
    assert (error.code, error.details["line"], error.details["byte"]) == ("SRC-011", 50_002, 4 + 250_000 + 3)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"quote": ""},
        {"encoding": "latin-1"},
        {"format": "fixed", "columns": [{"name": "a", "start": 1, "width": 7}]},
    ],
)
def test_a_200_megabyte_line_is_refused_soon_and_in_little_memory(
    tmp_path: Path, keys: dict[str, object]
) -> None:
    with (tmp_path / "gl.csv").open("wb") as file:
        file.write(b"a,b\n1,")
        file.truncate(200 << 20)
        file.seek(6)
        file.write(b"x" * (8 << 20))
    tracemalloc.start()
    began = time.monotonic()
    error = refusal(tmp_path, "gl.csv", **keys)
    seconds, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (error.code, error.details["line"]) == ("SRC-013", 2)
    assert seconds < 10
    assert peak < 32 << 20


def test_a_quote_that_never_closes_is_refused_before_the_file_is_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "gl.csv").write_bytes(b'a,b\n1,"' + b"x,y\n" * 5_000_000)
    tracemalloc.start()
    error = refusal(tmp_path, "gl.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (error.code, error.details["line"]) == ("SRC-013", 2)
    assert peak < 32 << 20


@pytest.mark.parametrize(
    "name", ["../gl.csv", "/etc/passwd", "a/../../gl.csv", "..", "./gl.csv", "a//gl.csv", "a\\gl.csv"]
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "gl.csv").write_text("a,b\n")
    assert refusal(tmp_path, name, root="drop").code == "SRC-003"


@pytest.mark.parametrize("root", ["..", "../drop", "/etc", "drop/../..", "link"])
def test_a_folder_outside_the_allowed_ones_is_refused(tmp_path: Path, root: str) -> None:
    (tmp_path / "link").symlink_to("/etc")
    assert refusal(tmp_path, "passwd", root=root).code == "SRC-003"


def test_symbolic_links_and_special_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/gl.csv").write_text("a,b\n1,2\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real/gl.csv")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe.csv")
    codes = [
        refusal(tmp_path, name).code for name in ("link.csv", "folder/gl.csv", "pipe.csv", "real", "none.csv")
    ]
    assert codes == ["SRC-003", "SRC-003", "SRC-004", "SRC-004", "SRC-005"]
    assert "'none.csv'" in refusal(tmp_path, "none.csv").message, (
        "a manifest shows the message and its own line"
    )


@pytest.mark.parametrize("period", ["../2026", "2026/01", "", "a" * 65, "2026-01\n"])
def test_a_period_cannot_become_a_path(period: str) -> None:
    with pytest.raises(DomainError) as error:
        parse_dataset("file", {"file": "gl_{period}.csv"}).bind({"period": period})
    assert error.value.code == "SRC-001"


def workbook(path: Path, cells: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in cells:
        sheet.append(row)
    book.save(path)


def rebuilt(path: Path, changes: dict[str, bytes]) -> None:
    """The workbook with members replaced or added."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)


def xlsx_refusal(
    folder: Path, changes: dict[str, bytes] | None = None, cells: list[list[object]] | None = None
) -> DomainError:
    workbook(folder / "gl.xlsx", cells or [["account", "amount"], ["0100", 1]])
    if changes:
        rebuilt(folder / "gl.xlsx", changes)
    return refusal(folder, "gl.xlsx", format="xlsx")


def test_a_formula_and_an_error_value_name_their_cell(tmp_path: Path) -> None:
    formula = xlsx_refusal(tmp_path, cells=[["account", "amount"], ["0100", "=1+1"]])
    assert (formula.code, formula.details["column"]) == ("SRC-017", "B2")
    error = xlsx_refusal(tmp_path, cells=[["account", "amount"], ["#N/A", "x"]])
    assert (error.code, error.details["column"]) == ("SRC-017", "A2")


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    began = time.monotonic()
    bomb = xlsx_refusal(tmp_path, {"xl/sharedStrings.xml": bytes(200 << 20)})
    assert bomb.code == "SRC-016"
    many = xlsx_refusal(tmp_path, {f"xl/media/{n}": b"" for n in range(MAX_MEMBERS)})
    assert many.code == "SRC-016"
    assert time.monotonic() - began < 10


def test_a_member_that_inflates_beyond_its_declared_size_is_stopped(tmp_path: Path) -> None:
    workbook(tmp_path / "gl.xlsx", [["account", "amount"], *([["0100", n] for n in range(20_000)])])
    path = tmp_path / "gl.xlsx"
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    assert refusal(tmp_path, "gl.xlsx", format="xlsx").code == "SRC-016"


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_document_types_and_entities_are_refused(tmp_path: Path, head: bytes, member: str) -> None:
    workbook(tmp_path / "gl.xlsx", [["account", "amount"], ["0100", "x"]])
    with zipfile.ZipFile(tmp_path / "gl.xlsx") as archive:
        body = archive.read(member).split(b"?>", 1)[-1] if member in archive.namelist() else b"<sst></sst>"
    assert xlsx_refusal(tmp_path, {member: b'<?xml version="1.0"?>' + head + body}).code == "SRC-016"


@pytest.mark.parametrize("name", ["../../settings.py", "/etc/passwd", "xl\\..\\x"])
def test_members_whose_path_leaves_the_workbook_are_refused(tmp_path: Path, name: str) -> None:
    assert xlsx_refusal(tmp_path, {name: b"x"}).code == "SRC-016"
    assert not (tmp_path.parent / "settings.py").exists()


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for data in (b"PK\x03\x04junk", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0old"):
        (tmp_path / "gl.xlsx").write_bytes(data)
        assert refusal(tmp_path, "gl.xlsx", format="xlsx").code == "SRC-016"
    assert xlsx_refusal(tmp_path, {SHEET: b"<worksheet>"}).code == "SRC-016"
    assert xlsx_refusal(tmp_path, {"xl/workbook.xml": b"<workbook/>"}).code == "SRC-009"
