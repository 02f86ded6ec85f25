"""Registering calendars and opening or closing periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.codes import Code as Platform
from portal.core.errors import BadInput, Conflict, Denied409, Fault, Faults, NotFound
from portal.core.locking import lock_name, locked
from portal.core.states import apply_transition, possible
from portal.core.text import clean_code, clean_text
from portal.fiscal.codes import Code
from portal.fiscal.consistency import PeriodSpec, period_faults
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.permissions import P
from portal.fiscal.ports import period_uses
from portal.fiscal.states import PERIOD, PeriodState
from portal.fiscal.tags import Tag


@dataclass(frozen=True, slots=True)
class CalendarResult:
    """A calendar, and how many of the periods given for it are new, corrected or as they were."""

    calendar: FiscalCalendar
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    renamed: bool = False

    @property
    def counts(self) -> dict[str, int]:
        return {"new": self.added, "changed": self.changed, "unchanged": self.unchanged}


@audited(Tag.CALENDAR_REGISTER)
def calendar_register(
    *,
    actor: Actor,
    reason: str,
    code: str,
    name: str,
    periods: Sequence[PeriodSpec],
    dry_run: bool = False,
) -> CalendarResult:
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
    for spec in periods:
        _upsert(calendar, spec)
    after = {"name": calendar.name, "periods": [spec.code for spec in periods]}
    record(Tag.CALENDAR_REGISTER, actor=actor, subject=calendar, reason=reason, after=after)
    if dry_run:
        transaction.set_rollback(True)
    return CalendarResult(calendar, added=len(periods))


@audited(Tag.CALENDAR_EDIT)
def calendar_edit(
    *,
    actor: Actor,
    reason: str,
    calendar_id: int,
    name: str,
    periods: Sequence[PeriodSpec] = (),
    dry_run: bool = False,
) -> CalendarResult:
    """Rename a calendar, add and correct periods of it; periods not named stay as they are.

    Raises NotFound, Faults PER-002 (inconsistent) and PER-006 (another state for a period that is there),
    Denied409 PER-003 (new days for a period that is not open) and PER-005 (for a period with runs).
    """
    authority.check_everywhere(actor, P.CALENDAR_MAINTAIN)
    calendar = locked(FiscalCalendar.objects.all()).filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound("There is no such calendar.")
    if faults := [*period_faults(periods, staying(calendar, periods)), *_state_faults(calendar, periods)]:
        raise Faults(faults)
    _demand_unused(calendar, periods)
    before = {"name": calendar.name}
    calendar.name = clean_text(name, 200, place="name")
    calendar.full_clean()
    done = {spec.code: _upsert(calendar, spec) for spec in periods}
    touched = [code for code, what in done.items() if what != "unchanged"]
    renamed = calendar.name != before["name"]
    if renamed:
        calendar.save()
    if renamed or touched:
        after = {"name": calendar.name, "periods": touched}
        record(Tag.CALENDAR_EDIT, actor=actor, subject=calendar, reason=reason, before=before, after=after)
    if dry_run:
        transaction.set_rollback(True)
    return CalendarResult(calendar, **Counter(done.values()), renamed=renamed)


def staying(calendar: FiscalCalendar, periods: Sequence[PeriodSpec]) -> list[PeriodSpec]:
    """The calendar's periods that are not among those given."""
    others = calendar.periods.exclude(code__in=[spec.code for spec in periods])
    return [PeriodSpec(each.code, each.start, each.end) for each in others]


def _state_faults(calendar: FiscalCalendar, periods: Sequence[PeriodSpec]) -> list[Fault]:
    """States of periods that are there are changed one by one, each with its own reason."""
    states = dict(calendar.periods.values_list("code", "state"))
    return [
        Fault(
            Code.PER_006,
            f"{spec.code} is {states[spec.code]}, not {spec.state}; its state is changed on its own page.",
            spec.place,
        )
        for spec in periods
        if spec.state and states.get(spec.code, spec.state) != spec.state
    ]


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


def _upsert(calendar: FiscalCalendar, spec: PeriodSpec) -> str:
    """Create or correct one period: "added", "changed" or "unchanged". A state is only that of a new one."""
    values = {
        "name": clean_text(spec.name, 64, place=spec.place),
        "start": spec.start,
        "end": spec.end,
        "is_adjustment": spec.period.is_adjustment,
    }
    period = FiscalPeriod.objects.filter(calendar=calendar, code=spec.code).first()
    added = period is None
    if period is None:
        period = FiscalPeriod(calendar=calendar, code=spec.code, state=spec.state or PeriodState.OPEN)
    elif all(getattr(period, field) == value for field, value in values.items()):
        return "unchanged"
    elif not period.is_open and (period.start, period.end) != (spec.start, spec.end):
        words = f"The period {spec.code} is {period.get_state_display()}; its days may not move."
        raise Denied409(Code.PER_003, words, place=spec.place)
    for field, value in values.items():
        setattr(period, field, value)
    period.full_clean()
    period.save()
    return "added" if added else "changed"


@audited(Tag.PERIOD_SET_STATE)
def period_set_state(*, actor: Actor, reason: str, period_id: int, state: str) -> FiscalPeriod:
    """Open, close or lock a period; a locked one stays locked. Raises NotFound, BadInput, Conflict."""
    authority.check_everywhere(actor, P.CALENDAR_MAINTAIN)
    period = locked(FiscalPeriod.objects.select_related("calendar")).filter(pk=period_id).first()
    if period is None:
        raise NotFound("There is no such period.")
    if state not in PERIOD:
        raise BadInput(Code.PER_002, f"A period is {', '.join(PERIOD)}; not {state!r}.", place="state")
    _demand_possible(period, state)
    before = {"period": period.code, "state": apply_transition(period, PERIOD, state)}
    period.full_clean()
    period.save()
    after = {"period": period.code, "state": state}
    record(
        Tag.PERIOD_SET_STATE, actor=actor, subject=period.calendar, reason=reason, before=before, after=after
    )
    return period


def _demand_possible(period: FiscalPeriod, state: str) -> None:
    """Raises Conflict API-409 with the states that can follow."""
    following = possible(period, PERIOD)
    if state in following:
        return
    words = f"{period.code} is {period.state}; it cannot become {state}."
    if state == period.state:
        words = f"{period.code} is {state} already."
    hint = f"It can become {' or '.join(following)}." if following else "A locked period stays locked."
    raise Conflict(Platform.API_409, words, hint=hint, place="state")
