"""Reads of runs, their totals and their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from portal.core.actor import Actor
from portal.core.errors import NotFound
from syncengine.codes import Code
from syncengine.connectors.base import LoadAction
from syncengine.leases import MAX_ATTEMPTS
from syncengine.models import EvidenceFile, Flow, Run
from syncengine.permissions import P
from syncengine.states import Confirmation, Outcome, RunState, WaitReason

BUCKETS = ("source", "loaded", "excluded", "quarantined", "accepted")


def runs(actor: Actor) -> QuerySet[Run]:
    """Runs the actor may see, newest first."""
    return Run.objects.restrict(actor, P.RUN_VIEW).select_related("flow", "flow_version")


def run_by_ref(actor: Actor, ref: str, permission: str = P.RUN_VIEW) -> Run:
    """The run behind `R-000001`. Raises NotFound, Forbidden."""
    number = ref.removeprefix("R-")
    if not (ref.startswith("R-") and number.isascii() and number.isdigit()):
        raise NotFound(f"There is no run {ref!r} in your scope.")
    return Run.objects.all().get_for(actor, permission, pk=int(number))


def latest_run_of_slice(flow: Flow, slice_key: str) -> Run | None:
    """The newest run that loads the slice; dry runs do not count."""
    return Run.objects.filter(flow=flow, slice_key=slice_key, dry_run=False).order_by("-id").first()


@dataclass(frozen=True, slots=True)
class Totals:
    """Records, debit and credit of one bucket."""

    records: int
    debit: Decimal
    credit: Decimal


_NOTHING = Totals(0, Decimal(0), Decimal(0))


def totals_of(run: Run) -> dict[str, dict[str, Totals]]:
    """Control totals by bucket and currency; every bucket is named, also when it is empty."""
    found: dict[str, dict[str, Totals]] = {bucket: {} for bucket in BUCKETS}
    for row in run.control_totals.all():
        found[row.bucket][row.currency] = Totals(row.records, row.debit, row.credit)
    return found


def ties(found: dict[str, dict[str, Totals]]) -> bool:
    """Whether, in each currency, records and amounts of the source are exactly those of the other buckets."""
    for currency in {currency for bucket in found.values() for currency in bucket}:
        source, *others = (found[bucket].get(currency, _NOTHING) for bucket in BUCKETS)
        if source != sum_of(others):
            return False
    return True


def loaded_word(run: Run) -> str:
    """What the bucket `loaded` is called: the target holds its records only once it has answered."""
    return "loaded" if run.confirmation in (Confirmation.CONFIRMED, Confirmation.PARTIAL) else "to load"


def sum_of(totals: Iterable[Totals]) -> Totals:
    """Sum over currencies: right for records, and for amounts of a ledger in one currency."""
    listed = list(totals)
    return Totals(
        sum(item.records for item in listed),
        sum((item.debit for item in listed), Decimal(0)),
        sum((item.credit for item in listed), Decimal(0)),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How many records the source holds, and how many of them the run's slice; None: not counted yet."""

    source: int | None
    slice: int | None


def reading_of(run: Run) -> Reading:
    """What the last attempts of a run counted."""
    counts = {row.stage: row.records for row in run.stages.all()}
    return Reading(counts.get("extract"), counts.get("validate"))


@dataclass(frozen=True, slots=True)
class Retry:
    """A run whose attempt `failed` (from 1) of `allowed` was cut short; what follows begins at `at`."""

    failed: int
    allowed: int
    at: dt.datetime | None

    @property
    def is_last(self) -> bool:
        """No attempt is left: the run is given up then."""
        return self.failed >= self.allowed

    @property
    def words(self) -> str:
        then = "the run is given up" if self.is_last else f"attempt {self.failed + 1} begins"
        when = "as soon as a worker is free" if self.at is None else f"at {self.at:%Y-%m-%d %H:%M:%S} UTC"
        return f"Attempt {self.failed} of {self.allowed} failed; {then} {when}."


def retry_of(run: Run) -> Retry | None:
    """When a run that waits for its next attempt goes on; None for others."""
    if run.state != RunState.WAITING or run.wait_reason != WaitReason.RETRY:
        return None
    part = run.partitions.all()[0]
    return Retry(part.attempt - part.releases, MAX_ATTEMPTS, part.not_before)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a run tells that does not stop it."""

    code: Code
    message: str


def warnings_of(run: Run) -> list[Warned]:
    """What else whoever answers for the figures of a run must know."""
    found = []
    details = {row.stage: row.detail for row in run.stages.all()}
    strays = details.get("validate", {}).get("strays")
    if strays:
        values = ", ".join(f"{value!r} ({records:,})" for value, records in strays["values"])
        words = (
            f"Source records in the slice of no period: {strays['records']:,}. "
            f"Their {strays['field']} is none of the calendar's, for instance {values}."
        )
        found.append(Warned(Code.DQ_011, words))
    shrunk = details.get("reconcile", {}).get("shrunk")
    if shrunk and run.error_code != Code.DQ_012:
        ref, then, now = shrunk
        if now * 2 < then and run.reconciliation != Outcome.RECONCILED:
            words = f"The slice has {now:,} records; {ref} had {then:,}, more than twice as many."
            found.append(Warned(Code.DQ_012, words))
    passed = details.get("confirm" if run.dry_run else "load", {}).get("passes")
    if passed:
        ref, fence = passed
        words = f"The target had the slice from {ref} under fence {fence}, which this portal never gave out."
        found.append(Warned(Code.LOAD_017, words))
    if run.load_action == LoadAction.RESTORE:
        done = "would be" if run.dry_run else "was"
        words = (
            f"The target had no record of the slice it confirmed earlier; the slice {done} put there anew."
        )
        found.append(Warned(Code.LOAD_016, words))
    if run.load_action in (LoadAction.REPAIR, LoadAction.OVERWRITE):
        what = "put back" if run.load_action == LoadAction.REPAIR else "replaced by the new content"
        verb = ("are", "would be") if run.dry_run else ("had been", "were")
        words = f"The target's rows of the slice {verb[0]} changed outside Tieout; they {verb[1]} {what}."
        found.append(Warned(Code.LOAD_015, words))
    unreadable = details.get("aggregate", {}).get("unreadable")
    if unreadable:
        found.append(Warned(Code.DQ_001, _without_money(run, unreadable)))
    return found


def _without_money(run: Run, unreadable: int) -> str:
    """How many records count zero: without a readable amount or, where the flow has one, without a side."""
    some, it = (
        ("1 record has", "it counts") if unreadable == 1 else (f"{unreadable:,} records have", "they count")
    )
    what = "amount or side" if "side" in run.flow_version.definition["amount"] else "amount"
    return f"{some} no readable {what}; {it} in records, not in money."


@dataclass(frozen=True, slots=True)
class Newer:
    """A newer run of the slice, and whether the target holds or may hold its rows."""

    run: Run
    landed: bool


def newer_of_slice(run: Run) -> Newer | None:
    """The newest later run that reached the target; else the newest later one; None for dry runs."""
    if run.dry_run:
        return None
    later = Run.objects.filter(flow=run.flow, slice_key=run.slice_key, dry_run=False, pk__gt=run.pk)
    newest_first = later.order_by("-pk")
    landed = newest_first.exclude(confirmation__in=(Confirmation.NONE, Confirmation.NOT_LOADED)).first()
    newest = landed or newest_first.first()
    return Newer(newest, landed is not None) if newest else None


def evidence_of(run: Run) -> QuerySet[EvidenceFile]:
    return run.evidence.all()
