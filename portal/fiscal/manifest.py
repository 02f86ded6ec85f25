"""Manifest section of fiscal calendars."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from portal.core.keys import Key
from portal.core.manifest import (
    UNCHANGED,
    Applying,
    Columns,
    Entry,
    Outcome,
    Reading,
    Result,
    Row,
    Section,
    Table,
    iso_day,
)
from portal.fiscal.consistency import period_faults
from portal.fiscal.models import FiscalCalendar, FiscalPeriod, PeriodState
from portal.fiscal.periods import Period, is_period
from portal.fiscal.services import PeriodSpec, calendar_edit, calendar_register
from portal.fiscal.services.calendar import staying

_MONTHLY = (
    Key("first_day", "date", "first day of the first year, the first of a month", example="2026-01-01"),
    Key("years", "1 to 20", "how many years", "1", "3"),
)  # fmt: skip
_PERIOD = (
    Key("code", "period", "YYYY-PP; 13 to 16 are adjustment periods", example="2026-01"),
    Key("end", "date", "last day", example="2026-01-31"),
    Key("start", "date", "first day", "the day after the last one", "2026-01-01"),
    Key("name", "text", "name", "", "January"),
    Key("state", ", ".join(PeriodState.values), "its state when it is made; later it is changed on its "
        "page", "open", "closed"),
)  # fmt: skip
_COLUMNS = Columns.of(_PERIOD)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarItem:
    code: str
    name: str
    periods: tuple[PeriodSpec, ...]


class CalendarsSection(Section[CalendarItem]):
    name = "calendars"
    order = 30
    fields = (
        Key("code", "code", "unique code", example="group"),
        Key("name", "text", "name", example="Group fiscal year"),
        Key("monthly", "mapping", "twelve months a year, named after its last day; or periods. What a "
            "calendar holds beyond these stays: periods are added or corrected, never taken away", "",
            "{first_day: 2026-01-01, years: 1}", keys=_MONTHLY),
        Key("first_day", "date", "start of the first period, when its row does not say", "", "2026-01-01"),
        Key("periods", "table", "the periods one by one", "", "[{code: 2026-13, end: 2026-12-31}]",
            keys=_PERIOD),
    )  # fmt: skip

    def read(self, entry: Entry, reading: Reading) -> CalendarItem:
        first = entry.day("first_day")
        monthly = entry.entry("monthly")
        periods = _months(monthly) if monthly else []
        periods += _periods(entry, reading.rows(entry, "periods", _COLUMNS), first)
        if not periods:
            entry.fault("YAM-102", "A calendar needs 'monthly' or 'periods'.")
        code = entry.code()
        known = FiscalCalendar.objects.filter(code=code).first()
        entry.document.faults.extend(period_faults(periods, staying(known, periods) if known else ()))
        return CalendarItem(code, entry.text("name"), tuple(periods))

    def key(self, item: CalendarItem) -> str:
        return item.code

    def known(self, key: str) -> bool:
        return FiscalCalendar.objects.filter(code=key).exists()

    def apply(self, item: CalendarItem, applying: Applying) -> Result:
        calendar = FiscalCalendar.objects.filter(code=item.code).first()
        if calendar is not None and calendar.name == item.name and not _differences(calendar, item):
            return UNCHANGED
        if calendar is None:
            calendar_register(**applying.who, code=item.code, name=item.name, periods=item.periods)
            return Result(Outcome.CREATED)
        there = set(calendar.periods.values_list("code", flat=True))
        periods = [replace(spec, state="") if spec.code in there else spec for spec in item.periods]
        calendar_edit(**applying.who, calendar_id=calendar.pk, name=item.name, periods=periods)
        return Result(Outcome.CHANGED)

    def export(self) -> Iterator[dict[str, Any]]:
        for calendar in FiscalCalendar.objects.order_by("code").prefetch_related("periods"):
            rows = [
                (each.code, each.start.isoformat(), each.end.isoformat(), each.name, str(each.state))
                for each in calendar.periods.all()
            ]
            yield {
                "code": calendar.code,
                "name": calendar.name,
                "periods": Table(("code", "start", "end", "name", "state"), rows),
            }


def _differences(calendar: FiscalCalendar, item: CalendarItem) -> bool:
    """Whether a period is new or has other days or another name; its state is changed on its own page."""
    known = {
        each.code: (each.start, each.end, each.name)
        for each in FiscalPeriod.objects.filter(calendar=calendar)
    }
    return any(known.get(spec.code) != (spec.start, spec.end, spec.name) for spec in item.periods)


def _months(entry: Entry) -> list[PeriodSpec]:
    first = entry.required_day("first_day")
    if first.day != 1:
        entry.fault("YAM-104", "A monthly calendar starts on the first of a month.", "first_day")
    found = []
    for number in range(12 * entry.integer("years", 1, 20, 1)):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        start = dt.date(year, month + 1, 1)
        end = start.replace(day=months.monthrange(year, month + 1)[1])
        # Named after the calendar year in which the fiscal year ends.
        named = (first.year * 12 + first.month - 1 + 12 * (number // 12) + 11) // 12
        found.append(PeriodSpec(str(Period(named, number % 12 + 1)), start, end, place=entry.place))
    return found


def _periods(entry: Entry, rows: list[Row], first: dt.date | None) -> list[PeriodSpec]:
    found: list[PeriodSpec] = []
    next_start = first
    for row in sorted(rows, key=lambda row: row.cells["code"]):
        code, state = row.cells["code"], row.cells.get("state", "")
        end = _day(entry, row, "end")
        start = _day(entry, row, "start")
        if is_period(code) and Period.parse(code).is_adjustment:
            start = start or end
        else:
            start, next_start = start or next_start, (end + _DAY if end else None)
        if start is None or end is None:
            _fault(entry, row, "The period's start is not known; give it, or first_day.")
            continue
        if state and state not in PeriodState.values:
            _fault(entry, row, f"A period is {', '.join(PeriodState.values)}; not '{state}'.")
        found.append(PeriodSpec(code, start, end, row.cells.get("name", ""), state, row.place))
    return found


def _day(entry: Entry, row: Row, column: str) -> dt.date | None:
    try:
        return iso_day(row.cells.get(column, ""))
    except ValueError as error:
        _fault(entry, row, str(error))
        return None


def _fault(entry: Entry, row: Row, message: str) -> None:
    entry.row_fault("YAM-104", message, row.place)
