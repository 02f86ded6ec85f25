"""Append-only by the database itself: every way round that was measured is closed (controls.md 3.2)."""

from __future__ import annotations

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from catalog.guards import guards as catalog_guards
from portal.audit.guards import TABLE, guards
from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from tests.audit.test_record import entry

SQLITE = [
    "DELETE FROM {t}",
    "INSERT OR REPLACE INTO {t} SELECT * FROM {t} WHERE stream_seq = 1",
    "REPLACE INTO {t} SELECT * FROM {t} WHERE stream_seq = 1",
    "INSERT OR IGNORE INTO {t} SELECT * FROM {t} WHERE stream_seq = 1",
    "INSERT INTO {t} SELECT * FROM {t} WHERE stream_seq = 1 ON CONFLICT (id) DO UPDATE SET reason = 'other'",
    "UPDATE OR REPLACE {t} SET id = 1 WHERE stream_seq = 2",
]
POSTGRES = [
    "TRUNCATE {t}",
    "TRUNCATE {t} CASCADE",
    "WITH gone AS (DELETE FROM {t} RETURNING 1) SELECT count(*) FROM gone",
    "SET LOCAL session_replication_role = replica; DELETE FROM {t}",
    "SET LOCAL session_replication_role = replica; UPDATE {t} SET reason = 'other'",
    "INSERT INTO {t} ({c}) OVERRIDING SYSTEM VALUE SELECT {forged} FROM {t} WHERE stream_seq = 1",
    "SET LOCAL session_replication_role = replica; "
    "INSERT INTO {t} ({c}) OVERRIDING SYSTEM VALUE SELECT {forged} FROM {t} WHERE stream_seq = 1",
    "INSERT INTO {t} ({c}) SELECT {c} FROM {t} WHERE stream_seq = 1 "
    "ON CONFLICT (leaf) DO UPDATE SET reason = 'other'",
]
BOTH = [
    "UPDATE {t} SET reason = 'other'",
    "UPDATE {t} SET reason = reason",
    "DELETE FROM {t} WHERE stream_seq = 2",
]


def execute(sql: str) -> None:
    columns = [field.column for field in AuditEntry._meta.local_fields]
    forged = {"id": "999999", "leaf": f"'{'f' * 64}'", "stream_seq": "77"}
    values = {
        "t": TABLE,
        "c": ", ".join(columns),
        "forged": ", ".join(forged.get(column, column) for column in columns),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(**values))


def refuse_all(statements) -> None:
    entry(), entry()
    before = list(AuditEntry.objects.order_by("id").values())
    for sql in statements:
        with pytest.raises(DatabaseError):
            execute(sql)
    assert list(AuditEntry.objects.order_by("id").values()) == before
    assert verify().ok


def test_rows_are_neither_changed_nor_deleted(db):
    refuse_all(BOTH)


def test_the_ways_round_of_this_database_are_closed(db):
    if connection.vendor == "postgresql":
        refuse_all(POSTGRES)
        return
    for recursive in ("ON", "OFF"):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA recursive_triggers={recursive}")
        refuse_all(SQLITE)


def test_the_orm_has_no_way_round_either(db):
    made = entry()
    for call in (
        lambda: AuditEntry.objects.update(reason="other"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.bulk_update([made], ["reason"]),
        made.save,
        made.delete,
    ):
        made.reason = "other"
        with pytest.raises(DatabaseError), transaction.atomic():
            call()
    assert AuditEntry.objects.get().reason == ""


def drop_guards() -> None:
    with connection.cursor() as cursor:
        for name in sorted(guards.postgres_names if connection.vendor == "postgresql" else guards.sqlite):
            on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")


def messages() -> list[str]:
    return [m.msg for m in run_checks(tags=[Tags.database], databases=["default"]) if m.id == "core.E001"]


def test_the_system_check_names_missing_guards_and_migrating_puts_them_back(db):
    assert messages() == []
    drop_guards()
    assert "audit_auditentry lacks its guards" in messages()[0]
    call_command("migrate", verbosity=0)
    assert messages() == []
    refuse_all(BOTH)


def test_a_guard_replaced_by_a_harmless_one_counts_as_missing(db):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER audit_no_change")
        else:
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute(
                f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} WHEN 0 BEGIN SELECT 1; END"
            )
    assert len(guards.missing()) == 1


def test_the_catalogs_guards_are_checked_in_the_same_way(db):
    assert catalog_guards.missing() == set()


def test_verifying_without_guards_exits_with_four(db, capsys):
    entry()
    drop_guards()
    with pytest.raises(SystemExit) as caught:
        call_command("audit_verify")
    assert caught.value.code == 4
    assert "GUARDS MISSING" in capsys.readouterr().out
