"""Registering calendars and opening or closing periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction

from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, Fault, Faults, NotFound
from portal.core.locking import lock_name, locked
from portal.core.states import apply_transition
from portal.core.text import clean_code, clean_text
from portal.fiscal.codes import Code
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.periods import Period, is_period
from portal.fiscal.permissions import P
from portal.fiscal.states import PERIOD, PeriodState
from portal.fiscal.tags import Tag


@dataclass(frozen=True, slots=True)
class PeriodSpec:
    """A period to register; days inclusive. `place` names where it was written, for fault messages."""

    code: str
    start: dt.date
    end: dt.date
    name: str = ""
    state: str = PeriodState.OPEN
    place: str = ""


def period_faults(periods: Sequence[PeriodSpec]) -> list[Fault]:
    """Every inconsistency: form, double codes, reversed days, overlaps of ordinary periods."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for spec in periods:
        if not is_period(spec.code):
            faults.append(Fault(Code.PER_002, f"{spec.code!r} is not of the form YYYY-PP.", spec.place))
        if spec.code in seen:
            faults.append(Fault(Code.PER_002, f"The period {spec.code} stands twice.", spec.place))
        if spec.end < spec.start:
            faults.append(Fault(Code.PER_002, f"The period {spec.code} ends before it begins.", spec.place))
        seen.add(spec.code)
    if faults:
        return faults
    ordinary = sorted((s for s in periods if not Period.parse(s.code).is_adjustment), key=lambda s: s.code)
    for left, right in pairwise(ordinary):
        if right.start <= left.end:
            faults.append(
                Fault(Code.PER_002, f"The periods {left.code} and {right.code} overlap.", right.place)
            )
    return faults


def _together(calendar: FiscalCalendar | None, periods: Sequence[PeriodSpec]) -> list[PeriodSpec]:
    """The named periods and the calendar's other ones, judged as the one calendar that they become."""
    if calendar is None:
        return list(periods)
    named = {spec.code for spec in periods}
    others = calendar.periods.exclude(code__in=named)
    return [*periods, *(PeriodSpec(each.code, each.start, each.end) for each in others)]


@audited(Tag.CALENDAR_REGISTER)
def calendar_register(
    *,
    actor: Actor,
    reason: str,
    code: str,
    name: str,
    periods: Sequence[PeriodSpec],
    dry_run: bool = False,
) -> tuple[FiscalCalendar, bool]:
    """Register a calendar or add and correct periods of it; periods not named stay as they are.

    A dry run finds every fault and is rolled back.
    Returns the calendar and whether anything changed. Raises Faults PER-002 (inconsistent), Conflict
    PER-003 (new days for a period that is not open).
    """
    authority.check_everywhere(actor, P.CALENDAR_MAINTAIN)
    lock_name(f"calendar:{code}")
    name = clean_text(name, 200, place="name")
    calendar = FiscalCalendar.objects.filter(code=clean_code(code, place="code")).first()
    if faults := period_faults(_together(calendar, periods)):
        raise Faults(faults)
    changed = calendar is None or calendar.name != name
    if calendar is None:
        calendar = FiscalCalendar(code=code)
    if changed:
        calendar.name = name
        calendar.full_clean()
        calendar.save()
    touched = [spec.code for spec in periods if _upsert(calendar, spec)]
    if changed or touched:
        record(
            Tag.CALENDAR_REGISTER,
            actor=actor,
            subject=calendar,
            reason=reason,
            after={"name": name, "periods": touched},
        )
    if dry_run:
        transaction.set_rollback(True)
    return calendar, bool(changed or touched)


def _upsert(calendar: FiscalCalendar, spec: PeriodSpec) -> bool:
    """Create or correct one period. An existing period's state is changed only by `period_set_state`."""
    values = {
        "name": clean_text(spec.name, 64, place=spec.place),
        "start": spec.start,
        "end": spec.end,
        "is_adjustment": Period.parse(spec.code).is_adjustment,
    }
    period = FiscalPeriod.objects.filter(calendar=calendar, code=spec.code).first()
    if period is None:
        period = FiscalPeriod(calendar=calendar, code=spec.code, state=spec.state)
    elif all(getattr(period, field) == value for field, value in values.items()):
        return False
    elif not period.is_open and (period.start, period.end) != (spec.start, spec.end):
        words = f"The period {spec.code} is {period.get_state_display()}; its days may not move."
        raise Conflict(Code.PER_003, words, place=spec.place)
    for field, value in values.items():
        setattr(period, field, value)
    period.full_clean()
    period.save()
    return True


@audited(Tag.PERIOD_SET_STATE)
def period_set_state(*, actor: Actor, reason: str, period_id: int, state: str) -> FiscalPeriod:
    """Open, close or lock a period; a locked one stays locked. Raises NotFound, BadInput, Conflict."""
    authority.check_everywhere(actor, P.CALENDAR_MAINTAIN)
    period = locked(FiscalPeriod.objects.select_related("calendar")).filter(pk=period_id).first()
    if period is None:
        raise NotFound("There is no such period.")
    if state not in PERIOD:
        raise BadInput(Code.PER_002, f"A period is {', '.join(PERIOD)}; not {state!r}.", place="state")
    before = {"period": period.code, "state": apply_transition(period, PERIOD, state)}
    period.full_clean()
    period.save()
    after = {"period": period.code, "state": state}
    record(
        Tag.PERIOD_SET_STATE, actor=actor, subject=period.calendar, reason=reason, before=before, after=after
    )
    return period
