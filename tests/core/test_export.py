"""CSV that no spreadsheet turns into a formula (controls.md 6.4 row 15)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.export import csv_safe, guard_text, stream_csv, unguard_text
from tests.examples import examples


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1+cmd", "@SUM(A1)", "-2+3", "\t=1", "\r=1", "-5", "\n=1", "\tx",
     "＝1+1", "＋1", "－1", "＠SUM(A1)", "  =1", "\u00a0＝1", "\u3000@x", "'=1", "''＝1"],
)  # fmt: skip
def test_texts_that_start_a_formula_are_quoted(text):
    assert csv_safe(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("-5.10"), "-5.1"),
        (-3, "-3"),
        (None, ""),
        (dt.date(2026, 1, 2), "2026-01-02"),
        ("plain", "plain"),
    ],
)
def test_numbers_and_plain_values_stay_what_they_are(value, cell):
    assert csv_safe(value) == cell


@examples(60)
@given(rows=st.lists(st.lists(st.text(max_size=10) | st.integers(), min_size=2, max_size=2), max_size=6))
def test_no_cell_of_an_export_starts_a_formula_and_all_read_back(rows):
    text = "".join(stream_csv(["a", "b"], rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows) + 1
    for given_row, cells in zip(rows, read[1:], strict=True):
        for value, cell in zip(given_row, cells, strict=True):
            assert isinstance(value, int) or not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))
            assert isinstance(value, int) or not cell.startswith(("\t", "\r", "\n"))
            assert unguard_text(cell) == str(value)


texts = st.text("'=+-@＝＋－＠ \t\r\n\u3000a1", max_size=8) | st.text(max_size=10)


@examples(500)
@given(texts)
def test_a_guarded_text_is_no_formula_and_comes_back_exactly(text):
    guarded = guard_text(text)
    assert not guarded.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert not guarded.startswith(("\t", "\r", "\n"))
    assert unguard_text(guarded) == text
