"""DuckDB under a short leash: no network, no sniffing, bounded memory, no binary floating point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from syncengine.duck import MEMORY_LIMIT, connect, literal, session
from syncengine.duck import identifier as ident
from syncengine.outputhash import Column, parquet_digest
from syncengine.pipeline.values import PipelineError

__all__ = ["AMOUNT", "EXACT", "RATE", "SHORT", "TOTAL", "Database", "ident", "literal", "literals"]

AMOUNT = "DECIMAL(28,4)"
RATE = "DECIMAL(20,12)"
EXACT = "DECIMAL(38,16)"
SHORT = "DECIMAL(18,4)"
TOTAL = "DECIMAL(38,4)"
_BATCH = 20_000
_FORBIDDEN = ("DOUBLE", "FLOAT", "REAL")


def literals(values: Iterable[str]) -> str:
    """A parenthesised list of quoted texts; an empty list matches nothing."""
    return "(" + (", ".join(literal(value) for value in values) or "NULL") + ")"


class Database:
    """One DuckDB connection that may read the given folders and write into its own work folder."""

    def __init__(
        self,
        work: Path,
        readable: Sequence[Path],
        *,
        memory_limit: str = MEMORY_LIMIT,
        threads: int | None = None,
    ) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self._connection = connect(scratch=work, read=readable, memory_limit=memory_limit, threads=threads)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self._connection.execute(sql, list(parameters) or None)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, list(parameters) or None).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        found = self._connection.execute(sql).fetchone()
        if found is None:
            raise PipelineError("RUN-199", "a query that must give a row gave none")
        return found

    def batches(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """The query's rows in any order, some thousands at a time; other statements may run in between."""
        self.run(f"CREATE OR REPLACE TEMP TABLE _batches AS {sql}")
        (count,) = self.row("SELECT count(*) FROM _batches")
        for start in range(0, count, _BATCH):
            yield self.rows(f"SELECT * FROM _batches WHERE rowid BETWEEN {start} AND {start + _BATCH - 1}")
        self.run("DROP TABLE _batches")

    def load(self, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        """A table from Python rows."""
        declared = ", ".join(f"{ident(name)} {kind}" for name, kind in columns)
        self.run(f"CREATE OR REPLACE TEMP TABLE {ident(table)} ({declared})")
        self.append(table, columns, rows)

    def append(
        self, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]
    ) -> None:
        """More rows; one list parameter for each column keeps it fast and typed."""
        selected = ", ".join(f"unnest(${at}::{kind}[])" for at, (_, kind) in enumerate(columns, start=1))
        for start in range(0, len(rows), _BATCH):
            some = rows[start : start + _BATCH]
            lists = [[row[at] for row in some] for at in range(len(columns))]
            self.run(f"INSERT INTO {ident(table)} SELECT {selected}", lists)

    def write_parquet(self, sql: str, path: Path) -> int:
        """Writes the query's rows in its order; gives the number of rows."""
        target = literal(str(path.resolve()))
        return int(self.rows(f"COPY ({sql}) TO {target} (FORMAT parquet, COMPRESSION zstd)")[0][0])

    def digest(self, path: Path, columns: Sequence[Column]) -> str:
        """sha256 of the rows of a Parquet file (`syncengine.outputhash`)."""
        return parquet_digest(self._connection, path, columns).sha256

    def refuse_floats(self, relation: str) -> None:
        """Money is never binary floating point: such a column is a fault of the engine (RUN-198)."""
        for name, kind, *_ in self.rows(f"DESCRIBE {relation}"):
            if any(word in str(kind) for word in _FORBIDDEN):
                raise PipelineError("RUN-198", f"column {name} has the inexact type {kind}", relation)

    def close(self) -> None:
        self._connection.close()


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names of a Parquet file's columns, in order."""
    with session(read=[path]) as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()
    return tuple(str(row[0]) for row in described)
