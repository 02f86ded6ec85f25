"""Submitting, resubmitting and withdrawing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.approvals.codes import Code
from portal.approvals.content import examine, policy_for, subject_of
from portal.approvals.models import ChangeRequest
from portal.approvals.permissions import P
from portal.approvals.ports import Finding
from portal.approvals.services.edit import add_contributor, locked_change, record_contribution, save_scopes
from portal.approvals.states import CHANGE, OPEN, ChangeState
from portal.approvals.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.canonical import plain_json
from portal.core.clock import now
from portal.core.errors import BadInput, Conflict, Fault, Faults, Forbidden
from portal.core.locking import lock_name
from portal.core.states import apply_transition
from portal.core.text import clean_text


def demand_reason(reason: str, verb: str) -> str:
    """A reason of at least ten characters. Raises BadInput APR-001."""
    text = clean_text(reason, 4000, multiline=True, place="reason")
    if len(text) < 10:
        raise BadInput(Code.APR_001, f"To {verb}, give a reason of at least ten characters.", place="reason")
    return text


def refuse_faults(change: ChangeRequest, hint: str = "") -> None:
    """Raises Faults when the examination found an error; each keeps its own code and place.

    Without a hint the code says what to do next, which is for who proposes.
    """
    found = [Finding(**row) for row in change.findings]
    errors = [Fault(f.code, f.message, f.place) for f in found if f.level == "error"]
    if errors:
        raise Faults(errors, hint=hint)


def lock_change(actor: Actor, change_id: int, permission: str = P.CHANGE_VIEW) -> ChangeRequest:
    """The request, visible to the actor and locked. Raises NotFound, Forbidden."""
    return locked_change(ChangeRequest.objects.get_for(actor, permission, pk=change_id))


def _new(
    actor: Actor, reason: str, kind: str, subject_key: str, payload: dict[str, Any] | None
) -> ChangeRequest:
    """An examined request without fault, not saved yet."""
    if actor.person_id is None:
        raise Forbidden(Code.APR_005, "A change is proposed on behalf of a person.")
    opened = ChangeRequest.objects.filter(kind=kind, subject_key=subject_key, state__in=OPEN).first()
    if opened is not None:
        raise Conflict(
            Code.APR_003, f"{opened.ref} is already open over this subject.", details={"change": opened.ref}
        )
    change = ChangeRequest(
        kind=kind,
        subject_key=subject_key,
        payload=plain_json(payload),
        policy=policy_for(kind),
        requested_by_id=actor.person_id,
        reason=clean_text(reason, 4000, multiline=True),
        submitted_at=now(),
    )
    examine(change)
    refuse_faults(change)
    return change


@audited(Tag.CHANGE_SUBMIT)
def change_submit(
    *,
    actor: Actor,
    reason: str,
    kind: str,
    subject_key: str,
    payload: dict[str, Any] | None = None,
    contributors: Iterable[int] = (),
) -> ChangeRequest:
    """Propose one exact content. The calling service has checked the permission to propose.

    `contributors` are further person ids that had a hand in it, for instance who wrote an imported file.
    Raises Faults (validation), Conflict APR-003 (another request is open), Forbidden APR-005 (no person).
    """
    lock_name(f"change:{kind}:{subject_key}")
    change = _new(actor, reason, kind, subject_key, payload)
    subject = subject_of(change)
    change.title = subject.title(change)[:300]
    change.save()
    save_scopes(change)
    for person_id in {change.requested_by_id, *contributors}:
        add_contributor(kind, subject_key, person_id)
    subject.state_changed(change, change.state)
    record(
        Tag.CHANGE_SUBMIT,
        actor=actor,
        subject=change,
        reason=change.reason,
        after={"kind": kind, "subject": subject_key, "payload": change.payload, "title": change.title},
        content_sha256=change.content_sha256,
    )
    return change


def _own(change: ChangeRequest, actor: Actor) -> None:
    if actor.person_id != change.requested_by_id:
        raise Forbidden(Code.APR_009, f"Only {change.requested_by}, who submitted it, can do this.")


@audited(Tag.CHANGE_RESUBMIT)
def change_resubmit(*, actor: Actor, reason: str, change_id: int) -> ChangeRequest:
    """Submit a pushed-back request again, with the content as it stands now."""
    change = lock_change(actor, change_id)
    _own(change, actor)
    apply_transition(change, CHANGE, "resubmit", code=Code.APR_002)
    examine(change)
    refuse_faults(change)
    change.round += 1
    change.submitted_at = now()
    change.save()
    save_scopes(change)
    record_contribution(actor=actor, kind=change.kind, subject_key=change.subject_key)
    subject_of(change).state_changed(change, change.state)
    record(
        Tag.CHANGE_RESUBMIT,
        actor=actor,
        subject=change,
        reason=clean_text(reason, 4000, multiline=True),
        after={"round": change.round},
        content_sha256=change.content_sha256,
    )
    return change


@audited(Tag.CHANGE_WITHDRAW)
def change_withdraw(*, actor: Actor, reason: str, change_id: int) -> ChangeRequest:
    """Take a request back before it is in force. A withdrawn content starts again at zero."""
    change = lock_change(actor, change_id)
    _own(change, actor)
    text = demand_reason(reason, "withdraw")
    apply_transition(change, CHANGE, "withdraw", code=Code.APR_002)
    change.closed_at = now()
    change.save()
    subject_of(change).state_changed(change, ChangeState.WITHDRAWN)
    record(
        Tag.CHANGE_WITHDRAW, actor=actor, subject=change, reason=text, content_sha256=change.content_sha256
    )
    return change
