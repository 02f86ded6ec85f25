"""Several threads at one database, each with a connection of its own; PostgreSQL only, since SQLite has one writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, connections

needs_postgres = pytest.mark.skipif(
    "not __import__('django.db', fromlist=['connection']).connection.vendor == 'postgresql'",
    reason="SQLite has one writer at a time; set DATABASE_URL to a PostgreSQL database",
)


def together(calls: Sequence[Callable[[], Any]], seconds: float = 30) -> list[Any]:
    """Results or exceptions of all calls, started at the same moment. Fails when one does not come back."""
    assert connection.vendor == "postgresql"
    gate = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(seconds)
            results[index] = calls[index]()
        except Exception as exc:
            results[index] = exc
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return results
