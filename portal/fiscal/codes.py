"""Error codes of fiscal calendars."""

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    PER_001 = "PER-001"
    PER_002 = "PER-002"
    PER_003 = "PER-003"
    PER_004 = "PER-004"
    PER_005 = "PER-005"
    PER_006 = "PER-006"


_WHO = "Whoever maintains the calendar."
HELP = {
    Code.PER_001: Help(
        "The period is not in the calendar",
        "A record or a run names a period that the fiscal calendar does not have.",
        numbers="The record is quarantined with its amounts, or the run is refused.",
        fix="Correct the period, or add it to the calendar.",
        who=_WHO,
    ),
    Code.PER_002: Help(
        "The calendar is not consistent",
        "Ordinary periods overlap, or do not begin on the day after the one before; an adjustment period has "
        "days outside its fiscal year; or a period leaves the form YYYY-PP or ends before it begins.",
        fix="Correct the dates of the periods named, or add those that are missing.",
        who=_WHO,
    ),
    Code.PER_003: Help(
        "The period is not open",
        "The period is closed or locked, so its numbers may not move.",
        numbers="Nothing was loaded.",
        fix="Reopen the period, or run an open one.",
        who=_WHO,
    ),
    Code.PER_004: Help(
        "The calendar is registered already",
        "Registering makes a new calendar; it never adds to one that is there, nor renames it.",
        fix="Add or correct its periods on its own page, or PATCH it with If-Match.",
        who=_WHO,
    ),
    Code.PER_005: Help(
        "Runs stand on the days of the period",
        "A run loaded numbers by these days, or is about to; other days would say something else about them.",
        numbers="What was loaded stays as it is.",
        fix="Register a new calendar with the days that hold from now on, and let the next version of the "
        "flow name it.",
        who=_WHO,
    ),
    Code.PER_006: Help(
        "The state of a period is changed on its own page",
        "A file gives a period that is there a state other than its own. A file gives states to new periods "
        "only; opening, closing or locking one that is there is an act of its own, with its own reason.",
        fix="Leave the state of periods that are there empty; change it on the page of the period.",
        who=_WHO,
    ),
}
