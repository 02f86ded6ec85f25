"""Carries a leased run through its stages to an end that is proven, or to one that says why not."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
from django.db import OperationalError

from portal.audit.services import record
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.states import apply_transition
from syncengine.codes import Behaviour, Code, behaviour_of
from syncengine.definitions import read_definition
from syncengine.evidence import EvidenceKind
from syncengine.execution.attempt import Attempt, Cancelled, Stopped
from syncengine.execution.compute import Computed, compute, open_pipeline
from syncengine.execution.extract import extract
from syncengine.execution.load import Unproven, confirm, load
from syncengine.execution.quarantine import follow
from syncengine.execution.reconcile import prove
from syncengine.leases import Lease, LeaseLost, failing_verb, free_slice, give_back, hold
from syncengine.models import OutboxEvent, Run
from syncengine.pipeline.values import PipelineError
from syncengine.states import PARTITION, RUN, Confirmation, Outcome, WaitReason
from syncengine.storage import evidence_store, scratch_root
from syncengine.tags import Tag

log = logging.getLogger("tieout.engine")
RETRY_SECONDS = (2, 10, 60, 300)
# endings that leave no trouble: what an earlier attempt noted about its own is over
_CLEAN = ("cancel", "complete", "complete_with_exceptions")


def execute(lease: Lease, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Work on a claimed partition until the run ends, waits again, or the lease is lost."""
    run = Run.objects.select_related("flow", "flow_version").get(pk=lease.run_id)
    with tempfile.TemporaryDirectory(prefix=f"{run.ref}-", dir=scratch_root()) as folder:
        attempt = Attempt(
            lease=lease,
            run=run,
            definition=read_definition(run.flow_version.definition),
            store=evidence_store(),
            scratch=Path(folder),
            should_stop=should_stop,
        )
        try:
            with attempt.heartbeat():
                _stages(attempt)
        except LeaseLost as error:
            log.warning("%s: %s", run.ref, error)
        except Stopped:
            give_back(lease, WaitReason.QUEUE, counts=False)
        except Exception as error:
            _end_badly(attempt, error)


def _stages(attempt: Attempt) -> None:
    attempt.begin("extract")
    extracted = extract(attempt)
    with closing(open_pipeline(attempt, extracted)) as pipeline:
        computed = compute(attempt, pipeline)
        if held := _why_hold(attempt, computed):
            _hold_back(attempt, computed, *held)
            return
        if not attempt.run.dry_run:
            load(attempt, computed, pipeline.passed)
            confirm(attempt, computed)
            if attempt.run.confirmation != Confirmation.CONFIRMED:
                _finish(attempt, "fail")
                return
        outcome = prove(attempt, pipeline)
    _finish(attempt, _ending(attempt, outcome))


def _why_hold(attempt: Attempt, computed: Computed) -> tuple[Code, str] | None:
    """Why nothing may be loaded: too much is quarantined, or an empty extract would empty the slice."""
    source = sum(line.records for line in computed.result.source)
    held = sum(line.records for line in computed.result.quarantined_by_code)
    share = attempt.definition.quarantine.max_share
    last = _last_to_load(attempt.run) if held and not computed.result.output_rows else None
    if last is not None:
        return Code.RUN_008, f"Of {source} records none is left to load, {held} are quarantined; {_had(last)}"
    if held and held > share * source:
        return Code.RUN_008, f"{held} records are quarantined; the flow's limit is a share of {share}."
    last = None if source else _last_to_load(attempt.run)
    return None if last is None else (Code.RUN_014, f"The source has no record; {_had(last)}")


def _had(last: Run) -> str:
    verb = "loaded" if last.confirmation == Confirmation.CONFIRMED else "may have loaded"
    rows = last.output_rows if last.target_rows is None else last.target_rows
    return f"{last.ref} {verb} {rows} rows."


def _last_to_load(run: Run) -> Run | None:
    """The newest run whose rows the target holds, or may hold; None when it holds none for certain."""
    earlier = Run.objects.filter(flow=run.flow, slice_key=run.slice_key, dry_run=False).exclude(pk=run.pk)
    for other in earlier.exclude(confirmation__in=(Confirmation.NONE, Confirmation.NOT_LOADED)):
        if other.target_rows or (other.is_in_doubt and other.output_rows):
            return other
        if other.confirmation == Confirmation.CONFIRMED:
            break
    return None


def _hold_back(attempt: Attempt, computed: Computed, code: Code, why: str) -> None:
    """Show the records, load nothing, say why. An earlier attempt of the run may have loaded all the same."""
    path = attempt.store.path(attempt.store.find(computed.quarantine.sha256, EvidenceKind.QUARANTINE))
    if not attempt.run.dry_run:
        with attempt.write() as run:
            follow(attempt, run, path)
    with attempt.write() as run:
        if not run.was_sent:
            run.confirmation = Confirmation.NOT_LOADED
        run.error_code, run.error_message = code, why
    _finish(attempt, "lose" if attempt.run.is_in_doubt else "hold")


def _ending(attempt: Attempt, outcome: Outcome) -> str:
    """A figure that is named and proves nothing leaves the run unreconciled, as one that differs does."""
    named = attempt.definition.reconcile is not None
    if outcome is Outcome.DIFFERENCES or (named and outcome is Outcome.NOT_PROVEN):
        return "leave_unreconciled"
    return "complete_with_exceptions" if attempt.run.quarantined_by_code else "complete"


def _finish(attempt: Attempt, verb: str) -> None:
    """The end of a run: state, audit, event, and the slice free for others, in one transaction."""
    with attempt.write() as run:
        partition, _ = hold(attempt.lease)
        apply_transition(partition, PARTITION, "fail" if verb in ("fail", "lose") else "finish")
        partition.lease_owner, partition.lease_until = "", None
        partition.save()
        apply_transition(run, RUN, verb)
        if verb in _CLEAN:
            run.error_code = run.error_message = run.error_place = ""
        if run.dry_run:
            run.confirmation = Confirmation.NOT_LOADED
        run.finished_at = now()
        free_slice(attempt.lease)
        summary = {
            "flow": run.flow.code,
            "slice": run.slice_key,
            "state": run.state,
            "dry_run": run.dry_run,
            "output_hash": run.output_hash,
            "confirmation": run.confirmation,
            "reconciliation": run.reconciliation,
        }
        record(
            Tag.RUN_FINISH,
            actor=attempt.actor,
            subject=run,
            after=summary,
            content_sha256=run.output_hash,
            run_id=run.pk,
            code=run.error_code,
        )
        OutboxEvent.objects.create(type=f"tieout.run.{run.state}", subject=run.ref, data=summary)


def _end_badly(attempt: Attempt, error: Exception) -> None:
    """Retry what may pass, stop for what will not; never more than the state machine allows."""
    lease = attempt.lease
    try:
        if isinstance(error, Cancelled):
            _finish(attempt, "cancel")
        elif isinstance(error, Unproven):
            with attempt.write() as run:
                run.confirmation = Confirmation.UNKNOWN
                run.error_code, run.error_message = Code.REC_005, str(error)
            _finish(attempt, "lose")
        elif _may_pass(error):
            seconds = RETRY_SECONDS[min(lease.attempt, len(RETRY_SECONDS)) - 1]
            give_back(lease, WaitReason.RETRY, after_seconds=seconds, note=str(error))
        else:
            code, message, place = _words(error)
            with attempt.write() as run:
                run.error_code, run.error_message, run.error_place = code, message[:2000], place[:300]
            _finish(attempt, failing_verb(attempt.run))
    except LeaseLost as lost:
        log.warning("%s: %s", attempt.run.ref, lost)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, DomainError) and behaviour_of(error.code) is Behaviour.TRANSIENT


def _words(error: Exception) -> tuple[str, str, str]:
    """Code, sentence and place of an error; what nobody foresaw gets RUN-012 and a trace in the log."""
    if isinstance(error, (DomainError, PipelineError)):
        return error.code, error.message, error.place
    log.exception("the engine failed", exc_info=error)
    kind = type(error).__name__
    if isinstance(error, duckdb.Error):
        return Code.RUN_012, f"{kind}: {str(error).splitlines()[0][:300]}", ""
    return Code.RUN_012, f"{kind} in the engine; the log has the details.", ""
