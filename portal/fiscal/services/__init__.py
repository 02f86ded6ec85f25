"""Verbs of fiscal calendars."""

from portal.fiscal.consistency import PeriodSpec
from portal.fiscal.services.calendar import (
    CalendarResult,
    calendar_edit,
    calendar_register,
    period_set_state,
)
from portal.fiscal.services.calendar_files import PERIOD_COLUMNS, period_specs

__all__ = [
    "PERIOD_COLUMNS",
    "CalendarResult",
    "PeriodSpec",
    "calendar_edit",
    "calendar_register",
    "period_set_state",
    "period_specs",
]
