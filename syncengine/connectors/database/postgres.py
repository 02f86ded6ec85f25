"""PostgreSQL as target: sorted COPY into a fresh partition and swap, or delete and insert by slice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice

import psycopg
from psycopg import sql

from portal.core.canonical import canonical_json
from portal.core.errors import Conflict, Invalid
from syncengine.codes import Code
from syncengine.connectors.base import LoadPlan, Progress, ReadBack, SliceLoad, TargetReceipt
from syncengine.connectors.database.address import Address
from syncengine.connectors.database.output import Output, open_output
from syncengine.connectors.database.pgtables import (
    TableFacts,
    check_fit,
    create_slices,
    create_table,
    foreign_rows_of,
    fresh_partition,
    owners_of,
    partition_name,
    swap_partition,
    table_facts,
)
from syncengine.connectors.database.sessions import (
    LOCK_SECONDS,
    commit_postgres,
    open_postgres,
    target_errors,
)
from syncengine.connectors.database.slices import (
    OWNER,
    amount_names,
    amounts_text,
    decide,
    exact,
    load_within,
    receipt_of,
    record_sql,
    refuse_rivals,
    was_altered,
)
from syncengine.outputhash import Column, ColumnType, Dialect, amount_sql, hash_texts, row_sql

_FETCH = 20_000
_UNRECORDED = -1


class PostgresTarget:
    """Tables and `tieout_slice` in one schema of one database."""

    def __init__(self, address: Address, schema: str) -> None:
        self._address = address
        self._schema = schema

    def facts(self) -> dict[str, str]:
        with self._session() as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), pg_encoding_to_char(encoding) "
                "FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            version, encoding = row if row else ("", "")
        if encoding != "UTF8":
            words = f"The database is encoded in {encoding}; targets must be UTF8."
            raise Invalid(Code.LOAD_003, words, place="target.connection")
        return {"database": "postgresql", "version": version, "host": self._address.host}

    def plan(self, load: SliceLoad) -> LoadPlan:
        with open_output(load) as output, self._session() as connection:
            facts = table_facts(connection, self._schema, load.table)
            if facts is not None:
                check_fit(facts, load, output)
            existing = self._record(connection, load.slice_key)
            refuse_rivals(load, owners_of(connection, self._schema, load.table))
            partitioned = facts is None or facts.ours
            mode = "partition" if partitioned else "delete-insert"
            return LoadPlan(decide(existing, load), mode, facts is None, output.row_count, existing)

    def load(self, load: SliceLoad, progress: Progress) -> TargetReceipt:
        with open_output(load) as output, self._session() as connection:
            connection.execute(sql.SQL("SET lock_timeout = {}").format(f"{LOCK_SECONDS}s"))
            facts = self._prepare(connection, load, output)
            # a commit of its own: a lock on the parent held while copying would stop other slices' loads
            connection.commit()
            transaction = _PostgresTransaction(connection, self._schema, facts)
            receipt = load_within(transaction, load, output, progress)
            commit_postgres(connection)
            return receipt

    def confirm(self, slice_key: str) -> TargetReceipt | None:
        with self._session() as connection:
            return self._record(connection, slice_key)

    def read_back(self, slice_key: str, table: str, columns: Sequence[Column]) -> ReadBack:
        with self._session() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if table_facts(connection, self._schema, table) is None:
                return ReadBack(0, dict.fromkeys(amount_names(columns), Decimal(0)), hash_texts([]).sha256)
            rows, sums = _totals(connection, self._schema, table, slice_key, columns)
            digest = _digest(connection, self._schema, table, slice_key, columns)
            return ReadBack(rows, sums, digest)

    def altered(self, load: SliceLoad) -> bool:
        with self._session() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            existing = self._record(connection, load.slice_key)
            if existing is None:
                return False
            facts = table_facts(connection, self._schema, load.table) or TableFacts({}, ours=False)
            rows = _PostgresTransaction(connection, self._schema, facts)
            return was_altered(rows, existing, load, decide(existing, load))

    def foreign_rows(self, load: SliceLoad) -> int:
        with self._session() as connection:
            return foreign_rows_of(connection, self._schema, load)

    def read_rows(self, slice_key: str, table: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
        cells = sql.SQL(", ").join(
            sql.SQL(amount_sql(column.name, Dialect.POSTGRESQL))
            if column.type is ColumnType.AMOUNT
            else sql.Identifier(column.name)
            for column in columns
        )
        keys = [column.name for column in columns if column.type is ColumnType.TEXT]
        order = sql.SQL(", ").join(sql.SQL('{} COLLATE "C"').format(sql.Identifier(name)) for name in keys)
        query = sql.SQL("SELECT {} FROM {} WHERE slice = {} ORDER BY {}").format(
            cells, sql.Identifier(self._schema, table), slice_key, order if keys else sql.SQL("1")
        )
        with self._session() as connection:
            if table_facts(connection, self._schema, table) is not None:
                with connection.cursor(name="tieout_rows") as cursor:
                    cursor.itersize = _FETCH
                    yield from cursor.execute(query)

    @contextmanager
    def _session(self) -> Iterator[psycopg.Connection]:
        """A session that is rolled back unless it was committed."""
        with target_errors(self._address):
            connection = open_postgres(self._address)
            try:
                yield connection
            finally:
                connection.close()

    def _prepare(self, connection: psycopg.Connection, load: SliceLoad, output: Output) -> TableFacts:
        create_slices(connection, self._schema)
        facts = table_facts(connection, self._schema, load.table)
        if facts is None:
            facts = create_table(connection, self._schema, load)
        check_fit(facts, load, output)
        return facts

    def _record(self, connection: psycopg.Connection, slice_key: str) -> TargetReceipt | None:
        facts = table_facts(connection, self._schema, "tieout_slice")
        if facts is None:
            return None
        row = connection.execute(
            sql.SQL("SELECT {} FROM {} WHERE slice = {}").format(
                sql.SQL(record_sql(facts.types)), sql.Identifier(self._schema, "tieout_slice"), slice_key
            )
        ).fetchone()
        return receipt_of(row) if row else None


class _PostgresTransaction:
    """The transaction of one load, working in the slice's own partition where there is one."""

    def __init__(self, connection: psycopg.Connection, schema: str, facts: TableFacts) -> None:
        self._connection = connection
        self._schema = schema
        self._facts = facts
        self._slices = sql.Identifier(schema, "tieout_slice")

    def lock(self, slice_key: str) -> TargetReceipt | None:
        """The record's row is locked, and made first if there is none (it vanishes with a rollback)."""
        self._connection.execute(
            sql.SQL(
                "INSERT INTO {} (slice, fence, run, content_hash, rows, loaded_at, target, amounts) "
                "VALUES ({}, {}, '', '', 0, now(), '', '{{}}') ON CONFLICT (slice) DO NOTHING"
            ).format(self._slices, slice_key, _UNRECORDED)
        )
        row = self._connection.execute(
            sql.SQL("SELECT {} FROM {} WHERE slice = {} FOR UPDATE").format(
                sql.SQL(record_sql(OWNER)), self._slices, slice_key
            )
        ).fetchone()
        return receipt_of(row) if row and row[1] != _UNRECORDED else None

    def owners(self, load: SliceLoad) -> list[tuple[str, str, str]]:
        return owners_of(self._connection, self._schema, load.table)

    def exclude_rivals(self, load: SliceLoad) -> None:
        """A lock of the table's name, held from the record to the commit only."""
        name = hashlib.sha256(f"{self._schema}.{load.table}".encode()).digest()
        key = int.from_bytes(name[:8], signed=True)
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (key,))

    def replace(self, load: SliceLoad, output: Output, progress: Progress) -> None:
        if self._facts.ours:
            fresh = fresh_partition(self._connection, self._schema, load)
            self._copy(fresh, load, output, progress, with_slice=False)
            swap_partition(self._connection, self._schema, load, fresh)
            return
        table = sql.Identifier(self._schema, load.table)
        self._connection.execute(sql.SQL("DELETE FROM {} WHERE slice = {}").format(table, load.slice_key))
        self._copy(load.table, load, output, progress, with_slice=True)

    def _copy(
        self, table: str, load: SliceLoad, output: Output, progress: Progress, *, with_slice: bool
    ) -> None:
        names = [column.name for column in load.columns]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self._schema, table),
            sql.SQL(", ").join(sql.Identifier(name) for name in (["slice", *names] if with_slice else names)),
        )
        done = 0
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for lines, count in output.copy_text(load.slice_key if with_slice else None):
                copy.write(lines)
                done += count
                progress(done, load.rows)

    def held(self, load: SliceLoad) -> tuple[int, Mapping[str, Decimal]]:
        place = self._place(load)
        if table_facts(self._connection, self._schema, place) is None:
            return 0, dict.fromkeys(amount_names(load.columns), Decimal(0))
        return _totals(self._connection, self._schema, place, load.slice_key, load.columns)

    def digest(self, load: SliceLoad) -> str:
        place = self._place(load)
        if table_facts(self._connection, self._schema, place) is None:
            return ""
        try:
            return _digest(self._connection, self._schema, place, load.slice_key, load.columns)
        except Conflict:
            return ""

    def _place(self, load: SliceLoad) -> str:
        return partition_name(load.table, load.slice_key) if self._facts.ours else load.table

    def record(self, load: SliceLoad, receipt: TargetReceipt) -> None:
        self._connection.execute(
            sql.SQL(
                "UPDATE {} SET fence = {}, run = {}, content_hash = {}, rows = {}, loaded_at = now(), "
                "target = {}, amounts = {}, flow = {}, cells = {}, columns = {}, altered = {} "
                "WHERE slice = {}"
            ).format(
                self._slices,
                receipt.fence,
                receipt.run_ref,
                receipt.content_hash,
                receipt.rows,
                receipt.table,
                amounts_text(receipt.amounts),
                load.flow,
                canonical_json(dict(load.cells)),
                receipt.columns,
                "yes" if receipt.altered else "",
                receipt.slice_key,
            )
        )


def _totals(
    connection: psycopg.Connection, schema: str, table: str, slice_key: str, columns: Sequence[Column]
) -> tuple[int, dict[str, Decimal]]:
    names = amount_names(columns)
    cells: list[sql.Composable] = [sql.SQL("count(*)")]
    cells += [
        sql.SQL("trim_scale(coalesce(sum({}), 0))::text").format(sql.Identifier(name)) for name in names
    ]
    row = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE slice = {}").format(
            sql.SQL(", ").join(cells), sql.Identifier(schema, table), slice_key
        )
    ).fetchone()
    if row is None:
        return 0, dict.fromkeys(names, Decimal(0))
    return int(row[0]), {name: exact(text, name) for name, text in zip(names, row[1:], strict=True)}


def _digest(
    connection: psycopg.Connection, schema: str, table: str, slice_key: str, columns: Sequence[Column]
) -> str:
    """Output hash of the rows; PostgreSQL builds and sorts them, this process holds one batch.

    A stream and no cursor of the server: only so does PostgreSQL use all its workers.
    """
    query = sql.SQL('SELECT ({}) COLLATE "C" AS encoded FROM {} WHERE slice = {} ORDER BY encoded').format(
        sql.SQL(row_sql(columns, Dialect.POSTGRESQL)), sql.Identifier(schema, table), slice_key
    )
    with connection.cursor() as cursor:
        found = cursor.stream(query, size=_FETCH)

        def encoded() -> Iterator[list[str]]:
            while rows := [row for (row,) in islice(found, _FETCH)]:
                if None in rows:
                    for _ in found:  # a stream left early would end the transaction with it
                        pass
                    raise Conflict(Code.LOAD_012, "A row of the target lacks a value.", place=table)
                yield rows

        return hash_texts(encoded()).sha256
