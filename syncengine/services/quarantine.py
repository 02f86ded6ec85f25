"""Working quarantined records: assign, mark as fixed, propose to accept unloaded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from portal.access.authority import holders
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit, refuse_open
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.canonical import sha256_hex
from portal.core.errors import BadInput, Invalid, NotFound, OutOfScope
from portal.core.locking import locked
from portal.core.states import apply_transition
from portal.core.text import clean_text
from portal.people.models import Person
from syncengine.codes import Code
from syncengine.models import Flow, QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.acceptances import KIND, waiting_among
from syncengine.selectors.quarantine import assignable
from syncengine.states import HELD_BACK, RECORD
from syncengine.tags import Tag

LIMIT = 10_000
NAMED = 5


def _selection(actor: Actor, permission: P, record_ids: Sequence[int]) -> list[QuarantinedRecord]:
    """The records, locked, all held back and the actor's to work on."""
    wanted = sorted(set(record_ids))
    if not wanted or len(wanted) > LIMIT:
        raise Invalid(Code.RUN_010, f"Select between 1 and {LIMIT} records.", place="records")
    visible = QuarantinedRecord.objects.restrict(actor, P.QUARANTINE_VIEW).filter(pk__in=wanted)
    rows = list(locked(QuarantinedRecord.objects.select_related("flow").filter(pk__in=visible.values("pk"))))
    if len(rows) != len(wanted):
        raise OutOfScope("Some of these records are not in your scope.")
    for flow in {row.flow_id: row.flow for row in rows}.values():
        authority.check(actor, permission, flow)
    closed = [row for row in rows if row.state not in HELD_BACK]
    if closed:
        raise Invalid(Code.RUN_010, f"{len(closed)} of the records are no longer held.", place="records")
    return rows


def _move(rows: list[QuarantinedRecord], verb: str) -> None:
    for row in rows:
        apply_transition(row, RECORD, verb, code=Code.RUN_010)
    QuarantinedRecord.objects.bulk_update(rows, ["state", "assigned_to", "note"], batch_size=500)


def _tell(tag: Tag, actor: Actor, reason: str, rows: list[QuarantinedRecord], **more: object) -> None:
    """One audit entry for each slice: a cause, and so a selection, often spans several periods."""
    rows = sorted(rows, key=lambda row: (row.flow_id, row.slice_key))
    for _, found in groupby(rows, key=lambda row: (row.flow_id, row.slice_key)):
        part = list(found)
        record(tag, actor=actor, subject=part[0].flow, reason=reason, after={**_summary(part), **more})


def _summary(rows: list[QuarantinedRecord]) -> dict[str, object]:
    """What the audit keeps of a selection: the slice, how many, and one hash over their keys."""
    keys = sorted(row.record_key for row in rows)
    return {"slice": rows[0].slice_key, "records": len(rows), "keys_sha256": sha256_hex("\n".join(keys))}


def _demand_sees(actor: Actor, person: Person, flows: Sequence[Flow]) -> None:
    if person.pk in holders(P.QUARANTINE_VIEW, flows):
        return
    able = [f"{other.name} ({other.code})" for other in assignable(actor, flows)[: NAMED + 1]]
    more = " and others" if len(able) > NAMED else ""
    how = f"These can see them: {', '.join(able[:NAMED])}{more}." if able else ""
    what = "The person cannot see all of these records, and so would never find them."
    raise Invalid(Code.RUN_018, what, place="person_id", hint=how)


@audited(Tag.QUARANTINE_ASSIGN)
def quarantine_assign(*, actor: Actor, reason: str, record_ids: Sequence[int], person_id: int) -> int:
    """Give held records to a person who can see them; returns how many.

    Raises Invalid RUN-010, RUN-018 (the person would not find them), NotFound.
    """
    rows = _selection(actor, P.QUARANTINE_WORK, record_ids)
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound("There is no such active person.")
    _demand_sees(actor, person, list({row.flow_id: row.flow for row in rows}.values()))
    for row in rows:
        row.assigned_to = person
    _move(rows, "assign")
    _tell(Tag.QUARANTINE_ASSIGN, actor, reason, rows, person=person.code)
    return len(rows)


@audited(Tag.QUARANTINE_FIX)
def quarantine_fix(*, actor: Actor, reason: str, record_ids: Sequence[int]) -> int:
    """Mark held records as fixed at their cause; the next run of their slice proves it. Needs a reason."""
    note = clean_text(reason, 2000, multiline=True, place="reason")
    if not note:
        raise BadInput(Code.RUN_010, "Say what was fixed.", place="reason")
    rows = _selection(actor, P.QUARANTINE_WORK, record_ids)
    for row in rows:
        row.note = note
    _move(rows, "fix")
    _tell(Tag.QUARANTINE_FIX, actor, note, rows)
    return len(rows)


@audited(Tag.QUARANTINE_ACCEPT)
def quarantine_accept(*, actor: Actor, reason: str, record_ids: Sequence[int]) -> ChangeRequest:
    """Propose that held records of one slice stay unloaded; another person decides.

    The next run counts them as accepted. Raises Invalid RUN-010, Conflict APR-003 when one of them waits in
    an open request.
    """
    rows = _selection(actor, P.QUARANTINE_ACCEPT, record_ids)
    first = rows[0]
    if any((row.flow_id, row.slice_key) != (first.flow_id, first.slice_key) for row in rows):
        raise Invalid(Code.RUN_010, "The records belong to several slices.", place="records")
    payload: dict[str, Any] = {
        "flow": first.flow.code,
        "slice": first.slice_key,
        "records": sorted(row.record_key for row in rows),
    }
    if found := waiting_among(first.flow, first.slice_key, payload["records"]):
        refuse_open(found.change, found.words)
    key = f"{first.slice_key}#{sha256_hex('|'.join(payload['records']))[:16]}"
    change = change_submit(actor=actor, reason=reason, kind=KIND, subject_key=key[-200:], payload=payload)
    after = {**_summary(rows), "change": change.ref}
    record(Tag.QUARANTINE_ACCEPT, actor=actor, subject=first.flow, reason=reason, after=after)
    return change
