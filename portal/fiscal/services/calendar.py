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
from portal.core.errors import BadInput, Conflict, Denied409, Fault, Faults, NotFound
from portal.core.locking import lock_name, locked
from portal.core.states import apply_transition
from portal.core.text import clean_code, clean_text
from portal.fiscal.codes import Code
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.periods import Period, is_period
from portal.fiscal.permissions import P
from portal.fiscal.ports import period_uses
from portal.fiscal.states import PERIOD, PeriodState
from portal.fiscal.tags import Tag

_DAY = dt.timedelta(days=1)
_LAST = 12
"""The last ordinary period of a year."""


@dataclass(frozen=True, slots=True)
class PeriodSpec:
    """A period to register; days inclusive. `place` names where it was written, for fault messages."""

    code: str
    start: dt.date
    end: dt.date
    name: str = ""
    state: str = PeriodState.OPEN
    place: str = ""


def period_faults(periods: Sequence[PeriodSpec], others: Sequence[PeriodSpec] = ()) -> list[Fault]:
    """Every inconsistency: form, double codes, reversed days; days of ordinary periods shared or left out.

    `others` are periods that are there and stay: what is missing between two of them is not judged again.
    """
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
    every = [*periods, *others]
    ordinary = sorted((s for s in every if not Period.parse(s.code).is_adjustment), key=lambda s: s.code)
    for left, right in pairwise(ordinary):
        place = right.place or left.place
        if right.start <= left.end:
            words = f"The periods {left.code} and {right.code} overlap."
            faults.append(Fault(Code.PER_002, words, place))
        elif left.code not in seen and right.code not in seen:
            continue
        elif _follows(left, right) and right.start != left.end + _DAY:
            words = f"There are days between the periods {left.code} and {right.code}."
            faults.append(Fault(Code.PER_002, words, place))
    return faults


def _follows(left: PeriodSpec, right: PeriodSpec) -> bool:
    """Whether no period can come between two: the next number of a year, or the first after the twelfth."""
    before, after = Period.parse(left.code), Period.parse(right.code)
    if before.year == after.year:
        return after.number == before.number + 1
    return (before.number, after.number, after.year) == (_LAST, 1, before.year + 1)


@audited(Tag.CALENDAR_REGISTER)
def calendar_register(
    *,
    actor: Actor,
    reason: str,
    code: str,
    name: str,
    periods: Sequence[PeriodSpec],
    dry_run: bool = False,
) -> FiscalCalendar:
    """Register a new calendar with its periods. A dry run finds every fault and is rolled back.

    Raises Conflict PER-004 (the code is taken), Faults PER-002 (inconsistent).
    """
    authority.check_everywhere(actor, P.CALENDAR_MAINTAIN)
    code = clean_code(code, place="code")
    lock_name(f"calendar:{code}")
    known = FiscalCalendar.objects.filter(code=code).first()
    if known is not None:
        words = f"The calendar {code} is registered already."
        raise Conflict(Code.PER_004, words, place="code", details={"calendar": known.pk})
    if faults := period_faults(periods):
        raise Faults(faults)
    calendar = FiscalCalendar(code=code, name=clean_text(name, 200, place="name"))
    calendar.full_clean()
    calendar.save()
    touched = [spec.code for spec in periods if _upsert(calendar, spec)]
    after = {"name": calendar.name, "periods": touched}
    record(Tag.CALENDAR_REGISTER, actor=actor, subject=calendar, reason=reason, after=after)
    if dry_run:
        transaction.set_rollback(True)
    return calendar


@audited(Tag.CALENDAR_EDIT)
def calendar_edit(
    *,
    actor: Actor,
    reason: str,
    calendar_id: int,
    name: str,
    periods: Sequence[PeriodSpec] = (),
    dry_run: bool = False,
) -> FiscalCalendar:
    """Rename a calendar, add and correct periods of it; periods not named stay as they are.

    Raises NotFound, Faults PER-002 (inconsistent), Conflict PER-003 (new days for a period that is not
    open), Denied409 PER-005 (new days for a period with runs).
    """
    authority.check_everywhere(actor, P.CALENDAR_MAINTAIN)
    calendar = locked(FiscalCalendar.objects.all()).filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound("There is no such calendar.")
    others = calendar.periods.exclude(code__in=[spec.code for spec in periods])
    stay = [PeriodSpec(each.code, each.start, each.end) for each in others]
    if faults := period_faults(periods, stay):
        raise Faults(faults)
    _demand_unused(calendar, periods)
    before = {"name": calendar.name}
    calendar.name = clean_text(name, 200, place="name")
    calendar.full_clean()
    touched = [spec.code for spec in periods if _upsert(calendar, spec)]
    if calendar.name != before["name"]:
        calendar.save()
    elif not touched:
        return calendar
    after = {"name": calendar.name, "periods": touched}
    record(Tag.CALENDAR_EDIT, actor=actor, subject=calendar, reason=reason, before=before, after=after)
    if dry_run:
        transaction.set_rollback(True)
    return calendar


def _demand_unused(calendar: FiscalCalendar, periods: Sequence[PeriodSpec]) -> None:
    """Raises Conflict PER-005 when something stands on days that would move."""
    there = {code: days for code, *days in calendar.periods.values_list("code", "start", "end")}
    moved = {
        spec.code: spec
        for spec in periods
        if there.get(spec.code, [spec.start, spec.end]) != [spec.start, spec.end]
    }
    if not moved:
        return
    for uses in period_uses.all().values():
        for code, words in uses(calendar.code, list(moved)).items():
            message = f"The days of {code} may not move: {words}."
            raise Denied409(Code.PER_005, message, place=moved[code].place)


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
        raise Denied409(Code.PER_003, words, place=spec.place)
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
