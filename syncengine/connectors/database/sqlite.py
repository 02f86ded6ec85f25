"""SQLite as target: one immediate transaction per load, amounts as canonical text."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal

from portal.core.canonical import canonical_json
from portal.core.errors import Conflict, Invalid
from syncengine.codes import Code
from syncengine.connectors.base import LoadPlan, Progress, ReadBack, SliceLoad, TargetReceipt
from syncengine.connectors.database.address import Address
from syncengine.connectors.database.output import Output, open_output
from syncengine.connectors.database.sessions import commit_sqlite, open_sqlite, target_errors, try_sqlite
from syncengine.connectors.database.slices import (
    OWNER,
    amount_names,
    amounts_text,
    decide,
    inexact,
    key_names,
    load_within,
    receipt_of,
    record_sql,
    refuse_rivals,
    was_altered,
)
from syncengine.duck import identifier
from syncengine.outputhash import SCALE, Column, Dialect, hash_sorted, row_sql

_SLICES = (
    "CREATE TABLE IF NOT EXISTS tieout_slice (slice TEXT NOT NULL PRIMARY KEY, fence INTEGER NOT NULL, "
    "run TEXT NOT NULL, content_hash TEXT NOT NULL, rows INTEGER NOT NULL, loaded_at TEXT NOT NULL, "
    "target TEXT NOT NULL, amounts TEXT NOT NULL, flow TEXT NOT NULL DEFAULT '', "
    "cells TEXT NOT NULL DEFAULT '', columns TEXT NOT NULL DEFAULT '', altered TEXT NOT NULL DEFAULT '')"
)
_FETCH = 5_000
_AMOUNT = re.compile(rf"-?[0-9]{{1,34}}(\.[0-9]{{1,{SCALE}}})?")


class SqliteTarget:
    """One SQLite file below an allowed folder."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def facts(self) -> dict[str, str]:
        with target_errors(self._address):
            try_sqlite(self._address)
        return {"database": "sqlite", "version": sqlite3.sqlite_version}

    def plan(self, load: SliceLoad) -> LoadPlan:
        with open_output(load) as output, target_errors(self._address), self._reading() as connection:
            existing = _record(connection, load.slice_key) if connection else None
            creates = connection is None or not _columns(connection, load.table)
            if connection is not None and not creates:
                _check_fit(connection, load)
            action = decide(existing, load)
            if connection is not None:
                refuse_rivals(load, _owners(connection, load.table))
            return LoadPlan(action, "delete-insert", creates, output.row_count, existing)

    def load(self, load: SliceLoad, progress: Progress) -> TargetReceipt:
        with (
            open_output(load) as output,
            target_errors(self._address),
            closing(open_sqlite(self._address, write=True)) as connection,
        ):
            connection.execute("BEGIN IMMEDIATE")
            try:
                receipt = load_within(_SqliteTransaction(connection), load, output, progress)
                commit_sqlite(connection)
            except BaseException:
                connection.rollback()
                raise
            return receipt

    def confirm(self, slice_key: str) -> TargetReceipt | None:
        with target_errors(self._address), self._reading() as connection:
            return _record(connection, slice_key) if connection else None

    def read_back(self, slice_key: str, table: str, columns: Sequence[Column]) -> ReadBack:
        with target_errors(self._address), self._reading() as connection:
            if connection is None or not _columns(connection, table):
                return ReadBack(0, dict.fromkeys(amount_names(columns), Decimal(0)), hash_sorted([]).sha256)
            return _read_back(connection, slice_key, table, columns)

    def altered(self, load: SliceLoad) -> bool:
        with target_errors(self._address), self._reading() as connection:
            existing = _record(connection, load.slice_key) if connection else None
            if connection is None or existing is None:
                return False
            return was_altered(_SqliteTransaction(connection), existing, load, decide(existing, load))

    def foreign_rows(self, load: SliceLoad) -> int:
        with target_errors(self._address), self._reading() as connection:
            if connection is None or not _columns(connection, load.table):
                return 0
            return _foreign_rows(connection, load)

    def read_rows(self, slice_key: str, table: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
        cells = ", ".join(identifier(column.name) for column in columns)
        with target_errors(self._address), self._reading() as connection:
            if connection is None or not _columns(connection, table):
                return
            yield from connection.execute(
                f"SELECT {cells} FROM {identifier(table)} WHERE slice = ? ORDER BY {cells}",  # noqa: S608
                (slice_key,),
            )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """A reading session in one transaction, or None while the file does not exist."""
        if self._address.path is None or not self._address.path.exists():
            yield None
            return
        with closing(open_sqlite(self._address, write=False)) as connection:
            connection.execute("BEGIN")
            yield connection


class _SqliteTransaction:
    """An immediate transaction: SQLite's one writer, so every slice is locked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def lock(self, slice_key: str) -> TargetReceipt | None:
        self._connection.execute(_SLICES)
        known = _columns(self._connection, "tieout_slice")
        for name in OWNER:
            if name not in known:
                self._connection.execute(
                    f"ALTER TABLE tieout_slice ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
                )
        return _record(self._connection, slice_key)

    def owners(self, load: SliceLoad) -> list[tuple[str, str, str]]:
        return _owners(self._connection, load.table)

    def exclude_rivals(self, load: SliceLoad) -> None:
        """SQLite has one writer: nobody records anything meanwhile."""

    def replace(self, load: SliceLoad, output: Output, progress: Progress) -> None:
        connection = self._connection
        table = identifier(load.table)
        if _columns(connection, load.table):
            _check_fit(connection, load)
        else:
            connection.execute(_table_sql(load))
        connection.execute(f"DELETE FROM {table} WHERE slice = ?", (load.slice_key,))  # noqa: S608
        names = ", ".join(identifier(column.name) for column in load.columns)
        marks = ", ".join("?" for _ in load.columns)
        insert = f"INSERT INTO {table} (slice, {names}) VALUES (?, {marks})"  # noqa: S608
        done = 0
        for batch in output.rows():
            connection.executemany(insert, ((load.slice_key, *row) for row in batch))
            done += len(batch)
            progress(done, load.rows)

    def held(self, load: SliceLoad) -> tuple[int, Mapping[str, Decimal]]:
        names = amount_names(load.columns)
        sums = dict.fromkeys(names, 0)
        cells = ", ".join([*(identifier(name) for name in names), "1"])
        rows = 0
        if not _columns(self._connection, load.table):
            return rows, _decimals(sums)
        for row in self._connection.execute(
            f"SELECT {cells} FROM {identifier(load.table)} WHERE slice = ?",  # noqa: S608
            (load.slice_key,),
        ):
            rows += 1
            for name, text in zip(names, row, strict=False):
                sums[name] += _units(text, name)
        return rows, _decimals(sums)

    def digest(self, load: SliceLoad) -> str:
        if not _columns(self._connection, load.table):
            return ""
        try:
            return _read_back(self._connection, load.slice_key, load.table, load.columns).output_hash
        except Conflict:
            return ""

    def record(self, load: SliceLoad, receipt: TargetReceipt) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO tieout_slice (slice, fence, run, content_hash, rows, loaded_at, target, "
            "amounts, flow, cells, columns, altered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                receipt.slice_key,
                receipt.fence,
                receipt.run_ref,
                receipt.content_hash,
                receipt.rows,
                dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
                receipt.table,
                amounts_text(receipt.amounts),
                load.flow,
                canonical_json(dict(load.cells)),
                receipt.columns,
                "yes" if receipt.altered else "",
            ),
        )


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Declared types by column name; empty when there is no such table."""
    return {
        str(row[1]): str(row[2]).upper()
        for row in connection.execute(f"PRAGMA table_info({identifier(table)})")
    }


def _record(connection: sqlite3.Connection, slice_key: str) -> TargetReceipt | None:
    known = _columns(connection, "tieout_slice")
    if not known:
        return None
    query = f"SELECT {record_sql(known)} FROM tieout_slice WHERE slice = ?"  # noqa: S608
    row = connection.execute(query, (slice_key,)).fetchone()
    return receipt_of(row) if row else None


def _owners(connection: sqlite3.Connection, table: str) -> list[tuple[str, str, str]]:
    """Slice, flow and cells of the slices that have rows in the table."""
    if "flow" not in _columns(connection, "tieout_slice"):
        return []
    query = "SELECT slice, flow, cells FROM tieout_slice WHERE target = ? AND rows > 0 AND flow <> ''"
    return connection.execute(query, (table,)).fetchall()


def _foreign_rows(connection: sqlite3.Connection, load: SliceLoad) -> int:
    """Where the key begins with the slice, it is hopped from slice to slice and few rows are read."""
    table = identifier(load.table)
    cells = " AND ".join(f"{identifier(name)} = ?" for name in load.cells)
    known = json.dumps([load.slice_key, *(_recorded(connection, load.table) if load.shared else ())])
    lead = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk = 1", (load.table,)).fetchone()
    if lead == ("slice",):
        query = (
            f"WITH RECURSIVE found(key) AS (SELECT min(slice) FROM {table} UNION ALL "  # noqa: S608
            f"SELECT (SELECT min(slice) FROM {table} WHERE slice > key) FROM found WHERE key IS NOT NULL) "
            f"SELECT count(*) FROM found CROSS JOIN {table} ON slice = key WHERE {cells} "
            "AND key NOT IN (SELECT value FROM json_each(?))"
        )
    else:
        query = (
            f"SELECT count(*) FROM {table} WHERE {cells} "  # noqa: S608
            "AND (slice IS NULL OR slice NOT IN (SELECT value FROM json_each(?)))"
        )
    return int(connection.execute(query, (*load.cells.values(), known)).fetchone()[0])


def _recorded(connection: sqlite3.Connection, table: str) -> list[str]:
    """The slices that Tieout has loaded into the table."""
    if not _columns(connection, "tieout_slice"):
        return []
    rows = connection.execute("SELECT slice FROM tieout_slice WHERE target = ?", (table,))
    return [key for (key,) in rows]


def _check_fit(connection: sqlite3.Connection, load: SliceLoad) -> None:
    """Every column must exist with text affinity: any other turns '0100' into 100 and amounts into floats."""
    found = _columns(connection, load.table)
    for name in ("slice", *(column.name for column in load.columns)):
        if name not in found:
            words = f"The table {load.table} has no column {name}."
            raise Invalid(Code.LOAD_003, words, place=f"{load.table}.{name}")
        if "INT" in found[name] or not any(word in found[name] for word in ("CHAR", "CLOB", "TEXT")):
            words = f"The column {name} is {found[name] or 'untyped'}; in SQLite it must be TEXT."
            raise Invalid(Code.LOAD_003, words, place=f"{load.table}.{name}")


def _table_sql(load: SliceLoad) -> str:
    names = ", ".join(f"{identifier(column.name)} TEXT NOT NULL" for column in load.columns)
    keys = [identifier(name) for name in key_names(load)]
    return (
        f"CREATE TABLE {identifier(load.table)} (slice TEXT NOT NULL, {names}, "
        f"PRIMARY KEY ({', '.join(['slice', *keys])})) WITHOUT ROWID"
    )


def _read_back(
    connection: sqlite3.Connection, slice_key: str, table: str, columns: Sequence[Column]
) -> ReadBack:
    names = amount_names(columns)
    sums = dict.fromkeys(names, 0)
    cells = ", ".join(
        [row_sql(columns, Dialect.SQLITE) + " AS encoded", *(identifier(name) for name in names)]
    )
    cursor = connection.execute(
        f"SELECT {cells} FROM {identifier(table)} WHERE slice = ? ORDER BY encoded",  # noqa: S608
        (slice_key,),
    )

    def encoded() -> Iterator[bytes]:
        while batch := cursor.fetchmany(_FETCH):
            for row in batch:
                if not isinstance(row[0], str):
                    raise Conflict(Code.LOAD_012, "A row of the target lacks a value.", place=table)
                for name, text in zip(names, row[1:], strict=True):
                    sums[name] += _units(text, name)
                yield row[0].encode()

    digest = hash_sorted(encoded())
    return ReadBack(digest.rows, _decimals(sums), digest.sha256)


def _units(text: object, name: str) -> int:
    """An amount in units of its last decimal: whole numbers add exactly, whatever a context's precision."""
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise inexact(text, name)
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(SCALE, "0"))


def _decimals(units: Mapping[str, int]) -> dict[str, Decimal]:
    return {name: Decimal(f"{total}E-{SCALE}") for name, total in units.items()}
