"""One output hash, however the rows are stored: pure Python and DuckDB agree, amounts are canonical."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.duck import session
from syncengine.outputhash import (
    Column,
    ColumnType,
    canonical_amount,
    encode_row,
    hash_rows,
    hash_sorted,
    parquet_digest,
)
from tests.examples import examples

COLUMNS = (Column("account", ColumnType.TEXT), Column("amount", ColumnType.AMOUNT))
_AMOUNTS = st.decimals(min_value=Decimal("-1e20"), max_value=Decimal("1e20"), places=4, allow_nan=False)
_PARTS = ("", ".1", ".05", ".25", ".005", ".995", ".0001", ".9999")
_NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("-0", "0"),
        ("-0.0000", "0"),
        ("10.5000", "10.5"),
        ("100", "100"),
        ("0.0001", "0.0001"),
        (Decimal("1.42982881E7"), "14298288.1"),
    ],
)
def test_an_amount_has_one_text(value: Decimal | str, text: str) -> None:
    assert canonical_amount(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "1e5",
        "1_000",
        "１２",
        " 1",
        "0.00001",
        "",
        "1,5",
        Decimal("NaN"),
        Decimal("0.12345"),
    ],
)
def test_what_is_no_exact_amount_is_refused(value: Decimal | str) -> None:
    with pytest.raises(ValueError, match="not an exact amount"):
        canonical_amount(value)


def test_the_hash_is_that_of_the_description() -> None:
    rows = [("é", "1"), ("a", "-2.5")]
    cells = sorted([b"2:\xc3\xa91:1", b"1:a4:-2.5"])
    expected = hashlib.sha256(b"".join(str(len(cell)).encode() + b":" + cell for cell in cells)).hexdigest()
    assert hash_rows(rows).sha256 == hash_rows(reversed(rows)).sha256 == expected
    assert encode_row(("a", "-2.5")) == b"1:a4:-2.5"
    with pytest.raises(ValueError, match="not sorted"):
        hash_sorted([b"b", b"a"])


@examples(60)
@given(rows=st.lists(st.tuples(_NAMES, _AMOUNTS), max_size=8))
def test_duckdb_and_python_agree(tmp_path: Path, rows: list[tuple[str, Decimal]]) -> None:
    path = tmp_path / "output.parquet"
    path.unlink(missing_ok=True)
    with session(scratch=tmp_path) as connection:
        connection.execute("CREATE TEMP TABLE o (account VARCHAR, amount DECIMAL(28,4))")
        if rows:
            connection.executemany("INSERT INTO o VALUES (?, ?)", rows)
        connection.execute(f"COPY o TO '{path}' (FORMAT parquet)")
        found = parquet_digest(connection, path, COLUMNS)
    assert found == hash_rows((n, canonical_amount(a)) for n, a in rows)


def test_amounts_of_every_size_and_scale_are_the_same_text_in_duckdb(tmp_path: Path) -> None:
    sizes = ("0", "7", "99999999999999", "100000000000000", "999999999999999999999999")
    texts = [f"{sign}{size}{part}" for size in sizes for part in _PARTS for sign in ("", "-")]
    rows = [(f"{at}", Decimal(text)) for at, text in enumerate(texts)]
    path = tmp_path / "output.parquet"
    connection = duckdb.connect()
    connection.execute("CREATE TABLE o (account VARCHAR, amount DECIMAL(28,4))")
    connection.executemany("INSERT INTO o VALUES (?, ?)", rows)
    connection.execute(f"COPY o TO '{path}' (FORMAT parquet)")
    assert parquet_digest(connection, path, COLUMNS) == hash_rows((n, canonical_amount(a)) for n, a in rows)


def test_a_row_that_lacks_a_value_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "output.parquet"
    connection = duckdb.connect()
    connection.execute(f"COPY (SELECT NULL::VARCHAR AS account, 1::DECIMAL(28,4) AS amount) TO '{path}'")
    with pytest.raises(TypeError):
        parquet_digest(connection, path, COLUMNS)
