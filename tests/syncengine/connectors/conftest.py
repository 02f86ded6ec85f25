"""Evidence store, scratch folder, output files and the target databases of the connector tests."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from syncengine.connectors import connect
from syncengine.connectors.base import Adapter, SliceLoad
from syncengine.duck import session
from syncengine.evidence import EvidenceStore
from syncengine.outputhash import Column, ColumnType, canonical_amount, hash_rows

COLUMNS = (
    Column("account", ColumnType.TEXT),
    Column("note", ColumnType.TEXT),
    Column("debit", ColumnType.AMOUNT),
    Column("net", ColumnType.AMOUNT),
)
Row = tuple[str, str, str, str]


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def output(tmp_path: Path) -> Callable[..., SliceLoad]:
    """Makes the load of a slice from rows of texts, with the Parquet file the engine would write."""

    def make(
        rows: list[Row],
        *,
        fence: int = 1,
        key: str = "actuals/2026-01",
        table: str = "plan_actuals",
        run: str = "R-000001",
        **owner: Any,
    ) -> SliceLoad:
        path = tmp_path / f"{uuid.uuid4().hex}.parquet"
        with session(scratch=tmp_path) as connection:
            connection.execute(
                "CREATE TEMP TABLE o (account VARCHAR, note VARCHAR, debit DECIMAL(28,4), net DECIMAL(28,4))"
            )
            if rows:
                connection.executemany(
                    "INSERT INTO o VALUES (?, ?, ?::DECIMAL(28,4), ?::DECIMAL(28,4))", rows
                )
            connection.execute(f"COPY o TO '{path}' (FORMAT parquet)")
        digest = hash_rows(
            (a, n, canonical_amount(Decimal(d)), canonical_amount(Decimal(e))) for a, n, d, e in rows
        )
        return SliceLoad(key, fence, run, table, COLUMNS, digest.sha256, path, len(rows), **owner)

    return make


def postgres_url() -> str:
    url = os.environ.get("TIEOUT_TEST_PG_URL") or os.environ.get("DATABASE_URL", "")
    return url if url.startswith(("postgres://", "postgresql://")) else ""


@pytest.fixture
def pg_schema() -> Iterator[tuple[str, str]]:
    """URL and a schema of its own in the PostgreSQL database of the environment."""
    url = postgres_url()
    if not url:
        pytest.skip("no PostgreSQL: set TIEOUT_TEST_PG_URL or DATABASE_URL")
    schema = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
        yield url, schema
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


def pg_adapter(url: str, schema: str) -> Adapter:
    parts = make_url(url.replace("postgres://", "postgresql://", 1))
    config = {"url": "env:PLAN", "host": parts.host, "port": parts.port or 5432, "schema": schema}
    return connect("database", config, allowed_roots=[], environ={"PLAN": url})


@pytest.fixture
def sqlite_target(tmp_path: Path) -> Adapter:
    return connect("database", {"url": "sqlite:plan.sqlite3"}, allowed_roots=[tmp_path], environ={})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest) -> Adapter:
    if request.param == "sqlite":
        found: Adapter = request.getfixturevalue("sqlite_target")
        return found
    return pg_adapter(*request.getfixturevalue("pg_schema"))
