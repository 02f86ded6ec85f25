"""The one vocabulary of statuses: what each state is called on screen, with its tone and glyph.

A status is never shown by colour alone: glyph, colour and word always come together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Status:
    """`tone` is good, info, warn, bad or plain; `glyph` names a shape of components.css."""

    word: str
    tone: str
    glyph: str


_DONE = ("good", "disc")
_OK = ("good", "check")
_MOVING = ("info", "half")
_LATER = ("info", "clock")
_CARE = ("warn", "triangle")
_HELD = ("warn", "pause")
_WRONG = ("bad", "cross")
_DOUBT = ("bad", "unknown")
_IDLE = ("plain", "circle")
_SKETCH = ("plain", "ring")
_OVER = ("plain", "dash")
_BACK = ("plain", "back")
_SHUT = ("plain", "lock")


def _status(word: str, look: tuple[str, str]) -> Status:
    return Status(word, *look)


STATUSES: dict[str, Status] = {
    # versions and change requests
    "draft": _status("Draft", _SKETCH),
    "locked": _status("Under review", _SHUT),
    "submitted": _status("Submitted", _MOVING),
    "in_review": _status("In review", _MOVING),
    "approved": _status("Approved", _OK),
    "scheduled": _status("Scheduled", _LATER),
    "active": _status("Active", _DONE),
    "pushed_back": _status("Pushed back", ("warn", "back")),
    "rejected": _status("Rejected", _WRONG),
    "withdrawn": _status("Withdrawn", _BACK),
    "expired": _status("Expired", _OVER),
    "lapsed": _status("Lapsed", _OVER),
    "deadlocked": _status("Deadlocked", _HELD),
    "superseded": _status("Superseded", _OVER),
    # decisions
    "approve": _status("Approved", _OK),
    "reject": _status("Rejected", _WRONG),
    "push_back": _status("Pushed back", ("warn", "back")),
    "void": _status("Voided", _OVER),
    # runs and stages
    "planned": _status("Planned", _SKETCH),
    "waiting": _status("Waiting", _LATER),
    "running": _status("Running", _MOVING),
    "extracting": _status("Extracting", _MOVING),
    "validating": _status("Validating", _MOVING),
    "mapping": _status("Mapping", _MOVING),
    "translating": _status("Translating", _MOVING),
    "aggregating": _status("Aggregating", _MOVING),
    "loading": _status("Loading", _MOVING),
    "confirming": _status("Confirming", _MOVING),
    "reconciling": _status("Reconciling", _MOVING),
    "completed": _status("Completed", _DONE),
    "completed_with_exceptions": _status("Completed with exceptions", _CARE),
    "unreconciled": _status("Unreconciled", ("warn", "cross")),
    "unknown": _status("Unknown", _DOUBT),
    "failed": _status("Failed", _WRONG),
    "cancelled": _status("Cancelled", _OVER),
    "rolled_back": _status("Rolled back", _BACK),
    "held": _status("Held", _HELD),
    "not_reached": _status("Not reached", _OVER),
    # confirmations and reconciliations
    "confirmed": _status("Confirmed", _DONE),
    "partial": _status("Partial", _CARE),
    "reconciled": _status("Reconciled", _DONE),
    "differences": _status("Differences", _WRONG),
    "not_proven": _status("Completeness not proven", _DOUBT),
    "not_loaded": _status("Not loaded", _OVER),
    "ties": _status("Ties", _OK),
    "does_not_tie": _status("Does not tie", _WRONG),
    # quarantined records
    "open": _status("Open", ("bad", "circle")),
    "assigned": _status("Assigned", _MOVING),
    "fixed": _status("Fixed", _OK),
    "replayed": _status("Replayed", _DONE),
    "accepted_unloaded": _status("Accepted unloaded", ("warn", "check")),
    "gone": _status("No longer in the source", _OVER),
    # dates and accounts
    "in_force": _status("In force", _DONE),
    "future": _status("Future", _LATER),
    "ended": _status("Ended", _OVER),
    "gap": _status("No owner", _WRONG),
    "enabled": _status("Active", _OK),
    "disabled": _status("Disabled", _OVER),
    "revoked": _status("Revoked", _WRONG),
    "period_open": _status("Open", _OK),
    "period_closed": _status("Closed", _SHUT),
    "period_locked": _status("Locked", _SHUT),
    # findings and audit outcomes
    "error": _status("Error", _WRONG),
    "warning": _status("Warning", _CARE),
    "info": _status("Note", _IDLE),
    "ok": _status("Done", _OK),
    "denied": _status("Refused", _WRONG),
    "added": _status("Added", ("good", "check")),
    "removed": _status("Removed", ("bad", "dash")),
    "changed": _status("Changed", ("info", "half")),
}


def status_of(value: Any) -> Status:
    """The status of a state's value; an unknown one is shown plainly in its own words."""
    key = str(value)
    return STATUSES.get(key) or Status(key.replace("_", " ").capitalize(), *_IDLE)
