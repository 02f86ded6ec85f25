"""Databases as source: exact text, declared order, one SELECT, approved address, silent secrets."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest

from portal.core.errors import DomainError
from syncengine.connectors import connect, parse_dataset
from syncengine.connectors.base import Adapter
from syncengine.connectors.database.dataset import query_problem
from syncengine.evidence import EvidenceStore
from tests.syncengine.pipeline.snapshots import read

from .conftest import pg_adapter

COLUMNS = ["account", "amount", "note"]
TABLE = {"table": "ledger", "columns": COLUMNS, "order_by": ["account"]}


def rows_of(
    adapter: Adapter, dataset: dict[str, object], store: EvidenceStore, scratch: Path
) -> list[tuple[object, ...]]:
    snapshot = adapter.extract(parse_dataset("database", dataset).bind({"period": "2026-01"}), store, scratch)
    found = read(store.path(snapshot.parquet))
    assert len(found) == snapshot.rows
    return found


def fill_sqlite(folder: Path, kind: str = "TEXT") -> Adapter:
    connection = sqlite3.connect(folder / "ledger.sqlite3")
    connection.execute(f"CREATE TABLE ledger (account TEXT, amount {kind}, note TEXT COLLATE NOCASE)")
    rows = [("b", "10.50", None), ("a", "99999999999999999.99", ""), ("B", "-0.1", 'q"\n,')]
    connection.executemany("INSERT INTO ledger VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return connect("database", {"url": "sqlite:ledger.sqlite3"}, allowed_roots=[folder], environ={})


def test_sqlite_rows_come_as_exact_text_in_binary_order(
    tmp_path: Path, store: EvidenceStore, scratch: Path
) -> None:
    adapter = fill_sqlite(tmp_path)
    expected = [(1, "B", "-0.1", 'q"\n,'), (2, "a", "99999999999999999.99", ""), (3, "b", "10.50", None)]
    assert rows_of(adapter, TABLE, store, scratch) == expected
    query = {
        "query": "SELECT account, amount, note FROM ledger WHERE account <> :skipped",
        "parameters": {"skipped": "{period}"},
        **{key: TABLE[key] for key in ("columns", "order_by")},
    }
    assert rows_of(adapter, query, store, scratch) == expected


def test_a_sqlite_column_that_holds_floats_is_refused(
    tmp_path: Path, store: EvidenceStore, scratch: Path
) -> None:
    adapter = fill_sqlite(tmp_path, kind="DECIMAL(18,2)")
    with pytest.raises(DomainError) as error:
        rows_of(adapter, TABLE, store, scratch)
    assert (error.value.code, "amount" in error.value.place) == ("SRC-021", True)
    assert not [path for path in store.root.rglob("*") if path.is_file()]


def test_reading_cannot_write_or_attach(tmp_path: Path, store: EvidenceStore, scratch: Path) -> None:
    adapter = fill_sqlite(tmp_path)
    for query in (
        "SELECT 1; DROP TABLE ledger", "DELETE FROM ledger",
        "WITH x AS (DELETE FROM ledger RETURNING *) SELECT * FROM x",
        "SELECT 1 -- x", "SELECT $$x$$", "PRAGMA table_info(ledger)",
        "SELECT a INTO b FROM c", "", "VALUES (1)",
    ):  # fmt: skip
        with pytest.raises(DomainError) as error:
            parse_dataset("database", {"query": query, "columns": ["a"], "order_by": ["a"]})
        assert error.value.code == "SRC-001"
    assert query_problem("SELECT 'drop; -- it', \"update\" FROM t") == ""
    hidden = {"query": "SELECT load_extension('x') AS a", "columns": ["a"], "order_by": ["a"]}
    with pytest.raises(DomainError) as refused:
        rows_of(adapter, hidden, store, scratch)
    assert refused.value.code == "SRC-020"


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ({"columns": ["a"], "order_by": ["a"]}, "table"),
        ({"table": "x", "columns": ["a"]}, "order_by"),
        ({"table": "x", "columns": ["a"], "order_by": ["b"]}, "order_by"),
        ({"table": "x; drop", "columns": ["a"], "order_by": ["a"]}, "table"),
        ({"table": "x", "columns": ["a", "A"], "order_by": ["a"]}, "columns"),
        ({"table": "x", "columns": ["a"], "order_by": ["a"], "limit": "1"}, "limit"),
    ],
)
def test_a_dataset_names_its_wrong_key(dataset: dict[str, object], key: str) -> None:
    with pytest.raises(DomainError) as error:
        parse_dataset("database", dataset)
    assert f"source.dataset.{key}" in {fault.place for fault in error.value.faults}  # type: ignore[attr-defined]


@pytest.mark.postgres
def test_postgres_rows_come_as_exact_text_and_floats_are_refused(
    pg_schema: tuple[str, str], store: EvidenceStore, scratch: Path
) -> None:
    url, schema = pg_schema
    with psycopg.connect(url) as session:
        session.execute(
            f'CREATE TABLE "{schema}".ledger '
            "(account text, amount numeric, note text, day date, rate double precision)"
        )
        session.execute(
            f"INSERT INTO \"{schema}\".ledger VALUES ('b', 10.50, NULL, '2026-01-31', 1.5), "
            "('B', 1e20 + 0.01, '', NULL, 2), ('a', -0.1, 'x', NULL, 3)"
        )
    adapter = pg_adapter(url, schema)
    table: dict[str, object] = {
        "table": f"{schema}.ledger",
        "columns": [*COLUMNS, "day"],
        "order_by": ["account"],
    }
    assert adapter.preflight(parse_dataset("database", table)).facts["database"] == "postgresql"
    assert rows_of(adapter, table, store, scratch) == [
        (1, "B", "100000000000000000000.01", "", None),
        (2, "a", "-0.1", "x", None),
        (3, "b", "10.50", None, "2026-01-31"),
    ]
    with pytest.raises(DomainError, match="rate is double precision") as error:
        rows_of(adapter, {**table, "columns": ["account", "rate"]}, store, scratch)
    assert error.value.code == "SRC-021"
    writing = {"query": f"SELECT setval('\"{schema}\".s', 1) AS a", "columns": ["a"], "order_by": ["a"]}
    with psycopg.connect(url) as session:
        session.execute(f'CREATE SEQUENCE "{schema}".s')
    with pytest.raises(DomainError, match="read-only"):
        rows_of(adapter, writing, store, scratch)


def test_only_the_approved_host_and_port_are_connected_to() -> None:
    approved = {"url": "env:DB", "host": "db.example", "port": 5432}
    for secret in (
        "postgresql://u:geheim@evil.example:5432/x",
        "postgresql://u:geheim@db.example:5433/x",
        "postgresql://u:geheim@db.example/x?host=evil.example",
        "postgresql://u:geheim@db.example/x?hostaddr=10.0.0.1",
        "postgresql://u:geheim@db.example/x?service=other",
        "postgresql://u:geheim@/x",
    ):
        with pytest.raises(DomainError) as error:
            connect("database", approved, allowed_roots=[], environ={"DB": secret})
        assert error.value.code == "SRC-023"
        assert "geheim" not in str(error.value)


def test_secrets_are_references_and_never_appear_in_words(tmp_path: Path) -> None:
    for url, code in (
        ("postgresql://u:geheim@h/x", "SRC-002"),
        ("env:MISSING", "SRC-022"),
        ("env:BAD", "SRC-022"),
        ("file:/etc/passwd", "SRC-022"),
        ("sqlite:../x.db", "SRC-003"),
        ("sqlite:/etc/x.db", "SRC-003"),
        ("sqlite::memory:", "SRC-003"),
    ):
        with pytest.raises(DomainError) as error:
            connect(
                "database",
                {"url": url, "host": "h", "port": 1},
                allowed_roots=[tmp_path],
                environ={"BAD": "geheim"},
            )
        assert error.value.code == code
        assert "geheim" not in f"{error.value} {error.value.hint} {error.value.details}"
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:geheim@127.0.0.1:1/x\n")
    config = {"url": f"file:{secret}", "host": "127.0.0.1", "port": 1}
    adapter = connect("database", config, allowed_roots=[], environ={"TIEOUT_SECRETS_DIR": str(tmp_path)})
    assert "geheim" not in repr(adapter)
    with pytest.raises(DomainError) as unreachable:
        adapter.confirm("x")
    assert unreachable.value.code == "LOAD-001"
    assert "geheim" not in str(unreachable.value)
    assert unreachable.value.__cause__ is None


def test_a_secret_is_named_by_its_path_in_the_folder_of_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    (folder / "plan").mkdir(parents=True)
    (folder / "plan" / "url").write_text("postgresql://u:geheim@127.0.0.1:1/x")
    (tmp_path / "outside").write_text("postgresql://u:geheim@127.0.0.1:1/x")
    (folder / "link").symlink_to(tmp_path / "outside")

    def connected(name: str) -> object:
        config = {"url": f"file:{name}", "host": "127.0.0.1", "port": 1}
        return connect("database", config, allowed_roots=[], environ={"TIEOUT_SECRETS_DIR": str(folder)})

    assert connected("plan/url") == connected(str(folder / "plan" / "url"))
    for name in ("../outside", "plan/../plan/url", "link", "plan", "absent", str(tmp_path / "outside")):
        with pytest.raises(DomainError) as error:
            connected(name)
        assert error.value.code == "SRC-022"
        assert f"in the folder {folder} (TIEOUT_SECRETS_DIR)" in error.value.message


def test_a_sqlite_file_behind_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    with pytest.raises(DomainError) as error:
        connect("database", {"url": "sqlite:link.db"}, allowed_roots=[tmp_path], environ={})
    assert error.value.code == "SRC-003"
