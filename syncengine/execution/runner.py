"""Carries a leased run through its stages to an end that is proven, or to one that says why not."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
from django.conf import settings
from django.db import OperationalError

from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.states import apply_transition
from syncengine.codes import Behaviour, Code, behaviour_of
from syncengine.definitions import read_definition
from syncengine.duck import shared_instance
from syncengine.endings import tell_end
from syncengine.evidence import EvidenceKind
from syncengine.execution.attempt import Attempt, Cancelled, Stopped, Trouble
from syncengine.execution.compute import Computation, Computed, compute
from syncengine.execution.extract import extract
from syncengine.execution.guard import (
    had,
    is_released,
    last_with_rows,
    records_of,
    shrunk_since,
    why_guarded,
)
from syncengine.execution.load import Unproven, confirm, load, look
from syncengine.execution.quarantine import follow
from syncengine.execution.reconcile import Proof, prove
from syncengine.leases import Lease, LeaseLost, failing_verb, free_slice, give_back, hold
from syncengine.models import Run
from syncengine.pipeline.values import PipelineError
from syncengine.states import PARTITION, RUN, Confirmation, WaitReason
from syncengine.storage import evidence_store, scratch_root, unwritable

log = logging.getLogger("tieout.engine")
RETRY_SECONDS = (2, 10, 60, 300)
# endings that leave no trouble: what an earlier attempt noted about its own is over
_CLEAN = ("cancel", "complete", "complete_with_exceptions")


def execute(lease: Lease, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Work on a claimed partition until the run ends, waits again, or the lease is lost."""
    run = Run.objects.select_related("flow", "flow_version").get(pk=lease.run_id)
    attempt = Attempt(
        lease=lease,
        run=run,
        definition=read_definition(run.flow_version.definition),
        store=evidence_store(),
        scratch=scratch_root(),
        should_stop=should_stop,
    )
    try:
        with _own_scratch(attempt), attempt.heartbeat():
            _stages(attempt)
    except LeaseLost as error:
        log.warning("%s: %s", run.ref, error)
    except Stopped:
        give_back(lease, WaitReason.QUEUE, counts=False)
    except Exception as error:
        _end_badly(attempt, unwritable(error) or error)


@contextmanager
def _own_scratch(attempt: Attempt) -> Iterator[None]:
    """A scratch folder of the attempt's own, and DuckDB running for it and for the evidence."""
    root = attempt.scratch
    root.mkdir(parents=True, exist_ok=True)
    with (
        shared_instance([root, attempt.store.root], threads=settings.ENGINE_THREADS),
        tempfile.TemporaryDirectory(prefix=f"{attempt.run.ref}-", dir=root) as folder,
    ):
        attempt.scratch = Path(folder)
        yield


def _stages(attempt: Attempt) -> None:
    attempt.begin("extract")
    extracted = extract(attempt)
    with closing(Computation(attempt, extracted)) as computation:
        computed = compute(attempt, computation)
        if held := _why_hold(attempt, computed):
            _hold_back(attempt, computed, *held)
            return
        shrunk = shrunk_since(attempt, computed)
        proof = prove(attempt, computation, shrunk=shrunk)
        better = why_guarded(attempt, proof, shrunk)
        if better and not is_released(attempt, computed):
            _hold_back(attempt, computed, *better)
            return
        if attempt.run.dry_run:
            trouble = look(attempt, computed)
        else:
            load(attempt, computed, computation.passed)
            trouble = confirm(attempt, computed)
    if trouble is not None:
        _finish(attempt, "fail", trouble)
    else:
        _finish(attempt, _ending(attempt, proof), proof.trouble)


def _why_hold(attempt: Attempt, computed: Computed) -> tuple[Code, str] | None:
    """Why nothing may be loaded: too much is quarantined, or an empty extract would empty the slice."""
    source = records_of(computed)
    held = sum(line.records for line in computed.result.quarantined_by_code)
    share = attempt.definition.quarantine.max_share
    if held and not computed.result.output_rows:
        last = last_with_rows(attempt.run)
        then = had(last) if last else "the target holds no row of the slice."
        return Code.RUN_008, f"Of {source} records none is left to load, {held} are quarantined; {then}"
    if held and held > share * source:
        return Code.RUN_008, f"{held} records are quarantined; the flow's limit is a share of {share}."
    last = None if source else last_with_rows(attempt.run)
    if last is None or is_released(attempt, computed):
        return None
    return Code.RUN_014, f"The source has no record; {had(last)}"


def _hold_back(attempt: Attempt, computed: Computed, code: str, why: str, place: str = "") -> None:
    """Show the records, load nothing, say why. An earlier attempt of the run may have loaded all the same."""
    path = attempt.store.path(attempt.store.find(computed.quarantine.sha256, EvidenceKind.QUARANTINE))
    with attempt.write() as run:
        if not run.dry_run:
            follow(attempt, run, path)
        if not run.was_sent:
            run.confirmation = Confirmation.NOT_LOADED
    _finish(attempt, "lose" if attempt.run.is_in_doubt else "hold", (code, why, place))


def _ending(attempt: Attempt, proof: Proof) -> str:
    """A figure that is named and proves nothing leaves the run unreconciled, as one that differs does."""
    if proof.trouble is not None:
        return "leave_unreconciled"
    return "complete_with_exceptions" if attempt.run.quarantined_by_code else "complete"


def _finish(attempt: Attempt, verb: str, trouble: Trouble | None = None) -> None:
    """The end of a run: state, audit, event, and the slice free for others, in one transaction."""
    with attempt.write() as run:
        if trouble is not None:
            code, message, place = trouble
            run.error_code, run.error_message, run.error_place = code, message[:2000], place[:300]
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
        tell_end(run, attempt.actor)


def _end_badly(attempt: Attempt, error: Exception) -> None:
    """Retry what may pass, stop for what will not; never more than the state machine allows."""
    lease = attempt.lease
    try:
        if isinstance(error, Cancelled):
            _finish(attempt, "cancel")
        elif isinstance(error, Unproven):
            with attempt.write() as run:
                run.confirmation = Confirmation.UNKNOWN
            _finish(attempt, "lose", (Code.REC_005, str(error), ""))
        elif _may_pass(attempt.run, error):
            seconds = RETRY_SECONDS[min(lease.attempt, len(RETRY_SECONDS)) - 1]
            give_back(lease, WaitReason.RETRY, after_seconds=seconds, note=str(error))
        else:
            _finish(attempt, failing_verb(attempt.run), _words(error))
    except LeaseLost as lost:
        log.warning("%s: %s", attempt.run.ref, lost)


def _may_pass(run: Run, error: Exception) -> bool:
    """A file that is not there may still come; whoever looks on at the command line is told at once."""
    if isinstance(error, OperationalError):
        return True
    if not isinstance(error, DomainError):
        return False
    if error.code == Code.SRC_005 and run.trigger == Run.Trigger.COMMAND:
        return False
    return behaviour_of(error.code) is Behaviour.TRANSIENT


def _words(error: Exception) -> Trouble:
    """Code, sentence and place of an error; what nobody foresaw gets RUN-012 and a trace in the log."""
    if isinstance(error, (DomainError, PipelineError)):
        return error.code, error.message, error.place
    log.exception("the engine failed", exc_info=error)
    kind = type(error).__name__
    if isinstance(error, duckdb.Error):
        return Code.RUN_012, f"{kind}: {str(error).splitlines()[0][:300]}", ""
    return Code.RUN_012, f"{kind} in the engine; the log has the details.", ""
