"""Reads of fiscal calendars."""

from __future__ import annotations

from django.db.models import QuerySet

from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.core.errors import Invalid
from portal.fiscal.codes import Code
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from portal.fiscal.permissions import P


def calendars(actor: Actor) -> QuerySet[FiscalCalendar]:
    return FiscalCalendar.objects.restrict(actor, P.CALENDAR_VIEW)


def calendar_by_code(code: str) -> FiscalCalendar | None:
    return FiscalCalendar.objects.filter(code=code).first()


def calendars_with_periods(actor: Actor) -> QuerySet[FiscalCalendar]:
    return calendars(actor).prefetch_related("periods")


def periods_hash(calendar: FiscalCalendar) -> str:
    """sha256 over codes, names and days of all periods: what `calendar_edit` changes of them."""
    rows = sorted((each.code, each.name, each.start, each.end) for each in calendar.periods.all())
    return content_hash(rows)


def period_of(calendar: FiscalCalendar, code: str) -> FiscalPeriod:
    """The period, or Invalid PER-001."""
    period = calendar.periods.filter(code=code).first()
    if period is None:
        raise Invalid(Code.PER_001, f"The calendar {calendar.code} has no period {code!r}.", place="period")
    return period


def calendar_hash(calendar: FiscalCalendar) -> str:
    """sha256 over codes and days of all periods; pinned by every run."""
    rows = calendar.periods.order_by("code").values_list("code", "start", "end")
    return content_hash({"calendar": calendar.code, "periods": [list(row) for row in rows]})


def periods(actor: Actor) -> QuerySet[FiscalPeriod]:
    """Periods of the calendars the actor may see."""
    return FiscalPeriod.objects.filter(calendar__in=calendars(actor)).select_related("calendar")
