"""Amount texts are read exactly or not at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from time import monotonic

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.definition.model import AmountText
from syncengine.pipeline.amounts import amount_sql, parse_amount, prepare_exponents
from syncengine.pipeline.database import Database
from tests.examples import examples

PLAIN = AmountText(r"-?\d+(?:\.\d+)?", 2)
EXPONENT = AmountText(r"-?\d+\.\d+(?:E\d+)?", 2)
ANY = AmountText(r"[-+0-9.eE,_ ]*", 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1_000",
        "NaN",
        "Infinity",
        "１２",
        "1.005",
        "1e5",
        "0x10",
        "--1",
        "1,5",
        "1.2.3",
        "٣",
        "1\n",
    ],
)
def test_what_is_not_a_declared_amount_is_refused(text: str) -> None:
    assert parse_amount(text, PLAIN) is None
    assert _in_sql(text, PLAIN) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("-12.30", "-12.30"), ("12.3400", "12.34"), ("0012", "12"), ("9" * 20 + ".9", "9" * 20 + ".9")],
)  # fmt: skip
def test_a_declared_amount_is_read_exactly(text: str, value: str) -> None:
    assert parse_amount(text, PLAIN) == Decimal(value)
    assert _in_sql(text, PLAIN) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.42982881E7", "14298288.1"),
        ("1.5E0", "1.5"),
        ("1.5E999", None),
        ("1.234E1", "12.34"),
        ("1.2345E1", None),
    ],
)
def test_exponents_expand_exactly_where_the_pattern_has_them(text: str, value: str | None) -> None:
    assert parse_amount(text, EXPONENT) == (Decimal(value) if value else None)


def test_a_pattern_that_backtracks_takes_no_longer_than_another(tmp_path: Path) -> None:
    db = Database(tmp_path / "work", [])
    texts = ["1E2", *("1" * 25 + f"E{number}!" for number in range(5))]
    db.load("lines", [("amount", "VARCHAR")], [(text,) for text in texts])
    started = monotonic()
    table = prepare_exponents(db, "lines", "amount", AmountText(r"(\d+)+(E\d+)?", 2))
    assert monotonic() - started < 2
    assert db.rows(f"SELECT text, value FROM {table}") == [("1E2", Decimal(100))]


def test_local_marks_are_read_only_when_declared() -> None:
    german = AmountText(r"-?\d{1,3}(?:\.\d{3})*,\d{2}", 2, decimal_mark=",", grouping_mark=".")
    assert parse_amount("1.234.567,89", german) == Decimal("1234567.89")
    assert _in_sql("1.234.567,89", german) == Decimal("1234567.89")
    assert parse_amount("1,234.56", german) is None


def test_an_amount_too_large_for_exact_sums_is_refused() -> None:
    assert parse_amount("1" + "0" * 20, PLAIN) is None
    assert _in_sql("1" + "0" * 20, PLAIN) is None


@examples(300)
@given(st.text(alphabet="0123456789.-+eE_,１٣ ", max_size=30))
def test_sql_and_python_read_the_same_amounts(text: str) -> None:
    expected = parse_amount(text, ANY)
    if "e" in text.lower():
        return
    assert _in_sql(text, ANY) == expected


_CONNECTION = duckdb.connect()


def _in_sql(text: str, how: AmountText) -> Decimal | None:
    sql = amount_sql("text", how, None)
    row = _CONNECTION.execute(f'SELECT {sql} FROM (SELECT $1::VARCHAR AS "text") AS lines', [text]).fetchone()
    assert row is not None
    return row[0]
