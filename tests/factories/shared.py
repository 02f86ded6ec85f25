"""Rows that are dear to make, made once for all tests of a module; each test rolls back to them.

On SQLite those under a name are made once in a whole test process: the next module that asks gets the same rows
written back, in a tenth of the time. PostgreSQL's guard of the audit takes no row with a number of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, transaction
from django.test import override_settings

T = TypeVar("T")
Rows = dict[str, list[tuple]]
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_made: dict[str, tuple[Rows, Any]] = {}


@contextmanager
def shared_rows(blocker: Any, make: Callable[[], T], name: str = "", **settings: Any) -> Iterator[T]:
    """What `make` gives, under these settings; it is rolled back after the module's last test."""
    with blocker.unblock(), transaction.atomic():
        if name in _made:
            rows, made = _made[name]
            write_back(rows)
            yield copy.deepcopy(made)
        else:
            kept = bool(name) and connection.vendor == "sqlite"
            before = every_row() if kept else {}
            with override_settings(PASSWORD_HASHERS=QUICK_HASHERS, **settings):
                made = make()
            if kept:
                _made[name] = (rows_since(before), copy.deepcopy(made))
            yield made
        transaction.set_rollback(True)


def every_row() -> Rows:
    """Every row of every table, as the driver gives it."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchall()
    return found


def rows_since(before: Rows) -> Rows:
    """What was added or changed; nothing may have been deleted."""
    after = every_row()
    assert all({row[0] for row in before[table]} <= {row[0] for row in after[table]} for table in after)
    return {
        table: [row for row in rows if row not in before[table]]
        for table, rows in after.items()
        if rows != before[table]
    }


def write_back(rows_by_table: Rows) -> None:
    """Rows that were read before, with their numbers. SQLite only."""
    with connection.cursor() as cursor:
        for table, rows in rows_by_table.items():
            places = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(
                f"INSERT OR REPLACE INTO {connection.ops.quote_name(table)} VALUES ({places})", rows
            )
