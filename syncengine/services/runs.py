"""Planning, replaying, releasing and cancelling runs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from catalog import selectors as catalog
from catalog.codes import Code as CatalogCode
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.core.clock import now, today
from portal.core.errors import BadInput, Conflict, Denied409, Invalid
from portal.core.locking import lock_name, locked
from portal.core.states import apply_transition
from portal.core.text import clean_text
from portal.fiscal import selectors as fiscal
from portal.fiscal.codes import Code as PeriodCode
from syncengine import dispatch
from syncengine.codes import Code
from syncengine.definition import FlowDefinition
from syncengine.definition.model import Per
from syncengine.definitions import read_definition
from syncengine.endings import publish_end
from syncengine.models import Flow, FlowVersion, Partition, Run
from syncengine.permissions import P
from syncengine.pinning import pin_versions
from syncengine.selectors.flows import version_in_force
from syncengine.selectors.releases import why_not_release
from syncengine.selectors.runs import retry_of
from syncengine.states import COMPUTING, PARTITION, QUEUED, RUN, PartitionState
from syncengine.subjects import HeldRunSubject
from syncengine.tags import Tag


def slice_key_of(flow: Flow, definition: FlowDefinition, period: str) -> str:
    """The name of what a run replaces in the target: flow, scenario, period (`all` without periods)."""
    return f"{flow.code}/{definition.slice.scenario}/{period or 'all'}"


def _check_period(definition: FlowDefinition, period: str) -> None:
    by_period = definition.slice.per is Per.PERIOD
    if by_period != bool(period):
        words = "This flow runs for one period: name it." if by_period else "This flow takes no period."
        hint = "Name a fiscal period YYYY-PP." if by_period else "Leave the period out."
        raise Invalid(Code.RUN_002, words, place="period", hint=hint)
    if not by_period:
        return
    calendar = fiscal.calendar_by_code(definition.calendar or "")
    if calendar is None:
        raise Invalid(Code.RUN_005, f"There is no fiscal calendar {definition.calendar!r}.", place="calendar")
    found = fiscal.period_of(calendar, period)
    if not found.is_open:
        raise Denied409(
            PeriodCode.PER_003, f"The period {period} is {found.get_state_display()}.", place="period"
        )


def _version(flow: Flow, period: str) -> FlowVersion:
    version = version_in_force(flow, period)
    if version is None:
        raise Conflict(Code.RUN_001, f"Flow {flow} has no approved version in force.", place="flow")
    return version


def _refuse_stranger(flow: Flow) -> None:
    if not catalog.is_owner(flow.source_system, flow.finance_object, today()):
        words = f"{flow.source_system} is not the system of record of {flow.finance_object}."
        raise Denied409(CatalogCode.CTR_004, words, place="flow")


def _plan(
    actor: Actor, reason: str, flow: Flow, period: str, dry_run: bool, trigger: str, replay_of: Run | None
) -> Run:
    version = _version(flow, period)
    definition = read_definition(version.definition)
    _check_period(definition, period)
    _refuse_stranger(flow)
    slice_key = slice_key_of(flow, definition, period)
    lock_name(f"slice:{slice_key}")
    waiting = Run.objects.filter(slice_key=slice_key, state__in=QUEUED, dry_run=dry_run).first()
    if waiting is not None:
        raise _taken(waiting)
    pins = pin_versions(version, definition, period)
    run = Run.objects.create(
        flow=flow,
        flow_version=version,
        period=period,
        slice_key=slice_key,
        target_key=definition.target.connection,
        dry_run=dry_run,
        trigger=trigger,
        replay_of=replay_of,
        requested_by=actor.label[:300],
        requested_person=actor.person_id,
        reason=clean_text(reason, 2000, multiline=True, place="reason"),
        pins=pins,
        pins_sha256=content_hash(pins),
        mapping_hash=mapping_hash(pins),
    )
    Partition.objects.create(run=run, number=1)
    return run


def _taken(waiting: Run) -> Conflict:
    """The refusal of a second run, with what the first one waits for."""
    cause = waiting.get_wait_reason_display() if waiting.wait_reason else "a worker"
    note = f": {waiting.error_message}" if waiting.error_message else "."
    if retry := retry_of(waiting):
        note = f"{note} {retry.words}"
    words = f"{waiting} is there for this slice already and waits for {cause}{note}"
    hint = f"Wait for its end, or cancel it: on its page, or with manage.py flow_run --cancel {waiting}."
    return Conflict(Code.RUN_003, words, hint=hint, details={"run": waiting.ref})


def mapping_hash(pins: dict[str, Any]) -> str:
    """One hash for the mapping versions of a run: that of the only one, or over all; blank without any."""
    hashes = sorted((code, pin["sha256"]) for code, pin in pins["mappings"].items())
    if len(hashes) == 1:
        return str(hashes[0][1])
    return content_hash([list(pair) for pair in hashes]) if hashes else ""


@audited(Tag.RUN_PLAN)
def run_plan(
    *,
    actor: Actor,
    reason: str,
    flow_code: str,
    period: str = "",
    dry_run: bool = False,
    trigger: str = Run.Trigger.MANUAL,
) -> Run:
    """Plan a run of the approved version in force; a worker carries it out.

    A dry run does everything but write to the target. Raises NotFound, Forbidden, Conflict RUN-001, RUN-003,
    CTR-004, PER-003, Invalid RUN-002, RUN-005, PER-001.
    """
    flow = Flow.objects.all().get_for(actor, P.FLOW_RUN, code=flow_code)
    run = _plan(actor, reason, flow, period, dry_run, trigger, None)
    after = {"flow": flow.code, "slice": run.slice_key, "dry_run": dry_run, "pins_sha256": run.pins_sha256}
    record(Tag.RUN_PLAN, actor=actor, subject=run, reason=reason, after=after, run_id=run.pk)
    transaction.on_commit(lambda: dispatch.wake(run.pk))
    return run


@audited(Tag.RUN_REPLAY)
def run_replay(*, actor: Actor, reason: str, run_id: int) -> Run:
    """Compute the slice of an ended run again with what is approved now; nothing doubles.

    Raises Conflict RUN-009 when the run has not ended, else as `run_plan`.
    """
    old = Run.objects.select_related("flow").get_for(actor, P.FLOW_RUN, pk=run_id)
    if not old.is_final:
        raise Conflict(Code.RUN_009, f"{old} has not ended.")
    run = _plan(actor, reason, old.flow, old.period, old.dry_run, Run.Trigger.REPLAY, old)
    record(
        Tag.RUN_REPLAY, actor=actor, subject=run, reason=reason, after={"replay_of": old.ref}, run_id=run.pk
    )
    transaction.on_commit(lambda: dispatch.wake(run.pk))
    return run


@audited(Tag.RUN_RELEASE)
def run_release(*, actor: Actor, reason: str, run_id: int) -> ChangeRequest:
    """Propose that what a held run computed is loaded all the same; another person decides.

    Once approved, a replay that computes exactly the same content loads it. Raises BadInput and Conflict
    RUN-016, Conflict APR-003.
    """
    run = Run.objects.select_related("flow").get_for(actor, P.FLOW_RUN, pk=run_id)
    note = clean_text(reason, 2000, multiline=True, place="reason")
    if not note:
        raise BadInput(Code.RUN_016, "Say why the figures are right all the same.", place="reason")
    if why := why_not_release(run):
        raise Conflict(Code.RUN_016, f"{run.ref} cannot be released: {why}")
    payload = {
        "run": run.ref,
        "slice": run.slice_key,
        "output_hash": run.output_hash,
        "held": f"{run.error_code} {run.error_message}",
    }
    change = change_submit(
        actor=actor,
        reason=note,
        kind=HeldRunSubject.kind,
        subject_key=run.ref,
        payload=payload,
        contributors=[run.requested_person] if run.requested_person else [],
    )
    after = {"change": change.ref, **payload}
    record(Tag.RUN_RELEASE, actor=actor, subject=run, reason=note, after=after, run_id=run.pk)
    return change


@audited(Tag.RUN_CANCEL)
def run_cancel(*, actor: Actor, reason: str, run_id: int) -> Run:
    """Cancel a run: at once while it waits, at the next safe point while it computes.

    Raises Conflict RUN-009 once it loads, has ended, or an earlier attempt has begun to load.
    """
    Run.objects.all().get_for(actor, P.FLOW_RUN, pk=run_id)
    run = locked(Run.objects.select_related("flow")).get(pk=run_id)
    if run.was_sent and not run.is_final:
        words = f"{run} has been sent to the target, which holds it or may hold it."
        raise Conflict(Code.RUN_009, words, hint="Let it go on: its next attempt asks the target.")
    if run.state in QUEUED:
        apply_transition(run, RUN, "cancel", code=Code.RUN_009)
        run.finished_at = now()
        for part in locked(run.partitions.all()):
            if part.state in (PartitionState.WAITING, PartitionState.RUNNING):
                apply_transition(part, PARTITION, "cancel", code=Code.RUN_009)
                part.save(update_fields=["state"])
    elif run.is_final:
        words = f"{run} has ended: it is {run.get_state_display()}."
        raise Conflict(
            Code.RUN_009, words, hint="Nothing is left to cancel; a replay computes the slice again."
        )
    elif run.state not in COMPUTING:
        raise Conflict(Code.RUN_009, f"{run} is {run.get_state_display()}.")
    run.cancel_requested = True
    run.save(update_fields=["state", "finished_at", "cancel_requested"])
    if run.is_final:
        publish_end(run)
    record(Tag.RUN_CANCEL, actor=actor, subject=run, reason=reason, after={"state": run.state}, run_id=run.pk)
    return run
