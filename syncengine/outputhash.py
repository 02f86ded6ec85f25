"""The output hash: sha256 over length-prefixed canonical rows, bytewise sorted (engine.md).

A cell is the decimal count of its UTF-8 bytes, a colon, the bytes. A row is its cells in column order, itself
prefixed the same way. Rows are sorted by their cells' encoded bytes. File bytes never count.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from syncengine.duck import identifier, literal

if TYPE_CHECKING:
    import duckdb

SCALE = 4
_BATCH = 20_000
_UNIT = Decimal(1).scaleb(-SCALE)
_EXACT = Context(prec=60)


class ColumnType(StrEnum):
    AMOUNT = "amount"
    TEXT = "text"


class Column(NamedTuple):
    """A column of an output: its name in the target and whether it is text or an amount."""

    name: str
    type: ColumnType


class Dialect(StrEnum):
    """The engines that can build the encoded row themselves."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class Digest:
    """sha256 (hex) of the rows and their count."""

    sha256: str
    rows: int


def canonical_amount(value: Decimal | str) -> str:
    """Plain decimal text, at most four decimals, no trailing zeros, no exponent, no negative zero.

    Raises ValueError for what is not a finite decimal or has more than four decimals: rounding is never
    done in passing.
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(value)
        exact = number.quantize(_UNIT, context=_EXACT) if number.is_finite() else None
    except InvalidOperation:
        exact = None
    if exact is None or exact != number or (isinstance(value, str) and not _plain(value)):
        raise ValueError(f"not an exact amount with {SCALE} decimals: {str(value)[:40]!r}")
    text = format(exact, "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _plain(text: str) -> bool:
    """Whether only ASCII digits, sign and point occur: Decimal() itself takes '1_000', ' 1' and '１２'."""
    return set(text) <= set("0123456789.-")


def encode_row(cells: Sequence[str]) -> bytes:
    """The cells of one row, each with its length; amounts must be canonical already."""
    encoded = (cell.encode() for cell in cells)
    return b"".join(b"%d:%s" % (len(cell), cell) for cell in encoded)


def hash_rows(rows: Iterable[Sequence[str]]) -> Digest:
    """Digest of rows in any order; holds their encoding in memory."""
    return hash_sorted(sorted(encode_row(row) for row in rows))


def hash_sorted(encoded: Iterable[bytes]) -> Digest:
    """Digest of encoded rows that come sorted. Raises ValueError when they do not."""
    digest = hashlib.sha256()
    count = 0
    previous = b""
    for row in encoded:
        if row < previous:
            raise ValueError("rows are not sorted bytewise")
        digest.update(b"%d:%s" % (len(row), row))
        previous = row
        count += 1
    return Digest(digest.hexdigest(), count)


def hash_texts(batches: Iterable[Sequence[str]]) -> Digest:
    """`hash_sorted` for encoded rows as texts in batches, without work in Python for each cell.

    Texts sort by code point, which is the order of their UTF-8 bytes. Raises ValueError as `hash_sorted`.
    """
    digest = hashlib.sha256()
    count = 0
    previous = ""
    for batch in batches:
        if not batch:
            continue
        if batch[0] < previous or any(map(operator.gt, batch, batch[1:])):
            raise ValueError("rows are not sorted bytewise")
        plain = "".join([f"{len(row)}:{row}" for row in batch])
        if plain.isascii():
            digest.update(plain.encode())
        else:
            digest.update(b"".join([b"%d:%s" % (len(row), row) for row in map(str.encode, batch)]))
        previous = batch[-1]
        count += len(batch)
    return Digest(digest.hexdigest(), count)


def amount_sql(name: str, dialect: Dialect) -> str:
    """SQL for the canonical text of an amount column: DECIMAL, numeric, or SQLite's canonical text."""
    column = identifier(name)
    if dialect is Dialect.POSTGRESQL:
        return f"trim_scale({column})::text"
    if dialect is Dialect.SQLITE:
        return column
    # 64 bits and a scale that fits need neither wide division nor trimming, which cost most of the digest
    small = f"TRY_CAST({column} AS DECIMAL(18,{SCALE}))"
    arms = [
        f"WHEN {small} = {small}::DECIMAL(18,{digits}) THEN {small}::DECIMAL(18,{digits})::VARCHAR"
        for digits in range(SCALE - 1)
    ]
    exact = f"CAST(CAST({column} AS DECIMAL(38,{SCALE})) AS VARCHAR)"
    return f"CASE {' '.join(arms)} ELSE rtrim(rtrim({exact}, '0'), '.') END"


def row_sql(columns: Sequence[Column], dialect: Dialect) -> str:
    """SQL text expression that equals `encode_row` for a row of a table with these columns."""
    sizes = {
        Dialect.DUCKDB: "strlen({0})",
        Dialect.POSTGRESQL: "octet_length({0})",
        Dialect.SQLITE: "length(CAST({0} AS BLOB))",
    }
    texts = [
        amount_sql(column.name, dialect) if column.type is ColumnType.AMOUNT else identifier(column.name)
        for column in columns
    ]
    cells = [(sizes[dialect].format(text), "':'", text) for text in texts]
    if dialect is not Dialect.DUCKDB:
        return " || ".join(part for cell in cells for part in cell)
    # each || would copy the row so far; concat copies once, and takes null for an empty text
    missing = " OR ".join(f"{identifier(column.name)} IS NULL" for column in columns)
    return f"CASE WHEN NOT ({missing}) THEN concat({', '.join(part for cell in cells for part in cell)}) END"


def parquet_digest(connection: duckdb.DuckDBPyConnection, parquet: Path, columns: Sequence[Column]) -> Digest:
    """Digest of an output file. DuckDB sorts (and spills); text order there is bytewise."""
    texts = ", ".join(
        f"{amount_sql(column.name, Dialect.DUCKDB)} AS {identifier(column.name)}"
        if column.type is ColumnType.AMOUNT
        else identifier(column.name)
        for column in columns
    )
    row = row_sql([Column(column.name, ColumnType.TEXT) for column in columns], Dialect.DUCKDB)
    cursor = connection.execute(
        f"SELECT {row} AS r FROM (SELECT {texts} FROM read_parquet({literal(parquet)})) ORDER BY r"  # noqa: S608
    )

    def encoded() -> Iterator[list[str]]:
        while batch := cursor.fetchmany(_BATCH):
            yield [text for (text,) in batch]

    return hash_texts(encoded())
