"""Checks a slice's output file and streams its rows out of DuckDB in the form a target takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import duckdb

from portal.core.errors import DomainError, Invalid
from syncengine.codes import Code
from syncengine.connectors.base import SliceLoad
from syncengine.duck import copy_cell_sql, copy_line_sql, identifier, literal, session
from syncengine.outputhash import Column, ColumnType, Dialect, amount_sql

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_EXACT = re.compile(r"DECIMAL\(\d+,[0-4]\)")
_BATCH = 10_000
_MAX_SLICE_KEY = 200
RESERVED = ("slice", "tieout_slice")


def check_names(table: str, columns: tuple[Column, ...] | list[Column], slice_key: str) -> None:
    """Raises Invalid LOAD-002 for a table, column or slice key that no target may be given."""
    for what, name in (("table", table), *(("column", column.name) for column in columns)):
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise Invalid(
                Code.LOAD_002, f"The {what} name {name!r} is not acceptable.", place=f"target.{what}"
            )
    if len({column.name for column in columns}) != len(columns) or not columns:
        raise Invalid(Code.LOAD_002, "The columns are not all different.", place="target.columns")
    if not slice_key or len(slice_key) > _MAX_SLICE_KEY or not slice_key.isprintable():
        raise Invalid(Code.LOAD_002, "The slice key is not a short printable text.", place="slice")


class Output:
    """The rows of one output file, open in DuckDB; sums and rows were compared with the slice load."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, load: SliceLoad) -> None:
        self._connection = connection
        self._load = load
        self._source = f"read_parquet({literal(load.parquet)})"
        self._check_types()
        self.row_count = load.rows
        self.amounts = self._totals()

    def _check_types(self) -> None:
        described = self._connection.execute(f"DESCRIBE SELECT * FROM {self._source}").fetchall()  # noqa: S608
        types = {str(row[0]): str(row[1]) for row in described}
        for column in self._load.columns:
            found = types.get(column.name, "missing")
            fits = _EXACT.fullmatch(found) if column.type is ColumnType.AMOUNT else found == "VARCHAR"
            if not fits:
                words = f"The output's column {column.name} is {found}, which is no {column.type}."
                raise Invalid(Code.LOAD_006, words, place=column.name)

    def _totals(self) -> dict[str, Decimal]:
        amounts = [column.name for column in self._load.columns if column.type is ColumnType.AMOUNT]
        names = [identifier(column.name) for column in self._load.columns]
        nulls = " OR ".join(f"{name} IS NULL" for name in names)
        sums = "".join(f", coalesce(sum({identifier(name)}), 0)" for name in amounts)
        row = self._connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE {nulls}){sums} FROM {self._source}"  # noqa: S608
        ).fetchone()
        if row is None or row[0] != self._load.rows:
            raise Invalid(Code.LOAD_006, f"The output has not the {self._load.rows} rows it is said to have.")
        if row[1]:
            raise Invalid(Code.LOAD_006, f"{row[1]} rows of the output have a column without a value.")
        return {name: Decimal(total) for name, total in zip(amounts, row[2:], strict=True)}

    def finer_than(self, name: str, scale: int) -> bool:
        """Whether an amount has more decimals than a target column keeps; it would be rounded in passing."""
        column = identifier(name)
        row = self._connection.execute(
            f"SELECT count(*) FROM {self._source} WHERE {column} <> round({column}, {int(scale)})"  # noqa: S608
        ).fetchone()
        return bool(row and row[0])

    def copy_text(self, first: str | None = None) -> Iterator[tuple[bytes, int]]:
        """Batches of lines for PostgreSQL's COPY and their number, sorted by the text columns.

        `first` is a text cell that begins each line.
        """
        cells = [] if first is None else [copy_cell_sql(literal(first))]
        cells += [
            amount_sql(column.name, Dialect.DUCKDB)
            if column.type is ColumnType.AMOUNT
            else copy_cell_sql(identifier(column.name))
            for column in self._load.columns
        ]
        line = copy_line_sql(cells)
        cursor = self._connection.execute(f"SELECT {line} FROM {self._source} ORDER BY {self._order()}")  # noqa: S608
        while batch := cursor.fetchmany(_BATCH):
            yield "".join([text for (text,) in batch]).encode(), len(batch)

    def rows(self) -> Iterator[list[tuple[str, ...]]]:
        """Batches of rows as texts, amounts canonical, sorted by the text columns."""
        cells = ", ".join(
            amount_sql(column.name, Dialect.DUCKDB)
            if column.type is ColumnType.AMOUNT
            else identifier(column.name)
            for column in self._load.columns
        )
        cursor = self._connection.execute(f"SELECT {cells} FROM {self._source} ORDER BY {self._order()}")  # noqa: S608
        while batch := cursor.fetchmany(_BATCH):
            yield batch

    def _order(self) -> str:
        keys = [identifier(column.name) for column in self._load.columns if column.type is ColumnType.TEXT]
        return ", ".join(keys) or "1"


@contextmanager
def open_output(load: SliceLoad) -> Iterator[Output]:
    """The output file, checked. Raises Invalid LOAD-002 or LOAD-006 before anything is sent."""
    check_names(load.table, load.columns, load.slice_key)
    with session(read=[load.parquet]) as connection:
        try:
            output = Output(connection, load)
        except duckdb.Error as error:
            raise _unreadable(error) from None
        yield output


def _unreadable(error: duckdb.Error) -> DomainError:
    return Invalid(Code.LOAD_006, f"The output file cannot be read: {type(error).__name__}.")
