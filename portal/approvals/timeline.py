"""What happened to a change request, in order: submission, edits, decisions, comments, activation."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.approvals.content import subject_of
from portal.approvals.differing import deep_diff
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow
from portal.approvals.tags import Tag
from portal.audit.selectors import acts_on
from portal.core import authority
from portal.core.actor import Actor
from portal.people.models import Person


@dataclass(frozen=True, slots=True)
class Event:
    at: dt.datetime
    who: str
    what: str
    status: str
    text: str = ""
    voided: bool = False
    rows: Sequence[DiffRow] = ()


def events(change: ChangeRequest, actor: Actor) -> list[Event]:
    """Events, oldest first."""
    found = _acts(change, actor)
    for seat in change.decisions.select_related("person"):
        what = seat.get_verdict_display() + (" (void: the content changed afterwards)" if seat.voided else "")
        status = "void" if seat.voided else seat.verdict
        found.append(Event(seat.at, seat.person.name, what, status, seat.comment, seat.voided))
    for comment in change.comments.select_related("person"):
        found.append(Event(comment.at, comment.person.name, "commented", "info", comment.text))
    if change.activated_at:
        found.append(Event(change.activated_at, "Tieout", "put it in force", "active"))
    return sorted(found, key=lambda event: event.at)


_ACTS = (
    Tag.CHANGE_SUBMIT,
    Tag.CHANGE_RESUBMIT,
    Tag.CHANGE_REPLACE,
    Tag.CHANGE_EDIT,
    Tag.CHANGE_WITHDRAW,
)


def _acts(change: ChangeRequest, actor: Actor) -> list[Event]:
    """Submissions, edits and withdrawals, which the audit has with their words and what they voided."""
    entries = list(acts_on(change, _ACTS))
    names = Person.objects.in_bulk({entry.actor_person for entry in entries if entry.actor_person})
    found = []
    for entry in entries:
        person = names.get(entry.actor_person or 0)
        who = person.name if person else "Tieout"
        payload = json.loads(entry.payload)
        after = payload.get("after", {})
        if entry.action == Tag.CHANGE_EDIT:
            found.append(Event(entry.at, who, _edit(after, by_person=person is not None), "changed"))
        elif entry.action == Tag.CHANGE_REPLACE:
            words = _begins("proposed other content", after)
            rows = _replaced(change, actor, payload["before"]["payload"], after["payload"])
            found.append(Event(entry.at, who, words, "changed", entry.reason, rows=rows))
        elif entry.action == Tag.CHANGE_WITHDRAW:
            found.append(Event(entry.at, who, "withdrew", "withdrawn", entry.reason))
        else:
            again = f" again: round {after['round']} begins" if entry.action == Tag.CHANGE_RESUBMIT else ""
            found.append(Event(entry.at, who, f"submitted{again}", "submitted", entry.reason))
    return found


def _replaced(
    change: ChangeRequest, actor: Actor, before: dict[str, Any], after: dict[str, Any]
) -> list[DiffRow]:
    """What the new content has otherwise; nothing to who may not see all that one of them touches."""
    for payload in (before, after):
        content = ChangeRequest(kind=change.kind, subject_key=change.subject_key, payload=payload)
        if not all(authority.visible(actor, obj) for obj in subject_of(change).scopes(content)):
            return []
    return deep_diff(_lines(before), _lines(after))


def _lines(payload: dict[str, Any]) -> dict[str, Any]:
    """A list of words is one text."""
    return {
        key: ", ".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        for key, value in payload.items()
    }


def _edit(after: dict[str, Any], *, by_person: bool) -> str:
    done = "edited the content" if by_person else "read the content afresh, since what it builds on has moved"
    if "round" not in after:
        return f"{done}, which was pushed back"
    return _begins(done, after)


def _begins(done: str, after: dict[str, Any]) -> str:
    words = f"{done}: round {after['round']} begins"
    if "voided" not in after:  # recorded before edits counted the decisions
        return words
    number = after["voided"]
    if not number:
        return f"{words}, no decision was given"
    return f"{words}, 1 decision is void" if number == 1 else f"{words}, {number} decisions are void"
