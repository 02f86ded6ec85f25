"""Database guards beside Django's constraints: triggers and exclusions, one seam for both databases.

Reinstalled after every migration, since SQLite's table remake drops triggers silently; a system
check asserts that none is missing (controls.md 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@dataclass(frozen=True, eq=False)
class Guards:
    """Guards of one table. `sqlite`: trigger name -> body. `postgres`: SQL that may run again and again."""

    table: str
    sqlite: dict[str, str]
    postgres: str
    postgres_names: frozenset[str]

    def install(self, using: str = "default", **_: Any) -> None:
        """Install; harmless when they are there; nothing to do before the table exists."""
        connection = connections[using]
        if self.table not in connection.introspection.table_names():
            return
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(self.postgres)
                return
            for name in self.sqlite:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(self._trigger(name))

    def _trigger(self, name: str) -> str:
        return f"CREATE TRIGGER {name} {self.sqlite[name]}"

    def missing(self, using: str = "default") -> set[str]:
        """Names of guards that are not installed as written here (always enabled, on PostgreSQL)."""
        connection = connections[using]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A' "
                    "UNION SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass",
                    [self.table, self.table],
                )
                return set(self.postgres_names) - {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return {name for name in self.sqlite if found.get(name) != self._trigger(name)}

    def add_check(self) -> None:
        """Register the system check (run with `manage.py check --database default` and by migrate)."""

        def check(databases: Any = None, **_: Any) -> list[CheckMessage]:
            found: list[CheckMessage] = []
            for alias in databases or []:
                exists = self.table in connections[alias].introspection.table_names()
                if exists and (gone := self.missing(alias)):
                    words = f"{self.table} lacks its guards: {', '.join(sorted(gone))}."
                    found.append(Error(words, hint="Run manage.py migrate.", id="core.E001"))
            return found

        register(check, Tags.database)
