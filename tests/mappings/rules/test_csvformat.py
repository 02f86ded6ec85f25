"""Rules as CSV and XLSX: what is read, what is refused, and that nothing changes on the way."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mappings.rules.cells import format_cell, parse_cell
from mappings.rules.conditions import Between, Compare, Condition, Exact, In, Like
from mappings.rules.csvformat import format_rules, headings, parse_rules
from mappings.rules.rule import Rule, RuleKind, rule_content
from mappings.rules.tables import column_letters, read_table
from tests.examples import examples
from tests.mappings.rules.strategies import rule_lists

COLUMNS = ("account", "center")
HEAD = "priority,kind,account,center,target,sign,reason,label\n"


def codes(data: bytes) -> list[tuple[str, str]]:
    return [(str(fault.code), fault.place) for fault in parse_rules(data, COLUMNS).faults]


def text_file(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines)).encode()


def book(*rows: list[object]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_each_kind_of_rule_is_read_from_its_cells() -> None:
    parsed = parse_rules(
        text_file(
            ",explicit,4000,,REV,,,main revenue",
            "5,list,4001;4002,,REV,-1,,",
            ",range,number:5000..5999,,COST,,,",
            ",wildcard,6*,,COST,,,",
            ",multi,like:7*,is:10,COST,,,",
            ",ignore,text:8000..8999,,,,balance sheet,",
            ",explicit,<empty>,<absent>,SUSP,,,",
        ),
        COLUMNS,
    )
    assert parsed.faults == []
    assert [rule.conditions for _, rule in parsed.rules] == [
        {"account": Exact("4000")},
        {"account": In(["4001", "4002"])},
        {"account": Between("5000", "5999", Compare.NUMBER)},
        {"account": Like("6*")},
        {"account": Like("7*"), "center": Exact("10")},
        {"account": Between("8000", "8999", Compare.TEXT)},
        {"account": Exact(""), "center": Exact(None)},
    ]
    assert [(line, rule.priority, rule.sign) for line, rule in parsed.rules][:2] == [(2, 100, 1), (3, 5, -1)]


def test_every_fault_is_reported_with_its_line_and_column() -> None:
    faults = codes(
        text_file(
            "x,explicit,4000,,REV,,,",
            ",guess,4000,,REV,,,",
            ",explicit,4000,,REV,2,,",
            ",range,4000..4999,,REV,,,",
            ",range,number:9..1,,REV,,,",
            ",multi,4*,10,REV,,,",
            ",explicit,4000,,,,,",
            ",ignore,4000,,,,,",
            ",explicit, 4000,,REV,,,",
            ",list,1;;2,,REV,,,",
            ",explicit,a\\b,,REV,,,",
            ",explicit,4500,,REV,,,",
            ",explicit,4500,,COST,,,",
            ",list,1,2,REV,,,",
            ",explicit,,,REV,,,",
            ",range,number:1..１2,,REV,,,",
        )
    )
    assert faults == [
        ("MAP-022", "line 2, column priority"),
        ("MAP-022", "line 3, column kind"),
        ("MAP-022", "line 4, column sign"),
        ("MAP-011", "line 5, column account"),
        ("MAP-011", "line 6, column account"),
        ("MAP-022", "line 7, column account"),
        ("MAP-013", "line 8, column target"),
        ("MAP-014", "line 9, column reason"),
        ("MAP-022", "line 10, column account"),
        ("MAP-022", "line 11, column account"),
        ("MAP-022", "line 12, column account"),
        ("MAP-002", "line 14"),
        ("MAP-010", "line 15, column kind"),
        ("MAP-010", "line 16, column kind"),
        ("MAP-011", "line 17, column account"),
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [("MAP-020", "")]),
        (b"kind,account,target\n", [("MAP-020", "line 1")]),
        (HEAD.replace("label", "color").encode(), [("MAP-020", "line 1, column color")]),
        (HEAD.replace("label", "sign").encode(), [("MAP-020", "line 1, column sign")]),
        (HEAD.encode() + b",explicit,\xff\xfe,,REV,,,\n", [("MAP-021", "line 2")]),
        (HEAD.encode() + b",explicit,a\0b,,REV,,,\n", [("MAP-021", "line 2")]),
        (HEAD.encode() + b',explicit,"4000,,REV,,,\n', [("MAP-021", "line 2")]),
        (text_file(",explicit,4000,REV"), [("MAP-021", "line 2")]),
        (text_file(",explicit,4000,,REV,,,,more"), [("MAP-021", "line 2")]),
        (text_file(",explicit," + "4" * 5000 + ",,REV,,,"), [("MAP-025", "line 2")]),
        (text_file(",explicit," + "4" * 200_000 + ",,REV,,,"), [("MAP-021", "line 2")]),
        (text_file("," * 500), [("MAP-025", "line 2")]),
        (b"\xd0\xcf\x11\xe0rest", [("MAP-024", "")]),
        (b"PK\x03\x04rest", [("MAP-024", "")]),
    ],
)
def test_a_file_that_is_no_table_of_rules_is_refused(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert codes(data) == expected


def test_a_semicolon_file_with_a_byte_order_mark_and_lines_in_cells_is_read() -> None:
    data = '\ufeffkind;account;center;target;reason\r\nignore;"4000";;;"two\nlines"\r\n\r\nexplicit;5;;X;\r\n'
    parsed = parse_rules(data.encode(), COLUMNS)
    assert parsed.faults == []
    assert [(line, rule.reason) for line, rule in parsed.rules] == [(2, "two\nlines"), (5, "")]


def test_only_line_feeds_and_returns_end_a_line() -> None:
    parsed = parse_rules(text_file(",explicit,4,,X,,a\u2028b,x\x0by", ",explicit,a\u2028b,,X,,,"), COLUMNS)
    assert [(line, rule.reason, rule.label) for line, rule in parsed.rules] == [(2, "a\u2028b", "x\x0by")]
    assert [(str(fault.code), fault.line) for fault in parsed.faults] == [("MAP-015", 3)]


def test_reading_stops_after_many_faults() -> None:
    faults = parse_rules(text_file(*[",guess,1,,T,,,"] * 500), COLUMNS).faults
    assert len(faults) == 201


@examples(200)
@given(rule_lists(max_size=5))
def test_rules_written_as_csv_are_read_back_exactly(rules: list[Rule]) -> None:
    distinct = {(str(sorted(map(str, r.conditions.items()))), r.priority): r for r in rules}.values()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headings(COLUMNS))
    writer.writerows(format_rules(distinct, COLUMNS))
    parsed = parse_rules(buffer.getvalue().encode(), COLUMNS)
    assert parsed.faults == []
    assert [rule_content(rule) for _, rule in parsed.rules] == [rule_content(rule) for rule in distinct]


awkward = st.text("a0 .;\\<>:=-*?'is", max_size=8)


@examples(500)
@given(
    st.one_of(
        st.builds(Exact, st.one_of(st.none(), awkward)),
        st.builds(In, st.lists(st.one_of(st.none(), awkward), min_size=1, max_size=3)),
        st.builds(Like, awkward),
        st.tuples(awkward, awkward).map(lambda p: Between(min(p), max(p), Compare.TEXT)),
    ),
    st.sampled_from(RuleKind),
)
def test_any_condition_survives_its_cell_and_never_looks_like_a_formula(
    condition: Condition, kind: RuleKind
) -> None:
    cell = format_cell(condition, kind)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert parse_cell(cell, kind) == condition


def test_a_sheet_of_text_and_whole_numbers_is_read() -> None:
    data = book(
        ["kind", "account", "center", "target"], ["explicit", "0400", 10, "REV"], ["list", "1;2", None, "X"]
    )
    parsed = parse_rules(data, COLUMNS)
    assert parsed.faults == []
    assert parsed.rules[0][1].conditions == {"account": Exact("0400"), "center": Exact("10")}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("=1+1", "MAP-023"),
        ('=HYPERLINK("http://x","y")', "MAP-023"),
        (4000.5, "MAP-022"),
        (True, "MAP-022"),
        (dt.date(2009, 1, 1), "MAP-022"),
    ],
)
def test_a_formula_decimal_truth_value_or_date_in_a_sheet_is_refused_with_its_cell(
    value: object, code: str
) -> None:
    data = book(["kind", "account", "center", "target"], ["explicit", value, None, "REV"])
    assert codes(data) == [(code, "cell B2")]


def test_a_workbook_of_two_sheets_is_refused() -> None:
    workbook = Workbook()
    workbook.create_sheet("other")
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert codes(buffer.getvalue()) == [("MAP-024", "")]


def rezipped(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for entry in source.infolist():
            copy.writestr(entry.filename, content if entry.filename == name else source.read(entry.filename))
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def test_a_zip_bomb_is_refused_from_its_directory_before_it_is_inflated() -> None:
    bomb = rezipped(book(["kind"]), SHEET, b"<a/>" + b" " * 50_000_000)
    assert codes(bomb) == [("MAP-024", "")]


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "MAP-025"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "MAP-021"),
        ('<row r="1"><c r="A1"><v>1</v><oops>', "MAP-024"),
    ],
)
def test_a_broken_or_hostile_sheet_is_refused(sheet: str, code: str) -> None:
    content = f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
    assert code in [found for found, _ in codes(rezipped(book(["kind"]), SHEET, content.encode()))]


def test_a_sheet_whose_rows_go_backwards_is_refused() -> None:
    def row(number: int, *cells: str) -> str:
        texts = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
        return f'<row r="{number}">{texts}</row>'

    rows = row(5, "kind", "account", "center", "target") + row(2, "explicit", "1", "", "X")
    content = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    assert codes(rezipped(book(["kind"]), SHEET, content.encode())) == [("MAP-021", "line 6")]


@pytest.mark.parametrize(
    "sheet", ["", f'<!DOCTYPE a [<!ENTITY b "c">]><worksheet xmlns="{MAIN}">&b;</worksheet>']
)
def test_a_sheet_with_entities_or_nothing_in_it_is_refused(sheet: str) -> None:
    assert codes(rezipped(book(["kind"]), SHEET, sheet.encode()))[0][0] == "MAP-024"


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(ValueError, match="MAP-025"):
        read_table(b"x" * (64 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HEAD.encode("utf-16"), "the file is UTF-16; save it as CSV UTF-8"),
        (HEAD.encode("utf-16-le"), "the file is UTF-16; save it as CSV UTF-8"),
        (HEAD.encode() + b"\xff\n", "not UTF-8: byte 0xFF at offset 54; save it as CSV UTF-8"),
        (b"MZ\x90\x00\x03" + bytes(60), "the file is neither an XLSX workbook nor text"),
        (text_file("x"), "the line has 1 cell, the headings are 8"),
    ],
)
def test_what_is_no_text_in_utf_8_is_told_with_what_to_do(data: bytes, words: str) -> None:
    assert words in parse_rules(data, COLUMNS).faults[0].message


@pytest.mark.parametrize(("text", "sign"), [("keep", 1), ("Change", -1), ("1", 1), ("-1", -1)])
def test_a_sign_is_written_as_the_screen_says_it_or_as_a_number(text: str, sign: int) -> None:
    ((_, rule),) = parse_rules(text_file(f",explicit,4000,,REV,{text},,"), COLUMNS).rules
    assert rule.sign == sign
