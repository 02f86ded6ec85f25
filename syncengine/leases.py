"""Leases on partitions and on target slices: one worker at a time, by the database's clock, fenced."""

from __future__ import annotations

import datetime as dt
import os
import socket
import uuid
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from portal.core.actor import Source, system_actor
from portal.core.clock import database_now
from portal.core.errors import Conflict
from portal.core.locking import locked, skip_locked
from portal.core.states import apply_transition
from syncengine.codes import Code
from syncengine.endings import tell_end
from syncengine.models import Partition, Run, TargetLease
from syncengine.states import PARTITION, QUEUED, RUN, STAGES, Confirmation, PartitionState, WaitReason

MAX_ATTEMPTS = 5
LOOK_AT = 20


class LeaseLost(Conflict):
    """Another worker holds the partition now; nothing of this attempt may be written (RUN-007)."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a partition. `attempt` fences the portal, `fence` the target."""

    partition_id: int
    run_id: int
    owner: str
    attempt: int
    fence: int


def lease_seconds() -> float:
    return float(settings.LEASE_SECONDS)


def worker_name() -> str:
    """A name no other worker has, also after a restart of the same process number."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def _claimable(at: dt.datetime) -> Q:
    waiting = Q(state=PartitionState.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
    return waiting | Q(state=PartitionState.RUNNING, lease_until__lt=at)


@transaction.atomic
def claim(owner: str, run_id: int | None = None) -> Lease | None:
    """Take the oldest partition that waits or whose lease has run out; None when there is nothing to do.

    A partition that was attempted too often fails its run (RUN-004) instead of being taken.
    """
    at = database_now()
    candidates = Partition.objects.filter(_claimable(at)).order_by("id")
    if run_id is not None:
        candidates = candidates.filter(run_id=run_id)
    for partition in skip_locked(candidates)[:LOOK_AT]:
        run = locked(Run.objects.select_related("flow")).get(pk=partition.run_id)
        if partition.attempt - partition.releases >= MAX_ATTEMPTS:
            _give_up(partition, run)
            continue
        until = at + dt.timedelta(seconds=lease_seconds())
        fence = _lease_slice(run, owner, at, until)
        if fence is None:
            if run.wait_reason != WaitReason.LEASE and run.state in QUEUED:
                run.wait_reason = WaitReason.LEASE
                run.save(update_fields=["wait_reason"])
            continue
        return _take(partition, run, owner, until, fence)
    return None


def _take(partition: Partition, run: Run, owner: str, until: dt.datetime, fence: int) -> Lease:
    apply_transition(partition, PARTITION, "claim")
    partition.attempt += 1
    partition.lease_owner, partition.lease_until, partition.fence = owner, until, fence
    partition.progress_stage, partition.progress_done, partition.progress_total = "", 0, None
    partition.save()
    if run.state in STAGES:
        apply_transition(run, RUN, "wait")
    apply_transition(run, RUN, "extract")
    run.wait_reason = ""
    run.save(update_fields=["state", "wait_reason"])
    return Lease(partition.pk, run.pk, owner, partition.attempt, fence)


def _lease_slice(run: Run, owner: str, at: dt.datetime, until: dt.datetime) -> int | None:
    """The next fence of the run's slice, or None while another run holds it. Dry runs need no slice."""
    if run.dry_run:
        return 0
    key = {"target_key": run.target_key, "slice_key": run.slice_key}
    TargetLease.objects.bulk_create([TargetLease(**key)], ignore_conflicts=True)
    lease = locked(TargetLease.objects.filter(**key)).get()
    if lease.until is not None and lease.until >= at and lease.run_id not in (None, run.pk):
        return None
    lease.fence = next_fence(run.slice_key)
    lease.run, lease.owner, lease.until = run, owner, until
    lease.save()
    return lease.fence


def next_fence(slice_key: str) -> int:
    """Over all connections: two of them may lead to one target, which refuses a lower fence for ever."""
    taken = TargetLease.objects.filter(slice_key=slice_key).values_list("fence", flat=True)
    return 1 + max(taken, default=0)


def failing_verb(run: Run) -> str:
    """How a run ends that cannot go on: as lost once its load has begun and the target has not answered."""
    return "lose" if run.is_in_doubt else "fail"


def _give_up(partition: Partition, run: Run) -> None:
    """End a run that was attempted too often, and tell it. The caller holds the run's lock."""
    apply_transition(partition, PARTITION, "fail")
    partition.save(update_fields=["state"])
    apply_transition(run, RUN, failing_verb(run))
    words = f"Given up after {partition.attempt} attempts. {run.error_message}".strip()
    run.error_code, run.error_message = str(Code.RUN_004), words[:2000]
    if run.dry_run:
        run.confirmation = Confirmation.NOT_LOADED
    run.finished_at = database_now()
    run.save(update_fields=["state", "confirmation", "error_code", "error_message", "finished_at"])
    tell_end(run, system_actor("Sync engine", Source.WORKER))


def extend(lease: Lease, stage: str = "", done: int | None = None, total: int | None = None) -> bool:
    """Renew the lease and tell the progress; False when it is lost."""
    until = database_now() + dt.timedelta(seconds=lease_seconds())
    values: dict[str, object] = {"lease_until": until}
    if stage:
        values["progress_stage"] = stage
    if done is not None:
        values |= {"progress_done": done, "progress_total": total}
    held = Partition.objects.filter(
        pk=lease.partition_id, lease_owner=lease.owner, attempt=lease.attempt, state=PartitionState.RUNNING
    ).update(**values)
    if held:
        TargetLease.objects.filter(run_id=lease.run_id, owner=lease.owner).update(until=until)
    return bool(held)


def hold(lease: Lease) -> tuple[Partition, Run]:
    """Lock partition and run for writing under the lease. Raises LeaseLost RUN-007. Needs a transaction."""
    partition = locked(Partition.objects.filter(pk=lease.partition_id)).get()
    mine = (partition.lease_owner, partition.attempt) == (lease.owner, lease.attempt)
    if not mine or partition.state != PartitionState.RUNNING:
        raise LeaseLost(Code.RUN_007, f"Attempt {lease.attempt} of {partition} no longer holds its lease.")
    return partition, locked(Run.objects.select_related("flow", "flow_version")).get(pk=lease.run_id)


@transaction.atomic
def beyond(lease: Lease, fence: int) -> Lease:
    """The lease under the fence after one that the portal never gave out, and that only its target knows.

    Raises LeaseLost RUN-007 unless this is the last fence that was given out for the slice.
    """
    partition, run = hold(lease)
    slices = list(locked(TargetLease.objects.filter(slice_key=run.slice_key)))
    mine = [row for row in slices if (row.run_id, row.owner, row.fence) == (run.pk, lease.owner, lease.fence)]
    if not mine or next_fence(run.slice_key) != lease.fence + 1:
        raise LeaseLost(Code.RUN_007, f"Attempt {lease.attempt} of {partition} no longer holds its slice.")
    mine[0].fence = partition.fence = max(lease.fence, fence) + 1
    mine[0].save(update_fields=["fence"])
    partition.save(update_fields=["fence"])
    return replace(lease, fence=partition.fence)


def free_slice(lease: Lease) -> None:
    """Let other runs have the slice; the fence stays."""
    TargetLease.objects.filter(run_id=lease.run_id, owner=lease.owner).update(until=None, owner="")


@transaction.atomic
def give_back(
    lease: Lease, reason: str, *, after_seconds: float = 0, counts: bool = True, note: str = ""
) -> None:
    """Put a partition back into the queue. `counts` false forgives the attempt (an orderly stop).

    After the last attempt nothing is waited for: whoever looks next gives the run up.
    """
    partition, run = hold(lease)
    apply_transition(partition, PARTITION, "release")
    partition.lease_owner, partition.lease_until = "", None
    partition.releases += not counts
    waits = after_seconds and partition.attempt - partition.releases < MAX_ATTEMPTS
    partition.not_before = database_now() + dt.timedelta(seconds=after_seconds) if waits else None
    partition.save()
    apply_transition(run, RUN, "wait")
    run.wait_reason, run.error_message = reason, note[:2000]
    run.save(update_fields=["state", "wait_reason", "error_message"])
    free_slice(lease)
