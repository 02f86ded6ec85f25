"""Brings the portal's quarantined records in line with what a run held back, without doubling any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection
from django.db.models import Max, QuerySet

from portal.core.clock import now
from syncengine.duck import copy_cell_sql, copy_line_sql, identifier, literal, session
from syncengine.evidence import EvidenceKind
from syncengine.execution.attempt import Attempt
from syncengine.models import EvidenceFile, QuarantinedRecord, Run
from syncengine.states import RECORD, RecordState

_SHOWN = {
    "row": "_row",
    "record_key": "_record_key",
    "code": "_code",
    "field": "left(_field, 200)",
    "value": "left(coalesce(_value, ''), 500)",
    "origin": "coalesce(_origin, '')",
    "currency": "_currency",
    "debit": "_debit",
    "credit": "_credit",
}
_TOLD = ("code", "field", "value", "origin", "row")
_KNOWN = {"record_key": "VARCHAR", "pk": "BIGINT", "state": "VARCHAR"} | dict.fromkeys(_TOLD, "VARCHAR")
_BATCH = 5_000
_MEMORY = "200MB"  # beside the pipeline's own, which is still open
_CHUNK = 500
_ANSWERED = (RecordState.FIXED, RecordState.REPLAYED, RecordState.GONE)
# which of some record keys the run loaded or excluded
Passed = Callable[[Sequence[str]], set[str]]


def follow(attempt: Attempt, run: Run, path: Path, passed: Passed | None = None) -> dict[str, int]:
    """Open new records, renew those held again, and - told which `passed` - close those held no longer.

    Runs inside the transaction of the load, so that a record is never both held and loaded. Records that
    were accepted unloaded before are left alone.
    """
    alike = _held_alike(run)
    if alike is not None:
        return {"opened": 0, "held_again": alike.update(last_run=run), "replayed": 0, "gone": 0}
    with session(scratch=attempt.scratch, read=[path], memory_limit=_MEMORY) as db:
        shown = ", ".join(f"{source} AS {name}" for name, source in _SHOWN.items())
        db.execute(
            f"CREATE TEMP TABLE held AS SELECT {shown} FROM read_parquet({literal(path)}) "  # noqa: S608
            "WHERE NOT _is_accepted"
        )
        _load_known(db, run)
        counts = {"opened": _open(db, run), "held_again": _hold_again(db, run), "replayed": 0, "gone": 0}
        if passed is not None:
            counts["replayed"], counts["gone"] = _close(db, passed)
    return counts


def _held_alike(run: Run) -> QuerySet[QuarantinedRecord] | None:
    """The open records of the slice, when the last run held the same file as this one and nothing was done
    about them since: then they are those of the file."""
    records = QuarantinedRecord.objects.filter(flow=run.flow, slice_key=run.slice_key)
    files = EvidenceFile.objects.filter(kind=EvidenceKind.QUARANTINE)
    last = records.aggregate(last=Max("last_run"))["last"]
    mine = files.filter(run=run).values("sha256")
    if last is None or not files.filter(run_id=last, sha256__in=mine).exists():
        return None
    held = records.filter(last_run_id=last).exclude(state=RecordState.ACCEPTED_UNLOADED)
    others = records.exclude(last_run_id=last).filter(state__in=RECORD["replay"].sources)
    if others.exists() or held.filter(state__in=_ANSWERED).exists():
        return None
    told = sum(line["records"] for line in run.quarantined_by_code.values())
    return held if held.count() == told else None


def _load_known(db: duckdb.DuckDBPyConnection, run: Run) -> None:
    """What the portal knows of the slice, as a table beside the held lines."""
    rows = QuarantinedRecord.objects.filter(flow=run.flow, slice_key=run.slice_key)
    rows = rows.exclude(state=RecordState.ACCEPTED_UNLOADED)
    cells = ", ".join(f"{name} {kind}" for name, kind in _KNOWN.items())
    db.execute(f"CREATE TEMP TABLE known ({cells})")
    lists = ", ".join(f"unnest(${at}::{kind}[])" for at, kind in enumerate(_KNOWN.values(), start=1))
    told = rows.values_list(*_KNOWN).iterator(chunk_size=_BATCH)
    while batch := list(islice(told, _BATCH)):
        db.execute(f"INSERT INTO known SELECT {lists}", [list(column) for column in zip(*batch, strict=True)])


def _open(db: duckdb.DuckDBPyConnection, run: Run) -> int:
    """Record the lines that were not held before; gives their number."""
    common = {
        "flow_id": run.flow_id,
        "slice_key": run.slice_key,
        "period": run.period,
        "state": str(RecordState.OPEN),
        "first_run_id": run.pk,
        "last_run_id": run.pk,
        "note": "",
        "change_ref": "",
        "opened_at": now(),
    }
    fresh = "FROM held ANTI JOIN known USING (record_key) ORDER BY row"
    if connection.vendor == "postgresql":
        return _copy(db, common, fresh)
    cursor = db.execute(f"SELECT {', '.join(_SHOWN)} {fresh}")
    count = 0
    while batch := cursor.fetchmany(_BATCH):
        records = (QuarantinedRecord(**common, **dict(zip(_SHOWN, row, strict=True))) for row in batch)
        count += len(QuarantinedRecord.objects.bulk_create(records, batch_size=_CHUNK))
    return count


def _copy(db: duckdb.DuckDBPyConnection, common: Mapping[str, object], fresh: str) -> int:
    """The same by COPY of lines that DuckDB writes: a hundred thousand held records are possible."""
    cells = [copy_cell_sql(literal(str(value))) for value in common.values()]
    cells += [copy_cell_sql(f"{name}::VARCHAR") for name in _SHOWN]
    lines = db.execute(f"SELECT {copy_line_sql(cells)} {fresh}")
    columns = ", ".join(identifier(name) for name in (*common, *_SHOWN))
    count = 0
    with connection.cursor() as cursor:
        table = identifier(QuarantinedRecord._meta.db_table)
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            while batch := lines.fetchmany(_BATCH):
                copy.write("".join([text for (text,) in batch]))
                count += len(batch)
    return count


def _hold_again(db: duckdb.DuckDBPyConnection, run: Run) -> int:
    """Renew what was held before and is held now; only the run changes where nothing else did.

    A fix that did not help, and a replay that came back, open the record again.
    """
    both = "FROM held JOIN known USING (record_key)"
    same = " AND ".join(f"held.{name}::VARCHAR = known.{name}" for name in _TOLD)
    answered = ", ".join(literal(state) for state in _ANSWERED)
    quiet = f"({same} AND state NOT IN ({answered}))"
    count = _update(db.execute(f"SELECT pk {both} WHERE {quiet}"), last_run=run)
    told = ", ".join(f"held.{name}" for name in _TOLD)
    changed = db.execute(f"SELECT pk, state, {told} {both} WHERE NOT {quiet}")
    while batch := changed.fetchmany(_BATCH):
        for pk, state, *values in batch:
            changes = dict(zip(_TOLD, values, strict=True)) | {"last_run": run}
            if state in _ANSWERED:
                changes |= {"state": RECORD["reopen"].target, "closed_at": None}
            QuarantinedRecord.objects.filter(pk=pk).update(**changes)
        count += len(batch)
    return count


def _close(db: duckdb.DuckDBPyConnection, passed: Passed) -> tuple[int, int]:
    """Close the records that are held no longer and may be; gives how many are replayed, and how many gone.

    Replayed are those that the run loaded or excluded; a record that it did not read is gone from the
    source: corrected there, or removed.
    """
    states = ", ".join(literal(str(state)) for state in RECORD["replay"].sources)
    db.execute(
        "CREATE TEMP TABLE closing AS SELECT pk, record_key FROM known "  # noqa: S608
        f"ANTI JOIN held USING (record_key) WHERE state IN ({states})"
    )
    keys = [key for (key,) in db.execute("SELECT record_key FROM closing").fetchall()]
    if not keys:
        return 0, 0
    db.execute(
        "CREATE TEMP TABLE passed AS SELECT unnest($1::VARCHAR[]) AS record_key", [sorted(passed(keys))]
    )
    counts = []
    for verb, join in (("replay", "SEMI"), ("vanish", "ANTI")):
        rows = db.execute(f"SELECT pk FROM closing {join} JOIN passed USING (record_key)")  # noqa: S608
        counts.append(_update(rows, state=RECORD[verb].target, closed_at=now()))
    return counts[0], counts[1]


def _update(keys: duckdb.DuckDBPyConnection, **values: Any) -> int:
    """Update the records whose keys a query gives; gives their number."""
    count = 0
    while batch := keys.fetchmany(_CHUNK):
        QuarantinedRecord.objects.filter(pk__in=[pk for (pk,) in batch]).update(**values)
        count += len(batch)
    return count
