"""Audit tags of fiscal calendars."""

from enum import StrEnum


class Tag(StrEnum):
    CALENDAR_EDIT = "fiscal:calendar:edit"
    CALENDAR_REGISTER = "fiscal:calendar:register"
    PERIOD_SET_STATE = "fiscal:period:set-state"
