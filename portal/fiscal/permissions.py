"""Permissions over fiscal calendars."""

from enum import StrEnum


class P(StrEnum):
    CALENDAR_MAINTAIN = "fiscal:calendar:maintain"
    CALENDAR_VIEW = "fiscal:calendar:view"


LABELS: dict[P, str] = {
    P.CALENDAR_MAINTAIN: "Maintain fiscal calendars and their periods",
    P.CALENDAR_VIEW: "See fiscal calendars",
}
