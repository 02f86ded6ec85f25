"""Reconcile: an independent figure of the source against what the run computed; without one, not proven."""

from __future__ import annotations

from portal.core.canonical import decimal_text
from portal.core.errors import DomainError
from syncengine.codes import Code
from syncengine.duck import literal, session
from syncengine.evidence import EvidenceKind
from syncengine.execution.attempt import Attempt
from syncengine.execution.extract import INDEPENDENT, keep_snapshot, read_dataset
from syncengine.models import ReconciliationDifference
from syncengine.pipeline.compute import Pipeline
from syncengine.pipeline.reconcile import Reconciliation, reconcile
from syncengine.pipeline.values import PipelineError
from syncengine.states import Outcome

SHOWN = 1_000
_AMOUNTS = ("expected", "actual", "difference")


def prove(attempt: Attempt, pipeline: Pipeline) -> Outcome:
    """Compare, keep the rows that differ, tell the outcome. A figure that cannot be read proves nothing."""
    attempt.begin("reconcile")
    item = attempt.definition.reconcile
    if item is None:
        return _not_proven(attempt, Code.REC_001, "The flow names no independent figure.")
    try:
        snapshot = read_dataset(attempt, item.connection, item.dataset, "reconcile.dataset")
        path = attempt.store.path(snapshot.parquet)
        found = reconcile(pipeline, path, snapshot.columns, pipeline.work / "differences.parquet")
    except (DomainError, PipelineError) as error:
        return _broken(attempt, error)
    outcome = Outcome.DIFFERENCES if found.differences else Outcome.RECONCILED
    ref = attempt.store.put_file(found.path, EvidenceKind.RECONCILIATION)
    with attempt.write() as run:
        keep_snapshot(attempt, snapshot, INDEPENDENT)
        attempt.keep(ref, "differences", found.differences)
        run.reconciliation = outcome
        run.reconciliation_keys, run.reconciliation_differences = found.keys, found.differences
        run.differences.all().delete()
        rows = ReconciliationDifference.objects.bulk_create(_rows(attempt, found))
        if rows:
            run.error_code, run.error_place = Code.REC_007, ""
            run.error_message = _largest(rows[0], found.differences)
    attempt.finish(found.compared, keys=found.keys, differences=found.differences)
    return outcome


def _broken(attempt: Attempt, error: DomainError | PipelineError) -> Outcome:
    """The flow names a figure and it cannot be read: no proof, told with its cause."""
    message = f"The proof named under reconcile failed: {error.code} {error.message}"
    with attempt.write() as run:
        run.error_code, run.error_message = Code.REC_002, message[:2000]
        run.error_place = (error.place or "reconcile")[:300]
    return _not_proven(attempt, error.code, f"{error.message} {error.place}".strip())


def _largest(row: ReconciliationDifference, count: int) -> str:
    key = ", ".join(f"{name} {value}" for name, value in row.key.items())
    found = f"{row.measure} of {key} is {decimal_text(row.actual)}, not {decimal_text(row.expected)}"
    amounts = "1 amount differs" if count == 1 else f"{count:,} amounts differ"
    return f"{amounts} from the independent figure; the largest: {found}."


def _not_proven(attempt: Attempt, code: str, message: str) -> Outcome:
    with attempt.write() as run:
        run.reconciliation = Outcome.NOT_PROVEN
        run.reconciliation_keys = run.reconciliation_differences = None
    attempt.finish(None, code=str(code), message=message)
    return Outcome.NOT_PROVEN


def _rows(attempt: Attempt, found: Reconciliation) -> list[ReconciliationDifference]:
    """The largest differences; the file is sorted by size."""
    with session(scratch=attempt.scratch, read=[found.path]) as db:
        cursor = db.execute(
            f"SELECT * FROM read_parquet({literal(found.path)}) LIMIT {SHOWN}"  # noqa: S608
        )
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        ReconciliationDifference(
            run=attempt.run,
            measure=row["_measure"],
            key={name: value for name, value in row.items() if name not in (*_AMOUNTS, "_measure")},
            **{name: row[name] for name in _AMOUNTS},
        )
        for row in rows
    ]
