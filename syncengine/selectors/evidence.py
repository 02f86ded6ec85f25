"""Reading the rows of a run's Parquet evidence, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from portal.core.errors import NotFound
from syncengine.codes import Code
from syncengine.duck import identifier, literal, session
from syncengine.evidence import EvidenceKind
from syncengine.models import EvidenceFile
from syncengine.storage import evidence_store

TABULAR = tuple(str(kind) for kind in EvidenceKind if kind.suffix == ".parquet")


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Some rows of a file; `total` counts all that match."""

    columns: list[str]
    rows: Sequence[Sequence[Any]]
    total: int


def evidence_path(file: EvidenceFile) -> Path:
    """Where the stored file lies. Raises NotFound SRC-024."""
    store = evidence_store()
    return store.path(store.find(file.sha256, EvidenceKind(file.kind)))


@contextmanager
def _opened(file: EvidenceFile) -> Iterator[tuple[duckdb.DuckDBPyConnection, str, list[str]]]:
    """A session over the file, its relation and its columns."""
    if file.kind not in TABULAR:
        raise NotFound(f"{file} has no rows.", code=Code.SRC_024)
    path = evidence_path(file)
    with session(read=[path]) as db:
        relation = f"read_parquet({literal(path)})"
        described = db.execute(f"SELECT * FROM {relation} LIMIT 0").description or []  # noqa: S608
        yield db, relation, [column[0] for column in described]


def _where(columns: Sequence[str], equal: Mapping[str, str]) -> tuple[str, list[str]]:
    """Conditions over columns the file has; others do not narrow anything."""
    kept = {name: value for name, value in equal.items() if name in columns}
    tests = [f"coalesce({identifier(name)}::VARCHAR, '') = ?" for name in kept]
    return (f" WHERE {' AND '.join(tests)}" if tests else ""), list(kept.values())


def evidence_rows(file: EvidenceFile, equal: Mapping[str, str], *, start: int, limit: int) -> EvidencePage:
    """Rows from `start` in the file's order whose columns have these values. Raises NotFound SRC-024."""
    with _opened(file) as (db, relation, columns):
        where, values = _where(columns, equal)
        counted = db.execute(f"SELECT count(*) FROM {relation}{where}", values).fetchone()  # noqa: S608
        rows = db.execute(
            f"SELECT * FROM {relation}{where} LIMIT {int(limit)} OFFSET {int(start)}",  # noqa: S608
            values,
        ).fetchall()
    return EvidencePage(columns, rows, counted[0] if counted else 0)


def evidence_lines(file: EvidenceFile, equal: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    """The heading, then every matching row, for an export. Raises NotFound SRC-024."""
    with _opened(file) as (db, relation, columns):
        where, values = _where(columns, equal)
        yield columns
        cursor = db.execute(f"SELECT * FROM {relation}{where}", values)  # noqa: S608
        while batch := cursor.fetchmany(2_000):
            yield from batch
