"""Reconcile: an independent figure of the source against what the run computed; without one, not proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.errors import DomainError
from syncengine.codes import Code
from syncengine.connectors.base import Snapshot
from syncengine.differing import largest_words
from syncengine.duck import literal, session
from syncengine.evidence import EvidenceKind
from syncengine.execution.attempt import Attempt, Trouble
from syncengine.execution.compute import Computation
from syncengine.execution.extract import INDEPENDENT, keep_snapshot, read_dataset
from syncengine.execution.reuse import stages_of
from syncengine.models import ReconciliationDifference, Run
from syncengine.pipeline.reconcile import Reconciliation, reconcile
from syncengine.pipeline.values import PipelineError
from syncengine.states import Outcome

DIFFERENCES = "differences"
SHOWN = 1_000
_AMOUNTS = ("expected", "actual", "difference")


@dataclass(frozen=True, slots=True)
class Proof:
    """What the comparison came to; `trouble` says why a figure that is named does not prove the run."""

    outcome: Outcome
    trouble: Trouble | None = None


def prove(attempt: Attempt, computation: Computation, **noted: Any) -> Proof:
    """Compare, keep the rows that differ, tell the outcome. A figure that cannot be read proves nothing.

    `noted` is kept with the result of the stage.
    """
    attempt.begin("reconcile")
    item = attempt.definition.reconcile
    if item is None:
        _not_proven(attempt, Code.REC_001, "The flow names no independent figure.", noted)
        return Proof(Outcome.NOT_PROVEN)
    try:
        snapshot = read_dataset(attempt, item.connection, item.dataset, "reconcile.dataset", INDEPENDENT)
        found = _compared(attempt, computation, snapshot)
    except (DomainError, PipelineError) as error:
        _not_proven(attempt, error.code, f"{error.message} {error.place}".strip(), noted)
        words = f"The proof named under reconcile failed: {error.code} {error.message.removesuffix('.')}."
        return Proof(Outcome.NOT_PROVEN, (Code.REC_002, words, error.place or "reconcile"))
    if not found.keys:
        _not_proven(
            attempt, Code.REC_001, "Neither the source nor the figure has a record of the slice.", noted
        )
        return Proof(Outcome.NOT_PROVEN)
    outcome = Outcome.DIFFERENCES if found.differences else Outcome.RECONCILED
    ref = attempt.store.put_file(found.path, EvidenceKind.RECONCILIATION)
    with attempt.write() as run:
        keep_snapshot(attempt, snapshot, INDEPENDENT)
        attempt.keep(ref, DIFFERENCES, found.differences)
        run.reconciliation = outcome
        run.reconciliation_keys, run.reconciliation_differences = found.keys, found.differences
        run.differences.all().delete()
        rows = ReconciliationDifference.objects.bulk_create(_rows(attempt, found))
    attempt.finish(found.compared, keys=found.keys, differences=found.differences, **noted)
    if not rows:
        return Proof(outcome)
    return Proof(outcome, (Code.REC_007, largest_words(attempt.definition, rows[0], found.differences), ""))


def _compared(attempt: Attempt, computation: Computation, snapshot: Snapshot) -> Reconciliation:
    """The comparison, or that of the run whose result was taken over, if it had the same figure."""
    if computation.reused is not None:
        known = _compared_before(attempt, computation.reused, snapshot)
        if known is not None:
            return known
    pipeline = computation.performed()
    path = attempt.store.path(snapshot.parquet)
    differences = pipeline.work / "differences.parquet"
    return reconcile(pipeline, path, snapshot.columns, differences, snapshot.origin)


def _compared_before(attempt: Attempt, earlier: Run, snapshot: Snapshot) -> Reconciliation | None:
    files = {(file.kind, file.name): file for file in earlier.evidence.all()}
    figure = files.get((EvidenceKind.SNAPSHOT, INDEPENDENT))
    rows = files.get((EvidenceKind.RECONCILIATION, DIFFERENCES))
    stage = stages_of(earlier).get("reconcile")
    if figure is None or rows is None or stage is None or figure.sha256 != snapshot.parquet.sha256:
        return None
    try:
        ref = attempt.store.find(rows.sha256, EvidenceKind.RECONCILIATION)
        attempt.store.verify(ref)
    except DomainError:
        return None
    detail = stage.detail
    return Reconciliation(
        keys=detail["keys"],
        compared=stage.records or 0,
        differences=detail["differences"],
        path=attempt.store.path(ref),
    )


def _not_proven(attempt: Attempt, code: str, message: str, noted: Mapping[str, Any]) -> None:
    with attempt.write() as run:
        run.reconciliation = Outcome.NOT_PROVEN
        run.reconciliation_keys = run.reconciliation_differences = None
        run.differences.all().delete()
    attempt.finish(None, code=str(code), message=message, **noted)


def _rows(attempt: Attempt, found: Reconciliation) -> list[ReconciliationDifference]:
    """The largest differences; the file is sorted by size."""
    with session(read=[found.path]) as db:
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
