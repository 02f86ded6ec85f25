"""Deciding: four eyes over one exact hash. No setting lifts the contributor rule."""

from __future__ import annotations

from portal.approvals.codes import Code
from portal.approvals.content import current_hash, required_approvals, subject_of
from portal.approvals.correcting import faulty_words
from portal.approvals.eligibility import demand_person, demand_seat, seats_filled
from portal.approvals.models import ChangeRequest, Decision
from portal.approvals.services.activate import change_activate
from portal.approvals.services.edit import change_refresh
from portal.approvals.services.submit import demand_reason, lock_change, refuse_faults
from portal.approvals.states import CHANGE, ChangeState
from portal.approvals.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor, system_actor
from portal.core.clock import now
from portal.core.errors import Conflict, Denied409
from portal.core.states import apply_transition, possible
from portal.core.text import clean_text

V = Decision.Verdict


def _stale(change: ChangeRequest) -> Denied409:
    return Denied409(
        Code.APR_004,
        "The content has changed since you read it; nothing was decided.",
        details={
            "subject": (change._meta.label_lower, str(change.pk)),
            "content_sha256": change.content_sha256,
        },
    )


def _open_seat(actor: Actor, change_id: int, content_sha256: str) -> tuple[ChangeRequest, int]:
    """The locked request and the deciding person's id. Raises Denied409 when he read another content."""
    demand_person(actor)
    change = lock_change(actor, change_id)
    person_id = demand_seat(actor, change)
    if content_sha256 != change.content_sha256:
        raise _stale(change)
    return change, person_id


def _demand_possible(change: ChangeRequest, verb: str) -> None:
    if verb not in possible(change, CHANGE):
        words = f"{change.ref} is {change.get_state_display()}; there is nothing to decide."
        raise Conflict(Code.APR_002, words)


def _decide(
    change: ChangeRequest, actor: Actor, person_id: int, verdict: str, comment: str, tag: Tag
) -> None:
    """Audit first, so that the decision points to it; a changed mind leaves the seat to the last word."""
    entry = record(
        tag,
        actor=actor,
        subject=change,
        reason=comment,
        after={"round": change.round},
        content_sha256=change.content_sha256,
    )
    change.decisions.filter(round=change.round, person_id=person_id, voided=False).update(voided=True)
    Decision.objects.create(
        change=change,
        round=change.round,
        person_id=person_id,
        requester=change.requested_by,
        verdict=verdict,
        content_sha256=change.content_sha256,
        comment=comment,
        audit_leaf=entry.leaf,
        at=now(),
    )


@audited(Tag.CHANGE_APPROVE)
def _approve(*, actor: Actor, reason: str, change_id: int, content_sha256: str) -> ChangeRequest:
    comment = clean_text(reason, 4000, multiline=True, place="reason")
    change, person_id = _open_seat(actor, change_id, content_sha256)
    mine = change.decisions.filter(round=change.round, person_id=person_id, voided=False)
    if mine.filter(verdict=V.APPROVE).exists():
        return change
    _demand_possible(change, "approve")
    if current_hash(change) != change.content_sha256:
        raise _stale(change)
    refuse_faults(change, hint=faulty_words(change))
    _decide(change, actor, person_id, V.APPROVE, comment, Tag.CHANGE_APPROVE)
    if seats_filled(change) >= required_approvals(change):
        apply_transition(change, CHANGE, "approve", code=Code.APR_002)
        change.closed_at = now()
    elif change.state != ChangeState.IN_REVIEW:
        apply_transition(change, CHANGE, "seat", code=Code.APR_002)
    change.save()
    return change


def change_approve(*, actor: Actor, reason: str, change_id: int, content_sha256: str) -> ChangeRequest:
    """Approve exactly the content with this hash; at quorum it is activated at once, as a step of its own.

    A second click is harmless. When the base or the validation moved since, the request is examined
    afresh and its new hash stands in the refusal. Raises Forbidden APR-005 (machine), APR-006
    (contributor), IAM-001; Denied409 APR-004 (stale hash); Conflict APR-002 (state); Faults (validation).
    """
    try:
        change = _approve(actor=actor, reason=reason, change_id=change_id, content_sha256=content_sha256)
    except Denied409 as error:
        system = system_actor("Rebase", request_id=actor.request_id)
        fresh = change_refresh(actor=system, reason="Base or validation moved", change_id=change_id)
        error.details["content_sha256"] = fresh.content_sha256
        raise
    if change.state == ChangeState.APPROVED:
        change = change_activate(change_id=change.pk, request_id=actor.request_id)
    return change


def _turn_down(
    actor: Actor, reason: str, change_id: int, content_sha256: str, verb: str, tag: Tag
) -> ChangeRequest:
    change, person_id = _open_seat(actor, change_id, content_sha256)
    _demand_possible(change, verb)
    text = demand_reason(reason, verb.replace("_", " "))
    apply_transition(change, CHANGE, verb, code=Code.APR_002)
    change.closed_at = now() if change.state == ChangeState.REJECTED else None
    _decide(change, actor, person_id, verb, text, tag)
    change.save()
    subject_of(change).state_changed(change, change.state)
    return change


@audited(Tag.CHANGE_REJECT)
def change_reject(*, actor: Actor, reason: str, change_id: int, content_sha256: str) -> ChangeRequest:
    """Refuse the content for good; one veto is enough. Needs a reason."""
    return _turn_down(actor, reason, change_id, content_sha256, "reject", Tag.CHANGE_REJECT)


@audited(Tag.CHANGE_PUSH_BACK)
def change_push_back(*, actor: Actor, reason: str, change_id: int, content_sha256: str) -> ChangeRequest:
    """Give the content back to be corrected and resubmitted. Needs a reason."""
    return _turn_down(actor, reason, change_id, content_sha256, "push_back", Tag.CHANGE_PUSH_BACK)
