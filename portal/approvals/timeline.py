"""What happened to a change request, in order: submission, edits, decisions, comments, activation."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from portal.approvals.models import ChangeRequest
from portal.approvals.tags import Tag
from portal.audit.selectors import acts_on
from portal.people.models import Person


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
    found = _versions(change)
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


def _versions(change: ChangeRequest) -> list[Event]:
    """Submissions and edits, which the audit has with their round and what they voided."""
    entries = list(acts_on(change, (Tag.CHANGE_SUBMIT, Tag.CHANGE_RESUBMIT, Tag.CHANGE_EDIT)))
    names = Person.objects.in_bulk({entry.actor_person for entry in entries if entry.actor_person})
    found = []
    for entry in entries:
        person = names.get(entry.actor_person or 0)
        who = person.name if person else "Tieout"
        after = json.loads(entry.payload).get("after", {})
        if entry.action == Tag.CHANGE_EDIT:
            found.append(Event(entry.at, who, _edit(after, by_person=person is not None), "changed"))
        else:
            again = f" again: round {after['round']} begins" if entry.action == Tag.CHANGE_RESUBMIT else ""
            found.append(Event(entry.at, who, f"submitted{again}", "submitted", entry.reason))
    return found


def _edit(after: dict[str, int], *, by_person: bool) -> str:
    done = "edited the content" if by_person else "read the content afresh, since what it builds on has moved"
    if "round" not in after:
        return f"{done}, which was pushed back"
    words = f"{done}: round {after['round']} begins"
    if "voided" not in after:  # recorded before edits counted the decisions
        return words
    number = after["voided"]
    if not number:
        return f"{words}, no decision was given"
    return f"{words}, 1 decision is void" if number == 1 else f"{words}, {number} decisions are void"
