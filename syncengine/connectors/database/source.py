"""Reads a table or query in one consistent, read-only transaction; every value leaves as exact text."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import cast as cast_to

import psycopg
from sqlalchemy import (
    Column,
    Connection,
    Select,
    String,
    cast,
    collate,
    column,
    create_engine,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from portal.core.canonical import canonical_json
from portal.core.errors import DomainError, Invalid
from syncengine.codes import Code
from syncengine.connectors.base import Progress, Snapshot, Unavailable
from syncengine.connectors.database.address import Address
from syncengine.connectors.database.dataset import DatabaseDataset
from syncengine.connectors.database.sessions import open_postgres, open_sqlite
from syncengine.connectors.snapshot import parquet_from_csv, reframe
from syncengine.evidence import EvidenceKind, EvidenceStore

_FLOAT_OIDS = {700: "real", 701: "double precision", 790: "money"}
_TEXT_OIDS = {18, 19, 25, 1042, 1043}
_FETCH = 5_000
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


class DatabaseSource:
    """Extracts datasets from one address."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def facts(self, dataset: DatabaseDataset | None) -> dict[str, str]:
        """Connects and, given a dataset, checks that its columns exist and are exact."""
        with self._session() as connection:
            if dataset is not None:
                self._checked_select(connection, dataset)
        return {"database": self._address.backend, "host": self._address.host or "file"}

    def extract(
        self, dataset: DatabaseDataset, store: EvidenceStore, scratch_dir: Path, progress: Progress
    ) -> Snapshot:
        """The rows in declared order as snapshot. Raises SRC-012, -019, -020, -021 with the column's name."""
        scratch_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=scratch_dir) as folder:
            rows_file, target = Path(folder) / "rows.csv", Path(folder) / "snapshot.parquet"
            with self._session() as connection:
                statement = self._checked_select(connection, dataset)
                result = connection.execution_options(yield_per=_FETCH).execute(statement)
                shape = reframe(_texts(result, dataset.columns), rows_file, progress)
                sql = str(statement.compile(connection))
            rows = parquet_from_csv(rows_file, target, dataset.columns, shape, Path(folder))
            words = {"sql": sql, "parameters": dict(dataset.parameters), "columns": dataset.columns}
            raw = store.put_bytes(canonical_json(words).encode(), EvidenceKind.EXTRACT)
            parquet = store.put_file(target, EvidenceKind.SNAPSHOT)
            return Snapshot((raw,), parquet, dataset.columns, rows, origin=dataset.table or "query")

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        """A read-only session. Drivers' errors become SRC-019 or SRC-020 without secrets."""
        engine = create_engine(self._dialect_url(), creator=self._creator(), poolclass=NullPool)
        try:
            with engine.connect() as connection:
                self._make_read_only(connection)
                yield connection
        except (SQLAlchemyError, psycopg.Error, sqlite3.Error) as error:
            raise self._refusal(error) from None
        finally:
            engine.dispose()

    def _dialect_url(self) -> str:
        return {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}.get(
            self._address.backend, ""
        ) or str(self._address.url.render_as_string(hide_password=False))

    def _creator(self) -> Any:
        if self._address.backend == "postgresql":
            return lambda: open_postgres(self._address)
        if self._address.backend == "sqlite":
            return lambda: open_sqlite(self._address, write=False)
        return None

    def _make_read_only(self, connection: Connection) -> None:
        if self._address.backend == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            connection.execute(text("SET LOCAL DateStyle = 'ISO, YMD'"))
            connection.execute(text("SET LOCAL TimeZone = 'UTC'"))
        elif self._address.backend == "sqlite":
            connection.exec_driver_sql("BEGIN")
            _guard(connection.connection.driver_connection)
        elif self._address.backend in ("mysql", "mariadb", "oracle"):
            connection.execute(text("SET TRANSACTION READ ONLY"))

    def _checked_select(self, connection: Connection, dataset: DatabaseDataset) -> Select[Any]:
        """The statement that reads the dataset as text, after its column types were found exact."""
        plain = _plain_select(dataset)
        result = connection.execute(plain.limit(1))
        description: Sequence[Any] = result.cursor.description if result.cursor is not None else ()
        first = result.fetchone()
        oids = [item[1] for item in description] if self._address.backend == "postgresql" else []
        for index, name in enumerate(dataset.columns):
            kind = _FLOAT_OIDS.get(oids[index]) if oids else None
            if kind or (first is not None and isinstance(first[index], float)):
                raise _inexact(name, kind or "floating point")
        order = self._order(plain, dataset, oids)
        if self._address.backend == "sqlite":
            return plain.order_by(*order)
        texts = [cast(item, String).label(item.name) for item in plain.selected_columns]
        exact: Any = plain.with_only_columns(*texts)  # its type counts columns, which only the dataset knows
        return cast_to("Select[Any]", exact.order_by(*order))

    def _order(self, plain: Select[Any], dataset: DatabaseDataset, oids: list[int]) -> list[Any]:
        """The declared columns, then all others: a total order up to identical rows, whatever the locale."""
        by_name = dict(zip(dataset.columns, plain.selected_columns, strict=True))
        names = [*dataset.order_by, *(name for name in dataset.columns if name not in dataset.order_by)]
        terms: list[Any] = []
        for name in names:
            term: Any = by_name[name]
            if self._address.backend == "sqlite":
                term = collate(term, "BINARY")
            elif oids and oids[dataset.columns.index(name)] in _TEXT_OIDS:
                term = collate(term, "C")
            terms.append(term.asc())
        return terms

    def _refusal(self, error: Exception) -> DomainError:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if isinstance(cause, psycopg.Error):
            words = self._address.scrub(cause.diag.message_primary or str(cause))
        else:
            words = self._address.scrub(
                str(cause) if isinstance(cause, sqlite3.Error) else type(cause).__name__
            )
        unreachable = isinstance(cause, psycopg.OperationalError) and not cause.sqlstate
        if unreachable or "unable to open" in words or getattr(error, "connection_invalidated", False):
            place = "" if self._address.path is None else f" {self._address.path}"
            return Unavailable(Code.SRC_019, f"The source{place} did not answer: {words}.")
        return Invalid(Code.SRC_020, f"The source answered: {words}.", place="source.dataset")


def _plain_select(dataset: DatabaseDataset) -> Select[Any]:
    if dataset.query:
        bound = text(dataset.query).bindparams(**dict(dataset.parameters))
        source: Any = bound.columns(*(Column(name) for name in dataset.columns)).subquery("source")
        return select(*(source.c[name] for name in dataset.columns))
    schema, _, name = dataset.table.rpartition(".")
    rows = table(name, *(column(item) for item in dataset.columns), schema=schema or None)
    return select(*rows.c)


def _guard(connection: Any) -> None:
    """SQLite has no read-only transaction that also closes ATTACH and PRAGMA: an authorizer does."""

    def allowed(action: int, *_: object) -> int:
        known = action in _READS or action == sqlite3.SQLITE_TRANSACTION
        return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY

    connection.set_authorizer(allowed)


def _texts(rows: Any, columns: Sequence[str]) -> Iterator[list[str | None]]:
    for number, row in enumerate(rows, start=1):
        yield [_text(value, columns[index], number) for index, value in enumerate(row)]


def _text(value: object, name: str, number: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid(
                Code.SRC_012, "The value holds a NUL character.", place=f"row {number}, column {name}"
            )
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        raise _inexact(name, "floating point", f"row {number}, column {name}")
    raise Invalid(
        Code.SRC_020,
        f"The value is {type(value).__name__}, not text or a number.",
        place=f"row {number}, column {name}",
    )


def _inexact(name: str, kind: str, place: str = "") -> DomainError:
    return Invalid(
        Code.SRC_021,
        f"The column {name} is {kind}; amounts need exact types.",
        place=place or f"column {name}",
    )
