"""Opens database sessions and turns drivers' errors into codes, without secrets in any text."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
from psycopg import errors as pg

from portal.core.errors import DomainError, Invalid
from syncengine.codes import Code
from syncengine.connectors.base import LoadUnknown, Unavailable
from syncengine.connectors.database.address import Address

LOCK_SECONDS = 60
_BUSY_SECONDS = 20.0
_CONNECT_SECONDS = 10


def open_postgres(address: Address) -> psycopg.Connection:
    """A session with the approved host and port, whatever the environment or the URL say besides."""
    url = address.url
    tls: dict[str, Any] = {name: str(value) for name, value in url.query.items()}
    return psycopg.connect(
        host=address.host,
        hostaddr=address.resolve(),
        port=address.port,
        dbname=url.database or "",
        user=url.username or "",
        password=url.password or "",
        application_name="tieout",
        connect_timeout=_CONNECT_SECONDS,
        client_encoding="utf8",
        **tls,
    )


def _connect_sqlite(address: Address, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(address.path))}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def try_sqlite(address: Address) -> None:
    """Prove that the file, or its folder while there is none, can be written; leaves both as they are.

    Raises Unavailable LOAD-001 or sqlite3.Error.
    """
    if address.path is None or not address.path.exists():
        folder = Path() if address.path is None else address.path.parent
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Unavailable(Code.LOAD_001, f"The folder {folder} of the target file cannot be written.")
        return
    with closing(_connect_sqlite(address, "rw")) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


def open_sqlite(address: Address, *, write: bool) -> sqlite3.Connection:
    """A session with the file; WAL and full synchronisation for writing, query-only for reading."""
    connection = _connect_sqlite(address, "rwc" if write else "ro")
    if write:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    else:
        connection.execute("PRAGMA query_only=ON")
    return connection


@contextmanager
def target_errors(address: Address) -> Iterator[None]:
    """Drivers' errors as LOAD codes; the drivers' own exceptions, which may hold secrets, are not chained."""
    try:
        yield
    except psycopg.Error as error:
        raise _target_refusal(error, address) from None
    except sqlite3.Error as error:
        raise _sqlite_refusal(error, address) from None


def _target_refusal(error: psycopg.Error, address: Address) -> DomainError:
    words = address.scrub(error.diag.message_primary or str(error))
    if isinstance(
        error, (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure, pg.QueryCanceled)
    ):
        return Unavailable(Code.LOAD_009, f"The target is busy: {words}.")
    if isinstance(error, pg.UniqueViolation):
        return Invalid(Code.LOAD_006, "The output holds two rows for one key.", details={"target": words})
    if isinstance(error, psycopg.OperationalError):
        return Unavailable(Code.LOAD_001, f"The target did not answer: {words}.")
    return Invalid(
        Code.LOAD_010, f"The target answered: {words}.", details={"sqlstate": error.sqlstate or ""}
    )


def _sqlite_refusal(error: sqlite3.Error, address: Address) -> DomainError:
    words = address.scrub(str(error))
    if isinstance(error, sqlite3.OperationalError) and ("locked" in words or "busy" in words):
        return Unavailable(Code.LOAD_009, f"The target is busy: {words}.")
    if isinstance(error, sqlite3.IntegrityError):
        return Invalid(Code.LOAD_006, "The output holds two rows for one key.", details={"target": words})
    if isinstance(error, sqlite3.OperationalError) and ("unable to open" in words or "disk" in words):
        return Unavailable(Code.LOAD_001, f"The target file {address.path} cannot be used: {words}.")
    return Invalid(Code.LOAD_010, f"The target answered: {words}.")


def commit_postgres(connection: psycopg.Connection) -> None:
    """Commit; a connection lost while doing so leaves the outcome unknown (LOAD-013)."""
    try:
        connection.commit()
    except (psycopg.OperationalError, psycopg.InterfaceError):
        lost_answer()


def commit_sqlite(connection: sqlite3.Connection) -> None:
    """Commit; a disk that fails while doing so may still hold the transaction afterwards (LOAD-013)."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        lost_answer()


def lost_answer() -> NoReturn:
    raise LoadUnknown(Code.LOAD_013, "The target gave no answer to the commit.") from None
