"""What happened to a change request, in order: submission, decisions, comments, activation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.approvals.models import ChangeRequest


@dataclass(frozen=True, slots=True)
class Event:
    at: dt.datetime
    who: str
    what: str
    status: str
    text: str = ""
    voided: bool = False


def events(change: ChangeRequest) -> list[Event]:
    """Events, oldest first."""
    found = [Event(change.submitted_at, change.requested_by.name, "submitted", "submitted", change.reason)]
    for seat in change.decisions.select_related("person"):
        what = seat.get_verdict_display() + (" (void: the content changed afterwards)" if seat.voided else "")
        status = "void" if seat.voided else seat.verdict
        found.append(Event(seat.at, seat.person.name, what, status, seat.comment, seat.voided))
    for comment in change.comments.select_related("person"):
        found.append(Event(comment.at, comment.person.name, "commented", "info", comment.text))
    if change.state == "withdrawn" and change.closed_at:
        found.append(Event(change.closed_at, change.requested_by.name, "withdrew", "withdrawn"))
    if change.activated_at:
        found.append(Event(change.activated_at, "Tieout", "put it in force", "active"))
    return sorted(found, key=lambda event: event.at)
