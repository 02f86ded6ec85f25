"""CSV that no spreadsheet turns into a formula (controls.md 6.4 row 15)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.export import csv_safe, stream_csv


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x","y")', "+1+cmd", "@SUM(A1)", "-2+3", "\t=1", "\r=1", "-5"]
)
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


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(st.text(max_size=10) | st.integers(), min_size=2, max_size=2), max_size=6))
def test_no_cell_of_an_export_starts_a_formula_and_all_read_back(rows):
    text = "".join(stream_csv(["a", "b"], rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows) + 1
    for given_row, cells in zip(rows, read[1:], strict=True):
        for value, cell in zip(given_row, cells, strict=True):
            assert isinstance(value, int) or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert cell.removeprefix("'") == str(value).removeprefix("'")
