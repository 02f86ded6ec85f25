"""PostgreSQL's side of target tables: what exists, whether it fits, and partitions of the tables we made.

Facts come from the catalog by name, which takes no lock on the table: loads of different slices into one
table must not wait for each other while they copy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from portal.core.errors import Invalid
from syncengine.codes import Code
from syncengine.connectors.base import SliceLoad
from syncengine.connectors.database.output import Output
from syncengine.connectors.database.slices import OWNER, key_names
from syncengine.outputhash import ColumnType

_MADE_BY_US = "Made by Tieout: one partition per slice"
_CREATION_LOCK = 7_234_518_906
_MOST_KEYS = 32
_TEXT = re.compile(r"text|character varying(\(\d+\))?")
_NUMERIC = re.compile(r"numeric(?:\((\d+),(\d+)\))?")
_SCALE = 4


@dataclass(frozen=True, slots=True)
class TableFacts:
    """Types by column name, and whether Tieout made the table (then it is partitioned by slice)."""

    types: Mapping[str, str]
    ours: bool


def table_facts(connection: psycopg.Connection, schema: str, table: str) -> TableFacts | None:
    """What the catalog says about a table; None when it does not exist."""
    rows = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), c.relkind, "
        "obj_description(c.oid, 'pg_class') "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE n.nspname = %s AND c.relname = %s",
        (schema, table),
    ).fetchall()
    if not rows:
        return None
    kind, comment = rows[0][2], rows[0][3]
    partitioned = (kind.decode() if isinstance(kind, bytes) else kind) == "p"
    return TableFacts({str(row[0]): str(row[1]) for row in rows}, partitioned and comment == _MADE_BY_US)


def check_fit(facts: TableFacts, load: SliceLoad, output: Output) -> None:
    """Raises Invalid LOAD-003 when a column is missing or would change what it is given."""
    for name, wanted in (("slice", ColumnType.TEXT), *load.columns):
        found = facts.types.get(name)
        if found is None:
            raise _unfit(load.table, name, f"The table {load.table} has no column {name}.")
        if wanted is ColumnType.TEXT and not _TEXT.fullmatch(found):
            raise _unfit(load.table, name, f"The column {name} is {found}; it must be text or varchar.")
        if wanted is ColumnType.AMOUNT:
            number = _NUMERIC.fullmatch(found)
            if not number:
                raise _unfit(load.table, name, f"The column {name} is {found}; amounts need numeric.")
            if (
                number.group(2)
                and int(number.group(2)) < _SCALE
                and output.finer_than(name, int(number.group(2)))
            ):
                words = f"The column {name} is {found} and would round amounts of this output."
                raise _unfit(load.table, name, words)


def _unfit(table: str, name: str, words: str) -> Invalid:
    return Invalid(Code.LOAD_003, words, place=f"{table}.{name}")


def _creating(connection: psycopg.Connection) -> None:
    """CREATE TABLE IF NOT EXISTS races with itself; creation is one at a time, until the commit."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_CREATION_LOCK,))


def create_slices(connection: psycopg.Connection, schema: str) -> None:
    """The record of slices: one row each, locked by every load of the slice."""
    facts = table_facts(connection, schema, "tieout_slice")
    if facts is not None and all(name in facts.types for name in OWNER):
        return
    _creating(connection)
    if facts is not None:
        _add_owner(connection, schema)
        return
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} (slice text PRIMARY KEY, fence bigint NOT NULL, "
            "run text NOT NULL, content_hash text NOT NULL, rows bigint NOT NULL, "
            "loaded_at timestamptz NOT NULL, "
            "target text NOT NULL, amounts text NOT NULL, flow text NOT NULL DEFAULT '', "
            "cells text NOT NULL DEFAULT '', columns text NOT NULL DEFAULT '', "
            "altered text NOT NULL DEFAULT '')"
        ).format(sql.Identifier(schema, "tieout_slice"))
    )


def _add_owner(connection: psycopg.Connection, schema: str) -> None:
    """Records of earlier installations do not say whose they are; the next load of each slice does."""
    parts = [
        sql.SQL("ADD COLUMN IF NOT EXISTS {} text NOT NULL DEFAULT ''").format(sql.Identifier(name))
        for name in OWNER
    ]
    slices = sql.Identifier(schema, "tieout_slice")
    connection.execute(sql.SQL("ALTER TABLE {} {}").format(slices, sql.SQL(", ").join(parts)))


def owners_of(connection: psycopg.Connection, schema: str, table: str) -> list[tuple[str, str, str]]:
    """Slice, flow and cells of the slices that have rows in the table."""
    facts = table_facts(connection, schema, "tieout_slice")
    if facts is None or "flow" not in facts.types:
        return []
    query = "SELECT slice, flow, cells FROM {} WHERE target = {} AND rows > 0 AND flow <> ''"
    return connection.execute(sql.SQL(query).format(sql.Identifier(schema, "tieout_slice"), table)).fetchall()


def foreign_rows_of(connection: psycopg.Connection, schema: str, load: SliceLoad) -> int:
    """Rows with the load's cells in no slice that may have them.

    Partitions of slices that may are not read; in the others the key begins with the cells.
    """
    facts = table_facts(connection, schema, load.table)
    if facts is None:
        return 0
    known = [load.slice_key, *(_recorded(connection, schema, load.table) if load.shared else ())]
    cells = [sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in load.cells.items()]
    unknown = sql.SQL("slice <> ALL({}::text[])").format(known)
    if not facts.ours:
        unknown = sql.SQL("(slice IS NULL OR {})").format(unknown)
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(
        sql.Identifier(schema, load.table), sql.SQL(" AND ").join([*cells, unknown])
    )
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _recorded(connection: psycopg.Connection, schema: str, table: str) -> list[str]:
    """The slices that Tieout has loaded into the table."""
    if table_facts(connection, schema, "tieout_slice") is None:
        return []
    query = sql.SQL("SELECT slice FROM {} WHERE target = {}")
    rows = connection.execute(query.format(sql.Identifier(schema, "tieout_slice"), table)).fetchall()
    return [key for (key,) in rows]


def create_table(connection: psycopg.Connection, schema: str, load: SliceLoad) -> TableFacts:
    """The target table, partitioned by slice; another session may have made it meanwhile."""
    _creating(connection)
    found = table_facts(connection, schema, load.table)
    if found is not None:
        return found
    name = sql.Identifier(schema, load.table)
    connection.execute(
        sql.SQL("CREATE TABLE {} (slice text NOT NULL, {}) PARTITION BY LIST (slice)").format(
            name, _columns(load)
        )
    )
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, _MADE_BY_US))
    made = table_facts(connection, schema, load.table)
    if made is None:
        raise Invalid(Code.LOAD_003, f"The table {load.table} cannot be seen after its creation.")
    return made


def _columns(load: SliceLoad) -> sql.Composed:
    kinds = {ColumnType.TEXT: sql.SQL("text"), ColumnType.AMOUNT: sql.SQL(f"numeric(28,{_SCALE})")}
    return sql.SQL(", ").join(
        sql.SQL("{} {} NOT NULL").format(sql.Identifier(column.name), kinds[column.type])
        for column in load.columns
    )


def partition_name(table: str, slice_key: str) -> str:
    """The partition of a slice: the table's name, cut, and a hash of the slice key."""
    return f"{table[:40]}_{_short(slice_key)}"


def _short(slice_key: str) -> str:
    return hashlib.sha256(slice_key.encode()).hexdigest()[:16]


def fresh_partition(connection: psycopg.Connection, schema: str, load: SliceLoad) -> str:
    """An empty table of the partition's shape beside it. The check spares the attach its scan."""
    name = partition_name(load.table, load.slice_key) + "_new"
    connection.execute(
        sql.SQL("CREATE TABLE {} (slice text NOT NULL DEFAULT {} CHECK (slice = {}), {})").format(
            sql.Identifier(schema, name), load.slice_key, load.slice_key, _columns(load)
        )
    )
    return name


def swap_partition(connection: psycopg.Connection, schema: str, load: SliceLoad, fresh: str) -> None:
    """Key, then the short part: the parent is locked only for detach, attach and renaming."""
    table, new = sql.Identifier(schema, load.table), sql.Identifier(schema, fresh)
    keys = [sql.Identifier(column) for column in key_names(load)]
    if 0 < len(keys) <= _MOST_KEYS:
        constraint = sql.Identifier(f"tieout_{_short(load.slice_key)}_{load.fence}")
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})").format(
                new, constraint, sql.SQL(", ").join(keys)
            )
        )
    name = partition_name(load.table, load.slice_key)
    if table_facts(connection, schema, name) is not None:
        old = sql.Identifier(schema, name)
        connection.execute(sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(table, old))
        connection.execute(sql.SQL("DROP TABLE {}").format(old))
    connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(table, new, load.slice_key)
    )
    connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(new, sql.Identifier(name)))
