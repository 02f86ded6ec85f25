"""Held runs that a second person may let through: which, by what, and what would change in the target."""

from __future__ import annotations

from dataclasses import dataclass

from portal.approvals.models import ChangeRequest, Decision
from syncengine.codes import Code
from syncengine.models import Run
from syncengine.selectors.health import latest_of_slices
from syncengine.selectors.runs import newer_of_slice
from syncengine.states import Confirmation, RunState

RELEASABLE = (Code.DQ_012, Code.RUN_014, Code.RUN_015)


def why_not_release(run: Run) -> str:
    """Why a run cannot be released now, as the end of a sentence; "" when it can."""
    if run.state != RunState.HELD or run.dry_run or run.error_code not in RELEASABLE:
        return "it is not held for want of a proof, for a shrunken slice or for an empty extract."
    if run.release_ref:
        return f"{run.release_ref} released it already; replay it."
    if not latest_of_slices(Run.objects.filter(pk=run.pk)).exists():
        return "a newer run of the slice exists."
    return ""


@dataclass(frozen=True, slots=True)
class Release:
    """The change request that let a content be loaded, the held run that had computed it, who approved."""

    change: str
    run: str
    approved_by: list[str]

    @property
    def run_id(self) -> int:
        return int(self.run.removeprefix("R-"))

    @property
    def words(self) -> str:
        return f"{self.change} released what {self.run} computed; approved by {', '.join(self.approved_by)}."


def release_of(run: Run) -> Release | None:
    """By what a held run was released, or a run went on that would have been held; None without a release."""
    if not run.release_ref:
        return None
    change = ChangeRequest.objects.get(pk=int(run.release_ref.removeprefix("CR-")))
    approved = change.decisions.filter(verdict=Decision.Verdict.APPROVE, voided=False).select_related(
        "person"
    )
    return Release(change.ref, change.subject_key, [seat.person.name for seat in approved])


def released_note(run: Run) -> str:
    """What a replay of a released held run loads; "" without a release, or when it is used up."""
    if run.state != RunState.HELD or not run.release_ref:
        return ""
    newer = newer_of_slice(run)
    if newer is not None and newer.landed:
        return ""
    return (
        f"What {run.release_ref} released is loaded only while the source still gives exactly that content; "
        "any other content is compared anew."
    )


def last_confirmed(run: Run) -> Run | None:
    """The newest other run of the slice that the target confirmed."""
    confirmed = Run.objects.filter(
        flow=run.flow, slice_key=run.slice_key, dry_run=False, confirmation=Confirmation.CONFIRMED
    )
    return confirmed.exclude(pk=run.pk).order_by("-pk").first()


def source_records(run: Run) -> int:
    """How many source records the slice had in a run."""
    return sum(row.records for row in run.control_totals.all() if row.bucket == "source")
