"""Load and confirm: the target's transaction first, then the portal's; in doubt the target is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from portal.audit.services import record
from portal.core.canonical import decimal_text
from portal.core.errors import DomainError
from syncengine.codes import Behaviour, Code, behaviour_of
from syncengine.connectors.base import (
    LoadAction,
    LoadPlan,
    LoadUnknown,
    ReadBack,
    SliceLoad,
    TargetAdapter,
    TargetReceipt,
)
from syncengine.definition.model import FlowDefinition, MeasureKind, Per
from syncengine.definitions import fixed_cells
from syncengine.evidence import EvidenceKind
from syncengine.execution.attempt import Attempt, Trouble
from syncengine.execution.compute import Computed, in_one_currency, output_columns
from syncengine.execution.extract import pinned_connection
from syncengine.execution.fences import Planned, planned
from syncengine.execution.quarantine import Passed, follow
from syncengine.leases import next_fence
from syncengine.models import Run
from syncengine.selectors.releases import last_confirmed
from syncengine.states import Confirmation
from syncengine.storage import adapter_of
from syncengine.tags import Tag

Answer = TypeVar("Answer")


class Unproven(Exception):
    """The load was sent and nobody knows whether it was taken (REC-005)."""


def target_of(attempt: Attempt) -> TargetAdapter:
    return adapter_of(pinned_connection(attempt, attempt.definition.target.connection))


def slice_load_of(attempt: Attempt, computed: Computed) -> SliceLoad:
    """What the target shall hold for the run's slice. A dry run takes no fence: it asks with the next one."""
    run = attempt.run
    cells = fixed_cells(run.flow.code, attempt.definition, run.period)
    return SliceLoad(
        slice_key=run.slice_key,
        fence=next_fence(run.slice_key) if run.dry_run else attempt.lease.fence,
        run_ref=run.ref,
        table=attempt.definition.target.table,
        columns=output_columns(attempt.definition),
        content_hash=computed.output_hash,
        parquet=attempt.store.path(computed.output),
        rows=computed.result.output_rows,
        flow=run.flow.code,
        cells=cells,
        shared=_shared(run.flow.code, attempt.definition, cells),
    )


def load(attempt: Attempt, computed: Computed, passed: Passed) -> None:
    """Replace the slice in the target, then record it in the portal under the lease.

    Every refusal but LoadUnknown is one before the target's commit: nothing was sent or it has rolled back.
    """
    attempt.begin("load")
    target, found = _prepared(attempt, computed)
    try:
        receipt = _send(attempt, target, found.load)
    except LoadUnknown:
        raise
    except DomainError:
        attempt.nothing_sent()
        raise
    action = _action(found.plan, receipt.altered, attempt.run)
    quarantine = attempt.store.path(attempt.store.find(computed.quarantine.sha256, EvidenceKind.QUARANTINE))
    with attempt.write() as run:
        run.load_action = str(action)
        changes = follow(attempt, run, quarantine, passed)
        record(
            Tag.RUN_LOAD,
            actor=attempt.actor,
            subject=run,
            after={
                "slice": run.slice_key,
                "fence": receipt.fence,
                **found.detail,
                "action": str(action),
                "rows": receipt.rows,
                "quarantine": changes,
            },
            content_sha256=computed.output_hash,
            run_id=run.pk,
        )
    attempt.finish(
        receipt.rows, action=str(action), mode=found.plan.mode, fence=receipt.fence, **found.detail
    )


def _prepared(attempt: Attempt, computed: Computed) -> tuple[TargetAdapter, Planned]:
    """Target and plan of the load. Whatever fails here, nothing was sent."""
    try:
        target = target_of(attempt)
        return target, planned(attempt, target, slice_load_of(attempt, computed))
    except Exception:
        attempt.nothing_sent()
        raise


def _action(plan: LoadPlan, altered: bool, run: Run) -> LoadAction:
    """What was done, or would be: also whether the target was as the last load left it."""
    if altered:
        return LoadAction.OVERWRITE if plan.action is LoadAction.REPLACE else LoadAction.REPAIR
    last = last_confirmed(run) if plan.existing is None else None
    lost = last is not None and last.target_rows and last.target_key == run.target_key
    return LoadAction.RESTORE if lost else plan.action


def look(attempt: Attempt, computed: Computed) -> Trouble | None:
    """What a load would meet in the target, told by a dry run: the target is read and nothing is sent.

    Raises what the load would refuse.
    """
    attempt.begin("confirm")
    target = target_of(attempt)
    found = planned(attempt, target, slice_load_of(attempt, computed))
    slice_load = found.load
    action = _action(found.plan, target.altered(slice_load), attempt.run)
    foreign = target.foreign_rows(slice_load)
    with attempt.write() as run:
        run.load_action = str(action)
    attempt.finish(None, action=str(action), mode=found.plan.mode, foreign_rows=foreign, **found.detail)
    return _crowded(foreign, slice_load) if foreign else None


def _send(attempt: Attempt, target: TargetAdapter, slice_load: SliceLoad) -> TargetReceipt:
    """Load; a lost answer is settled by the target's own record of the slice, never by sending again.

    Raises Unproven when the target does not answer that question either.
    """
    try:
        return target.load(slice_load, attempt.progress)
    except LoadUnknown as error:
        try:
            receipt = _answer(lambda: target.confirm(slice_load.slice_key))
        except DomainError:
            raise Unproven(error.message) from error
        if receipt is not None and receipt.fence == slice_load.fence:
            return receipt
        raise


def _answer(question: Callable[[], Answer]) -> Answer:
    """What the target answers; asked once more when the connection broke. Raises Unproven, LOAD codes."""
    try:
        return question()
    except DomainError as error:
        if not _broke(error):
            raise
    try:
        return question()
    except DomainError as error:
        if _broke(error):
            raise Unproven(error.message) from error
        raise


def _broke(error: DomainError) -> bool:
    return behaviour_of(error.code) is Behaviour.TRANSIENT


def confirm(attempt: Attempt, computed: Computed) -> Trouble | None:
    """Compare the target's own record and its rows with what was computed, and count what else is there.

    Gives why the load is not confirmed.
    """
    attempt.begin("confirm")
    target, slice_load = target_of(attempt), slice_load_of(attempt, computed)
    receipt = _answer(lambda: target.confirm(slice_load.slice_key))
    found = _answer(lambda: target.read_back(slice_load.slice_key, slice_load.table, slice_load.columns))
    foreign = _answer(lambda: target.foreign_rows(slice_load))
    verdict = judge(receipt, found, slice_load)
    trouble = None if verdict is Confirmation.CONFIRMED else _short(verdict, found, slice_load)
    if trouble is None and foreign:
        verdict, trouble = Confirmation.PARTIAL, _crowded(foreign, slice_load)
    with attempt.write() as run:
        run.confirmation = verdict
        run.target_rows = found.rows
        one_currency = in_one_currency(attempt.definition, computed.result)
        run.target_net = net_of(attempt.definition, found.amounts) if one_currency else None
    attempt.finish(found.rows, confirmation=str(verdict), output_hash=found.output_hash, foreign_rows=foreign)
    return trouble


def _short(verdict: Confirmation, found: ReadBack, sent: SliceLoad) -> Trouble:
    code = Code.REC_004 if verdict is Confirmation.FAILED else Code.REC_003
    return code, f"The target holds {found.rows} rows of {sent.rows}.", ""


def _crowded(foreign: int, sent: SliceLoad) -> Trouble:
    cells = ", ".join(f"{name} = '{value}'" for name, value in sorted(sent.cells.items()))
    rows = "1 row" if foreign == 1 else f"{foreign:,} rows"
    words = (
        f"{rows} of the table {sent.table} with {cells} but another slice than {sent.slice_key}: "
        f"whoever reads these cells finds them beside the {sent.rows:,} of this load."
    )
    return Code.REC_006, words, ""


def _shared(flow_code: str, definition: FlowDefinition, cells: Mapping[str, str]) -> bool:
    """Whether the fixed columns do not tell a slice from the flow's others."""
    by_period = definition.slice.per is Per.PERIOD
    return by_period and cells.keys() == fixed_cells(flow_code, definition).keys()


def judge(receipt: TargetReceipt | None, found: ReadBack, sent: SliceLoad) -> Confirmation:
    """Confirmed only when record, rows and hash all tie; failed when the target knows nothing of it."""
    if receipt is None or (found.rows == 0 and sent.rows > 0):
        return Confirmation.FAILED
    recorded = receipt.content_hash == sent.content_hash and receipt.fence == sent.fence
    if recorded and found.output_hash == sent.content_hash and found.rows == sent.rows:
        return Confirmation.CONFIRMED
    return Confirmation.PARTIAL


def net_of(definition: FlowDefinition, amounts: Mapping[str, Decimal]) -> Decimal:
    """The net of the target's sums: its net measure, else debit less credit, else its only measure."""
    kinds = {item.of: item.name for item in definition.measures}
    for kind in (MeasureKind.NET, MeasureKind.NATURAL):
        if kind in kinds:
            return Decimal(decimal_text(amounts[kinds[kind]]))
    debit, credit = (
        amounts[kinds[kind]] if kind in kinds else Decimal(0)
        for kind in (MeasureKind.DEBIT, MeasureKind.CREDIT)
    )
    return debit - credit
