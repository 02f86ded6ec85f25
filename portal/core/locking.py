"""The one seam where the two databases differ in locking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from portal.core.canonical import sha256_hex
from portal.core.errors import DomainError

M = TypeVar("M", bound=Model)
R = TypeVar("R")


def locked(queryset: QuerySet[M]) -> QuerySet[M]:
    """Rows locked to the end of the transaction. SQLite's immediate transaction is already exclusive."""
    if connection.features.has_select_for_update:
        return queryset.select_for_update(of=("self",))
    return queryset


def skip_locked(queryset: QuerySet[M]) -> QuerySet[M]:
    """Rows nobody else holds, locked; for claims from a table used as a queue."""
    if connection.features.has_select_for_update_skip_locked:
        return queryset.select_for_update(skip_locked=True, of=("self",))
    return queryset


def compared(rows: QuerySet, compare: Callable[[], None], act: Callable[[], R]) -> R:
    """A service on what `compare` has found unchanged: nobody else writes these rows in between.

    A service that refuses has rolled back to its own savepoint; its entry of the denial stays.
    """
    with transaction.atomic():
        locked(rows.order_by("pk")).first()
        compare()
        try:
            return act()
        except DomainError as error:
            refusal = error
    raise refusal


def lock_name(name: str) -> None:
    """Hold a named lock to the end of the transaction (PostgreSQL); SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        key = int(sha256_hex(name)[:15], 16)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
