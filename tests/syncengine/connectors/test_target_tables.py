"""Target tables: ours are partitioned by slice; foreign ones must fit and are loaded by delete and insert."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from portal.core.errors import DomainError
from syncengine.connectors.base import Adapter, SliceLoad
from syncengine.connectors.database import postgres

from .conftest import COLUMNS, pg_adapter

Make = Callable[..., SliceLoad]
ROWS = [("0100", "a", "10.5000", "1.005"), ("0200", "b", "1", "2")]


@pytest.mark.postgres
def test_our_table_has_one_keyed_partition_per_slice(pg_schema: tuple[str, str], output: Make) -> None:
    url, schema = pg_schema
    adapter = pg_adapter(url, schema)
    plan = adapter.plan_load(output(ROWS))
    assert (plan.mode, plan.creates_table) == ("partition", True)
    for fence, key in ((1, "jan"), (2, "jan"), (1, "feb")):
        adapter.load(output(ROWS, key=key, fence=fence))
    with psycopg.connect(url) as session:
        parts = session.execute(
            "SELECT count(*), count(i.indexrelid) FROM pg_inherits h "
            "LEFT JOIN pg_index i ON i.indrelid = h.inhrelid "
            "WHERE h.inhparent = %s::regclass",
            (f"{schema}.plan_actuals",),
        ).fetchone()
        left = session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", (schema,)).fetchone()
    assert (parts, left) == ((2, 2), (4,))


@pytest.mark.postgres
def test_a_foreign_table_is_loaded_beside_its_other_rows(pg_schema: tuple[str, str], output: Make) -> None:
    url, schema = pg_schema
    with psycopg.connect(url) as session:
        session.execute(
            f'CREATE TABLE "{schema}".plan_actuals (id serial, slice text, account varchar(10), '
            "note text, debit numeric(18,2), net numeric)"
        )
        session.execute(f"INSERT INTO \"{schema}\".plan_actuals (slice, account) VALUES ('theirs', 'x')")
    adapter = pg_adapter(url, schema)
    for fence in (1, 2):
        load = output(ROWS, fence=fence)
        assert adapter.plan_load(load).mode == "delete-insert"
        adapter.load(load)
    assert adapter.read_back(load.slice_key, load.table, COLUMNS).output_hash == load.content_hash
    with psycopg.connect(url) as session:
        assert session.execute(f'SELECT count(*) FROM "{schema}".plan_actuals').fetchone() == (3,)


@pytest.mark.postgres
def test_a_row_that_lost_a_value_is_put_back_and_the_load_goes_on(
    pg_schema: tuple[str, str], output: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, schema = pg_schema
    with psycopg.connect(url) as session:
        session.execute(
            f'CREATE TABLE "{schema}".plan_actuals (slice text, account text, note text, debit numeric, net numeric)'
        )
    adapter = pg_adapter(url, schema)
    monkeypatch.setattr(postgres, "_FETCH", 10)
    load = output(ROWS * 500)
    adapter.load(load)
    with psycopg.connect(url) as session:
        session.execute(f'UPDATE "{schema}".plan_actuals SET note = NULL')
    with pytest.raises(DomainError) as error:
        adapter.read_back(load.slice_key, load.table, COLUMNS)
    assert error.value.code == "LOAD-012"
    again = output(ROWS * 500, fence=2)
    assert adapter.load(again).altered
    assert adapter.read_back(load.slice_key, load.table, COLUMNS).output_hash == load.content_hash


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ("slice text, account text, note text, debit double precision, net numeric", "debit"),
        ("slice text, account text, note text, debit numeric, net numeric(18,2)", "net"),
        ("slice text, account integer, note text, debit numeric, net numeric", "account"),
        ("slice text, account char(10), note text, debit numeric, net numeric", "account"),
        ("account text, note text, debit numeric, net numeric", "slice"),
    ],
)
def test_a_table_that_would_change_values_is_refused(
    pg_schema: tuple[str, str], output: Make, columns: str, name: str
) -> None:
    url, schema = pg_schema
    with psycopg.connect(url) as session:
        session.execute(f'CREATE TABLE "{schema}".plan_actuals ({columns})')
    with pytest.raises(DomainError) as error:
        pg_adapter(url, schema).load(output(ROWS))
    assert (error.value.code, error.value.place) == ("LOAD-003", f"plan_actuals.{name}")


@pytest.mark.postgres
def test_a_trigger_that_changes_rows_is_found_before_the_commit(
    pg_schema: tuple[str, str], output: Make
) -> None:
    url, schema = pg_schema
    with psycopg.connect(url) as session:
        session.execute(
            f'CREATE TABLE "{schema}".plan_actuals '
            "(slice text, account text, note text, debit numeric, net numeric)"
        )
        session.execute(
            f'CREATE FUNCTION "{schema}".bend() RETURNS trigger LANGUAGE plpgsql AS '
            "'BEGIN NEW.net := NEW.net + 0.01; RETURN NEW; END'"
        )
        session.execute(
            f'CREATE TRIGGER bend BEFORE INSERT ON "{schema}".plan_actuals '
            f'FOR EACH ROW EXECUTE FUNCTION "{schema}".bend()'
        )
    adapter = pg_adapter(url, schema)
    with pytest.raises(DomainError) as error:
        adapter.load(output(ROWS))
    assert error.value.code == "LOAD-007"
    assert adapter.confirm("actuals/2026-01") is None
    assert adapter.read_back("actuals/2026-01", "plan_actuals", COLUMNS).rows == 0


@pytest.mark.postgres
def test_a_connection_killed_while_loading_leaves_the_previous_slice(
    pg_schema: tuple[str, str], output: Make
) -> None:
    url, schema = pg_schema
    adapter = pg_adapter(url, schema)
    before = output(ROWS)
    adapter.load(before)

    def kill(done: int, total: int | None = None) -> None:
        with psycopg.connect(url, autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = %s::regclass "
                "AND pid <> pg_backend_pid()",
                (f"{schema}.tieout_slice",),
            )

    with pytest.raises(DomainError) as error:
        adapter.load(output([("1", "x", "1", "1")], fence=2), kill)
    assert error.value.code in ("LOAD-001", "LOAD-013")
    assert adapter.read_back(before.slice_key, before.table, COLUMNS).output_hash == before.content_hash


@pytest.mark.parametrize("kind", ["NUMERIC", "REAL", "INTEGER", ""])
def test_a_sqlite_table_without_text_columns_is_refused(
    tmp_path: Path, sqlite_target: Adapter, output: Make, kind: str
) -> None:
    with sqlite3.connect(tmp_path / "plan.sqlite3") as session:
        session.execute(
            f"CREATE TABLE plan_actuals (slice TEXT, account TEXT, note TEXT, debit TEXT, net {kind})"
        )
    with pytest.raises(DomainError) as error:
        sqlite_target.load(output(ROWS))
    assert (error.value.code, error.value.place) == ("LOAD-003", "plan_actuals.net")


def test_planning_and_confirming_make_no_sqlite_file(
    tmp_path: Path, sqlite_target: Adapter, output: Make
) -> None:
    plan = sqlite_target.plan_load(output(ROWS))
    assert (plan.mode, plan.creates_table, plan.rows, plan.existing) == ("delete-insert", True, 2, None)
    assert sqlite_target.confirm("actuals/2026-01") is None
    assert not (tmp_path / "plan.sqlite3").exists()


def test_an_amount_that_is_no_decimal_any_more_is_told_on_read_back(
    tmp_path: Path, sqlite_target: Adapter, output: Make
) -> None:
    sqlite_target.load(output(ROWS))
    with sqlite3.connect(tmp_path / "plan.sqlite3") as session:
        session.execute("UPDATE plan_actuals SET net = '1e3'")
    with pytest.raises(DomainError) as error:
        sqlite_target.read_back("actuals/2026-01", "plan_actuals", COLUMNS)
    assert error.value.code == "LOAD-012"


def test_a_busy_sqlite_target_is_transient(
    tmp_path: Path, sqlite_target: Adapter, output: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncengine.connectors.database.sessions._BUSY_SECONDS", 0.1)
    sqlite_target.load(output(ROWS))
    blocker = sqlite3.connect(tmp_path / "plan.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(DomainError) as error:
        sqlite_target.load(output(ROWS, fence=2))
    blocker.close()
    assert error.value.code == "LOAD-009"


def test_an_output_of_wrong_types_or_count_is_refused(sqlite_target: Adapter, output: Make) -> None:
    import dataclasses

    import duckdb

    load = output(ROWS)
    for change in (
        {"rows": 3},
        {"columns": (*COLUMNS[:3], COLUMNS[3]._replace(name="absent"))},
    ):
        with pytest.raises(DomainError) as error:
            sqlite_target.load(dataclasses.replace(load, **change))  # type: ignore[arg-type]
        assert error.value.code == "LOAD-006"
    duckdb.connect().execute(
        f"COPY (SELECT '1' AS account, NULL::VARCHAR AS note, 1.5::DOUBLE AS debit, "
        f"1::DECIMAL(28,4) AS net) TO '{load.parquet}' (FORMAT parquet)"
    )
    with pytest.raises(DomainError, match="debit is DOUBLE"):
        sqlite_target.load(dataclasses.replace(load, rows=1))
