"""The plan of a load, also for a portal that was put back from a backup and knows less than its target."""

from __future__ import annotations

from dataclasses import dataclass, replace

from syncengine.codes import Code
from syncengine.connectors.base import (
    LoadAction,
    LoadPlan,
    LoadRefused,
    SliceLoad,
    TargetAdapter,
    TargetReceipt,
)
from syncengine.execution.attempt import Attempt
from syncengine.leases import beyond
from syncengine.models import Run


@dataclass(frozen=True, slots=True)
class Planned:
    """What the load will do, what is sent, and the later fence of an older run that it passes, if any."""

    plan: LoadPlan
    load: SliceLoad
    passes: TargetReceipt | None = None

    @property
    def detail(self) -> dict[str, object]:
        """For audit and stage: the run and fence that were passed."""
        return {"passes": [self.passes.run_ref, self.passes.fence]} if self.passes else {}


def planned(attempt: Attempt, target: TargetAdapter, load: SliceLoad) -> Planned:
    """Ask the target what the load would do; under a fence beyond the target's if an older run holds it.

    Fences are given out in rising order, so a fence from this one on that another run has used is one of a
    portal whose history is lost. A worker that is merely late has lost its lease, or is the older run.
    Raises LoadRefused LOAD-004 and others, LeaseLost RUN-007.
    """
    try:
        plan = target.plan_load(load)
    except LoadRefused as refusal:
        held = target.confirm(load.slice_key) if refusal.code in (Code.LOAD_004, Code.LOAD_005) else None
        if held is None or held.fence < load.fence or held.run_ref == load.run_ref:
            raise
    else:
        held = plan.existing
        if held is None or plan.action is not LoadAction.NOTHING or held.run_ref == load.run_ref:
            return Planned(plan, load)
    if not _is_older(held.run_ref, attempt.run):
        raise LoadRefused(Code.LOAD_004, _why(held, load), place=load.slice_key) from None
    fence = held.fence + 1
    if not attempt.run.dry_run:
        attempt.lease = beyond(attempt.lease, held.fence)
        fence = attempt.lease.fence
    load = replace(load, fence=fence)
    return Planned(target.plan_load(load), load, held)


def _is_older(ref: str, run: Run) -> bool:
    number = ref.removeprefix("R-")
    return number.isdecimal() and int(number) < run.pk


def _why(held: TargetReceipt, load: SliceLoad) -> str:
    number = held.run_ref.removeprefix("R-")
    known = number.isdecimal() and Run.objects.filter(pk=int(number), slice_key=load.slice_key).exists()
    whose = "a newer run" if known else "which this portal does not know"
    return f"The target holds the slice from {held.run_ref}, {whose}; fence {held.fence}, here {load.fence}."
