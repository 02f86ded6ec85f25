"""What keeps a load from a target that holds something better: asked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator

from syncengine.codes import Code
from syncengine.definition.model import OnDifference
from syncengine.execution.attempt import Attempt, Trouble
from syncengine.execution.compute import Computed
from syncengine.execution.reconcile import Proof
from syncengine.models import Run
from syncengine.selectors.releases import last_confirmed, source_records
from syncengine.selectors.runs import totals_of
from syncengine.states import Confirmation, Outcome, RunState

_NOT_SENT = (Confirmation.NONE, Confirmation.NOT_LOADED)


def earlier_loads(run: Run) -> Iterator[Run]:
    """Runs whose content the target holds or may hold, newest first, down to the first one that answered."""
    earlier = Run.objects.filter(flow=run.flow, slice_key=run.slice_key, dry_run=False).exclude(pk=run.pk)
    for other in earlier.exclude(confirmation__in=_NOT_SENT).iterator(chunk_size=10):
        yield other
        if other.confirmation in (Confirmation.CONFIRMED, Confirmation.PARTIAL):
            return


def last_with_rows(run: Run) -> Run | None:
    """The newest run whose rows the target holds, or may hold; None when it holds none for certain."""
    for other in earlier_loads(run):
        if other.target_rows or (other.is_in_doubt and other.output_rows):
            return other
    return None


def had(last: Run) -> str:
    verb = "loaded" if last.confirmation == Confirmation.CONFIRMED else "may have loaded"
    rows = last.output_rows if last.target_rows is None else last.target_rows
    return f"{last.ref} {verb} {rows} rows."


def shrunk_since(attempt: Attempt, computed: Computed) -> tuple[str, int, int] | None:
    """The last confirmed run, its records and those of now, when they became fewer."""
    last = last_confirmed(attempt.run)
    if last is None:
        return None
    then, now = source_records(last), records_of(computed)
    return (last.ref, then, now) if now < then else None


def records_of(computed: Computed) -> int:
    return sum(line.records for line in computed.result.source)


def why_guarded(attempt: Attempt, proof: Proof, shrunk: tuple[str, int, int] | None) -> Trouble | None:
    """Why what was computed may not be loaded, though it could be: no proof bears it out."""
    if proof.outcome is Outcome.RECONCILED:
        return None
    limit = attempt.definition.source.max_shrink
    if shrunk is not None and limit is not None:
        ref, then, now = shrunk
        if then - now > limit * then:
            words = f"The slice has {now:,} records; {ref} had {then:,}."
            return Code.DQ_012, f"{words} The flow lets it lose a share of {limit}.", ""
    return _unproven(attempt, proof)


def _unproven(attempt: Attempt, proof: Proof) -> Trouble | None:
    item = attempt.definition.reconcile
    if item is None or proof.trouble is None or item.on_difference is OnDifference.LOAD:
        return None
    _, words, place = proof.trouble
    if item.on_difference is OnDifference.HOLD:
        return Code.RUN_015, f"{words} The flow loads nothing that is not proven.", place
    proven = next((r for r in earlier_loads(attempt.run) if r.reconciliation == Outcome.RECONCILED), None)
    if proven is None:
        return None
    return Code.RUN_015, f"{words} The target holds the load of {proven.ref}, which agreed.", place


def is_released(attempt: Attempt, computed: Computed) -> bool:
    """Whether a second person let exactly this content be loaded, and nothing was loaded since.

    What was read, held back and found different must be what that person saw, too. The run that goes on
    by it keeps the release.
    """
    run = Run.objects.get(pk=attempt.run.pk)
    held = Run.objects.filter(flow=run.flow, slice_key=run.slice_key, state=RunState.HELD)
    last = next(earlier_loads(run), None)
    since = held.filter(pk__gt=last.pk if last else 0, output_hash=computed.output_hash)
    newest = since.exclude(release_ref="").first()
    if newest is None or not _shown_alike(newest, run):
        return False
    with attempt.write() as fresh:
        fresh.release_ref = newest.release_ref
    return True


def _shown_alike(held: Run, run: Run) -> bool:
    """Whether totals by bucket, and the outcome of a comparison, are as the release showed."""
    compared = held.reconciliation == Outcome.NONE or all(
        getattr(held, name) == getattr(run, name)
        for name in ("reconciliation", "reconciliation_keys", "reconciliation_differences")
    )
    return compared and totals_of(held) == totals_of(run)
