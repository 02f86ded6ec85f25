"""Error codes of fiscal calendars."""

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    PER_001 = "PER-001"
    PER_002 = "PER-002"
    PER_003 = "PER-003"


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
        "Periods overlap, leave the form YYYY-PP, or end before they begin.",
        fix="Correct the dates of the periods named.",
        who=_WHO,
    ),
    Code.PER_003: Help(
        "The period is not open",
        "The period is closed or locked, so its numbers may not move.",
        numbers="Nothing was loaded.",
        fix="Reopen the period, or run an open one.",
        who=_WHO,
    ),
}
